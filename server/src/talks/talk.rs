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

    /// Apply, commit, wait until it is published, answer.
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
        if let Some(committed) = committed
            && let Err(error) = committed.await
        {
            self.forget_staged();
            return Err(error.into());
        }
        // Not even a refusal tells of a state that is not durable.
        let (Ok(told) | Err(told)) = &after;
        self.until_published(told).await?;
        after.map_err(|state| CommandError::Stale(Box::new(state)))
    }

    async fn until_published(&self, state: &SlideState) -> Result<(), StoreError> {
        let mut published = self.published.subscribe();
        let reached =
            published.wait_for(|published| published.record.state.revision >= state.revision);
        match tokio::time::timeout(STORE_TIMEOUT, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(StoreError::Closed),
        }
    }

    /// A commit failed: what was built on it can't be true either. Commits that are still under
    /// way expect a revision that the store will not have, and fail too.
    fn forget_staged(&self) {
        let published = self.published.borrow().clone();
        *self.staged.lock().unwrap_or_else(PoisonError::into_inner) =
            (published.record, published.deck);
    }

    /// Makes a committed record what everybody sees. `deck` when it shows another one.
    pub(super) fn publish(&self, record: TalkRecord, deck: Option<Deck>) -> Result<(), OpenError> {
        let deck = deck.map_or_else(|| self.deck(), Arc::new);
        let (published, frame) = prepare(record, deck)?;
        let is_news = {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            if staged.0.state.revision <= published.record.state.revision {
                *staged = (published.record.clone(), published.deck.clone());
            }
            published.record.state.revision >= self.published.borrow().record.state.revision
        };
        if is_news {
            // First the followers, then whoever waits to be answered.
            self.channel.publish(frame);
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
