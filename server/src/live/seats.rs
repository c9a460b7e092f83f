//! Limits the number of streams.

use crate::access::Asker;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// There is one spare projector seat for each this many follower seats.
const ONE_IN: usize = 20;

/// A cheap handle.
#[derive(Debug, Clone)]
pub struct Seats(Arc<Taken>);

#[derive(Debug)]
struct Taken {
    taken: AtomicUsize,
    most: usize,
    /// Spare seats for projectors, for when followers have taken all others.
    projectors: usize,
    /// How many spare seats each device has: any page can claim to be a projector.
    by: Mutex<HashMap<Option<Asker>, usize>>,
}

/// One open stream's seat, until it is dropped. Presenters' seats are not limited.
#[derive(Debug)]
pub struct Seat {
    /// `None` for a presenter's.
    of: Option<Arc<Taken>>,
    /// The device of a spare projector seat. Boxed, because there are few, and each follower's stream would
    /// reserve space for it.
    projector: Option<Box<Option<Asker>>>,
}

impl Seats {
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Taken {
            taken: AtomicUsize::new(0),
            most,
            projectors: (most / ONE_IN).clamp(2, 16),
            by: Mutex::default(),
        }))
    }

    /// Presenters always get one: there are few, and without them there is no talk.
    pub fn for_presenter(&self) -> Seat {
        Seat {
            of: None,
            projector: None,
        }
    }

    /// `None` when all are taken.
    pub fn for_follower(&self) -> Option<Seat> {
        let (seat, before) = self.one_more();
        (before < self.0.most).then_some(seat)
    }

    /// The same for a page that claims to be a projector. A device gets at most half of the spare seats.
    pub fn for_projector(&self, asker: Option<Asker>) -> Option<Seat> {
        let (mut seat, before) = self.one_more();
        if before < self.0.most {
            return Some(seat);
        }
        let mut by = self.0.by();
        let has = by.get(&asker).copied().unwrap_or_default();
        let may = before < self.0.most + self.0.projectors && has < self.0.projectors / 2;
        if may {
            by.insert(asker, has + 1);
            seat.projector = Some(Box::new(asker));
        }
        // Dropping a seat takes this lock, too.
        drop(by);
        may.then_some(seat)
    }

    /// Takes a seat, and tells how many were taken before.
    fn one_more(&self) -> (Seat, usize) {
        let before = self.0.taken.fetch_add(1, Ordering::Relaxed);
        let seat = Seat {
            of: Some(self.0.clone()),
            projector: None,
        };
        (seat, before)
    }
}

impl Taken {
    fn by(&self) -> MutexGuard<'_, HashMap<Option<Asker>, usize>> {
        // Nothing panics under this lock.
        self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(of) = &self.of else {
            return;
        };
        of.taken.fetch_sub(1, Ordering::Relaxed);
        let Some(asker) = self.projector.take() else {
            return;
        };
        let mut by = of.by();
        if let Some(has) = by.get_mut(&asker) {
            *has -= 1;
            if *has == 0 {
                by.remove(&asker);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::asker;
    use axum::http::HeaderMap;
    use std::net::IpAddr;

    fn device(last: u8) -> Option<Asker> {
        let address = IpAddr::from([192, 168, 1, last]);
        Some(asker(address, &HeaderMap::new()))
    }

    #[test]
    fn of_the_seats_that_only_projectors_have_no_device_has_more_than_half() {
        let seats = Seats::new(80);
        let followers: Vec<_> = (0..100).filter_map(|_| seats.for_follower()).collect();
        assert_eq!(followers.len(), 80);
        let many = |asker| -> Vec<_> {
            let asked = (0..100).filter_map(|_| seats.for_projector(asker));
            asked.collect()
        };
        let flood = many(device(1));
        assert_eq!(flood.len(), 2);
        let other = many(device(2));
        assert_eq!(other.len(), 2);
        assert_eq!(many(device(3)).len(), 0, "there are four");
        let _always = seats.for_presenter();
        drop((flood, other));
        assert_eq!(many(None).len(), 2);
        drop(followers);
        assert_eq!(many(device(1)).len(), 82);
        assert!(seats.0.by().is_empty());
    }
}
