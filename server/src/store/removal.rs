//! Which decks and media are removed, and when.
//!
//! Candidates are listed in the store itself, so that an interrupted removal goes on at the next
//! start: decks by their marks, media as loose. A deck's media are loose before the deck is removed.
//!
//! No candidate is removed that is claimed, that a talk shows (a deck), or that a stored deck names (a
//! medium). The order of steps makes this safe without a transaction over all three stores. Users claim
//! a thing, and then check that it is there. A clearing takes things that are not claimed, which can't
//! be claimed from then on, and then checks that they are not needed.

use super::{
    Mark, Store, StoreError,
    claims::{Clearing, locked},
    media::media_of,
};
use model::deck::{Deck, DeckId};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Mutex,
};
use tokio::task::spawn_blocking;

/// Why there may be something to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The server starts. No page can be loading anything.
    Start,
    /// A talk was deleted, or shows another deck.
    Change,
    /// A claim was dropped: an import has ended, successfully or not.
    LetGo,
}

/// The grace periods of replaced decks.
///
/// A clearing comes right after the change in which a deck was replaced, when pages may still load its
/// pictures. The deck is due at the clearing after the next change. A start needs none of this, and so
/// it is kept in memory only.
#[derive(Default)]
pub struct Graces(Mutex<HashMap<DeckId, Grace>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grace {
    Runs,
    IsOver,
}

impl Graces {
    /// Those that are due, of decks that are marked and not shown.
    fn due(&self, marked: Vec<(DeckId, Mark)>, cause: Cause) -> Vec<DeckId> {
        let mut graces = locked(&self.0);
        let due = marked.into_iter().filter(|(id, mark)| {
            if *mark == Mark::Orphaned || cause == Cause::Start {
                return true;
            }
            match graces.get(id) {
                Some(Grace::IsOver) => true,
                Some(Grace::Runs) if cause == Cause::Change => {
                    graces.insert(id.clone(), Grace::IsOver);
                    true
                }
                Some(Grace::Runs) => false,
                None => {
                    if cause == Cause::Change {
                        graces.insert(id.clone(), Grace::Runs);
                    }
                    false
                }
            }
        });
        due.map(|(id, _)| id).collect()
    }

    fn end(&self, id: &DeckId) {
        locked(&self.0).remove(id);
    }
}

impl Store {
    /// Removes the decks that are due and not shown, and the media that no deck names: neither a stored
    /// one nor one of `unstored`, which are shown and could not be stored. What is claimed stays.
    ///
    /// # Errors
    /// When the store can't be read or written. The next clearing, or the next start, goes on.
    pub async fn clear_away(
        &self,
        cause: Cause,
        unstored: impl FnOnce() -> Vec<Deck>,
    ) -> Result<(), StoreError> {
        let clearing = self.0.claims.clearing().await;
        self.remove_decks(&clearing, cause).await?;
        self.remove_media(&clearing, unstored).await
    }

    async fn remove_decks(&self, clearing: &Clearing<'_>, cause: Cause) -> Result<(), StoreError> {
        let (documents, graces) = (&self.0.documents, &self.0.graces);
        let mut marked = documents.marked().await?;
        if marked.is_empty() {
            return Ok(());
        }
        let ids = marked.iter().map(|(id, _)| id.clone());
        let free: HashSet<DeckId> = clearing.take_decks(ids);
        let shown = self.0.journal.shown().await?;
        marked.retain(|(id, _)| !shown.contains(id));
        // If one of them is replaced later, it gets a new grace period.
        shown.iter().for_each(|id| graces.end(id));
        let mut going = graces.due(marked, cause);
        going.retain(|id| free.contains(id));
        let mut loose = BTreeSet::new();
        for id in &going {
            loose.extend(self.media_of_stored(id).await?);
        }
        if !loose.is_empty() {
            self.0.media.loosen(loose).await?;
        }
        going.iter().for_each(|id| graces.end(id));
        documents.remove(going).await
    }

    async fn remove_media(
        &self,
        clearing: &Clearing<'_>,
        unstored: impl FnOnce() -> Vec<Deck>,
    ) -> Result<(), StoreError> {
        let mut going: BTreeSet<String> = clearing.take_media(self.0.media.loose().await?);
        // Asked for before the stored decks are read: one may be stored in between. It is asked for even
        // if nothing is loose, because the answer forgets decks that are not shown any more.
        let unstored = unstored();
        if going.is_empty() {
            return Ok(());
        }
        // They stay loose: a deck that is never stored does not keep them beyond the next start.
        for name in media_of_all(unstored).await? {
            going.remove(&name);
        }
        let mut named = BTreeSet::new();
        for id in self.0.documents.ids().await? {
            let names = self.media_of_stored(&id).await?.into_iter();
            named.extend(names.filter(|name| going.remove(name)));
        }
        if !going.is_empty() {
            self.0.media.remove(going).await?;
        }
        if !named.is_empty() {
            self.0.media.keep(named).await?;
        }
        Ok(())
    }

    async fn media_of_stored(&self, id: &DeckId) -> Result<HashSet<String>, StoreError> {
        let Some(text) = self.0.documents.get(id).await? else {
            return Ok(HashSet::new());
        };
        let names = spawn_blocking(move || media_of(&text).into_iter().collect()).await;
        names.map_err(|_| StoreError::Closed)
    }
}

async fn media_of_all(decks: Vec<Deck>) -> Result<Vec<String>, StoreError> {
    let names = spawn_blocking(move || {
        let mut names = Vec::new();
        for deck in decks {
            names.extend(media_of(&serde_json::to_vec(&deck)?));
        }
        Ok(names)
    });
    names.await.map_err(|_| StoreError::Closed)?
}
