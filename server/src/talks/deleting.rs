//! Talks are deleted, and then what only they showed.

use super::{EndError, Inner, Talk, TalkTitle, Talks, locked, say_followers};
use crate::store::{Cause, Claim, StoreError};
use model::{
    deck::{Deck, DeckId, Face, Markup, Size},
    talk::{Snapshot, TalkCode},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError},
};
use tokio::spawn;
use tracing::error;

/// What a page shows when its talk was deleted.
const GONE: &str = "<p class=\"pending\">Its slides were removed.</p>";

impl Talks {
    /// Claims a deck that is about to be shown. To be called before the deck is looked for.
    pub async fn claim(&self, deck: &DeckId) -> Claim {
        let claim = self.store().claims().claim();
        claim.deck(deck).await;
        claim
    }

    /// Ends a talk and removes it, its lists and, if no other talk shows it, its deck. Its code is free
    /// then. Runs to its end, even if this future is dropped.
    ///
    /// # Errors
    /// When it can't be stored; then it may be over, and is still there.
    pub async fn delete(&self, talk: &Arc<Talk>) -> Result<(), EndError> {
        let (talks, talk) = (self.clone(), talk.clone());
        let deleted = spawn(async move { talks.end_and_delete(&talk).await });
        deleted.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    async fn end_and_delete(&self, talk: &Arc<Talk>) -> Result<(), EndError> {
        talk.end().await?;
        let last = last_of(&talk.snapshot());
        let last = serde_json::to_vec(&last).map_err(StoreError::from)?;
        let id = talk.snapshot().state.event_id();
        self.store().journal().delete(talk.code(), id, last).await?;
        {
            let mut open = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
            // Another talk may have the code by now.
            if open
                .get(talk.code())
                .is_some_and(|it| Arc::ptr_eq(it, talk))
            {
                open.remove(talk.code());
                // Otherwise the gauges would keep their last values.
                say_followers(talk.code(), [0; 4]);
            }
        }
        self.clear_away(Cause::Change).await;
        Ok(())
    }

    /// Codes and titles of stored talks whose deck is missing.
    pub fn lost(&self) -> Vec<(TalkCode, Option<TalkTitle>)> {
        let lost = locked(&self.0.left_out);
        let lost = lost.values().filter(|record| !record.state.over);
        let mut lost: Vec<_> = lost
            .map(|record| (record.code.clone(), record.title.clone()))
            .collect();
        lost.sort_by(|(a, _), (b, _)| a.cmp(b));
        lost
    }

    /// Removes a talk that lost its deck. Its followers see that it is over. Runs to its end, even if
    /// this future is dropped.
    ///
    /// # Errors
    /// When there is none, or it can't be stored.
    pub async fn delete_lost(&self, code: &TalkCode) -> Result<(), StoreError> {
        let (talks, code) = (self.clone(), code.clone());
        let deleted = spawn(async move { talks.delete_left_out(&code).await });
        deleted.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn delete_left_out(&self, code: &TalkCode) -> Result<(), StoreError> {
        let record = locked(&self.0.left_out).get(code).cloned();
        let record = record.ok_or(StoreError::Conflict)?;
        let id = record.state.event_id();
        let last = Snapshot {
            state: record.state.ended(super::now()),
            deck: record.deck,
            talk: record.title.map(String::from).unwrap_or_default(),
            title: String::new(),
            face: gone(Size::FULL_HD),
            preload: Vec::new(),
            acknowledge_within_ms: None,
        };
        let last = serde_json::to_vec(&last)?;
        self.store().journal().delete(code, id, last).await?;
        locked(&self.0.left_out).remove(code);
        self.clear_away(Cause::Change).await;
        Ok(())
    }

    /// The last snapshot of a deleted talk, for pages that followed it.
    pub async fn last_of_gone(&self, code: &TalkCode) -> Option<Snapshot> {
        let last = self.store().journal().gone(code).await.ok().flatten()?;
        serde_json::from_slice(&last).ok()
    }

    /// Removes decks and media that are not needed any more. What is claimed is removed after its claim is
    /// released.
    pub async fn clear_away(&self, cause: Cause) {
        let inner = self.0.clone();
        // Runs to its end: dropped half-way, it would release what it is removing.
        let cleared = spawn(async move {
            let unstored = || inner.unstored();
            inner.store.clear_away(cause, unstored).await
        });
        if let Ok(Err(error)) = cleared.await {
            error!(%error, "what was deleted could not be cleared away");
        }
    }
}

impl Inner {
    /// Decks that talks show and that are not stored as they are shown. Forgets decks that no talk shows
    /// or is about to show.
    fn unstored(&self) -> Vec<Deck> {
        self.forget_unshown(&mut locked(&self.warnings));
        let mut growing = locked(&self.growing);
        self.forget_unshown(&mut growing);
        growing.values().cloned().collect()
    }

    fn forget_unshown<T>(&self, known: &mut HashMap<DeckId, T>) {
        // Claims are checked first: a deck is claimed until a talk shows it.
        let claims = self.store.claims();
        let ids = known.keys().filter(|id| !claims.has_deck(id));
        let mut unshown: HashSet<DeckId> = ids.cloned().collect();
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        for talk in open.values() {
            unshown.remove(&talk.deck().id);
        }
        drop(open);
        known.retain(|id, _| !unshown.contains(id));
    }
}

/// Without pictures: they are removed with their deck.
fn last_of(snapshot: &Snapshot) -> Snapshot {
    Snapshot {
        face: gone(snapshot.face.size()),
        title: String::new(),
        preload: Vec::new(),
        ..snapshot.clone()
    }
}

fn gone(size: Size) -> Face {
    Face::Markup(Markup {
        size,
        html: GONE.to_owned(),
    })
}
