//! A semaphore for uploads that is fair between devices. The device with the fewest uploads under way is
//! next, so one that starts a hundred slow ones keeps nobody out. tokio's semaphore is fair between
//! requests, and would give it a hundred turns.

use crate::access::Asker;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Cheap to clone.
#[derive(Clone)]
pub struct Slots(Arc<Mutex<State>>);

struct State {
    free: usize,
    /// Slots that each device has, for devices that have any.
    taken: HashMap<Option<Asker>, usize>,
    /// In order of arrival.
    waiters: VecDeque<Waiter>,
}

struct Waiter {
    asker: Option<Asker>,
    slot: oneshot::Sender<Slot>,
}

/// Frees its slot when dropped.
pub struct Slot {
    slots: Slots,
    asker: Option<Asker>,
}

impl Slots {
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: count,
            taken: HashMap::new(),
            waiters: VecDeque::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot. Dropping the future gives up the turn.
    pub async fn acquire(&self, asker: Option<Asker>) -> Option<Slot> {
        let (slot, given) = oneshot::channel();
        self.lock().waiters.push_back(Waiter { asker, slot });
        self.hand_out();
        given.await.ok()
    }

    pub fn others_wait(&self) -> bool {
        let state = self.lock();
        state.waiters.iter().any(|waiter| !waiter.slot.is_closed())
    }

    fn hand_out(&self) {
        loop {
            let Some(next) = self.lock().next() else {
                return;
            };
            let slot = Slot {
                slots: self.clone(),
                asker: next.asker,
            };
            // If the waiter has just left, dropping the slot here frees it again.
            let _ = next.slot.send(slot);
        }
    }
}

impl State {
    /// Takes a free slot for the next waiter.
    fn next(&mut self) -> Option<Waiter> {
        self.waiters.retain(|waiter| !waiter.slot.is_closed());
        self.free = self.free.checked_sub(1)?;
        let taken = |waiter: &Waiter| self.taken.get(&waiter.asker).copied().unwrap_or_default();
        let next = self.waiters.iter().enumerate();
        let next = next.min_by_key(|(_, waiter)| taken(waiter));
        let next = next.map(|(at, _)| at);
        let next = next.and_then(|at| self.waiters.remove(at));
        match &next {
            Some(next) => *self.taken.entry(next.asker).or_default() += 1,
            None => self.free += 1,
        }
        next
    }

    fn release(&mut self, asker: Option<Asker>) {
        self.free += 1;
        if let Some(taken) = self.taken.get_mut(&asker) {
            *taken -= 1;
            if *taken == 0 {
                self.taken.remove(&asker);
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.lock().release(self.asker);
        self.slots.hand_out();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::asker;
    use axum::http::HeaderMap;
    use std::{
        future::Future,
        net::IpAddr,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    fn from(last: u8) -> Option<Asker> {
        Some(asker(IpAddr::from([192, 168, 1, last]), &HeaderMap::new()))
    }

    fn now(waits: std::pin::Pin<&mut impl Future<Output = Option<Slot>>>) -> Option<Slot> {
        match waits.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(slot) => slot,
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_has_fewest_is_next_and_then_who_came_first() {
        let slots = Slots::new(2);
        let mut first = now(pin!(slots.acquire(from(1))));
        let mut second = now(pin!(slots.acquire(from(1))));
        assert!(first.is_some() && second.is_some() && !slots.others_wait());
        let (mut greedy, mut early, mut late) = (
            pin!(slots.acquire(from(1))),
            pin!(slots.acquire(from(2))),
            pin!(slots.acquire(from(3))),
        );
        for waits in [
            now(greedy.as_mut()),
            now(early.as_mut()),
            now(late.as_mut()),
        ] {
            assert!(waits.is_none() && slots.others_wait());
        }
        drop(first.take());
        let early = now(early.as_mut());
        assert!(early.is_some());
        assert!(now(greedy.as_mut()).is_none() && now(late.as_mut()).is_none());
        drop(early);
        assert!(now(greedy.as_mut()).is_none());
        let _late = now(late.as_mut()).expect("a slot");
        drop(second.take());
        assert!(now(greedy.as_mut()).is_some());
    }

    #[test]
    fn who_leaves_takes_no_slot() {
        let slots = Slots::new(1);
        let mut only = now(pin!(slots.acquire(from(1))));
        {
            let mut leaves = pin!(slots.acquire(from(2)));
            assert!(now(leaves.as_mut()).is_none());
        }
        assert!(!slots.others_wait());
        {
            let mut given = pin!(slots.acquire(from(2)));
            assert!(now(given.as_mut()).is_none());
            drop(only.take());
            // It has it, and never looked.
        }
        assert!(now(pin!(slots.acquire(from(3)))).is_some());
    }
}
