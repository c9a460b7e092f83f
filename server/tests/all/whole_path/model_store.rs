//! A store that is told when to write, to fail and to tell.

use super::disk::{Act, Disk, Log};
use bytes::Bytes;
use model::{
    deck::DeckId,
    talk::{EventId, Revision, TalkCode},
};
use server::store::{
    Committed, Documents, Entry, Journal, List, Mark, Media, Part, Pending, Store, StoreError,
    TalkRecord,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};

/// A store that does nothing by itself, can fail, and loses in a crash what was not written.
#[derive(Clone)]
pub struct ModelStore(Arc<Mutex<State>>);

struct State {
    log: Log,
    texts: Arc<Mutex<HashMap<DeckId, Bytes>>>,
    /// While a server starts, all is done at once.
    prompt: bool,
    waiting: VecDeque<(TalkRecord, Option<Revision>, Outcome)>,
    to_tell: VecDeque<TalkRecord>,
    to_answer: VecDeque<(Outcome, Result<(), StoreError>)>,
    feed: Option<UnboundedSender<Committed>>,
}

type Outcome = oneshot::Sender<Result<(), StoreError>>;

/// The [`Disk`] of a [`ModelStore`].
#[derive(Default)]
pub struct ModelDisk {
    log: Log,
    texts: Arc<Mutex<HashMap<DeckId, Bytes>>>,
    store: Option<ModelStore>,
}

impl ModelDisk {
    fn state(&self) -> Option<MutexGuard<'_, State>> {
        self.store.as_ref().map(ModelStore::locked)
    }
}

impl Disk for ModelDisk {
    fn open(&mut self) -> Store {
        let state = State {
            log: self.log.clone(),
            texts: self.texts.clone(),
            prompt: true,
            waiting: VecDeque::new(),
            to_tell: VecDeque::new(),
            to_answer: VecDeque::new(),
            feed: None,
        };
        let store = ModelStore(Arc::new(Mutex::new(state)));
        self.store = Some(store.clone());
        let store = Arc::new(store);
        Store::of(store.clone(), store.clone(), store)
    }

    fn log(&self) -> &Log {
        &self.log
    }

    fn hold(&mut self) {
        if let Some(mut pending) = self.state() {
            pending.prompt = false;
        }
    }

    fn act(&mut self, act: Act) -> bool {
        self.state().is_some_and(|mut pending| pending.act(act))
    }

    fn is_idle(&self) -> bool {
        self.state().is_none_or(|pending| {
            pending.waiting.is_empty() && pending.to_tell.is_empty() && pending.to_answer.is_empty()
        })
    }

    fn has_paused_time(&self) -> bool {
        true
    }
}

impl State {
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
                (Some(record), Some(feed)) => feed.send(Committed::Talk(Box::new(record))).is_ok(),
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
    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics here")
    }
}

impl Journal for ModelStore {
    fn load(&self) -> Pending<Vec<TalkRecord>> {
        done(self.locked().log.newest().into_iter().collect())
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        _: Option<Entry>,
    ) -> Pending<()> {
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

    fn append(&self, _: Entry) -> Pending<()> {
        done(())
    }

    fn read(&self, _: &List, _: u64, _: usize) -> Pending<Vec<Vec<u8>>> {
        done(Vec::new())
    }

    fn delete(&self, _: &TalkCode, _: EventId, _: Vec<u8>) -> Pending<()> {
        Box::pin(async { Err(StoreError::Conflict) })
    }

    fn gone(&self, _: &TalkCode) -> Pending<Option<Vec<u8>>> {
        done(None)
    }

    fn shown(&self) -> Pending<HashSet<DeckId>> {
        done(HashSet::new())
    }

    fn prove(&self) -> Pending<()> {
        done(())
    }

    fn feed(&self) -> UnboundedReceiver<Committed> {
        let (sender, receiver) = unbounded_channel();
        self.locked().feed = Some(sender);
        receiver
    }
}

/// Nothing is ever removed here.
impl Documents for ModelStore {
    fn get(&self, id: &DeckId) -> Pending<Option<Bytes>> {
        let pending = self.locked();
        let texts = pending.texts.lock().expect("nobody panics here");
        done(texts.get(id).cloned())
    }

    fn put(&self, id: &DeckId, text: Bytes, _: Option<Mark>) -> Pending<()> {
        let pending = self.locked();
        let mut texts = pending.texts.lock().expect("nobody panics here");
        texts.insert(id.clone(), text);
        done(())
    }

    fn ids(&self) -> Pending<Vec<DeckId>> {
        done(Vec::new())
    }

    fn marked(&self) -> Pending<Vec<(DeckId, Mark)>> {
        done(Vec::new())
    }

    fn remove(&self, _: Vec<DeckId>) -> Pending<()> {
        done(())
    }
}

/// There are no pictures.
impl Media for ModelStore {
    fn part(&self, _: &str, _: u64, _: usize) -> Pending<Option<Part>, io::Error> {
        done(None)
    }

    fn put(&self, _: &str, _: Bytes) -> Pending<(), io::Error> {
        done(())
    }

    fn loose(&self) -> Pending<BTreeSet<String>, io::Error> {
        done(BTreeSet::new())
    }

    fn loosen(&self, _: BTreeSet<String>) -> Pending<(), io::Error> {
        done(())
    }

    fn keep(&self, _: BTreeSet<String>) -> Pending<(), io::Error> {
        done(())
    }

    fn remove(&self, _: BTreeSet<String>) -> Pending<(), io::Error> {
        done(())
    }
}

fn done<T: Send + 'static, E: Send + 'static>(value: T) -> Pending<T, E> {
    Box::pin(std::future::ready(Ok(value)))
}
