//! Room for so many uploads at once. The device with the fewest under way is next, so one that opens a
//! hundred slow ones keeps nobody out.

use crate::access::Asker;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// A cheap handle.
#[derive(Clone)]
pub struct Places(Arc<Mutex<Taken>>);

struct Taken {
    free: usize,
    /// How many somebody has, where they have any.
    by: HashMap<Option<Asker>, usize>,
    /// In the order in which they came.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    asker: Option<Asker>,
    gets: oneshot::Sender<Place>,
}

/// Dropped, somebody else has it.
pub struct Place {
    of: Places,
    asker: Option<Asker>,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Taken {
            free: most,
            by: HashMap::new(),
            waiting: VecDeque::new(),
        })))
    }

    fn locked(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place. Whoever waits no longer drops this.
    pub async fn place(&self, asker: Option<Asker>) -> Option<Place> {
        let (gets, given) = oneshot::channel();
        self.locked().waiting.push_back(Waiting { asker, gets });
        self.give();
        given.await.ok()
    }

    pub fn others_wait(&self) -> bool {
        let taken = self.locked();
        taken.waiting.iter().any(|it| !it.gets.is_closed())
    }

    /// Gives what is free.
    fn give(&self) {
        loop {
            let Some(next) = self.locked().next() else {
                return;
            };
            let place = Place {
                of: self.clone(),
                asker: next.asker,
            };
            // Who has left in this moment gives it back, by what is dropped here.
            let _ = next.gets.send(place);
        }
    }
}

impl Taken {
    /// Takes a place for the next in turn.
    fn next(&mut self) -> Option<Waiting> {
        self.waiting.retain(|it| !it.gets.is_closed());
        self.free = self.free.checked_sub(1)?;
        let has = |it: &Waiting| self.by.get(&it.asker).copied().unwrap_or_default();
        let next = self.waiting.iter().enumerate();
        let next = next.min_by_key(|(_, it)| has(it)).map(|(at, _)| at);
        let next = next.and_then(|at| self.waiting.remove(at));
        match &next {
            Some(next) => *self.by.entry(next.asker).or_default() += 1,
            None => self.free += 1,
        }
        next
    }

    fn give_back(&mut self, asker: Option<Asker>) {
        self.free += 1;
        if let Some(has) = self.by.get_mut(&asker) {
            *has -= 1;
            if *has == 0 {
                self.by.remove(&asker);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.locked().give_back(self.asker);
        self.of.give();
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

    fn now(waits: std::pin::Pin<&mut impl Future<Output = Option<Place>>>) -> Option<Place> {
        match waits.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(place) => place,
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_has_fewest_is_next_and_then_who_came_first() {
        let places = Places::new(2);
        let mut first = now(pin!(places.place(from(1))));
        let mut second = now(pin!(places.place(from(1))));
        assert!(first.is_some() && second.is_some() && !places.others_wait());
        let (mut greedy, mut early, mut late) = (
            pin!(places.place(from(1))),
            pin!(places.place(from(2))),
            pin!(places.place(from(3))),
        );
        for waits in [
            now(greedy.as_mut()),
            now(early.as_mut()),
            now(late.as_mut()),
        ] {
            assert!(waits.is_none() && places.others_wait());
        }
        drop(first.take());
        let early = now(early.as_mut());
        assert!(early.is_some());
        assert!(now(greedy.as_mut()).is_none() && now(late.as_mut()).is_none());
        drop(early);
        assert!(now(greedy.as_mut()).is_none());
        let _late = now(late.as_mut()).expect("a place");
        drop(second.take());
        assert!(now(greedy.as_mut()).is_some());
    }

    #[test]
    fn who_leaves_takes_no_place() {
        let places = Places::new(1);
        let mut only = now(pin!(places.place(from(1))));
        {
            let mut leaves = pin!(places.place(from(2)));
            assert!(now(leaves.as_mut()).is_none());
        }
        assert!(!places.others_wait());
        {
            let mut given = pin!(places.place(from(2)));
            assert!(now(given.as_mut()).is_none());
            drop(only.take());
            // It has it, and never looked.
        }
        assert!(now(pin!(places.place(from(3)))).is_some());
    }
}
