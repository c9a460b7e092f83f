//! What must survive: talks, decks and media.
//!
//! Three traits, which any kind of store can implement: [`Journal`] has the shape of a tap (load,
//! commit against an expected revision, and a feed of what was committed), [`Documents`] keeps decks,
//! [`Media`] keeps their pictures. Publishing listens to the feed and to nothing else. Above them
//! stands the [`Store`], which parses decks, keeps claims and decides what is removed.
//! [`EmbeddedStore`] is all three on one machine.

mod claims;
#[cfg(test)]
mod conformance;
mod documents;
mod embedded;
mod epoch;
mod error;
mod journal;
mod media;
mod pairings;
mod remotes;
mod removal;
mod title;

pub use claims::{Claim, Claims};
pub use documents::{Documents, Mark};
pub use embedded::EmbeddedStore;
pub use epoch::made_up_epoch;
pub use error::StoreError;
pub use journal::{Committed, Entry, Journal, List, TalkList};
pub use media::{Media, Part, media_of};
pub use pairings::{LinkState, Pairing};
pub use remotes::{Device, Remote, Remotes, RemovedBy};
pub use removal::Cause;
pub use title::TalkTitle;

use crate::access::KeyHash;
use bytes::Bytes;
use model::{
    deck::{Deck, DeckId},
    talk::{Revision, SlideState, TalkCode},
};
use removal::Graces;
use serde::{Deserialize, Serialize};
use std::{io, path::Path, pin::Pin, sync::Arc};
use tokio::{spawn, task::spawn_blocking};
use tracing::error;

/// All that is kept of a talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkRecord {
    pub code: TalkCode,
    pub deck: DeckId,
    /// What people call it, when that is not what the deck says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<TalkTitle>,
    pub state: SlideState,
    /// Hashes of valid presenter keys, oldest first.
    pub presenter_keys: Vec<KeyHash>,
    #[serde(default, skip_serializing_if = "Remotes::is_empty")]
    pub remotes: Remotes,
}

impl TalkRecord {
    /// Orders the records of a talk. Admitting or removing a remote does not change the revision.
    pub fn age(&self) -> (Revision, u64) {
        (self.state.revision, self.remotes.version())
    }
}

/// A result that comes later. Borrows nothing, so that nobody holds a lock while they wait for it.
pub type Pending<T, E = StoreError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// Everything that is kept. A cheap handle.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    journal: Arc<dyn Journal>,
    documents: Arc<dyn Documents>,
    media: Arc<dyn Media>,
    claims: Claims,
    graces: Graces,
}

impl Store {
    /// Opens a data directory, and removes what an earlier process could not.
    ///
    /// # Errors
    /// When another process has the directory, or it can't be created, read or written.
    pub async fn open(directory: &Path) -> Result<Self, StoreError> {
        let directory = directory.to_owned();
        let opened = spawn_blocking(move || EmbeddedStore::open(&directory)).await;
        let backend = Arc::new(opened.map_err(|_| StoreError::Closed)??);
        let store = Self::of(backend.clone(), backend.clone(), backend.clone());
        if !backend.is_restored()
            && let Err(error) = store.clear_away(Cause::Start, Vec::new).await
        {
            // No reason not to show talks.
            error!(%error, "what was deleted could not be cleared away");
        }
        Ok(store)
    }

    pub fn of(
        journal: Arc<dyn Journal>,
        documents: Arc<dyn Documents>,
        media: Arc<dyn Media>,
    ) -> Self {
        Self(Arc::new(Inner {
            journal,
            documents,
            media,
            claims: Claims::default(),
            graces: Graces::default(),
        }))
    }

    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.0.journal
    }

    /// Decks and media that must not be removed, although nothing in the store needs them yet.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// # Errors
    /// When the store can't be read, or the deck was written by a newer WebSlides.
    pub async fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let Some(text) = self.0.documents.get(id).await? else {
            return Ok(None);
        };
        // A deck of 2,000 pages takes a while.
        let parsed = spawn_blocking(move || serde_json::from_slice(&text)).await;
        Ok(Some(parsed.map_err(|_| StoreError::Closed)??))
    }

    /// Stores a deck. One whose import has not ended is removed by the next clearing, unless it is
    /// claimed or shown by then: a server that is killed leaves none behind.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn put_deck(&self, deck: Deck) -> Result<(), StoreError> {
        let id = deck.id.clone();
        let mark = deck.is_being_read().then_some(Mark::Orphaned);
        let text = spawn_blocking(move || serde_json::to_vec(&deck)).await;
        let text = text.map_err(|_| StoreError::Closed)??;
        self.0.documents.put(&id, text.into(), mark).await
    }

    /// At most `most` bytes of a file from byte `from` on. `None` when there is no such file.
    ///
    /// # Errors
    /// When the file can't be read, or is incomplete.
    pub async fn media(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>> {
        self.0.media.part(name, from, most).await
    }

    /// Stores content under its name, which is made from its hash. It stays while the claim lives, and
    /// after that if a stored deck names it. Idempotent.
    ///
    /// # Errors
    /// When the file can't be written.
    pub async fn put_media(&self, name: &str, content: Bytes, claim: &Claim) -> io::Result<()> {
        claim.medium(name).await;
        let (writing, claim) = (self.0.media.put(name, content), claim.clone());
        // Even if this future is dropped, the claim must not be released before the file is written.
        let written = spawn(async move {
            let written = writing.await;
            drop(claim);
            written
        });
        written.await.map_err(io::Error::other)?
    }
}
