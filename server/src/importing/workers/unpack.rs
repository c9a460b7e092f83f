//! Unpacks an archive. One worker unpacks it and sends the files; a worker can't write to disk, so the
//! server stores them. The workers that read the pages find plain files.

use super::{import::Reason, pool::Pool, schedule::BroughtBy};
use crate::importing::free_space::FreeSpace;
use reading::{
    archive::{MAX_ENTRIES, MAX_TOTAL_BYTES},
    kind::Kind,
    manifest::NamedFile,
    worker::{
        check::{self, Nonsense},
        protocol::{Answer, Content},
    },
};
use std::{
    fs::File,
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};
use tokio::task::spawn_blocking;

/// The files of an archive, stored in its folder.
pub struct Unpacked {
    /// The main one first.
    pub files: Vec<NamedFile>,
    pub content: Content,
}

#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    #[error(transparent)]
    Reader(Reason),
    #[error(transparent)]
    Disk(#[from] io::Error),
    /// The disk space for imports is used up.
    #[error("the disk has no room for more slides")]
    NoRoom,
}

impl<R: Into<Reason>> From<R> for UnpackError {
    fn from(reason: R) -> Self {
        Self::Reader(reason.into())
    }
}

/// Unpacks the archive in `folder` into the same folder.
///
/// # Errors
/// When the worker reports an error or ends, or the files can't be stored. Some of them may be in the
/// folder then.
pub async fn unpack(
    pool: &Pool,
    by: BroughtBy,
    folder: PathBuf,
    kind: Kind,
    room: FreeSpace,
) -> Result<Unpacked, UnpackError> {
    let start = Instant::now();
    let guest = pool.schedule.guest(by);
    let seat = pool.schedule.seat(&guest).await;
    let mut received = Received::into(folder.clone(), room);
    let (mut outcome, mut worker) = pool.open(&folder, kind, None, seat).await;
    loop {
        let piece = match pool.answer_of(outcome)? {
            Answer::File(name) => Piece::Begins(name),
            Answer::Bytes(bytes) => Piece::GoesOn(bytes),
            Answer::Unpacked(content) => {
                check::content(&content)?;
                return Ok(Unpacked {
                    files: received.files,
                    content,
                });
            }
            Answer::Failed(error) => {
                check::error(&error)?;
                return Err(Reason::Source(error).into());
            }
            Answer::Confined(_) | Answer::Opened(_) | Answer::Page(_) => {
                return Err(Nonsense::AnotherAnswer.into());
            }
        };
        // Each piece has a deadline. There may be many small ones, so all together have one, too.
        if start.elapsed() > pool.limits.deck_time {
            return Err(Reason::Time(pool.limits.deck_time).into());
        }
        received = spawn_blocking(move || received.take(piece))
            .await
            .map_err(io::Error::other)??;
        let Some(there) = worker else {
            return Err(Reason::Ended.into());
        };
        (outcome, worker) = pool.hear_more(there).await;
    }
}

enum Piece {
    Begins(String),
    GoesOn(Vec<u8>),
}

/// The files received so far. They are counted, because the worker is not trusted.
struct Received {
    folder: PathBuf,
    room: FreeSpace,
    files: Vec<NamedFile>,
    last: Option<File>,
    /// Bytes that may still be received.
    left: u64,
}

impl Received {
    const fn into(folder: PathBuf, room: FreeSpace) -> Self {
        Self {
            folder,
            room,
            files: Vec::new(),
            last: None,
            left: MAX_TOTAL_BYTES,
        }
    }

    fn take(mut self, piece: Piece) -> Result<Self, UnpackError> {
        if self.room.left() == 0 {
            return Err(UnpackError::NoRoom);
        }
        match piece {
            Piece::Begins(name) => {
                check::file_name(&name)?;
                if self.files.len() >= MAX_ENTRIES {
                    return Err(Nonsense::Count.into());
                }
                // Untrusted names are not used as names of files. The archive's own name is a number.
                let path = PathBuf::from(format!("unpacked-{:05}", self.files.len()));
                self.last = Some(File::create_new(self.folder.join(&path))?);
                self.files.push(NamedFile { name, path });
            }
            Piece::GoesOn(bytes) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let left = self.left.checked_sub(length).ok_or(Nonsense::Count)?;
                let file = self.last.as_mut().ok_or(Nonsense::AnotherAnswer)?;
                file.write_all(&bytes)?;
                self.left = left;
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn received(folder: &TempDir) -> Received {
        let there = folder.path().to_owned();
        Received::into(there.clone(), FreeSpace::new(there, 0))
    }

    fn begins(name: &str) -> Piece {
        Piece::Begins(name.to_owned())
    }

    fn bytes(bytes: &[u8]) -> Piece {
        Piece::GoesOn(bytes.to_vec())
    }

    fn lie(taken: Result<Received, UnpackError>) -> Nonsense {
        match taken {
            Err(UnpackError::Reader(Reason::Nonsense(nonsense))) => nonsense,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it is taken"),
        }
    }

    #[test]
    fn pieces_become_files_that_no_stranger_names() {
        let folder = TempDir::new().expect("a folder");
        let pieces = [
            begins("../a.md"),
            bytes(b"# A"),
            bytes(b"B"),
            begins("empty"),
        ];
        let come = pieces
            .into_iter()
            .try_fold(received(&folder), Received::take)
            .expect("files");
        let names: Vec<_> = come.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["../a.md", "empty"]);
        for (file, content) in come.files.iter().zip(["# AB", ""]) {
            let there = fs::read_to_string(folder.path().join(&file.path));
            assert_eq!(there.expect("a file"), content);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }

    #[test]
    fn what_no_archive_holds_is_a_lie() {
        let folder = TempDir::new().expect("a folder");
        for name in ["", "a\nb", &"a".repeat(1_025)] {
            assert_eq!(lie(received(&folder).take(begins(name))), Nonsense::Text);
        }
        let before_any = received(&folder).take(bytes(b"a"));
        assert_eq!(lie(before_any), Nonsense::AnotherAnswer);
        let nearly_full = Received {
            left: 3,
            ..received(&folder)
        };
        let come = nearly_full
            .take(begins("a"))
            .and_then(|it| it.take(bytes(b"abc")));
        let come = come.expect("as much as may come");
        assert_eq!(lie(come.take(bytes(b"d"))), Nonsense::Count);
        let many = NamedFile {
            name: "a".to_owned(),
            path: PathBuf::new(),
        };
        let full = Received {
            files: vec![many; MAX_ENTRIES],
            ..received(&folder)
        };
        assert_eq!(lie(full.take(begins("a"))), Nonsense::Count);
    }

    #[test]
    fn nothing_comes_where_imports_may_take_no_more() {
        let folder = TempDir::new().expect("a folder");
        let there = folder.path().to_owned();
        let full = Received::into(there.clone(), FreeSpace::new(there, u64::MAX));
        let taken = full.take(begins("a.md"));
        assert!(matches!(taken, Err(UnpackError::NoRoom)));
    }
}
