//! The real store, whose writer is a thread of its own.

use super::disk::{Act, Disk, Log};
use model::{
    deck::DeckId,
    talk::{EventId, Revision, TalkCode},
};
use server::store::{Committed, EmbeddedStore, Entry, Journal, List, Pending, Store, TalkRecord};
use std::{
    collections::HashSet,
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
    witness: Witness,
}

type Witness = Arc<Mutex<Option<thread::JoinHandle<()>>>>;

impl RealDisk {
    pub fn new() -> Self {
        Self {
            directory: TempDir::new().expect("a temporary directory"),
            log: Log::default(),
            store: Weak::new(),
            witness: Witness::default(),
        }
    }
}

impl Disk for RealDisk {
    fn open(&mut self) -> Store {
        // The previous store's feed ended with the store, and its witness ends with the feed.
        let before = self.witness.lock().expect("nobody panics here").take();
        if let Some(witness) = before {
            witness.join().expect("it ended without a panic");
        }
        let embedded = EmbeddedStore::open(self.directory.path()).expect("it opens");
        let embedded = Arc::new(embedded);
        let store = Arc::new(Witnessed {
            store: embedded.clone(),
            log: self.log.clone(),
            witness: self.witness.clone(),
        });
        self.store = Arc::downgrade(&store);
        Store::of(store, embedded.clone(), embedded)
    }

    fn log(&self) -> &Log {
        &self.log
    }

    /// A talk that is new is opened before the feed is heard; the log must not lack it.
    fn hold(&mut self) {
        let store = self.store.upgrade().expect("the server has it");
        let stored = block_on(store.load()).expect("it can be read");
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

/// The real store, and a thread that writes down what its feed says before the server hears it.
struct Witnessed {
    store: Arc<EmbeddedStore>,
    log: Log,
    witness: Witness,
}

impl Journal for Witnessed {
    fn load(&self) -> Pending<Vec<TalkRecord>> {
        self.store.load()
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Pending<()> {
        self.store.commit(record, expected, note)
    }

    fn append(&self, entry: Entry) -> Pending<()> {
        self.store.append(entry)
    }

    fn read(&self, list: &List, from: u64, most: usize) -> Pending<Vec<Vec<u8>>> {
        self.store.read(list, from, most)
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Pending<()> {
        self.store.delete(code, expected, last)
    }

    fn gone(&self, code: &TalkCode) -> Pending<Option<Vec<u8>>> {
        self.store.gone(code)
    }

    fn shown(&self) -> Pending<HashSet<DeckId>> {
        self.store.shown()
    }

    fn prove(&self) -> Pending<()> {
        self.store.prove()
    }

    fn feed(&self) -> UnboundedReceiver<Committed> {
        let mut feed = self.store.feed();
        let (sender, receiver) = unbounded_channel();
        let log = self.log.clone();
        let witness = thread::spawn(move || {
            while let Some(committed) = feed.blocking_recv() {
                if let Committed::Talk(record) = &committed {
                    log.add(record.as_ref().clone());
                }
                // Fails if the server is being ended, which changes nothing of what is stored.
                let _ = sender.send(committed);
            }
        });
        *self.witness.lock().expect("nobody panics here") = Some(witness);
        receiver
    }
}

/// What the store reads, it reads on another thread.
fn block_on<T, E>(read: Pending<T, E>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(read)
}
