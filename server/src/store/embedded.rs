//! One data directory on one machine: redb for documents, files for media.

mod file;
mod writer;

use super::{
    Cause, Claim, Claims, Committed, Entry, Part, Store, StoreError, TalkRecord,
    media_files::MediaFiles,
    removal::{DOOMED, GONE, clear_all_away, clear_away},
};
use file::{begin_anew_if_restored, open_database};
use model::{
    deck::{Deck, DeckId},
    talk::{EventId, Revision, TalkCode},
};
use redb::{ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition};
use std::{
    cell::Cell,
    collections::BTreeSet,
    fs, io,
    os::unix::fs::PermissionsExt,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Once, PoisonError, RwLock, mpsc},
    thread,
    time::Instant,
};
use tokio::sync::{
    mpsc::{UnboundedReceiver, unbounded_channel},
    oneshot,
};
use tracing::{error, warn};
pub(super) use writer::Outcome;
use writer::{Change, Commit, Feed, Opened, Opener, Writer};

pub(super) const TALKS: TableDefinition<&str, &[u8]> = TableDefinition::new("talks");
/// Entries by their list and their place in it, from 0.
pub(super) const LISTS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("lists");
pub(super) const DECKS: TableDefinition<&str, &[u8]> = TableDefinition::new("decks");

/// The database, in the data directory.
const FILE: &str = "webslides.redb";

pub struct EmbeddedStore {
    database: Opened,
    media: MediaFiles,
    claims: Claims,
    /// Gone only while the store is dropped.
    commits: Option<mpsc::Sender<Commit>>,
    writer: Option<thread::JoinHandle<()>>,
    feed: Feed,
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

    fn open_by(directory: &Path, file: &Path, mut open: Opener) -> Result<Self, StoreError> {
        let media = MediaFiles::open(directory.join("media"))?;
        // Slides that were not shown yet, and notes, are nobody else's. Of a directory that is not
        // ours, its owner decides.
        let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
        let database = whole(|| {
            let database = open()?;
            if begin_anew_if_restored(&database, file)? {
                // What this copy does not know may be the one's that it was put in place of.
                media.change_loose(BTreeSet::clear)?;
            } else if let Err(error) = clear_all_away(&database, &media) {
                // No reason not to show talks.
                error!(%error, "what was deleted could not be cleared away");
            }
            Ok(database)
        })?;
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
            media,
            claims: Claims::default(),
            commits: Some(commits),
            writer: Some(writer),
            feed,
        })
    }
}

impl EmbeddedStore {
    fn write(&self, change: Change) -> Committed {
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
                Err(error) => warn!(%error, "a stored talk cannot be read"),
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

    fn claims(&self) -> &Claims {
        &self.claims
    }

    fn clear_away(&self, cause: Cause, unstored: &dyn Fn() -> Vec<Deck>) -> Result<(), StoreError> {
        // Before the database: others may use it while this one waits for its turn.
        let clearing = self.claims.clearing();
        whole(|| {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            let database = database.as_ref().ok_or(StoreError::Closed)?;
            clear_away(database, &self.media, &clearing, cause, unstored)
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
        whole(|| {
            let transaction = self.begin_read()?;
            let table = transaction.open_table(DECKS).map_err(database_error)?;
            let document = table.get(id.as_str()).map_err(database_error)?;
            document
                .map(|document| serde_json::from_slice(document.value()))
                .transpose()
                .map_err(StoreError::from)
        })
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        let document = serde_json::to_vec(deck)?;
        whole(|| {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            let database = database.as_ref().ok_or(StoreError::Closed)?;
            let transaction = database.begin_write().map_err(database_error)?;
            {
                let mut table = transaction.open_table(DECKS).map_err(database_error)?;
                table
                    .insert(deck.id.as_str(), document.as_slice())
                    .map_err(database_error)?;
                if deck.is_being_read() {
                    // Unless a talk shows it by then: a server that is killed in between leaves none.
                    let mut doomed = transaction.open_table(DOOMED).map_err(database_error)?;
                    doomed
                        .insert(deck.id.as_str(), ())
                        .map_err(database_error)?;
                }
            }
            transaction.commit().map_err(database_error)
        })
    }

    fn media(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>> {
        self.media.part(name, from, most)
    }

    fn put_media(&self, name: &str, content: &[u8], claim: &Claim) -> io::Result<()> {
        claim.medium(name);
        self.media.put(name, content)
    }
}

thread_local! {
    /// Whether this thread reads or writes the database.
    static IS_AT_IT: Cell<bool> = const { Cell::new(false) };
}

/// redb panics on some files that something else has written into. That is an error as others are,
/// and said as one: not by the panic's own lines on the terminal.
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

pub(super) fn database_error(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::Io(error) => match error.kind() {
            // Cut off, or no such file at all: the disk is well.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => StoreError::Damaged,
            _ => StoreError::Disk(error),
        },
        // redb's word for every write after one that failed.
        redb::Error::PreviousIo => StoreError::Disk(io::Error::other("an earlier write failed")),
        error => StoreError::Database(Box::new(error)),
    }
}

#[cfg(test)]
mod tests;
