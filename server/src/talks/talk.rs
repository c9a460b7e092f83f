mod presenting;

use super::{OpenError, TalkTitle, finger::Finger, history};
use crate::{
    live::{self, Channel, Frame, Hub},
    observe::metrics::PUBLISH_SECONDS,
    store::{Journal, StoreError, TalkRecord},
};
use metrics::histogram;
use model::{
    deck::{Deck, DeckId, Face, Outline},
    talk::{
        Command, Pointing, Refused, Revision, SeatNumber, SlideState, Snapshot, TalkCode, Tool,
    },
};
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
    staged: Mutex<Staged>,
    /// Held by whoever makes something what everybody sees: the feed has changes, an import has
    /// more of the deck, and neither may undo the other's. Taken before `staged`.
    publishing: Mutex<()>,
    /// What is durable, and so what everybody sees.
    published: watch::Sender<Published>,
    channel: Channel,
    hub: Hub,
    finger: Finger,
}

/// What the next command is applied to, so that many commands can share one flush of the disk.
/// Never shown to anybody.
struct Staged {
    /// The newest record, whether durable yet or not.
    record: TalkRecord,
    deck: Arc<Deck>,
    /// The newest record that the store said is durable, published yet or not.
    durable: TalkRecord,
    /// Commits without an outcome yet.
    under_way: usize,
    /// One of them failed, so that those after it will. Until all have, nothing more is staged: a
    /// revision would else have two meanings in the store's queue.
    failed: bool,
}

#[derive(Debug, Clone)]
struct Published {
    record: TalkRecord,
    deck: Arc<Deck>,
    snapshot: Arc<Snapshot>,
    /// How often what was staged was forgotten.
    failures: u64,
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
        channel.attendance().prepared(deck.ready());
        if record.state.over {
            // It was ended in an earlier life: there is nothing to wait for.
            channel.publish_last(frame);
        }
        Ok(Self {
            code: record.code.clone(),
            publishing: Mutex::default(),
            staged: Mutex::new(Staged {
                durable: record.clone(),
                record,
                deck,
                under_way: 0,
                failed: false,
            }),
            published: watch::Sender::new(published),
            channel,
            hub: hub.clone(),
            finger: Finger::default(),
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

    /// Tells the room what the presenter points at, unless it was told a moment ago.
    pub fn point(&self, page: SeatNumber, count: u64, last: bool, pointing: &Pointing) {
        let followers = self.channel.attendance().followers();
        if self.finger.is_told(page, count, last, followers) {
            let stays = pointing.tool == Tool::Pencil;
            self.channel.point(live::pointer(pointing), stays);
        }
    }

    pub fn title(&self) -> String {
        self.snapshot().talk.clone()
    }

    pub fn is_over(&self) -> bool {
        self.published.borrow().record.state.over
    }

    /// Nobody has moved it, and nobody looks at it.
    pub fn is_untouched(&self) -> bool {
        let is_unmoved = self.published.borrow().record.state.revision == Revision::default();
        is_unmoved && self.channel.attendance().followers() == 0
    }

    pub(super) fn record(&self) -> TalkRecord {
        self.published.borrow().record.clone()
    }

    /// Applies a presenter's command, and answers with the state once it is durable and published.
    pub(super) async fn command(
        &self,
        journal: &dyn Journal,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Result<SlideState, CommandError> {
        let now = super::now();
        self.advance(journal, |state, outline| {
            state.apply(outline, command, if_revision, now)
        })
        .await
    }

    /// Ends the talk for good; idempotent.
    pub(super) async fn end(&self, journal: &dyn Journal) -> Result<SlideState, CommandError> {
        let now = super::now();
        self.advance(journal, |state, _| Ok(state.ended(now))).await
    }

    /// Stages what `next` makes of the state, commits it, and waits until it is published. Must run to
    /// its end: whether what it staged is durable is known only here.
    async fn advance(
        &self,
        journal: &dyn Journal,
        next: impl FnOnce(&SlideState, &Outline) -> Result<SlideState, Refused>,
    ) -> Result<SlideState, CommandError> {
        let (answer, told, committed, failures) = {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            if staged.failed {
                return Err(StoreError::Closed.into());
            }
            let before = &staged.record.state;
            let mut committed = None;
            let outline = staged.deck.outline();
            let answer = match next(before, &outline) {
                Ok(after) => {
                    let expected = before.revision;
                    if after.revision != expected {
                        staged.record.state = after.clone();
                        staged.under_way += 1;
                        let record = staged.record.clone();
                        let note = history::note(&self.code, &after).ok();
                        let commit = journal.commit(record.clone(), Some(expected), note);
                        committed = Some((record, commit));
                    }
                    Ok(after)
                }
                Err(Refused::OutOfRange) => return Err(CommandError::OutOfRange),
                Err(Refused::Stale) => Err(CommandError::Stale(Box::new(before.clone()))),
                Err(Refused::Over) => Err(CommandError::Over),
            };
            let failures = self.published.borrow().failures;
            (answer, staged.record.state.revision, committed, failures)
        };
        let is_durable = committed.is_some();
        if let Some((record, committed)) = committed {
            let outcome = committed.await;
            self.settle(outcome.is_ok().then_some(record));
            outcome?;
        }
        // Not even a refusal tells of a state that is not durable; one that never will be has a
        // revision that another state may get.
        let mut forgotten = false;
        self.until_published(|published| {
            forgotten = !is_durable && published.failures != failures;
            forgotten || published.record.state.revision >= told
        })
        .await?;
        if forgotten {
            return Err(StoreError::Closed.into());
        }
        answer
    }

    /// A commit has its outcome: the record that is durable now, or none. When one failed and no
    /// more are under way, what is durable is where the talk is.
    fn settle(&self, durable: Option<TalkRecord>) {
        let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
        staged.under_way = staged.under_way.saturating_sub(1);
        match durable {
            // Outcomes may be heard in any order.
            Some(record) if record.age() > staged.durable.age() => {
                staged.durable = record;
            }
            Some(_) => {}
            None => {
                staged.failed = true;
                self.published
                    .send_modify(|published| published.failures += 1);
            }
        }
        if staged.failed && staged.under_way == 0 {
            staged.record = staged.durable.clone();
            staged.failed = false;
            // Another deck may have been staged, and is not shown now.
            let shown = self.published.borrow().deck.clone();
            if shown.id == staged.record.deck {
                staged.deck = shown;
            }
        }
    }

    /// Waits until what everybody sees is as `expected`.
    pub(super) async fn until(
        &self,
        expected: impl Fn(&TalkRecord) -> bool,
    ) -> Result<(), StoreError> {
        self.until_published(|published| expected(&published.record))
            .await
    }

    async fn until_published(
        &self,
        expected: impl FnMut(&Published) -> bool,
    ) -> Result<(), StoreError> {
        let mut published = self.published.subscribe();
        let reached = published.wait_for(expected);
        match tokio::time::timeout(STORE_TIMEOUT, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(StoreError::Closed),
        }
    }

    /// Another deck, at the same place.
    pub(super) async fn change_deck(
        &self,
        deck: Deck,
        journal: &dyn Journal,
    ) -> Result<(), StoreError> {
        let id = deck.id.clone();
        self.change(journal, |staged| {
            if staged.record.deck == id || staged.record.state.over {
                return false;
            }
            staged.record.deck = id;
            staged.record.state = staged.record.state.with_deck(&deck.outline());
            staged.deck = Arc::new(deck);
            true
        })
        .await
    }

    /// Another title, at the same place; also of a talk that is over.
    pub(super) async fn rename(
        &self,
        title: TalkTitle,
        journal: &dyn Journal,
    ) -> Result<(), StoreError> {
        self.change(journal, |staged| {
            if staged.record.title.as_ref() == Some(&title) {
                return false;
            }
            staged.record.title = Some(title);
            staged.record.state = staged.record.state.with_deck(&staged.deck.outline());
            true
        })
        .await
    }

    /// In the queue of the commands: none is lost by it, and none undoes it. `change` says whether
    /// there is anything to store.
    async fn change(
        &self,
        journal: &dyn Journal,
        change: impl FnOnce(&mut Staged) -> bool,
    ) -> Result<(), StoreError> {
        let (record, committed) = {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            if staged.failed {
                return Err(StoreError::Closed);
            }
            let expected = staged.record.state.revision;
            if !change(&mut staged) {
                return Ok(());
            }
            staged.under_way += 1;
            let record = staged.record.clone();
            let commit = journal.commit(record.clone(), Some(expected), None);
            (record, commit)
        };
        let told = record.age();
        let outcome = committed.await;
        self.settle(outcome.is_ok().then_some(record));
        outcome?;
        self.until(|seen| seen.age() >= told).await
    }

    /// The same deck, with more of it than before. Where the talk is does not change, and so its
    /// revision does not: a tap that is on its way is not refused for it. Whoever waits for the
    /// current slide is told at once; others see it when they get there.
    pub(super) fn take_grown(&self, deck: &Arc<Deck>) -> Result<(), OpenError> {
        let _publishing = self
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
        if staged.deck.id != deck.id {
            return Ok(());
        }
        staged.deck = deck.clone();
        let now = self.published.borrow().clone();
        if now.deck.id != deck.id {
            return Ok(());
        }
        let within = now.snapshot.acknowledge_within_ms;
        let (published, frame) = prepare(now.record, deck.clone(), within)?;
        let was_awaited = is_more(&now.snapshot.face, &published.snapshot.face);
        self.channel.refresh(frame, was_awaited);
        self.channel.attendance().prepared(deck.ready());
        self.published.send_modify(|shown| {
            shown.deck = published.deck;
            shown.snapshot = published.snapshot;
        });
        Ok(())
    }

    /// The deck of this id, if it is shown or is about to be.
    pub(super) fn known(&self, id: &DeckId) -> Option<Arc<Deck>> {
        let staged = {
            let staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            staged.deck.clone()
        };
        let mut known = [staged, self.deck()].into_iter();
        known.find(|deck| deck.id == *id)
    }

    /// Makes a committed record what everybody sees. `found` is its deck, as it was a moment ago.
    pub(super) fn publish(&self, record: TalkRecord, found: Arc<Deck>) -> Result<(), OpenError> {
        let begun = Instant::now();
        let _publishing = self
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // An import may have brought more of it meanwhile.
        let deck = self.known(&record.deck).unwrap_or(found);
        let followers = self.channel.attendance().followers();
        let within = self.hub.acknowledge_within_ms(followers);
        self.channel.attendance().prepared(deck.ready());
        let (published, frame) = prepare(record, deck, within)?;
        let revision = published.record.state.revision;
        {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            if staged.durable.age() <= published.record.age() {
                staged.durable = published.record.clone();
            }
            if staged.record.age() <= published.record.age() {
                staged.record = published.record.clone();
                staged.deck = published.deck.clone();
            }
        }
        let (before, was_at) = {
            let published = self.published.borrow();
            let state = &published.record.state;
            (state.revision, state.slide)
        };
        if was_at != published.record.state.slide {
            self.channel.forget_pointing();
        }
        // First the followers, then whoever waits to be answered.
        if before < revision {
            if published.record.state.over {
                self.channel.publish_last(frame);
            } else {
                let within = Duration::from_millis(within.unwrap_or_default().into());
                self.channel.publish(frame, within);
            }
            histogram!(PUBLISH_SECONDS).record(begun.elapsed());
        }
        let remotes = &published.record.remotes;
        let waiting = u32::try_from(remotes.waiting()).unwrap_or(u32::MAX);
        self.channel.attendance().wait_to_present(waiting);
        let were = self.published.borrow().record.remotes.version();
        let others = were != remotes.version();
        if before <= revision {
            self.published.send_modify(|shown| {
                let failures = shown.failures;
                *shown = Published {
                    failures,
                    ..published
                };
            });
        }
        if others {
            // Whoever presents no longer is told so.
            self.channel.say_presence();
        }
        Ok(())
    }
}

/// Whether a face that is seen by now has something that people wait for: itself, or pictures in its
/// HTML. A larger size of what is there is no such thing.
fn is_more(before: &Face, now: &Face) -> bool {
    before.is_pending() != now.is_pending() || before.html != now.html
}

fn prepare(
    record: TalkRecord,
    deck: Arc<Deck>,
    acknowledge_within_ms: Option<u32>,
) -> Result<(Published, Frame), OpenError> {
    let mut snapshot = Snapshot::new(record.state.clone(), &deck)
        .ok_or_else(|| OpenError::Damaged(record.code.clone()))?;
    snapshot.acknowledge_within_ms = acknowledge_within_ms;
    if let Some(title) = &record.title {
        snapshot.talk = title.to_string();
    }
    let frame = Frame::new(record.state.event_id(), &snapshot)?;
    Ok((
        Published {
            record,
            deck,
            snapshot: Arc::new(snapshot),
            failures: 0,
        },
        frame,
    ))
}

#[cfg(test)]
mod tests;
