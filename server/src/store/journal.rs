//! Talks and their lists, in the order of the commits.

use super::{Pending, TalkRecord};
use model::{
    deck::DeckId,
    talk::{Epoch, EventId, Revision, TalkCode},
};
use std::{collections::HashSet, fmt};
use tokio::sync::mpsc::UnboundedReceiver;

/// The durable sequence of changes: a compare-and-set on each talk's revision, append-only lists
/// beside it, and a feed of both.
///
/// A change takes its place in the order when its method is called, not when the future is polled:
/// callers hold a lock while they call, and wait without it. A change whose future fails is not
/// stored, or is rolled back before the next one.
pub trait Journal: Send + Sync {
    /// Every talk, as last committed. A store that was restored from a copy first gives each talk a
    /// new epoch: its next revisions are not those that pages may have seen before.
    ///
    /// # Errors
    /// When the store can't be read. A single record that can't be read is skipped.
    fn load(&self) -> Pending<Vec<TalkRecord>>;

    /// Writes a talk if its stored revision is `expected` (`None`: if it is not stored yet), and
    /// `note` with it: both or neither. If the talk showed another deck before, that deck gets the
    /// mark [`Replaced`](super::Mark::Replaced), no later than the talk is written.
    ///
    /// # Errors
    /// [`Conflict`](super::StoreError::Conflict) at any other stored revision; or when the talk can't
    /// be written.
    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Pending<()>;

    /// Appends an entry to a list.
    ///
    /// # Errors
    /// [`Conflict`](super::StoreError::Conflict) when it is the list of a talk that is not stored: an
    /// entry never outlives its talk. Or when it can't be written.
    fn append(&self, entry: Entry) -> Pending<()>;

    /// At most `most` entries of a list, starting with number `from` (counted from 0). An unknown list
    /// is empty.
    ///
    /// # Errors
    /// When the store can't be read.
    fn read(&self, list: &List, from: u64, most: usize) -> Pending<Vec<Vec<u8>>>;

    /// Removes a talk that still is at `expected`, and all of its lists. Keeps `last`, which is what
    /// its followers are told from then on. The talk's deck gets the mark
    /// [`Orphaned`](super::Mark::Orphaned). Idempotent: the same deletion again succeeds.
    ///
    /// # Errors
    /// [`Conflict`](super::StoreError::Conflict) when the talk is elsewhere or was never stored; or
    /// when it can't be written.
    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Pending<()>;

    /// The `last` of a deleted talk.
    ///
    /// # Errors
    /// When the store can't be read.
    fn gone(&self, code: &TalkCode) -> Pending<Option<Vec<u8>>>;

    /// The decks that talks show.
    ///
    /// # Errors
    /// When any talk can't be read, because it may show any deck.
    fn shown(&self) -> Pending<HashSet<DeckId>>;

    /// Succeeds if the store can take a change now, and the next one.
    fn prove(&self) -> Pending<()>;

    /// Everything committed after this call, in order. There is one listener: a second call ends the
    /// first one's feed.
    fn feed(&self) -> UnboundedReceiver<Committed>;
}

/// A durable change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// A talk's new record. The entry that was committed with it comes next.
    Talk(Box<TalkRecord>),
    Entry(Entry),
}

/// A line of a list. Its format is the list's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub list: List,
    pub content: Vec<u8>,
}

/// Every append-only list that there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum List {
    /// Hashes of the host's keys, oldest first.
    HostKeys,
    /// Belongs to a talk and is deleted with it.
    Talk(TalkCode, TalkList),
}

/// The lists of one talk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TalkList {
    /// What was shown and when, in one life of the talk.
    History(Epoch),
}

impl List {
    /// The talk that it belongs to.
    pub fn talk(&self) -> Option<&TalkCode> {
        match self {
            Self::HostKeys => None,
            Self::Talk(code, _) => Some(code),
        }
    }
}

/// The list's path in a store. All lists of a talk begin with `talk/{code}/`.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostKeys => f.write_str("host-keys"),
            Self::Talk(code, TalkList::History(epoch)) => write!(f, "talk/{code}/history/{epoch}"),
        }
    }
}
