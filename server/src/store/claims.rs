//! Claims keep things that nothing in the store needs yet: media of an import whose deck is not stored,
//! and decks that a talk is about to show. Nothing claimed is removed.
//!
//! See [`removal`](super::removal) for why a claim comes before the look at what is there.

use model::deck::DeckId;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Thing {
    Deck(DeckId),
    Medium(String),
}

/// All claims on one store. A cheap handle.
#[derive(Clone, Default)]
pub struct Claims(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// Notified when a clearing ends.
    over: Notify,
    /// Held during a clearing: there is one at a time.
    clearing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// The number of claims on each.
    claimed: HashMap<Thing, usize>,
    /// Taken by the current clearing. They can be claimed when it ends.
    going: HashSet<Thing>,
    /// Left by a clearing because they were claimed.
    left: HashSet<Thing>,
    /// Told when one of those is not claimed any more.
    let_go: Option<UnboundedSender<()>>,
}

/// What one import, or one talk that is about to show a deck, has claimed. A cheap handle; dropping the
/// last one releases all.
#[derive(Clone)]
pub struct Claim(Arc<Held>);

struct Held {
    claims: Claims,
    things: Mutex<HashSet<Thing>>,
}

/// While it lives, what it has taken can't be claimed.
pub(super) struct Clearing<'a> {
    claims: &'a Claims,
    _alone: tokio::sync::MutexGuard<'a, ()>,
}

impl Claims {
    /// A claim on nothing yet.
    pub fn claim(&self) -> Claim {
        Claim(Arc::new(Held {
            claims: self.clone(),
            things: Mutex::default(),
        }))
    }

    pub fn has_deck(&self, id: &DeckId) -> bool {
        let state = locked(&self.0.state);
        state.claimed.contains_key(&Thing::Deck(id.clone()))
    }

    /// Receives a message whenever something that a clearing had to leave is released. There is one
    /// listener: a second call takes over.
    pub fn let_go(&self) -> UnboundedReceiver<()> {
        let (sender, receiver) = unbounded_channel();
        locked(&self.0.state).let_go = Some(sender);
        receiver
    }

    /// Begins a clearing, after the current one.
    pub(super) async fn clearing(&self) -> Clearing<'_> {
        Clearing {
            claims: self,
            _alone: self.0.clearing.lock().await,
        }
    }
}

impl Claim {
    /// Claims a deck; to be called before it is looked for. Waits while it is being removed.
    pub async fn deck(&self, id: &DeckId) {
        self.add(Thing::Deck(id.clone())).await;
    }

    /// Claims a medium; to be called before it is written.
    pub(super) async fn medium(&self, name: &str) {
        self.add(Thing::Medium(name.to_owned())).await;
    }

    async fn add(&self, thing: Thing) {
        let Held { claims, things } = &*self.0;
        let Inner { state, over, .. } = &*claims.0;
        loop {
            // Made before the look, so that no end of a clearing is missed.
            let is_over = over.notified();
            {
                let mut state = locked(state);
                if !state.going.contains(&thing) {
                    if locked(things).insert(thing.clone()) {
                        *state.claimed.entry(thing).or_default() += 1;
                    }
                    return;
                }
            }
            is_over.await;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let things = self.things.get_mut();
        let things = things.unwrap_or_else(PoisonError::into_inner);
        let mut state = locked(&self.claims.0.state);
        let mut was_left = false;
        for thing in things.drain() {
            if let Some(others) = state.claimed.get_mut(&thing) {
                *others = others.saturating_sub(1);
                if *others == 0 {
                    state.claimed.remove(&thing);
                    was_left |= state.left.remove(&thing);
                }
            }
        }
        if let Some(let_go) = state.let_go.as_ref().filter(|_| was_left) {
            // Nobody listens where nothing is removed.
            let _ = let_go.send(());
        }
    }
}

impl Clearing<'_> {
    /// Takes those that are not claimed.
    pub fn take_decks<C: FromIterator<DeckId>>(&self, ids: impl IntoIterator<Item = DeckId>) -> C {
        let taken = ids.into_iter();
        taken
            .filter(|id| self.take(Thing::Deck(id.clone())))
            .collect()
    }

    /// Takes those that are not claimed.
    pub fn take_media<C: FromIterator<String>>(
        &self,
        names: impl IntoIterator<Item = String>,
    ) -> C {
        let taken = names.into_iter();
        let taken = taken.filter(|name| self.take(Thing::Medium(name.clone())));
        taken.collect()
    }

    fn take(&self, thing: Thing) -> bool {
        let mut state = locked(&self.claims.0.state);
        let is_free = !state.claimed.contains_key(&thing);
        let among = if is_free {
            &mut state.going
        } else {
            &mut state.left
        };
        among.insert(thing);
        is_free
    }
}

impl Drop for Clearing<'_> {
    fn drop(&mut self) {
        locked(&self.claims.0.state).going.clear();
        self.claims.0.over.notify_waiters();
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No change is interrupted half-way by a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
