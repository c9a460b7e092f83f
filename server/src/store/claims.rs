//! What the living have claimed: media that an import has put in the store and that no stored deck
//! names yet, and decks that somebody is about to show. They are cleared away by nobody.
//!
//! A claim comes first, then the look at what is there. A clearing does it the other way round: it
//! takes what nobody has claimed, and then looks whether a deck or a talk has it by now. So neither
//! relies on what the other one removes or brings at the same time.

use model::deck::DeckId;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

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
    /// A clearing is over.
    over: Condvar,
    /// Held by a clearing: there is one at a time.
    clearing: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// By how many.
    claimed: HashMap<Thing, usize>,
    /// Taken by the clearing that is on: whoever claims one waits until that is over.
    going: HashSet<Thing>,
    /// What a clearing left because it was claimed.
    left: HashSet<Thing>,
    /// Told when such a thing is claimed no more.
    let_go: Option<UnboundedSender<()>>,
}

/// What one import, or whoever is about to show a deck, has claimed. Dropped, it lets go of all.
pub struct Claim {
    claims: Claims,
    things: Mutex<HashSet<Thing>>,
}

/// While it lives, what it has taken can't be claimed.
pub(super) struct Clearing<'a> {
    claims: &'a Claims,
    _alone: MutexGuard<'a, ()>,
}

impl Claims {
    /// A claim on nothing yet.
    pub fn claim(&self) -> Claim {
        Claim {
            claims: self.clone(),
            things: Mutex::default(),
        }
    }

    pub fn has_deck(&self, id: &DeckId) -> bool {
        let state = locked(&self.0.state);
        state.claimed.contains_key(&Thing::Deck(id.clone()))
    }

    /// Told whenever what a clearing had to leave is claimed no more. For one listener: a second
    /// call takes it over.
    pub fn let_go(&self) -> UnboundedReceiver<()> {
        let (sender, receiver) = unbounded_channel();
        locked(&self.0.state).let_go = Some(sender);
        receiver
    }

    /// Waits for the one that is on.
    pub(super) fn clearing(&self) -> Clearing<'_> {
        Clearing {
            claims: self,
            _alone: locked(&self.0.clearing),
        }
    }
}

impl Claim {
    /// To be called before the deck is looked for, and not on a thread that carries taps: one that
    /// is just being removed is waited for.
    pub fn deck(&self, id: &DeckId) {
        self.add(Thing::Deck(id.clone()));
    }

    /// The same of a medium, before it is written or found to be there.
    pub(super) fn medium(&self, name: &str) {
        self.add(Thing::Medium(name.to_owned()));
    }

    fn add(&self, thing: Thing) {
        let Inner { state, over, .. } = &*self.claims.0;
        let is_going = |state: &mut State| state.going.contains(&thing);
        let state = over.wait_while(locked(state), is_going);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if locked(&self.things).insert(thing.clone()) {
            *state.claimed.entry(thing).or_default() += 1;
        }
    }
}

impl Drop for Claim {
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
            // Nobody listens where nothing is cleared away.
            let _ = let_go.send(());
        }
    }
}

impl Clearing<'_> {
    /// Those that nobody has claimed.
    pub fn take_decks<C: FromIterator<DeckId>>(&self, ids: impl IntoIterator<Item = DeckId>) -> C {
        let taken = ids.into_iter();
        taken
            .filter(|id| self.take(Thing::Deck(id.clone())))
            .collect()
    }

    /// The same of media.
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
        self.claims.0.over.notify_all();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panics leaves each of them whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
