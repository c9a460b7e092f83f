//! One data directory on one machine: redb for documents, files for media.

use super::{Committed, Store, StoreError, TalkRecord, media_files::MediaFiles};
use crate::metrics::TRANSACTIONS;
use app::{
    deck::{Deck, DeckId},
    talk::Revision,
};
use bytes::Bytes;
use metrics::counter;
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};
use tracing::error;

const TALKS: TableDefinition<&str, &[u8]> = TableDefinition::new("talks");
const DECKS: TableDefinition<&str, &[u8]> = TableDefinition::new("decks");

/// Written by whoever asks whether the store can write.
const PROOF: TableDefinition<&str, u64> = TableDefinition::new("proof");

/// How many commits share one transaction at most. Those that arrive while the disk is busy are
/// made durable together: one flush for all of them.
const MOST_IN_A_BATCH: usize = 1_024;

type Feed = Arc<Mutex<Option<UnboundedSender<TalkRecord>>>>;

pub struct EmbeddedStore {
    database: Arc<Database>,
    media: MediaFiles,
    /// Gone only while the store is dropped.
    commits: Option<mpsc::Sender<Commit>>,
    writer: Option<thread::JoinHandle<()>>,
    feed: Feed,
}

struct Commit {
    /// None for a commit that only proves that it can be done.
    change: Option<(TalkRecord, Option<Revision>)>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl EmbeddedStore {
    /// # Errors
    /// When another process has the directory, or it can't be created, read or written.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let media = MediaFiles::open(directory.join("media"))?;
        let file = directory.join("webslides.redb");
        let database = Arc::new(whole(|| open_database(&file))?);
        let feed = Feed::default();
        let (commits, waiting) = mpsc::channel();
        let writer = Writer {
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
    fn write(&self, change: Option<(TalkRecord, Option<Revision>)>) -> Committed {
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

    fn read_talks(&self) -> Result<Vec<TalkRecord>, StoreError> {
        let transaction = self.database.begin_read().map_err(database_error)?;
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
    transaction.commit().map_err(database_error)?;
    Ok(database)
}

impl Store for EmbeddedStore {
    fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
        whole(|| self.read_talks())
    }

    fn commit(&self, record: TalkRecord, expected: Option<Revision>) -> Committed {
        self.write(Some((record, expected)))
    }

    fn prove(&self) -> Committed {
        self.write(None)
    }

    fn feed(&self) -> UnboundedReceiver<TalkRecord> {
        let (sender, receiver) = unbounded_channel();
        *self.feed.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let transaction = self.database.begin_read().map_err(database_error)?;
        let table = transaction.open_table(DECKS).map_err(database_error)?;
        let document = table.get(id.as_str()).map_err(database_error)?;
        document
            .map(|document| serde_json::from_slice(document.value()))
            .transpose()
            .map_err(StoreError::from)
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        let document = serde_json::to_vec(deck)?;
        let transaction = self.database.begin_write().map_err(database_error)?;
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
    database: Arc<Database>,
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
        match self.transact(&batch) {
            Ok(outcomes) => {
                for (commit, outcome) in batch.into_iter().zip(outcomes) {
                    if let (Ok(()), Some((record, _))) = (&outcome, &commit.change) {
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

    /// All of the batch that fits, in one transaction. Durable when this returns.
    fn transact(&self, batch: &[Commit]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let transaction = self.database.begin_write().map_err(database_error)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        {
            let mut table = transaction.open_table(TALKS).map_err(database_error)?;
            for commit in batch {
                let Some((record, expected)) = &commit.change else {
                    // The transaction would be empty, and an empty one needs no disk.
                    let mut proof = transaction.open_table(PROOF).map_err(database_error)?;
                    proof
                        .insert("last", fastrand::u64(..))
                        .map_err(database_error)?;
                    outcomes.push(Ok(()));
                    continue;
                };
                let code = record.code.as_str();
                let stored = match table.get(code).map_err(database_error)? {
                    // One that can't be read has no revision that anybody could expect.
                    Some(document) => serde_json::from_slice(document.value())
                        .map(|stored: TalkRecord| Some(stored.state.revision)),
                    None => Ok(None),
                };
                if !stored.is_ok_and(|stored| stored == *expected) {
                    outcomes.push(Err(StoreError::Conflict));
                    continue;
                }
                let document = serde_json::to_vec(record)?;
                table
                    .insert(code, document.as_slice())
                    .map_err(database_error)?;
                outcomes.push(Ok(()));
            }
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

fn database_error(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Database(Box::new(error.into()))
}
