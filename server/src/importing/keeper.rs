//! Where an import keeps what it makes.

use super::{DeckError, kept::kept};
use crate::store::{Claim, Store};
use model::deck::{Deck, DeckId};
use std::{io, sync::Arc};
use tokio::task::spawn_blocking;

/// The store, and what an import has claimed of it: what it has put there stays until a stored deck
/// names it, and goes if the import ends before. Whatever still writes when the import ends has one
/// of its own, so that nothing is put there once all is let go.
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

    /// A stored deck, which stays from then on. One of 2,000 pages is not read on a thread that
    /// carries taps.
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

    /// Keeps the deck as it is now.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn put(&self, deck: &Deck) -> Result<(), DeckError> {
        let (keeper, deck) = (self.clone(), deck.clone());
        let stored = spawn_blocking(move || keeper.store.put_deck(&deck)).await;
        Ok(stored.map_err(io::Error::other)??)
    }

    /// Writes it through to the disk: not on a thread that carries taps.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn put_media(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.store.put_media(name, content, &self.claim)
    }
}
