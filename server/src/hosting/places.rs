//! Room for so many uploads at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};

pub struct Places {
    free: Semaphore,
    /// Who waits for one.
    waiting: AtomicUsize,
}

impl Places {
    pub const fn new(most: usize) -> Self {
        Self {
            free: Semaphore::const_new(most),
            waiting: AtomicUsize::new(0),
        }
    }

    /// A place, until it is dropped. `None` when there will be none any more.
    pub async fn place(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.free.try_acquire() {
            return Some(place);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        self.free.acquire().await.ok()
    }

    pub fn others_wait(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

/// One who waits; dropped, no more.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
