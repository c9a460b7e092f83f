//! The thread that writes: talks, lists and deletions, many in one transaction.

use super::{
    LISTS, StoreError, TALKS, TalkRecord, database_error, deletion::delete_talk, set_mark, whole,
};
use crate::{
    observe::metrics::{COMMIT_SECONDS, TRANSACTIONS},
    store::{Committed, Entry, Mark},
};
use metrics::{counter, histogram};
use model::talk::{EventId, Revision, TalkCode};
use redb::{
    Database, ReadableDatabase, ReadableTable, TableDefinition, TableError, WriteTransaction,
};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    time::Instant,
};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
use tracing::error;

/// A random mark of the batch that was written last. It shows whether a batch is stored whose write
/// failed at the very end.
const MARK: TableDefinition<&str, u64> = TableDefinition::new("mark");

/// Written to prove that a change can be made. Each time there must be room for a copy beside the one
/// before, whose room is then free: so there is room for the next change, too.
const PROOF: TableDefinition<&str, &[u8]> = TableDefinition::new("proof");
/// More than a tap writes: its talk with all remotes, its note, and the tree's pages above them.
const PROOF_BYTES: usize = 60 << 10;

/// The most commits in one transaction. Those that arrive while the disk is busy become durable
/// together, with one flush.
const MOST_IN_A_BATCH: usize = 1_024;

/// The database; `None` while it is reopened. redb refuses all writes after one that failed, but a full
/// disk has room again some day.
pub type Opened = Arc<RwLock<Option<Database>>>;

pub type Feed = Arc<Mutex<Option<UnboundedSender<Committed>>>>;

pub struct Commit {
    pub change: Change,
    pub begun: Instant,
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
    /// Proves that this change can be made, and the next one.
    Proof,
}

/// The state of the writer's thread.
pub struct Writer {
    pub open: Opener,
    pub database: Opened,
    pub feed: Feed,
    pub doubt: Option<Doubt>,
}

/// Reopens the database's file.
pub type Opener = Box<dyn FnMut() -> Result<Database, StoreError> + Send>;

/// A batch whose write failed and that may be stored all the same: a disk may report a failure after it
/// has written the last byte. Its callers were told that it failed, so it is rolled back.
pub struct Doubt {
    /// The batch is stored if one of these is the newest mark.
    marks: Vec<u64>,
    undo: Vec<Undo>,
}

/// Rolls one change back. There is none for a deletion, which is idempotent.
enum Undo {
    Talk {
        code: TalkCode,
        before: Option<Vec<u8>>,
    },
    Entry {
        list: String,
        place: u64,
    },
}

/// What a transaction does if it is stored.
#[derive(Default)]
struct Done {
    outcomes: Vec<Result<(), StoreError>>,
    undo: Vec<Undo>,
}

impl Writer {
    /// Writes until the store is dropped.
    pub fn run(mut self, waiting: &mpsc::Receiver<Commit>) {
        while let Ok(first) = waiting.recv() {
            let more = waiting.try_iter().take(MOST_IN_A_BATCH - 1);
            self.write(std::iter::once(first).chain(more).collect());
        }
    }

    fn write(&mut self, batch: Vec<Commit>) {
        let written = match self.settle_doubt() {
            Ok(()) => self.write_twice(&batch),
            Err(error) => Err(error),
        };
        match written {
            Ok(outcomes) => {
                for (commit, outcome) in batch.into_iter().zip(outcomes) {
                    if outcome.is_ok() {
                        self.tell(commit.change, commit.begun);
                    }
                    // The caller may have gone; the change is stored all the same.
                    let _ = commit.done.send(outcome);
                }
            }
            Err(error) => {
                error!(%error, "changes were not stored");
                let error = Arc::new(error);
                for commit in batch {
                    let _ = commit.done.send(Err(StoreError::Failed(error.clone())));
                }
            }
        }
    }

    /// Writes a batch; if that fails, reopens the file and tries once more.
    fn write_twice(&mut self, batch: &[Commit]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut done = Done::default();
        let mut marks = vec![fastrand::u64(..)];
        if whole(|| self.transact(batch, &marks, &mut done)).is_ok() {
            return Ok(done.outcomes);
        }
        let written = self.open_anew().and_then(|()| {
            let is_stored = self.is_newest(&marks)?;
            marks.push(fastrand::u64(..));
            if is_stored {
                // Only a successful flush is missing.
                return whole(|| self.transact(&[], &marks, &mut Done::default()));
            }
            done = Done::default();
            whole(|| self.transact(batch, &marks, &mut done))
        });
        if let Err(error) = written {
            let undo = done.undo;
            self.doubt = Some(Doubt { marks, undo });
            return Err(error);
        }
        Ok(done.outcomes)
    }

    /// Rolls the batch that failed last back, if it is stored.
    fn settle_doubt(&mut self) -> Result<(), StoreError> {
        let Some(doubt) = self.doubt.take() else {
            return Ok(());
        };
        let settled = self.open_anew().and_then(|()| {
            if self.is_newest(&doubt.marks)? {
                whole(|| self.take_back(&doubt.undo))?;
            }
            Ok(())
        });
        if settled.is_err() {
            self.doubt = Some(doubt);
        }
        settled
    }

    fn take_back(&self, undo: &[Undo]) -> Result<(), StoreError> {
        self.in_transaction(fastrand::u64(..), |transaction| {
            undo.iter()
                .rev()
                .try_for_each(|undo| undo.carry_out(transaction))
        })
    }

    fn open_anew(&mut self) -> Result<(), StoreError> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The file's lock allows one handle: the old one is closed first.
        whole(|| {
            database.take();
            Ok(())
        })?;
        *database = Some(whole(&mut self.open)?);
        Ok(())
    }

    /// Whether the newest stored mark is one of these.
    fn is_newest(&self, marks: &[u64]) -> Result<bool, StoreError> {
        whole(|| {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            let database = database.as_ref().ok_or(StoreError::Closed)?;
            let transaction = database.begin_read().map_err(database_error)?;
            let newest = match transaction.open_table(MARK) {
                Ok(mark) => mark.get("last").map_err(database_error)?,
                Err(TableError::TableDoesNotExist(_)) => None,
                Err(error) => return Err(database_error(error)),
            };
            Ok(newest.is_some_and(|newest| marks.contains(&newest.value())))
        })
    }

    /// Writes those changes of a batch that are not refused, and the last of its marks.
    fn transact(&self, batch: &[Commit], marks: &[u64], done: &mut Done) -> Result<(), StoreError> {
        let mark = marks.last().copied().unwrap_or_default();
        self.in_transaction(mark, |transaction| {
            for commit in batch {
                let outcome = put(transaction, &commit.change, &mut done.undo)?;
                done.outcomes.push(outcome);
            }
            Ok(())
        })
    }

    /// Makes a change with its mark. It is durable when this returns.
    fn in_transaction(
        &self,
        mark: u64,
        change: impl FnOnce(&WriteTransaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        let transaction = database.begin_write().map_err(database_error)?;
        change(&transaction)?;
        transaction
            .open_table(MARK)
            .map_err(database_error)?
            .insert("last", mark)
            .map_err(database_error)?;
        transaction.commit().map_err(database_error)?;
        counter!(TRANSACTIONS).increment(1);
        Ok(())
    }

    fn tell(&self, change: Change, begun: Instant) {
        let feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        let tell = |committed| {
            if let Some(feed) = feed.as_ref() {
                // At the end of the server there is no listener any more.
                let _ = feed.send(committed);
            }
        };
        match change {
            Change::Talk { record, note, .. } => {
                histogram!(COMMIT_SECONDS).record(begun.elapsed());
                tell(Committed::Talk(record));
                note.into_iter()
                    .for_each(|note| tell(Committed::Entry(note)));
            }
            Change::Entry(entry) => tell(Committed::Entry(entry)),
            Change::Deletion { .. } | Change::Proof => {}
        }
    }
}

/// The inner error refuses one change; the outer one fails the whole batch.
pub type Outcome = Result<Result<(), StoreError>, StoreError>;

fn put(transaction: &WriteTransaction, change: &Change, undo: &mut Vec<Undo>) -> Outcome {
    match change {
        Change::Talk {
            record,
            expected,
            note,
        } => match (put_talk(transaction, record, *expected, undo)?, note) {
            (Ok(()), Some(note)) => put_entry(transaction, note, undo),
            (outcome, _) => Ok(outcome),
        },
        Change::Entry(entry) => append(transaction, entry, undo),
        Change::Deletion {
            code,
            expected,
            last,
        } => delete_talk(transaction, code, expected, last),
        Change::Proof => {
            let mut table = transaction.open_table(PROOF).map_err(database_error)?;
            let proof = vec![0; PROOF_BYTES];
            table
                .insert("last", proof.as_slice())
                .map_err(database_error)?;
            Ok(Ok(()))
        }
    }
}

impl Undo {
    fn carry_out(&self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        match self {
            Self::Talk { code, before } => {
                let mut table = transaction.open_table(TALKS).map_err(database_error)?;
                match before {
                    Some(document) => table.insert(code.as_str(), document.as_slice()),
                    None => table.remove(code.as_str()),
                }
                .map_err(database_error)?;
            }
            Self::Entry { list, place } => {
                let mut table = transaction.open_table(LISTS).map_err(database_error)?;
                table
                    .remove((list.as_str(), *place))
                    .map_err(database_error)?;
            }
        }
        Ok(())
    }
}

fn put_talk(
    transaction: &WriteTransaction,
    record: &TalkRecord,
    expected: Option<Revision>,
    undo: &mut Vec<Undo>,
) -> Outcome {
    let mut table = transaction.open_table(TALKS).map_err(database_error)?;
    let code = record.code.as_str();
    let before = table.get(code).map_err(database_error)?;
    let before = before.map(|document| document.value().to_vec());
    let stored = before.as_deref().map(serde_json::from_slice::<TalkRecord>);
    // A record that can't be read is not at the expected revision.
    let Ok(stored) = stored.transpose() else {
        return Ok(Err(StoreError::Conflict));
    };
    if stored.as_ref().map(|stored| stored.state.revision) != expected {
        return Ok(Err(StoreError::Conflict));
    }
    if let Some(stored) = stored.filter(|stored| stored.deck != record.deck) {
        set_mark(transaction, &stored.deck, Mark::Replaced)?;
    }
    let document = serde_json::to_vec(record)?;
    table
        .insert(code, document.as_slice())
        .map_err(database_error)?;
    let code = record.code.clone();
    undo.push(Undo::Talk { code, before });
    Ok(Ok(()))
}

fn append(transaction: &WriteTransaction, entry: &Entry, undo: &mut Vec<Undo>) -> Outcome {
    if let Some(code) = entry.list.talk() {
        let talks = transaction.open_table(TALKS).map_err(database_error)?;
        let talk = talks.get(code.as_str()).map_err(database_error)?;
        if talk.is_none() {
            return Ok(Err(StoreError::Conflict));
        }
    }
    put_entry(transaction, entry, undo)
}

fn put_entry(transaction: &WriteTransaction, entry: &Entry, undo: &mut Vec<Undo>) -> Outcome {
    let path = entry.list.to_string();
    let list = path.as_str();
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
    undo.push(Undo::Entry { list: path, place });
    Ok(Ok(()))
}
