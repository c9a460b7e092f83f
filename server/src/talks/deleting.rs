//! A talk goes, and what only it showed.

use super::{EndError, Talk, Talks, say_followers};
use crate::store::StoreError;
use app::{
    deck::Face,
    talk::{Snapshot, TalkCode},
};
use std::sync::{Arc, PoisonError};
use tokio::{sync::OwnedRwLockReadGuard, task::spawn_blocking};
use tracing::error;

/// What a page shows whose talk is gone.
const GONE: &str = "<p class=\"pending\">Its slides were removed.</p>";

/// While one is held no deck or media goes: an import has files before it has a deck, and a talk is
/// made a moment after its deck was found. To be taken before the deck is looked for; whoever lets
/// it go calls [`Talks::clear_away`].
pub struct Hold(#[expect(dead_code, reason = "held for its drop")] OwnedRwLockReadGuard<()>);

impl Talks {
    pub async fn hold(&self) -> Hold {
        Hold(self.0.holds.clone().read_owned().await)
    }

    /// Ends a talk and removes it, its history and, if no other talk shows it, its deck. Its code
    /// is free. Must run to its end.
    ///
    /// # Errors
    /// When it can't be stored; then it may be over, and is there.
    pub async fn delete(&self, talk: &Arc<Talk>) -> Result<(), EndError> {
        self.end(talk).await?;
        let last = last_of(&talk.snapshot());
        let last = serde_json::to_vec(&last).map_err(StoreError::from)?;
        let id = talk.snapshot().state.event_id();
        self.store().delete(talk.code(), id, last).await?;
        {
            let mut open = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
            // Another talk may have the code by now.
            if open
                .get(talk.code())
                .is_some_and(|it| Arc::ptr_eq(it, talk))
            {
                open.remove(talk.code());
                // Its counts would be told as they were last.
                say_followers(talk.code(), 0, 0, 0);
            }
        }
        self.clear_away().await;
        Ok(())
    }

    /// What a page that followed a talk is told when that was deleted meanwhile.
    pub fn last_of_gone(&self, code: &TalkCode) -> Option<Snapshot> {
        let last = self.store().gone(code).ok().flatten()?;
        serde_json::from_slice(&last).ok()
    }

    /// Removes decks of deleted talks, and their media, unless somebody holds them: then it is for
    /// them to call this.
    pub async fn clear_away(&self) {
        let Ok(alone) = self.0.holds.clone().try_write_owned() else {
            return;
        };
        let store = self.0.store.clone();
        let cleared = spawn_blocking(move || {
            let _alone = alone;
            store.clear_away()
        });
        if let Ok(Err(error)) = cleared.await {
            error!(%error, "what was deleted could not be cleared away");
        }
    }
}

/// Without pictures: they go with their deck.
fn last_of(snapshot: &Snapshot) -> Snapshot {
    let face = Face {
        html: Some(GONE.to_owned()),
        ..Face::pending(snapshot.face.width, snapshot.face.height)
    };
    Snapshot {
        face,
        title: String::new(),
        preload: Vec::new(),
        ..snapshot.clone()
    }
}
