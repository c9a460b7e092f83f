//! One data directory on one machine: redb for documents, files for media.

use super::{
    Committed, Entry, Store, StoreError, TalkRecord, made_up_epoch,
    media_files::MediaFiles,
    removal::{DOOMED, GONE, clear_away, delete_talk},
};
use crate::metrics::TRANSACTIONS;
use app::{
    deck::{Deck, DeckId},
    talk::{EventId, Revision, TalkCode},
};
use bytes::Bytes;
use metrics::counter;
use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition,
    WriteTransaction,
};
use std::{
    collections::BTreeSet,
    fs, io,
    os::unix::fs::MetadataExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    thread,
    time::UNIX_EPOCH,
};
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};
use tracing::error;

pub(super) const TALKS: TableDefinition<&str, &[u8]> = TableDefinition::new("talks");
/// Entries by their list and their place in it, from 0.
pub(super) const LISTS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("lists");
pub(super) const DECKS: TableDefinition<&str, &[u8]> = TableDefinition::new("decks");

/// Which file this is, as the system names it.
const FILE: TableDefinition<&str, &str> = TableDefinition::new("file");

/// Written by whoever asks whether the store can write.
const PROOF: TableDefinition<&str, u64> = TableDefinition::new("proof");

/// How many commits share one transaction at most. Those that arrive while the disk is busy are
/// made durable together: one flush for all of them.
const MOST_IN_A_BATCH: usize = 1_024;

/// The database, but for the moments in which it is opened anew: redb gives one up for good after
/// the first write that failed, and a disk that was full has room again some day.
type Opened = Arc<RwLock<Option<Database>>>;

type Feed = Arc<Mutex<Option<UnboundedSender<TalkRecord>>>>;

pub struct EmbeddedStore {
    database: Opened,
    media: MediaFiles,
    /// Gone only while the store is dropped.
    commits: Option<mpsc::Sender<Commit>>,
    writer: Option<thread::JoinHandle<()>>,
    feed: Feed,
}

struct Commit {
    change: Change,
    done: oneshot::Sender<Result<(), StoreError>>,
}

enum Change {
    Talk {
        record: Box<TalkRecord>,
        expected: Option<Revision>,
        note: Option<Entry>,
    },
    Entry(Entry),
    Deletion {
        code: TalkCode,
        expected: EventId,
        last: Vec<u8>,
    },
    /// Only proves that a change can be made.
    Proof,
}

impl EmbeddedStore {
    /// # Errors
    /// When another process has the directory, or it can't be created, read or written.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let media = MediaFiles::open(directory.join("media"))?;
        let file = directory.join("webslides.redb");
        let database = whole(|| {
            let database = open_database(&file)?;
            if begin_anew_if_restored(&database, &file)? {
                // What this copy does not know may be the one's that it was put in place of.
                media.list_loose(&BTreeSet::new())?;
            } else if let Err(error) = clear_away(&database, &media) {
                // No reason not to show talks.
                error!(%error, "what was deleted could not be cleared away");
            }
            Ok(database)
        })?;
        let database = Arc::new(RwLock::new(Some(database)));
        let feed = Feed::default();
        let (commits, waiting) = mpsc::channel();
        let writer = Writer {
            file,
            database: database.clone(),
            feed: feed.clone(),
        };
        // A thread of its own: a flush takes as long as the disk likes.
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self {
            database,
            media,
            commits: Some(commits),
            writer: Some(writer),
            feed,
        })
    }
}

impl EmbeddedStore {
    fn write(&self, change: Change) -> Committed {
        let (done, answer) = oneshot::channel();
        let commit = Commit { change, done };
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

    fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        database.begin_read().map_err(database_error)
    }

    fn read_talks(&self) -> Result<Vec<TalkRecord>, StoreError> {
        let transaction = self.begin_read()?;
        let table = transaction.open_table(TALKS).map_err(database_error)?;
        let mut talks = Vec::new();
        for entry in table.iter().map_err(database_error)? {
            let (_, document) = entry.map_err(database_error)?;
            match serde_json::from_slice(document.value()) {
                Ok(talk) => talks.push(talk),
                // One that can't be read is no reason not to read the others.
                Err(error) => eprintln!("webslides: a stored talk cannot be read: {error}"),
            }
        }
        Ok(talks)
    }
}

/// Once dropped, the directory is free, and all that was waiting is written.
impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.commits.take();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// redb panics on some files that something else has written into.
fn whole<T>(read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(StoreError::Damaged))
}

fn open_database(path: &Path) -> Result<Database, StoreError> {
    let database = Database::create(path).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
        error => database_error(error),
    })?;
    let transaction = database.begin_write().map_err(database_error)?;
    transaction.open_table(TALKS).map_err(database_error)?;
    transaction.open_table(DECKS).map_err(database_error)?;
    transaction.open_table(LISTS).map_err(database_error)?;
    transaction.open_table(DOOMED).map_err(database_error)?;
    transaction.open_table(GONE).map_err(database_error)?;
    transaction.commit().map_err(database_error)?;
    Ok(database)
}

/// A copy that was put back is another file than the one it was copied from, and its talks are at
/// revisions that pages may have passed: they start another epoch. Says whether it is one, or the
/// very first start.
fn begin_anew_if_restored(database: &Database, path: &Path) -> Result<bool, StoreError> {
    let file = name_of_file(path)?;
    let transaction = database.begin_write().map_err(database_error)?;
    {
        let mut names = transaction.open_table(FILE).map_err(database_error)?;
        let before = names.get("name").map_err(database_error)?;
        let before = before.map(|name| name.value().to_owned());
        if before.as_deref() == Some(file.as_str()) {
            return Ok(false);
        }
        names
            .insert("name", file.as_str())
            .map_err(database_error)?;
        // Of the very first start there is nothing to renew, whatever the file was called.
        let mut talks = transaction.open_table(TALKS).map_err(database_error)?;
        let mut renewed = Vec::new();
        for entry in talks.iter().map_err(database_error)? {
            let (code, document) = entry.map_err(database_error)?;
            if let Ok(mut talk) = serde_json::from_slice::<TalkRecord>(document.value()) {
                talk.state.epoch = made_up_epoch()?;
                renewed.push((code.value().to_owned(), serde_json::to_vec(&talk)?));
            }
        }
        for (code, document) in renewed {
            talks
                .insert(code.as_str(), document.as_slice())
                .map_err(database_error)?;
        }
    }
    transaction.commit().map_err(database_error)?;
    Ok(true)
}

/// Device, number and, because numbers are given again, time of birth where the system knows it.
fn name_of_file(path: &Path) -> io::Result<String> {
    let file = fs::metadata(path)?;
    let born = file.created().ok().and_then(|born| {
        let born = born.duration_since(UNIX_EPOCH).ok()?;
        Some(born.as_nanos())
    });
    Ok(format!("{}-{}-{born:?}", file.dev(), file.ino()))
}

impl Store for EmbeddedStore {
    fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
        whole(|| self.read_talks())
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Committed {
        self.write(Change::Talk {
            record: Box::new(record),
            expected,
            note,
        })
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Committed {
        let code = code.clone();
        self.write(Change::Deletion {
            code,
            expected,
            last,
        })
    }

    fn gone(&self, code: &TalkCode) -> Result<Option<Vec<u8>>, StoreError> {
        whole(|| {
            let transaction = self.begin_read()?;
            let table = transaction.open_table(GONE).map_err(database_error)?;
            let last = table.get(code.as_str()).map_err(database_error)?;
            Ok(last.map(|last| last.value().to_vec()))
        })
    }

    fn clear_away(&self) -> Result<(), StoreError> {
        whole(|| {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            clear_away(database.as_ref().ok_or(StoreError::Closed)?, &self.media)
        })
    }

    fn append(&self, list: &str, content: Vec<u8>) -> Committed {
        let list = list.to_owned();
        self.write(Change::Entry(Entry { list, content }))
    }

    fn read(&self, list: &str, from: u64, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        whole(|| {
            let transaction = self.begin_read()?;
            let table = transaction.open_table(LISTS).map_err(database_error)?;
            let entries = table
                .range((list, from)..=(list, u64::MAX))
                .map_err(database_error)?;
            entries
                .take(most)
                .map(|entry| Ok(entry.map_err(database_error)?.1.value().to_vec()))
                .collect()
        })
    }

    fn prove(&self) -> Committed {
        self.write(Change::Proof)
    }

    fn feed(&self) -> UnboundedReceiver<TalkRecord> {
        let (sender, receiver) = unbounded_channel();
        *self.feed.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let transaction = self.begin_read()?;
        let table = transaction.open_table(DECKS).map_err(database_error)?;
        let document = table.get(id.as_str()).map_err(database_error)?;
        document
            .map(|document| serde_json::from_slice(document.value()))
            .transpose()
            .map_err(StoreError::from)
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        let document = serde_json::to_vec(deck)?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        let transaction = database.begin_write().map_err(database_error)?;
        {
            let mut table = transaction.open_table(DECKS).map_err(database_error)?;
            table
                .insert(deck.id.as_str(), document.as_slice())
                .map_err(database_error)?;
        }
        transaction.commit().map_err(database_error)
    }

    fn media(&self, name: &str) -> io::Result<Option<Bytes>> {
        self.media.get(name)
    }

    fn put_media(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.media.put(name, content)
    }
}

/// The one that writes talks.
struct Writer {
    file: PathBuf,
    database: Opened,
    feed: Feed,
}

impl Writer {
    /// Until the store is dropped.
    fn run(&self, waiting: &mpsc::Receiver<Commit>) {
        while let Ok(first) = waiting.recv() {
            let more = waiting.try_iter().take(MOST_IN_A_BATCH - 1);
            self.write(std::iter::once(first).chain(more).collect());
        }
    }

    fn write(&self, batch: Vec<Commit>) {
        let mut written = whole(|| self.transact(&batch));
        if written.is_err() {
            // Nothing of it was stored. Perhaps it was only the failure of a time before.
            written = self
                .open_anew()
                .and_then(|()| whole(|| self.transact(&batch)));
        }
        match written {
            Ok(outcomes) => {
                for (commit, outcome) in batch.into_iter().zip(outcomes) {
                    if let (Ok(()), Change::Talk { record, .. }) = (&outcome, &commit.change) {
                        self.tell(record);
                    }
                    // Whoever asked may be gone; what is stored is stored.
                    let _ = commit.done.send(outcome);
                }
            }
            Err(error) => {
                error!(%error, "changes were not stored");
                for commit in batch {
                    let _ = commit.done.send(Err(StoreError::Closed));
                }
            }
        }
    }

    fn open_anew(&self) -> Result<(), StoreError> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The old one first: a file is open once.
        whole(|| {
            database.take();
            Ok(())
        })?;
        *database = Some(whole(|| open_database(&self.file))?);
        Ok(())
    }

    /// All of the batch that fits, in one transaction. Durable when this returns.
    fn transact(&self, batch: &[Commit]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        let transaction = database.begin_write().map_err(database_error)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for commit in batch {
            outcomes.push(match &commit.change {
                Change::Talk {
                    record,
                    expected,
                    note,
                } => match (put_talk(&transaction, record, *expected)?, note) {
                    (Ok(()), Some(note)) => put_entry(&transaction, note)?,
                    (outcome, _) => outcome,
                },
                Change::Entry(entry) => put_entry(&transaction, entry)?,
                Change::Deletion {
                    code,
                    expected,
                    last,
                } => delete_talk(&transaction, code, expected, last)?,
                Change::Proof => put_proof(&transaction)?,
            });
        }
        transaction.commit().map_err(database_error)?;
        counter!(TRANSACTIONS).increment(1);
        Ok(outcomes)
    }

    fn tell(&self, record: &TalkRecord) {
        let feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(feed) = feed.as_ref() {
            // Nobody listens any more when the server ends; what is stored is stored.
            let _ = feed.send(record.clone());
        }
    }
}

/// What is wrong with one change is its own affair; what is wrong with the database is everybody's.
pub(super) type Outcome = Result<Result<(), StoreError>, StoreError>;

fn put_talk(
    transaction: &WriteTransaction,
    record: &TalkRecord,
    expected: Option<Revision>,
) -> Outcome {
    let mut table = transaction.open_table(TALKS).map_err(database_error)?;
    let code = record.code.as_str();
    let stored = match table.get(code).map_err(database_error)? {
        // One that can't be read has no revision that anybody could expect.
        Some(document) => serde_json::from_slice(document.value())
            .map(|stored: TalkRecord| Some(stored.state.revision)),
        None => Ok(None),
    };
    if !stored.is_ok_and(|stored| stored == expected) {
        return Ok(Err(StoreError::Conflict));
    }
    let document = serde_json::to_vec(record)?;
    table
        .insert(code, document.as_slice())
        .map_err(database_error)?;
    Ok(Ok(()))
}

fn put_entry(transaction: &WriteTransaction, entry: &Entry) -> Outcome {
    let list = entry.list.as_str();
    let mut table = transaction.open_table(LISTS).map_err(database_error)?;
    let last = table
        .range((list, 0)..=(list, u64::MAX))
        .map_err(database_error)?
        .next_back()
        .transpose()
        .map_err(database_error)?
        .map(|(place, _)| place.value().1);
    let place = last.map_or(0, |last| last + 1);
    table
        .insert((list, place), entry.content.as_slice())
        .map_err(database_error)?;
    Ok(Ok(()))
}

fn put_proof(transaction: &WriteTransaction) -> Outcome {
    // A transaction without any change would be empty, and an empty one needs no disk.
    let mut proof = transaction.open_table(PROOF).map_err(database_error)?;
    proof
        .insert("last", fastrand::u64(..))
        .map_err(database_error)?;
    Ok(Ok(()))
}

pub(super) fn database_error(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Database(Box::new(error.into()))
}

#[cfg(test)]
mod tests;
