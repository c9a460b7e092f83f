use super::{OpenError, history};
use crate::{
    access::KeyHash,
    live::{Channel, Frame, Hub},
    metrics::{COMMIT_SECONDS, PUBLISH_SECONDS},
    store::{Store, StoreError, TalkRecord},
};
use app::{
    deck::Deck,
    talk::{Command, Refused, Revision, SlideState, Snapshot, TalkCode},
};
use metrics::histogram;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How long an answer waits for the store before it says that something is wrong.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// One open talk.
pub struct Talk {
    code: TalkCode,
    /// The newest record, whether durable yet or not: what the next command is applied to, so
    /// that many commands can share one flush of the disk. Never shown to anybody.
    staged: Mutex<(TalkRecord, Arc<Deck>)>,
    /// What is durable, and so what everybody sees.
    published: watch::Sender<Published>,
    channel: Channel,
    hub: Hub,
}

#[derive(Debug, Clone)]
struct Published {
    record: TalkRecord,
    deck: Arc<Deck>,
    snapshot: Arc<Snapshot>,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("the talk has moved on; it is at revision {}", .0.revision)]
    Stale(Box<SlideState>),
    #[error("the deck has no such slide or step")]
    OutOfRange,
    #[error("the talk is over")]
    Over,
    #[error("the change could not be stored: {0}")]
    Store(#[from] StoreError),
}

impl Talk {
    pub(super) fn new(record: TalkRecord, deck: Deck, hub: &Hub) -> Result<Self, OpenError> {
        let deck = Arc::new(deck);
        let within = hub.acknowledge_within_ms(0);
        let (published, frame) = prepare(record.clone(), deck.clone(), within)?;
        let channel = hub.open(frame.clone());
        if record.state.over {
            // It was ended in an earlier life: there is nothing to wait for.
            channel.publish_last(frame);
        }
        Ok(Self {
            code: record.code.clone(),
            staged: Mutex::new((record, deck)),
            published: watch::Sender::new(published),
            channel,
            hub: hub.clone(),
        })
    }

    pub fn code(&self) -> &TalkCode {
        &self.code
    }

    pub fn deck(&self) -> Arc<Deck> {
        self.published.borrow().deck.clone()
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.borrow().snapshot.clone()
    }

    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    pub fn has_key(&self, key: &KeyHash) -> bool {
        self.published.borrow().record.presenter_keys.contains(key)
    }

    pub fn is_over(&self) -> bool {
        self.published.borrow().record.state.over
    }

    pub(super) fn record(&self) -> TalkRecord {
        self.published.borrow().record.clone()
    }

    /// Apply, commit, wait until it is published, answer. Must run to its end: what it staged is
    /// either published or forgotten.
    pub(super) async fn command(
        &self,
        store: &dyn Store,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Result<SlideState, CommandError> {
        let (after, committed) = {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            let (record, deck) = &mut *staged;
            match record.state.apply(&deck.outline(), command, if_revision) {
                Ok(after) if after.revision == record.state.revision => (Ok(after), None),
                Ok(after) => {
                    let expected = record.state.revision;
                    record.state = after.clone();
                    (
                        Ok(after),
                        Some(store.commit(record.clone(), Some(expected))),
                    )
                }
                Err(Refused::Stale) => (Err(record.state.clone()), None),
                Err(Refused::OutOfRange) => return Err(CommandError::OutOfRange),
                Err(Refused::Over) => return Err(CommandError::Over),
            }
        };
        // Not even a refusal tells of a state that is not durable.
        let (Ok(told) | Err(told)) = &after;
        let is_change = committed.is_some();
        let begun = Instant::now();
        let settled = match committed {
            Some(committed) => committed.await.inspect(|()| {
                histogram!(COMMIT_SECONDS).record(begun.elapsed());
            }),
            None => Ok(()),
        };
        let begun = Instant::now();
        let settled = match settled {
            Ok(()) => {
                self.until(|published| published.state.revision >= told.revision)
                    .await
            }
            Err(error) => Err(error),
        };
        histogram!(PUBLISH_SECONDS).record(begun.elapsed());
        if let Err(error) = settled {
            self.forget_staged(told.revision);
            return Err(error.into());
        }
        if let (Ok(state), true) = (&after, is_change) {
            history::note(store, &self.code, state);
        }
        after.map_err(|state| CommandError::Stale(Box::new(state)))
    }

    /// Waits until what everybody sees is as `expected`.
    pub(super) async fn until(
        &self,
        expected: impl Fn(&TalkRecord) -> bool,
    ) -> Result<(), StoreError> {
        let mut published = self.published.subscribe();
        let reached = published.wait_for(|published| expected(&published.record));
        match tokio::time::timeout(STORE_TIMEOUT, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(StoreError::Closed),
        }
    }

    /// The commit of `failed` did not happen: what was built on it can't be true either. Commits
    /// that are still under way expect a revision that the store will not have, and fail too. When
    /// one before has done this already and newer taps were staged since, nothing is to do.
    fn forget_staged(&self, failed: Revision) {
        let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
        let published = self.published.borrow();
        let is_built_on_it = staged.0.state.revision >= failed;
        if is_built_on_it && published.record.state.revision < failed {
            *staged = (published.record.clone(), published.deck.clone());
        }
    }

    /// Makes a committed record what everybody sees. `deck` when it shows another one.
    pub(super) fn publish(&self, record: TalkRecord, deck: Option<Deck>) -> Result<(), OpenError> {
        let deck = deck.map_or_else(|| self.deck(), Arc::new);
        let followers = self.channel.attendance().followers();
        let within = self.hub.acknowledge_within_ms(followers);
        let (published, frame) = prepare(record, deck, within)?;
        let revision = published.record.state.revision;
        {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            if staged.0.state.revision <= revision {
                *staged = (published.record.clone(), published.deck.clone());
            }
        }
        let before = self.published.borrow().record.state.revision;
        // First the followers, then whoever waits to be answered.
        if before < revision {
            if published.record.state.over {
                self.channel.publish_last(frame);
            } else {
                self.channel.publish(frame);
            }
        }
        if before <= revision {
            self.published.send_replace(published);
        }
        Ok(())
    }
}

fn prepare(
    record: TalkRecord,
    deck: Arc<Deck>,
    acknowledge_within_ms: Option<u32>,
) -> Result<(Published, Frame), OpenError> {
    let mut snapshot = Snapshot::new(record.state.clone(), &deck)
        .ok_or_else(|| OpenError::Damaged(record.code.clone()))?;
    snapshot.acknowledge_within_ms = acknowledge_within_ms;
    let frame = Frame::new(record.state.event_id(), &snapshot)?;
    Ok((
        Published {
            record,
            deck,
            snapshot: Arc::new(snapshot),
        },
        frame,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Committed, EmbeddedStore};
    use app::deck::{DeckId, Face, Rendition, Slide};
    use app::talk::Epoch;
    use bytes::Bytes;
    use std::{
        io,
        sync::atomic::{AtomicBool, Ordering},
    };
    use tempfile::TempDir;
    use tokio::sync::mpsc::UnboundedReceiver;

    /// A store whose disk can be full.
    struct Full {
        store: EmbeddedStore,
        is_full: AtomicBool,
    }

    impl Store for Full {
        fn commit(&self, record: TalkRecord, expected: Option<Revision>) -> Committed {
            if self.is_full.load(Ordering::SeqCst) {
                return Box::pin(async { Err(StoreError::Closed) });
            }
            self.store.commit(record, expected)
        }

        fn append(&self, list: &str, entry: Vec<u8>) -> Committed {
            self.store.append(list, entry)
        }

        fn read(&self, list: &str, from: u64, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
            self.store.read(list, from, most)
        }

        fn prove(&self) -> Committed {
            self.store.prove()
        }

        fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
            self.store.load()
        }

        fn feed(&self) -> UnboundedReceiver<TalkRecord> {
            self.store.feed()
        }

        fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
            self.store.deck(id)
        }

        fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
            self.store.put_deck(deck)
        }

        fn media(&self, name: &str) -> io::Result<Option<Bytes>> {
            self.store.media(name)
        }

        fn put_media(&self, name: &str, content: &[u8]) -> io::Result<()> {
            self.store.put_media(name, content)
        }
    }

    fn deck() -> Deck {
        let rendition = Rendition {
            url: "/media/x.png".to_owned(),
            width: 16,
            height: 9,
        };
        let slide = Slide::new("a slide".to_owned(), Face::picture(rendition));
        Deck::new(
            DeckId::new("deck".to_owned()),
            "A deck".to_owned(),
            vec![slide; 9],
        )
        .expect("it has slides")
    }

    /// A talk whose commits are published by the store's feed.
    async fn world(directory: &TempDir) -> (Arc<Full>, Arc<Talk>) {
        let store = EmbeddedStore::open(directory.path()).expect("a store");
        let store = Arc::new(Full {
            store,
            is_full: AtomicBool::new(false),
        });
        let mut feed = store.feed();
        let code: TalkCode = "room".parse().expect("a code");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let state = SlideState::start(epoch, &deck().outline());
        let record = TalkRecord {
            code,
            deck: deck().id,
            state,
            presenter_keys: Vec::new(),
        };
        store.commit(record.clone(), None).await.expect("stored");
        let talk = Arc::new(Talk::new(record, deck(), &Hub::start(1, true)).expect("a talk"));
        let publishing = talk.clone();
        tokio::spawn(async move {
            while let Some(record) = feed.recv().await {
                publishing.publish(record, None).expect("published");
            }
        });
        (store, talk)
    }

    #[tokio::test]
    async fn a_full_disk_acknowledges_nothing_and_the_talk_goes_on_when_there_is_room() {
        let directory = TempDir::new().expect("a temporary directory");
        let (store, talk) = world(&directory).await;
        let first = talk
            .command(store.as_ref(), Command::Next, None)
            .await
            .expect("stored");

        store.is_full.store(true, Ordering::SeqCst);
        for if_revision in [None, Some(first.revision)] {
            let refused = talk
                .command(store.as_ref(), Command::Next, if_revision)
                .await;
            assert!(
                matches!(refused, Err(CommandError::Store(_))),
                "{refused:?}"
            );
            assert_eq!(talk.snapshot().state, first, "it goes on being shown");
        }

        store.is_full.store(false, Ordering::SeqCst);
        let if_revision = Some(first.revision);
        let next = talk
            .command(store.as_ref(), Command::Next, if_revision)
            .await
            .expect("stored");
        assert_eq!(next.revision, first.revision.next());
        assert_eq!(talk.snapshot().state, next);
    }

    #[tokio::test]
    async fn many_at_once_while_the_disk_fills_and_empties_leave_the_talk_as_the_store_has_it() {
        let directory = TempDir::new().expect("a temporary directory");
        let (store, talk) = world(&directory).await;
        for round in 0..20 {
            store.is_full.store(round % 3 == 1, Ordering::SeqCst);
            let tasks: Vec<_> = (0..8)
                .map(|tap| {
                    let (store, talk) = (store.clone(), talk.clone());
                    let command = if tap % 2 == 0 {
                        Command::Next
                    } else {
                        Command::Previous
                    };
                    tokio::spawn(async move { talk.command(store.as_ref(), command, None).await })
                })
                .collect();
            for task in tasks {
                // Some are refused; which ones is the disk's business.
                let _ = task.await.expect("no panic");
            }
        }
        store.is_full.store(false, Ordering::SeqCst);
        let told = talk
            .command(store.as_ref(), Command::Next, None)
            .await
            .expect("stored");
        let stored = store.load().expect("readable");
        assert_eq!(stored[0].state, told);
        assert_eq!(talk.snapshot().state, told);
    }
}
