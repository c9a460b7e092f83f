//! Decks, as their texts.

use super::Pending;
use bytes::Bytes;
use model::deck::DeckId;

/// Texts by deck id, and which of them may have to be removed. When they are is decided by the
/// [`Store`](super::Store).
pub trait Documents: Send + Sync {
    /// # Errors
    /// When the store can't be read.
    fn get(&self, id: &DeckId) -> Pending<Option<Bytes>>;

    /// Writes a text, in place of the one before, and its `mark` with it. Without one, an earlier mark
    /// stays.
    ///
    /// # Errors
    /// When the store can't be written.
    fn put(&self, id: &DeckId, text: Bytes, mark: Option<Mark>) -> Pending<()>;

    /// The ids of all texts.
    ///
    /// # Errors
    /// When the store can't be read.
    fn ids(&self) -> Pending<Vec<DeckId>>;

    /// All marks. A deck has one, the latest, and keeps it until it is removed, whether it is shown
    /// again or not.
    ///
    /// # Errors
    /// When the store can't be read.
    fn marked(&self) -> Pending<Vec<(DeckId, Mark)>>;

    /// Removes texts and their marks; unknown ids are no error.
    ///
    /// # Errors
    /// When the store can't be written.
    fn remove(&self, ids: Vec<DeckId>) -> Pending<()>;
}

/// Why a deck may have to be removed, if no talk shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A talk shows another deck in its place.
    Replaced,
    /// Its talk was deleted, or its import has not ended.
    Orphaned,
}
