//! A store that is told when to write, to fail and to tell.

use super::disk::{Act, Disk, Log};
use model::{
    deck::{Deck, DeckId},
    talk::{EventId, Revision, TalkCode},
};
use server::store::{Cause, Claim, Claims, Committed, Entry, Part, Store, StoreError, TalkRecord};
use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};

/// A store that does nothing by itself, can fail, and loses in a crash what was not written.
#[derive(Clone)]
pub struct ModelStore {
    pending: Arc<Mutex<Pending>>,
    /// Nothing is cleared away here.
    claims: Claims,
}

struct Pending {
    log: Log,
    decks: Arc<Mutex<HashMap<DeckId, Deck>>>,
    /// While a server starts, all is done at once.
    prompt: bool,
    waiting: VecDeque<(TalkRecord, Option<Revision>, Outcome)>,
    to_tell: VecDeque<TalkRecord>,
    to_answer: VecDeque<(Outcome, Result<(), StoreError>)>,
    feed: Option<UnboundedSender<TalkRecord>>,
}

type Outcome = oneshot::Sender<Result<(), StoreError>>;

/// The [`Disk`] of a [`ModelStore`].
#[derive(Default)]
pub struct ModelDisk {
    log: Log,
    decks: Arc<Mutex<HashMap<DeckId, Deck>>>,
    store: Option<ModelStore>,
}

impl ModelDisk {
    fn pending(&self) -> Option<MutexGuard<'_, Pending>> {
        self.store.as_ref().map(ModelStore::locked)
    }
}

impl Disk for ModelDisk {
    fn open(&mut self) -> Arc<dyn Store> {
        let pending = Pending {
            log: self.log.clone(),
            decks: self.decks.clone(),
            prompt: true,
            waiting: VecDeque::new(),
            to_tell: VecDeque::new(),
            to_answer: VecDeque::new(),
            feed: None,
        };
        let store = ModelStore {
            pending: Arc::new(Mutex::new(pending)),
            claims: Claims::default(),
        };
        self.store = Some(store.clone());
        Arc::new(store)
    }

    fn log(&self) -> &Log {
        &self.log
    }

    fn hold(&mut self) {
        if let Some(mut pending) = self.pending() {
            pending.prompt = false;
        }
    }

    fn act(&mut self, act: Act) -> bool {
        self.pending().is_some_and(|mut pending| pending.act(act))
    }

    fn is_idle(&self) -> bool {
        self.pending().is_none_or(|pending| {
            pending.waiting.is_empty() && pending.to_tell.is_empty() && pending.to_answer.is_empty()
        })
    }

    fn has_paused_time(&self) -> bool {
        true
    }
}

impl Pending {
    /// Whether there was anything to do.
    fn act(&mut self, act: Act) -> bool {
        match act {
            Act::Write { most, works } => {
                let most = most.min(self.waiting.len());
                let batch: Vec<_> = self.waiting.drain(..most).collect();
                for (record, expected, outcome) in batch {
                    let written = if works {
                        self.write(record, expected)
                    } else {
                        Err(StoreError::Closed)
                    };
                    self.to_answer.push_back((outcome, written));
                }
                most > 0
            }
            Act::Tell => match (self.to_tell.pop_front(), &self.feed) {
                (Some(record), Some(feed)) => feed.send(record).is_ok(),
                _ => false,
            },
            Act::Answer => match self.to_answer.pop_front() {
                Some((outcome, written)) => outcome.send(written).is_ok(),
                None => false,
            },
        }
    }

    fn write(&mut self, record: TalkRecord, expected: Option<Revision>) -> Result<(), StoreError> {
        let stored = self.log.newest().map(|stored| stored.state.revision);
        if stored != expected {
            return Err(StoreError::Conflict);
        }
        self.log.add(record.clone());
        self.to_tell.push_back(record);
        Ok(())
    }
}

impl ModelStore {
    fn locked(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().expect("nobody panics here")
    }
}

impl Store for ModelStore {
    fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
        Ok(self.locked().log.newest().into_iter().collect())
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        _: Option<Entry>,
    ) -> Committed {
        let (outcome, answer) = oneshot::channel();
        let mut pending = self.locked();
        pending.waiting.push_back((record, expected, outcome));
        if pending.prompt {
            pending.act(Act::Write {
                most: 1,
                works: true,
            });
            pending.act(Act::Tell);
            pending.act(Act::Answer);
        }
        Box::pin(async { answer.await.unwrap_or(Err(StoreError::Closed)) })
    }

    fn delete(&self, _: &TalkCode, _: EventId, _: Vec<u8>) -> Committed {
        Box::pin(async { Err(StoreError::Conflict) })
    }

    fn gone(&self, _: &TalkCode) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn claims(&self) -> &Claims {
        &self.claims
    }

    fn clear_away(&self, _: Cause, _: &dyn Fn() -> Vec<Deck>) -> Result<(), StoreError> {
        Ok(())
    }

    fn append(&self, _: &str, _: Vec<u8>) -> Committed {
        Box::pin(async { Ok(()) })
    }

    fn read(&self, _: &str, _: u64, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(Vec::new())
    }

    fn prove(&self) -> Committed {
        Box::pin(async { Ok(()) })
    }

    fn feed(&self) -> UnboundedReceiver<TalkRecord> {
        let (sender, receiver) = unbounded_channel();
        self.locked().feed = Some(sender);
        receiver
    }

    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let pending = self.locked();
        let decks = pending.decks.lock().expect("nobody panics here");
        Ok(decks.get(id).cloned())
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        let pending = self.locked();
        let mut decks = pending.decks.lock().expect("nobody panics here");
        decks.insert(deck.id.clone(), deck.clone());
        Ok(())
    }

    fn media(&self, _: &str, _: u64, _: usize) -> io::Result<Option<Part>> {
        Ok(None)
    }

    fn put_media(&self, _: &str, _: &[u8], _: &Claim) -> io::Result<()> {
        Ok(())
    }
}
