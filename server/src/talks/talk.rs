use super::OpenError;
use crate::{
    access::KeyHash,
    live::{Channel, Frame, Hub},
    store::{Store, StoreError, TalkRecord},
};
use app::{
    deck::Deck,
    talk::{Command, Refused, Revision, SlideState, Snapshot, TalkCode},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
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
    #[error("the change could not be stored: {0}")]
    Store(#[from] StoreError),
}

impl Talk {
    pub(super) fn new(record: TalkRecord, deck: Deck, hub: &Hub) -> Result<Self, OpenError> {
        let deck = Arc::new(deck);
        let (published, frame) = prepare(record.clone(), deck.clone())?;
        Ok(Self {
            code: record.code.clone(),
            staged: Mutex::new((record, deck)),
            published: watch::Sender::new(published),
            channel: hub.open(frame),
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
            }
        };
        // Not even a refusal tells of a state that is not durable.
        let (Ok(told) | Err(told)) = &after;
        let settled = match committed {
            Some(committed) => committed.await,
            None => Ok(()),
        };
        let settled = match settled {
            Ok(()) => {
                self.until(|published| published.state.revision >= told.revision)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = settled {
            self.forget_staged(told.revision);
            return Err(error.into());
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
        let (published, frame) = prepare(record, deck)?;
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
            self.channel.publish(frame);
        }
        if before <= revision {
            self.published.send_replace(published);
        }
        Ok(())
    }
}

fn prepare(record: TalkRecord, deck: Arc<Deck>) -> Result<(Published, Frame), OpenError> {
    let snapshot = Snapshot::new(record.state.clone(), &deck)
        .ok_or_else(|| OpenError::Damaged(record.code.clone()))?;
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
