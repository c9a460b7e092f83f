//! The thread that writes: talks, lists and deletions, many in one transaction.

use super::{LISTS, StoreError, TALKS, TalkRecord, database_error, file::open_database, whole};
use crate::{
    metrics::TRANSACTIONS,
    store::{
        Entry,
        removal::{delete_talk, replace_deck},
    },
};
use app::talk::{EventId, Revision, TalkCode};
use metrics::counter;
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
use tracing::error;

/// Written by whoever asks whether the store can write.
const PROOF: TableDefinition<&str, u64> = TableDefinition::new("proof");

/// How many commits share one transaction at most. Those that arrive while the disk is busy are
/// made durable together: one flush for all of them.
const MOST_IN_A_BATCH: usize = 1_024;

/// The database, but for the moments in which it is opened anew: redb gives one up for good after
/// the first write that failed, and a disk that was full has room again some day.
pub type Opened = Arc<RwLock<Option<Database>>>;

pub type Feed = Arc<Mutex<Option<UnboundedSender<TalkRecord>>>>;

pub struct Commit {
    pub change: Change,
    pub done: oneshot::Sender<Result<(), StoreError>>,
}

pub enum Change {
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

/// The one that writes talks.
pub struct Writer {
    pub file: PathBuf,
    pub database: Opened,
    pub feed: Feed,
}

impl Writer {
    /// Until the store is dropped.
    pub fn run(&self, waiting: &mpsc::Receiver<Commit>) {
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
pub type Outcome = Result<Result<(), StoreError>, StoreError>;

fn put_talk(
    transaction: &WriteTransaction,
    record: &TalkRecord,
    expected: Option<Revision>,
) -> Outcome {
    let mut table = transaction.open_table(TALKS).map_err(database_error)?;
    let code = record.code.as_str();
    let stored = match table.get(code).map_err(database_error)? {
        // One that can't be read has no revision that anybody could expect.
        Some(document) => serde_json::from_slice::<TalkRecord>(document.value()).map(Some),
        None => Ok(None),
    };
    let Ok(stored) = stored else {
        return Ok(Err(StoreError::Conflict));
    };
    if stored.as_ref().map(|stored| stored.state.revision) != expected {
        return Ok(Err(StoreError::Conflict));
    }
    if let Some(stored) = stored.filter(|stored| stored.deck != record.deck) {
        replace_deck(transaction, &stored.deck)?;
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
