//! The disk space that imports leave free, so that taps can always be stored.

use std::{path::PathBuf, time::Duration};
use tokio::{task::spawn_blocking, time::sleep};

/// How often a waiting import checks for free space.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct FreeSpace {
    folder: PathBuf,
    /// Bytes that stay free.
    reserve: u64,
}

impl FreeSpace {
    pub const fn new(folder: PathBuf, reserve: u64) -> Self {
        Self { folder, reserve }
    }

    /// Bytes that imports may still write. If the disk can't be asked, there is no limit: a write will
    /// fail then.
    pub fn left(&self) -> u64 {
        let Ok(disk) = nix::sys::statvfs::statvfs(&self.folder) else {
            return u64::MAX;
        };
        let free = disk.blocks_available().saturating_mul(disk.fragment_size());
        free.saturating_sub(self.reserve)
    }

    /// Waits until imports may write. Calls `tell` once with a sentence if it has to wait. Returns whether
    /// it had to.
    pub async fn wait(&self, tell: impl FnOnce(String)) -> bool {
        if self.is_there().await {
            return false;
        }
        tell(format!(
            "The import waits: less than {} MiB are free on the disk of the computer that shows \
             it. Make room there.",
            self.reserve >> 20
        ));
        while !self.is_there().await {
            sleep(LOOK_EVERY).await;
        }
        true
    }

    async fn is_there(&self) -> bool {
        let room = self.clone();
        spawn_blocking(move || room.left() > 0)
            .await
            .unwrap_or(true)
    }

    /// In MiB.
    pub const fn reserve(&self) -> u64 {
        self.reserve >> 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env::temp_dir;

    #[tokio::test]
    async fn imports_wait_while_less_is_free_than_stays_for_taps() {
        let roomy = FreeSpace::new(temp_dir(), 0);
        assert!(roomy.left() > 0);
        assert!(!roomy.wait(|words| panic!("{words}")).await);
        let full = FreeSpace::new(temp_dir(), u64::MAX);
        assert_eq!(full.left(), 0);
        let mut told = false;
        let waiting = full.wait(|words| told = words.contains("Make room"));
        let waited = tokio::time::timeout(Duration::from_millis(50), waiting).await;
        assert!(waited.is_err() && told);
    }
}
