//! The real store, whose writer is a thread of its own.

use super::disk::{Act, Disk, Log};
use model::{
    deck::{Deck, DeckId},
    talk::{EventId, Revision, TalkCode},
};
use server::store::{
    Cause, Claim, Claims, Committed, EmbeddedStore, Entry, Part, Store, StoreError, TalkRecord,
};
use std::{
    io,
    sync::{Arc, Mutex, Weak},
    thread,
};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The real store in a directory of its own.
pub struct RealDisk {
    directory: TempDir,
    log: Log,
    store: Weak<Witnessed>,
}

impl RealDisk {
    pub fn new() -> Self {
        Self {
            directory: TempDir::new().expect("a temporary directory"),
            log: Log::default(),
            store: Weak::new(),
        }
    }
}

impl Disk for RealDisk {
    fn open(&mut self) -> Arc<dyn Store> {
        let store = Arc::new(Witnessed {
            store: Some(EmbeddedStore::open(self.directory.path()).expect("it opens")),
            log: self.log.clone(),
            witness: Mutex::default(),
        });
        self.store = Arc::downgrade(&store);
        store
    }

    fn log(&self) -> &Log {
        &self.log
    }

    /// A talk that is new is opened before the feed is heard; the log must not lack it.
    fn hold(&mut self) {
        let store = self.store.upgrade().expect("the server has it");
        let stored = store.load().expect("it can be read");
        while self.log.newest().as_ref() != stored.first() {
            thread::yield_now();
        }
    }

    fn act(&mut self, _: Act) -> bool {
        false
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn has_paused_time(&self) -> bool {
        false
    }
}

/// The real store, and somebody who writes down what its feed says before anybody hears it.
struct Witnessed {
    /// Gone only while this is dropped.
    store: Option<EmbeddedStore>,
    log: Log,
    witness: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Witnessed {
    fn store(&self) -> &EmbeddedStore {
        self.store.as_ref().expect("it is open")
    }
}

impl Drop for Witnessed {
    fn drop(&mut self) {
        // The feed ends with its store, and the witness with the feed.
        self.store.take();
        if let Some(witness) = self.witness.lock().expect("nobody panics here").take() {
            witness.join().expect("it ended in peace");
        }
    }
}

impl Store for Witnessed {
    fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
        self.store().load()
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Committed {
        self.store().commit(record, expected, note)
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Committed {
        self.store().delete(code, expected, last)
    }

    fn gone(&self, code: &TalkCode) -> Result<Option<Vec<u8>>, StoreError> {
        self.store().gone(code)
    }

    fn claims(&self) -> &Claims {
        self.store().claims()
    }

    fn clear_away(&self, cause: Cause, unstored: &dyn Fn() -> Vec<Deck>) -> Result<(), StoreError> {
        self.store().clear_away(cause, unstored)
    }

    fn append(&self, list: &str, content: Vec<u8>) -> Committed {
        self.store().append(list, content)
    }

    fn read(&self, list: &str, from: u64, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store().read(list, from, most)
    }

    fn prove(&self) -> Committed {
        self.store().prove()
    }

    fn feed(&self) -> UnboundedReceiver<TalkRecord> {
        let mut feed = self.store().feed();
        let (sender, receiver) = unbounded_channel();
        let log = self.log.clone();
        let witness = thread::spawn(move || {
            while let Some(record) = feed.blocking_recv() {
                log.add(record.clone());
                // A server that is being ended hears no more; what is stored is stored.
                let _ = sender.send(record);
            }
        });
        *self.witness.lock().expect("nobody panics here") = Some(witness);
        receiver
    }

    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        self.store().deck(id)
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        self.store().put_deck(deck)
    }

    fn media(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>> {
        self.store().media(name, from, most)
    }

    fn put_media(&self, name: &str, content: &[u8], claim: &Claim) -> io::Result<()> {
        self.store().put_media(name, content, claim)
    }
}
