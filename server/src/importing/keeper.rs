//! An import's access to the store.

use super::{DeckError, kept::kept};
use crate::store::{Claim, Store};
use model::deck::{Deck, DeckId};
use std::{io, sync::Arc};
use tokio::task::spawn_blocking;

/// The store, with a claim on what an import writes. Media stay until a stored deck names them, and are
/// removed if the import ends before. Each task that writes has a keeper of its own, so that the claim
/// outlives all writes.
#[derive(Clone)]
pub struct Keeper {
    store: Arc<dyn Store>,
    claim: Arc<Claim>,
}

impl Keeper {
    pub fn new(store: Arc<dyn Store>) -> Self {
        let claim = Arc::new(store.claims().claim());
        Self { store, claim }
    }

    pub fn claim(&self) -> Arc<Claim> {
        self.claim.clone()
    }

    /// Claims and reads a stored deck, on a blocking thread: a deck may have 2,000 pages.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn stored(&self, id: &DeckId) -> Result<Option<Deck>, DeckError> {
        let (keeper, id) = (self.clone(), id.clone());
        let stored = spawn_blocking(move || {
            keeper.claim.deck(&id);
            kept(keeper.store.as_ref(), &id)
        });
        Ok(stored.await.map_err(io::Error::other)??)
    }

    /// Stores the deck.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn put(&self, deck: &Deck) -> Result<(), DeckError> {
        let (keeper, deck) = (self.clone(), deck.clone());
        let stored = spawn_blocking(move || keeper.store.put_deck(&deck)).await;
        Ok(stored.map_err(io::Error::other)??)
    }

    /// Stores a medium and flushes it. Blocks.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn put_media(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.store.put_media(name, content, &self.claim)
    }
}
