mod asking;
mod presenters;
mod staging;

use super::{
    OpenError, TalkTitle, history,
    pointer_rate::{PointerRate, Sent},
    requests::Requests,
};
use crate::{
    access::KeyHash,
    live::{self, Channel, Frame, Hub},
    observe::metrics::PUBLISH_SECONDS,
    store::{Entry, Journal, Pending, StoreError, TalkRecord},
};
use metrics::histogram;
use model::{
    deck::{Deck, DeckId, Face, Outline},
    talk::{Command, Pointing, Refused, Revision, SlideState, Snapshot, TalkCode, Timestamp, Tool},
};
use staging::{Age, Staged, Version};
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{spawn, sync::watch};

/// How long an answer waits for the store before it says that something is wrong.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// One open talk.
///
/// Every change takes the same way: it is staged, committed, published when the store's feed tells of
/// it, and then acknowledged. What was begun runs to its end, even if the caller's future is dropped.
///
/// Lock order: `publishing`, then `staged` or `requests`, then `published`. None is held across an await.
pub struct Talk {
    code: TalkCode,
    journal: Arc<dyn Journal>,
    /// Held while something becomes visible. The feed publishes changes and an import publishes more of
    /// the deck; neither may overwrite the other's.
    publishing: Mutex<()>,
    staged: Mutex<Staged>,
    /// What is durable, and so what everybody sees.
    published: watch::Sender<Published>,
    channel: Channel,
    hub: Hub,
    pointer_rate: PointerRate,
    /// Devices that ask for the remote.
    requests: Mutex<Requests>,
}

#[derive(Debug, Clone)]
struct Published {
    shown: Version,
    snapshot: Arc<Snapshot>,
    /// Number of failed commits.
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
    #[error("the command came too late")]
    TooLate,
    #[error("the change could not be stored: {0}")]
    Store(#[from] StoreError),
}

impl Talk {
    pub(super) fn new(
        record: TalkRecord,
        deck: Deck,
        hub: &Hub,
        journal: Arc<dyn Journal>,
    ) -> Result<Self, OpenError> {
        let deck = Arc::new(deck);
        let shown = Version { record, deck };
        let within = hub.acknowledge_within_ms(0);
        let (published, frame) = prepare(shown.clone(), within)?;
        let channel = hub.open(frame.clone());
        channel.attendance().prepared(shown.deck.ready());
        if shown.record.state.over {
            // It was ended in an earlier life: there is nothing to wait for.
            channel.publish_last(frame);
        }
        let talk = Self {
            code: shown.record.code.clone(),
            journal,
            publishing: Mutex::default(),
            staged: Mutex::new(Staged::new(shown)),
            published: watch::Sender::new(published),
            channel,
            hub: hub.clone(),
            pointer_rate: PointerRate::default(),
            requests: Mutex::default(),
        };
        talk.say_who_asks();
        Ok(talk)
    }

    pub fn code(&self) -> &TalkCode {
        &self.code
    }

    pub fn deck(&self) -> Arc<Deck> {
        self.published.borrow().shown.deck.clone()
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.borrow().snapshot.clone()
    }

    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Tells the room what the presenter points at, unless it was told a moment ago.
    pub fn point(&self, sent: Sent, pointing: &Pointing) {
        let followers = self.channel.attendance().followers();
        if self.pointer_rate.allows(sent, followers) {
            let piece = live::pointer(pointing);
            match pointing.tool {
                Tool::Pencil => self.channel.draw(piece),
                _ => self.channel.point(piece),
            }
        }
    }

    pub fn title(&self) -> String {
        self.snapshot().talk.clone()
    }

    pub fn is_over(&self) -> bool {
        self.published.borrow().shown.record.state.over
    }

    /// Nobody has moved it, and nobody looks at it.
    pub fn is_untouched(&self) -> bool {
        let is_unmoved = self.published.borrow().shown.record.state.revision == Revision::default();
        is_unmoved && self.channel.attendance().followers() == 0
    }

    pub(super) fn record(&self) -> TalkRecord {
        self.published.borrow().shown.record.clone()
    }

    /// Applies a presenter's command, and answers when the result is durable and published. Not begun after
    /// `begin_by`.
    ///
    /// # Errors
    /// A refusal tells of a durable and published state, too.
    pub(super) async fn command(
        self: &Arc<Self>,
        command: Command,
        if_revision: Option<Revision>,
        begin_by: Option<Timestamp>,
    ) -> Result<SlideState, CommandError> {
        let talk = self.clone();
        let answer = spawn(async move {
            // Checked last, after any wait in a stopped process or behind a busy one.
            if begin_by.is_some_and(|by| by < super::now()) {
                return Err(CommandError::TooLate);
            }
            let now = super::now();
            talk.advance(|state, outline| state.apply(outline, command, if_revision, now))
                .await
        });
        answer.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    /// Ends the talk for good; idempotent.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn end(self: &Arc<Self>) -> Result<(), CommandError> {
        let talk = self.clone();
        let now = super::now();
        let ended = spawn(async move { talk.advance(|state, _| Ok(state.ended(now))).await });
        let ended = ended.await.unwrap_or(Err(StoreError::Closed.into()));
        ended.map(drop)
    }

    /// Stages what `change` makes of the state, commits it, and waits until it is published.
    async fn advance(
        &self,
        change: impl FnOnce(&SlideState, &Outline) -> Result<SlideState, Refused>,
    ) -> Result<SlideState, CommandError> {
        let (answer, told, commit, failures) = {
            let mut staged = self.staged();
            let newest = staged.newest()?;
            let before = &newest.record.state;
            let outline = newest.deck.outline();
            let mut commit = None;
            let (expected, mut told) = (before.revision, before.revision);
            let answer = match change(before, &outline) {
                Ok(after) => {
                    if after.revision != expected {
                        told = after.revision;
                        let mut next = newest.clone();
                        next.record.state = after.clone();
                        let note = history::note(&self.code, &after).ok();
                        commit = Some(self.stage(&mut staged, next, expected, note));
                    }
                    Ok(after)
                }
                Err(Refused::OutOfRange) => return Err(CommandError::OutOfRange),
                Err(Refused::Stale) => Err(CommandError::Stale(Box::new(before.clone()))),
                Err(Refused::Over) => Err(CommandError::Over),
            };
            let failures = self.published.borrow().failures;
            (answer, told, commit, failures)
        };
        let is_durable = commit.is_some();
        if let Some(commit) = commit {
            self.settle(commit).await?;
        }
        // Not even a refusal tells of a state that is not durable. One that never will be has a
        // revision that another state may get.
        let mut is_rolled_back = false;
        self.until_published(|published| {
            is_rolled_back = !is_durable && published.failures != failures;
            is_rolled_back || published.shown.record.state.revision >= told
        })
        .await?;
        if is_rolled_back {
            return Err(StoreError::Closed.into());
        }
        answer
    }

    /// Makes a change other than a command, in the same queue as commands, so that neither overwrites the
    /// other. Returns what `change` returns: whether there is anything to store.
    async fn change(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Version) -> bool + Send + 'static,
    ) -> Result<bool, StoreError> {
        let talk = self.clone();
        let changed = spawn(async move {
            let commit = {
                let mut staged = talk.staged();
                let mut next = staged.newest()?.clone();
                let expected = next.record.state.revision;
                if !change(&mut next) {
                    return Ok(false);
                }
                talk.stage(&mut staged, next, expected, None)
            };
            let told = commit.age;
            talk.settle(commit).await?;
            talk.until_published(|published| published.shown.record.age() >= told)
                .await?;
            Ok(true)
        });
        changed.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Commits the next record. While the lock is held, so that commits are in the order of the queue.
    fn stage(
        &self,
        staged: &mut Staged,
        next: Version,
        expected: Revision,
        note: Option<Entry>,
    ) -> StagedChange {
        let commit = StagedChange {
            age: next.record.age(),
            outcome: self
                .journal
                .commit(next.record.clone(), Some(expected), note),
        };
        staged.push(next);
        commit
    }

    /// Waits for the outcome of a commit.
    async fn settle(&self, commit: StagedChange) -> Result<(), StoreError> {
        let outcome = commit.outcome.await;
        let mut staged = self.staged();
        staged.settle(commit.age, outcome.is_ok());
        if outcome.is_err() {
            self.published
                .send_modify(|published| published.failures += 1);
        }
        outcome
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

    /// Gives the talk another title; its deck's own stays. Also when it is over.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn rename(self: &Arc<Self>, title: TalkTitle) -> Result<(), StoreError> {
        let renamed = self.change(move |shown| {
            let is_new = shown.record.title.as_ref() != Some(&title);
            if is_new {
                shown.rename(title);
            }
            is_new
        });
        renamed.await.map(drop)
    }

    /// Shows another deck, at the same place as far as it reaches.
    pub(super) async fn change_deck(self: &Arc<Self>, deck: Deck) -> Result<(), StoreError> {
        let changed = self.change(move |shown| {
            let is_new = shown.record.deck != deck.id && !shown.record.state.over;
            if is_new {
                shown.change_deck(Arc::new(deck));
            }
            is_new
        });
        changed.await.map(drop)
    }

    /// Goes on with the deck that it is given again, and with one more presenter's link. Does nothing,
    /// and says so, if the talk has left `if_revision`.
    pub(super) async fn reopen(
        self: &Arc<Self>,
        deck: Deck,
        link: KeyHash,
        if_revision: Option<Revision>,
    ) -> Result<bool, StoreError> {
        self.change(move |shown| {
            let now = shown.record.state.revision;
            if if_revision.is_some_and(|expected| expected != now) {
                return false;
            }
            if shown.record.deck != deck.id {
                shown.change_deck(Arc::new(deck));
            }
            super::opening::remember(&mut shown.record, link);
            true
        })
        .await
    }

    /// Shows more of the same deck. The revision stays, so that no command on its way is refused for
    /// it. Viewers who wait for the current slide are told at once; others see it when they get there.
    pub(super) fn take_grown(&self, deck: &Arc<Deck>) -> Result<(), OpenError> {
        let _publishing = self.publishing();
        self.staged().grow(deck);
        let now = self.published.borrow().clone();
        if now.shown.deck.id != deck.id {
            return Ok(());
        }
        let grown = Version {
            deck: deck.clone(),
            ..now.shown
        };
        let (published, frame) = prepare(grown, now.snapshot.acknowledge_within_ms)?;
        let was_awaited = is_more(&now.snapshot.face, &published.snapshot.face);
        if was_awaited {
            self.channel.complete(frame);
        } else {
            self.channel.complete_for_late_joiners(frame);
        }
        self.channel.attendance().prepared(deck.ready());
        self.published.send_modify(|now| {
            now.shown = published.shown;
            now.snapshot = published.snapshot;
        });
        Ok(())
    }

    /// The deck of this id, if it is shown or is about to be.
    pub(super) fn known(&self, id: &DeckId) -> Option<Arc<Deck>> {
        let staged = self.staged().deck(id);
        staged.or_else(|| Some(self.deck()).filter(|deck| deck.id == *id))
    }

    /// Makes a committed record what everybody sees. `found` is its deck, as it was a moment ago.
    pub(super) fn publish(&self, record: TalkRecord, found: Arc<Deck>) -> Result<(), OpenError> {
        let begun = Instant::now();
        let _publishing = self.publishing();
        // An import may have brought more of it meanwhile.
        let deck = self.known(&record.deck).unwrap_or(found);
        let followers = self.channel.attendance().followers();
        let within = self.hub.acknowledge_within_ms(followers);
        let (published, frame) = prepare(Version { record, deck }, within)?;
        self.staged().adopt(published.shown.clone());
        // The followers first, then those who wait for an answer.
        self.announce(&published, frame, begun);
        self.acknowledge(published);
        Ok(())
    }

    /// Tells the followers of a newer revision.
    fn announce(&self, published: &Published, frame: Frame, begun: Instant) {
        let (was_at, before) = {
            let now = &self.published.borrow().shown.record.state;
            (now.slide, now.revision)
        };
        let state = &published.shown.record.state;
        self.channel
            .attendance()
            .prepared(published.shown.deck.ready());
        if was_at != state.slide {
            self.channel.forget_pointing();
        }
        if before >= state.revision {
            return;
        }
        if state.over {
            self.channel.publish_last(frame);
        } else {
            let within = published.snapshot.acknowledge_within_ms;
            let within = Duration::from_millis(within.unwrap_or_default().into());
            self.channel.publish(frame, within);
        }
        histogram!(PUBLISH_SECONDS).record(begun.elapsed());
    }

    /// Completes the changes that wait for this record.
    fn acknowledge(&self, published: Published) {
        let version = published.shown.record.remotes.version();
        let is_over = published.shown.record.state.over;
        let mut have_remotes_changed = false;
        self.published.send_if_modified(|now| {
            let before = &now.shown.record;
            have_remotes_changed = before.remotes.version() != version;
            let is_newer = before.state.revision <= published.shown.record.state.revision;
            if is_newer {
                let failures = now.failures;
                *now = Published {
                    failures,
                    ..published
                };
            }
            is_newer
        });
        if have_remotes_changed || is_over {
            self.say_who_asks();
        }
        if have_remotes_changed {
            // A device that may not present any more is told so.
            self.channel.say_presence();
        }
    }

    fn publishing(&self) -> MutexGuard<'_, ()> {
        self.publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn staged(&self) -> MutexGuard<'_, Staged> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change on its way to the disk.
struct StagedChange {
    age: Age,
    outcome: Pending<()>,
}

/// Whether the face gained content that viewers are waiting for: itself, or pictures in its HTML. A
/// larger size of a picture does not count.
fn is_more(before: &Face, now: &Face) -> bool {
    match (before, now) {
        (Face::Markup(before), Face::Markup(now)) => before.html != now.html,
        _ => mem::discriminant(before) != mem::discriminant(now),
    }
}

fn prepare(
    shown: Version,
    acknowledge_within_ms: Option<u32>,
) -> Result<(Published, Frame), OpenError> {
    let record = &shown.record;
    let mut snapshot = Snapshot::new(record.state.clone(), &shown.deck)
        .ok_or_else(|| OpenError::Damaged(record.code.clone()))?;
    snapshot.acknowledge_within_ms = acknowledge_within_ms;
    if let Some(title) = &record.title {
        snapshot.talk = title.to_string();
    }
    let frame = Frame::new(record.state.event_id(), &snapshot)?;
    let published = Published {
        shown,
        snapshot: Arc::new(snapshot),
        failures: 0,
    };
    Ok((published, frame))
}

#[cfg(test)]
mod tests;
