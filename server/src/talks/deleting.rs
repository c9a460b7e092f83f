//! A talk goes, and what only it showed.

use super::{EndError, Inner, Talk, TalkTitle, Talks, locked, say_followers};
use crate::store::StoreError;
use app::{
    deck::{Deck, DeckId, Face},
    talk::{SlideState, Snapshot, TalkCode},
};
use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, Weak, atomic::Ordering},
};
use tokio::{runtime::Handle, sync::OwnedRwLockReadGuard, task::spawn_blocking};
use tracing::error;

/// What a page shows whose talk is gone.
const GONE: &str = "<p class=\"pending\">Its slides were removed.</p>";

/// While one is held no deck or media goes: an import has files before it has a deck, and a talk is
/// made a moment after its deck was found. To be taken before the deck is looked for. What was to be
/// cleared away meanwhile is cleared away once it is dropped.
pub struct Hold {
    held: Option<OwnedRwLockReadGuard<()>>,
    talks: Weak<Inner>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held.take();
        if let Some(inner) = self.talks.upgrade()
            && inner.put_off.swap(false, Ordering::Relaxed)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move { Talks(inner).clear_away().await });
        }
    }
}

impl Talks {
    pub async fn hold(&self) -> Hold {
        Hold {
            held: Some(self.0.holds.clone().read_owned().await),
            talks: Arc::downgrade(&self.0),
        }
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
                say_followers(talk.code(), [0; 4]);
            }
        }
        self.clear_away().await;
        Ok(())
    }

    /// Stored talks that can't be shown, because their deck is not there: their codes, and what the
    /// host called them.
    pub fn lost(&self) -> Vec<(TalkCode, Option<TalkTitle>)> {
        let lost = locked(&self.0.left_out);
        let lost = lost.values().filter(|record| !record.state.over);
        let mut lost: Vec<_> = lost
            .map(|record| (record.code.clone(), record.title.clone()))
            .collect();
        lost.sort_by(|(a, _), (b, _)| a.cmp(b));
        lost
    }

    /// Removes a talk that lost its deck. Who followed it sees that it is over.
    ///
    /// # Errors
    /// When there is none, or it can't be stored.
    pub async fn delete_lost(&self, code: &TalkCode) -> Result<(), StoreError> {
        let record = locked(&self.0.left_out).get(code).cloned();
        let record = record.ok_or(StoreError::Conflict)?;
        let id = record.state.event_id();
        let last = Snapshot {
            state: SlideState {
                revision: record.state.revision.next(),
                over: true,
                ..record.state
            },
            deck: record.deck,
            talk: record.title.map(String::from).unwrap_or_default(),
            title: String::new(),
            face: gone(1_920, 1_080),
            preload: Vec::new(),
            acknowledge_within_ms: None,
        };
        let last = serde_json::to_vec(&last)?;
        self.store().delete(code, id, last).await?;
        locked(&self.0.left_out).remove(code);
        self.clear_away().await;
        Ok(())
    }

    /// What a page that followed a talk is told when that was deleted meanwhile.
    pub fn last_of_gone(&self, code: &TalkCode) -> Option<Snapshot> {
        let last = self.store().gone(code).ok().flatten()?;
        serde_json::from_slice(&last).ok()
    }

    /// Removes decks of deleted talks, and their media, unless somebody holds them: then once they
    /// hold them no more.
    pub async fn clear_away(&self) {
        // Before it is tried: whoever lets go in this moment must know of it.
        self.0.put_off.store(true, Ordering::Relaxed);
        let Ok(alone) = self.0.holds.clone().try_write_owned() else {
            return;
        };
        self.0.put_off.store(false, Ordering::Relaxed);
        let inner = self.0.clone();
        let cleared = spawn_blocking(move || {
            let _alone = alone;
            inner.store.clear_away(&inner.unstored())
        });
        if let Ok(Err(error)) = cleared.await {
            error!(%error, "what was deleted could not be cleared away");
        }
    }
}

impl Inner {
    /// Decks that talks show and that could not be stored. Of those that no talk shows any more
    /// nothing is known from now on. Nothing may be about to be read.
    fn unstored(&self) -> Vec<Deck> {
        let shown: HashSet<DeckId> = {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            open.values().map(|talk| talk.deck().id.clone()).collect()
        };
        locked(&self.warnings).retain(|id, _| shown.contains(id));
        let mut growing = locked(&self.growing);
        growing.retain(|id, _| shown.contains(id));
        growing.values().cloned().collect()
    }
}

/// Without pictures: they go with their deck.
fn last_of(snapshot: &Snapshot) -> Snapshot {
    Snapshot {
        face: gone(snapshot.face.width, snapshot.face.height),
        title: String::new(),
        preload: Vec::new(),
        ..snapshot.clone()
    }
}

fn gone(width: u32, height: u32) -> Face {
    Face {
        html: Some(GONE.to_owned()),
        ..Face::pending(width, height)
    }
}
