//! What must survive: talks, decks and media.
//!
//! The trait has the shape of a tap: load, commit against the revision one expects, and a feed of
//! what was committed. Publishing listens to the feed and to nothing else.

mod claims;
mod embedded;
mod epoch;
mod media_files;
mod remotes;
mod removal;
mod title;

pub use claims::{Claim, Claims};
pub use embedded::EmbeddedStore;
pub use epoch::made_up_epoch;
pub use media_files::media_of;
pub use remotes::{Device, Remote, Remotes};
pub use title::TalkTitle;

use crate::access::KeyHash;
use bytes::Bytes;
use model::{
    deck::{Deck, DeckId},
    talk::{EventId, Revision, SlideState, TalkCode},
};
use serde::{Deserialize, Serialize};
use std::{future::Future, io, pin::Pin, sync::Arc};
use tokio::sync::mpsc::UnboundedReceiver;

/// All that is kept of a talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkRecord {
    pub code: TalkCode,
    pub deck: DeckId,
    /// What people call it, when that is not what the deck says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<TalkTitle>,
    pub state: SlideState,
    /// Whoever has a key of one of these is a presenter. Newest last.
    pub presenter_keys: Vec<KeyHash>,
    #[serde(default, skip_serializing_if = "Remotes::is_empty")]
    pub remotes: Remotes,
}

impl TalkRecord {
    /// Which of two records is the later one. A remote that comes or goes does not move the talk.
    pub fn age(&self) -> (Revision, u64) {
        (self.state.revision, self.remotes.version())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("another WebSlides uses this data directory; stop it, or choose another with --data")]
    InUse,
    #[error("cannot use the data directory: {0}")]
    Directory(#[from] io::Error),
    #[error(
        "the disk cannot be read or written ({0}); see whether it is full, and whose the data directory is"
    )]
    Disk(io::Error),
    /// One reason for many changes.
    #[error(transparent)]
    Failed(Arc<StoreError>),
    #[error("the store is damaged or cannot be read: {0}")]
    Database(#[from] Box<redb::Error>),
    #[error("a record of the store cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    #[error(
        "the file webslides.redb is damaged. Put a copy of it back, or move it away to begin anew."
    )]
    Damaged,
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the talk changed in between")]
    Conflict,
    #[error("the store is closed")]
    Closed,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub bytes: Bytes,
    /// The length of the file, in bytes.
    pub whole: u64,
}

/// What is to stand at the end of a list; one that is not there begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub list: String,
    pub content: Vec<u8>,
}

/// Why there may be something to clear away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A talk was deleted, or shows another deck.
    Change,
    /// Something is claimed no more: an import has ended, well or not.
    LetGo,
}

/// What a commit gives, later.
pub type Committed = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

pub trait Store: Send + Sync {
    /// Every talk, as last committed. A store that was put back from a copy gives each another
    /// epoch first: revisions that were reached since must not be taken for those that come.
    ///
    /// # Errors
    /// When the store can't be read.
    fn load(&self) -> Result<Vec<TalkRecord>, StoreError>;

    /// Writes a talk if its stored revision is `expected` (`None`: if there is none yet), and with
    /// it the entry that notes the change: both or neither. Commits are carried out in the order of
    /// the calls; the future says when this one is durable. One that failed is not stored, or is taken
    /// back before the next one.
    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Committed;

    /// Adds an entry at the end of a list, in the order of the calls, among the commits.
    fn append(&self, list: &str, content: Vec<u8>) -> Committed;

    /// Removes a talk, if it still is as `expected`, with its history. Of it stays only the `last`
    /// that its followers are told; and its deck, until it is cleared away.
    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Committed;

    /// The last of a talk that was deleted.
    ///
    /// # Errors
    /// When the store can't be read.
    fn gone(&self, code: &TalkCode) -> Result<Option<Vec<u8>>, StoreError>;

    /// What is not to be cleared away, because somebody needs it who is not in the store yet.
    fn claims(&self) -> &Claims;

    /// Removes the decks of deleted talks that no other talk shows, and the media that no deck
    /// shows, nor one of `unstored`: those that are shown and could not be stored. It is asked for
    /// them in the middle. What is claimed stays, and all else goes at once, also while decks are
    /// imported. A deck in whose place its talk shows another one goes with the next call but one
    /// [after a change](Cause::Change), or at a start: pages may still load it.
    ///
    /// # Errors
    /// When the store can't be written. What was begun is done at the next call or start.
    fn clear_away(&self, cause: Cause, unstored: &dyn Fn() -> Vec<Deck>) -> Result<(), StoreError>;

    /// At most `most` entries of a list, from the `from`th on (from 0); none of a list that is not
    /// there.
    ///
    /// # Errors
    /// When the store can't be read.
    fn read(&self, list: &str, from: u64, most: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Commits nothing of consequence: whether the store can.
    fn prove(&self) -> Committed;

    /// Every committed change from now on, in order. For one listener: a second call takes the
    /// feed over.
    fn feed(&self) -> UnboundedReceiver<TalkRecord>;

    /// # Errors
    /// When the store can't be read, or the deck was written by a newer WebSlides.
    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError>;

    /// # Errors
    /// When the store can't be written.
    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError>;

    /// At most `most` bytes of a file from the byte `from` on. `None` when there is no such media.
    ///
    /// # Errors
    /// When the file is there and can't be read, or not all of it is there.
    fn media(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>>;

    /// Keeps content under its name, which is made from its hash: done already is done. It stays
    /// while the claim lives, and then if a stored deck names it.
    ///
    /// # Errors
    /// When the file can't be written.
    fn put_media(&self, name: &str, content: &[u8], claim: &Claim) -> io::Result<()>;
}
