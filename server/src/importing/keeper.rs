//! An import's access to the store.

use super::{DeckError, earlier_import::kept};
use crate::store::{Claim, Store};
use bytes::Bytes;
use model::deck::{Deck, DeckId};
use std::io;
use tokio::spawn;

/// The store, and what an import has claimed of it: media that it has put there stay until a stored deck
/// names them, and are removed if the import ends before. A write that is under way when the import ends
/// holds the claim until it is done.
#[derive(Clone)]
pub struct Keeper {
    store: Store,
    claim: Claim,
}

impl Keeper {
    pub fn new(store: Store) -> Self {
        let claim = store.claims().claim();
        Self { store, claim }
    }

    pub fn claim(&self) -> Claim {
        self.claim.clone()
    }

    /// A stored deck, which stays from then on.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn stored(&self, id: &DeckId) -> Result<Option<Deck>, DeckError> {
        self.claim.deck(id).await;
        Ok(kept(&self.store, id).await?)
    }

    /// Stores the deck.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn put(&self, deck: Deck) -> Result<(), DeckError> {
        let keeper = self.clone();
        let stored = spawn(async move { keeper.store.put_deck(deck).await }).await;
        Ok(stored.map_err(io::Error::other)??)
    }

    /// # Errors
    /// When it can't be written.
    pub async fn put_media(&self, name: &str, content: Bytes) -> io::Result<()> {
        self.store.put_media(name, content, &self.claim).await
    }
}
