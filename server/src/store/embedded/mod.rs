//! One data directory on one machine: redb for documents, files for media.

mod deletion;
mod file;
mod media_files;
mod writer;

use super::{
    Committed, Documents, Entry, Journal, List, Mark, Media, Part, Pending, StoreError, TalkRecord,
};
use bytes::Bytes;
use file::{begin_anew_if_restored, open_database};
use media_files::MediaFiles;
use model::{
    deck::DeckId,
    talk::{EventId, Revision, TalkCode},
};
use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction,
};
use serde::Deserialize;
use std::{
    cell::Cell,
    collections::{BTreeSet, HashSet},
    fs, io,
    os::unix::fs::PermissionsExt,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Once, PoisonError, RwLock, mpsc},
    thread,
    time::Instant,
};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        oneshot,
    },
    task::spawn_blocking,
};
use tracing::warn;
use writer::{Change, Commit, Feed, Opened, Opener, Writer};

const TALKS: TableDefinition<&str, &[u8]> = TableDefinition::new("talks");
/// Entries by the path of their list and their number in it, from 0.
const LISTS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("lists");
const DECKS: TableDefinition<&str, &[u8]> = TableDefinition::new("decks");
/// Decks that may have to be removed: whether each was replaced, or else orphaned.
const MARKS: TableDefinition<&str, bool> = TableDefinition::new("marks");
/// The last event of each deleted talk, by code.
const GONE: TableDefinition<&str, &[u8]> = TableDefinition::new("gone");

/// The database, in the data directory.
const FILE: &str = "webslides.redb";

/// A data directory. Reads run on threads that may block; talks and lists are written by one thread of
/// its own, many changes in one transaction.
pub struct EmbeddedStore {
    database: Opened,
    media: Arc<MediaFiles>,
    /// `None` only while the store is dropped.
    commits: Option<mpsc::Sender<Commit>>,
    writer: Option<thread::JoinHandle<()>>,
    feed: Feed,
    is_restored: bool,
}

/// The deck that a stored talk shows. The rest of the record is not parsed.
#[derive(Deserialize)]
struct Shown {
    deck: DeckId,
}

impl EmbeddedStore {
    /// # Errors
    /// When another process has the directory, or it can't be created, read or written.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let file = directory.join(FILE);
        let open = {
            let file = file.clone();
            move || open_database(&file)
        };
        Self::open_by(directory, &file, Box::new(open))
    }

    /// Whether a directory holds what such a store has written.
    pub fn is_in(directory: &Path) -> bool {
        directory.join(FILE).is_file()
    }

    /// Whether the database's file is another one than last time, or new. What its media directory
    /// contains may belong to the store that it was put in place of.
    pub fn is_restored(&self) -> bool {
        self.is_restored
    }

    fn open_by(directory: &Path, file: &Path, mut open: Opener) -> Result<Self, StoreError> {
        let media = MediaFiles::open(directory.join("media"))?;
        // Slides that were not shown yet, and notes, are private. Where the directory is not ours, its
        // owner decides.
        let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
        let (database, is_restored) = whole(|| {
            let database = open()?;
            let is_restored = begin_anew_if_restored(&database, file)?;
            Ok((database, is_restored))
        })?;
        if is_restored {
            media.change_loose(BTreeSet::clear)?;
        }
        let database = Arc::new(RwLock::new(Some(database)));
        let feed = Feed::default();
        let (commits, waiting) = mpsc::channel();
        let writer = Writer {
            open,
            database: database.clone(),
            feed: feed.clone(),
            doubt: None,
        };
        // A thread of its own: a flush takes as long as the disk likes.
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self {
            database,
            media: Arc::new(media),
            commits: Some(commits),
            writer: Some(writer),
            feed,
            is_restored,
        })
    }

    /// Enqueues a change for the writer's thread.
    fn write(&self, change: Change) -> Pending<()> {
        let (done, answer) = oneshot::channel();
        let commit = Commit {
            change,
            begun: Instant::now(),
            done,
        };
        let sent = self
            .commits
            .as_ref()
            .is_some_and(|commits| commits.send(commit).is_ok());
        Box::pin(async move {
            if !sent {
                return Err(StoreError::Closed);
            }
            answer.await.map_err(|_| StoreError::Closed)?
        })
    }

    /// Reads on a thread that may block.
    fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        self.with_database(move |database| read(&database.begin_read().map_err(database_error)?))
    }

    fn with_database<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        let database = self.database.clone();
        Box::pin(async move {
            let done = spawn_blocking(move || {
                let database = database.read().unwrap_or_else(PoisonError::into_inner);
                let database = database.as_ref().ok_or(StoreError::Closed)?;
                whole(|| work(database))
            });
            done.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    fn with_media<T: Send + 'static>(
        &self,
        work: impl FnOnce(&MediaFiles) -> io::Result<T> + Send + 'static,
    ) -> Pending<T, io::Error> {
        let media = self.media.clone();
        Box::pin(async move {
            let done = spawn_blocking(move || work(&media)).await;
            done.map_err(io::Error::other)?
        })
    }
}

/// Once dropped, the directory is free, and everything that was enqueued is written.
impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.commits.take();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
        // A read that nobody waits for any more may still hold the handle.
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let _ = whole(|| {
            database.take();
            Ok(())
        });
    }
}

impl Journal for EmbeddedStore {
    fn load(&self) -> Pending<Vec<TalkRecord>> {
        self.reading(|transaction| {
            let table = transaction.open_table(TALKS).map_err(database_error)?;
            let mut talks = Vec::new();
            for entry in table.iter().map_err(database_error)? {
                let (_, document) = entry.map_err(database_error)?;
                match serde_json::from_slice(document.value()) {
                    Ok(talk) => talks.push(talk),
                    Err(error) => warn!(%error, "a stored talk cannot be read"),
                }
            }
            Ok(talks)
        })
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Pending<()> {
        self.write(Change::Talk {
            record: Box::new(record),
            expected,
            note,
        })
    }

    fn append(&self, entry: Entry) -> Pending<()> {
        self.write(Change::Entry(entry))
    }

    fn read(&self, list: &List, from: u64, most: usize) -> Pending<Vec<Vec<u8>>> {
        let list = list.to_string();
        self.reading(move |transaction| {
            let table = transaction.open_table(LISTS).map_err(database_error)?;
            let entries = table
                .range((list.as_str(), from)..=(list.as_str(), u64::MAX))
                .map_err(database_error)?;
            entries
                .take(most)
                .map(|entry| Ok(entry.map_err(database_error)?.1.value().to_vec()))
                .collect()
        })
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Pending<()> {
        let code = code.clone();
        self.write(Change::Deletion {
            code,
            expected,
            last,
        })
    }

    fn gone(&self, code: &TalkCode) -> Pending<Option<Vec<u8>>> {
        let code = code.clone();
        self.reading(move |transaction| {
            let table = transaction.open_table(GONE).map_err(database_error)?;
            let last = table.get(code.as_str()).map_err(database_error)?;
            Ok(last.map(|last| last.value().to_vec()))
        })
    }

    fn shown(&self) -> Pending<HashSet<DeckId>> {
        self.reading(|transaction| {
            let talks = transaction.open_table(TALKS).map_err(database_error)?;
            let mut shown = HashSet::new();
            for entry in talks.iter().map_err(database_error)? {
                let (_, document) = entry.map_err(database_error)?;
                shown.insert(serde_json::from_slice::<Shown>(document.value())?.deck);
            }
            Ok(shown)
        })
    }

    fn prove(&self) -> Pending<()> {
        self.write(Change::Proof)
    }

    fn feed(&self) -> UnboundedReceiver<Committed> {
        let (sender, receiver) = unbounded_channel();
        *self.feed.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }
}

impl Documents for EmbeddedStore {
    fn get(&self, id: &DeckId) -> Pending<Option<Bytes>> {
        let id = id.clone();
        self.reading(move |transaction| {
            let table = transaction.open_table(DECKS).map_err(database_error)?;
            let text = table.get(id.as_str()).map_err(database_error)?;
            Ok(text.map(|text| Bytes::copy_from_slice(text.value())))
        })
    }

    fn put(&self, id: &DeckId, text: Bytes, mark: Option<Mark>) -> Pending<()> {
        let id = id.clone();
        self.with_database(move |database| {
            let transaction = database.begin_write().map_err(database_error)?;
            {
                let mut table = transaction.open_table(DECKS).map_err(database_error)?;
                let text: &[u8] = &text;
                table.insert(id.as_str(), text).map_err(database_error)?;
            }
            if let Some(mark) = mark {
                set_mark(&transaction, &id, mark)?;
            }
            transaction.commit().map_err(database_error)
        })
    }

    fn ids(&self) -> Pending<Vec<DeckId>> {
        self.reading(|transaction| {
            let table = transaction.open_table(DECKS).map_err(database_error)?;
            let texts = table.iter().map_err(database_error)?;
            texts
                .map(|text| {
                    let (id, _) = text.map_err(database_error)?;
                    Ok(DeckId::new(id.value().to_owned()))
                })
                .collect()
        })
    }

    fn marked(&self) -> Pending<Vec<(DeckId, Mark)>> {
        self.reading(|transaction| {
            let table = transaction.open_table(MARKS).map_err(database_error)?;
            let marks = table.iter().map_err(database_error)?;
            marks
                .map(|mark| {
                    let (id, is_replaced) = mark.map_err(database_error)?;
                    let mark = if is_replaced.value() {
                        Mark::Replaced
                    } else {
                        Mark::Orphaned
                    };
                    Ok((DeckId::new(id.value().to_owned()), mark))
                })
                .collect()
        })
    }

    fn remove(&self, ids: Vec<DeckId>) -> Pending<()> {
        if ids.is_empty() {
            return Box::pin(async { Ok(()) });
        }
        self.with_database(move |database| {
            let transaction = database.begin_write().map_err(database_error)?;
            {
                let mut decks = transaction.open_table(DECKS).map_err(database_error)?;
                let mut marks = transaction.open_table(MARKS).map_err(database_error)?;
                for id in &ids {
                    decks.remove(id.as_str()).map_err(database_error)?;
                    marks.remove(id.as_str()).map_err(database_error)?;
                }
            }
            transaction.commit().map_err(database_error)
        })
    }
}

impl Media for EmbeddedStore {
    fn part(&self, name: &str, from: u64, most: usize) -> Pending<Option<Part>, io::Error> {
        let name = name.to_owned();
        self.with_media(move |media| media.part(&name, from, most))
    }

    fn put(&self, name: &str, content: Bytes) -> Pending<(), io::Error> {
        let name = name.to_owned();
        self.with_media(move |media| media.put(&name, &content))
    }

    fn loose(&self) -> Pending<BTreeSet<String>, io::Error> {
        self.with_media(MediaFiles::loose)
    }

    fn loosen(&self, names: BTreeSet<String>) -> Pending<(), io::Error> {
        self.with_media(|media| media.change_loose(|loose| loose.extend(names)))
    }

    fn keep(&self, names: BTreeSet<String>) -> Pending<(), io::Error> {
        self.with_media(move |media| {
            media.change_loose(|loose| loose.retain(|it| !names.contains(it)))
        })
    }

    fn remove(&self, names: BTreeSet<String>) -> Pending<(), io::Error> {
        self.with_media(move |media| {
            media.remove(names.iter())?;
            media.change_loose(|loose| loose.retain(|it| !names.contains(it)))
        })
    }
}

fn set_mark(transaction: &WriteTransaction, id: &DeckId, mark: Mark) -> Result<(), StoreError> {
    let mut marks = transaction.open_table(MARKS).map_err(database_error)?;
    marks
        .insert(id.as_str(), mark == Mark::Replaced)
        .map_err(database_error)?;
    Ok(())
}

thread_local! {
    /// Whether this thread is within [`whole`].
    static IS_AT_IT: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic into an error. redb panics on some files that were damaged by something else; the
/// host gets our sentence for that instead of a backtrace.
fn whole<T>(read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_AT_IT.get() {
                others(panic);
            }
        }));
    });
    let was_at_it = IS_AT_IT.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_AT_IT.set(was_at_it);
    read.unwrap_or(Err(StoreError::Damaged))
}

fn database_error(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::Io(error) => match error.kind() {
            // The file is truncated or is no database; the disk works.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => StoreError::Damaged,
            _ => StoreError::Disk(error),
        },
        // What redb reports for every write after one that failed.
        redb::Error::PreviousIo => StoreError::Disk(io::Error::other("an earlier write failed")),
        error => StoreError::Backend(Box::new(error)),
    }
}

#[cfg(test)]
mod tests;
