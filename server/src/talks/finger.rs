//! Limits how often a pointer's position is broadcast.

use model::talk::SeatNumber;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// 30 positions a second look like a continuous movement.
const AT_MOST_EVERY: Duration = Duration::from_millis(33);

/// Twice what it costs to tell one follower: a pointer takes half a core at most, in a room of any size.
const FOR_EACH_FOLLOWER: Duration = Duration::from_micros(8);

/// Decides which positions are broadcast.
#[derive(Debug, Default)]
pub struct Finger(Mutex<Option<Told>>);

#[derive(Debug)]
struct Told {
    at: Instant,
    page: SeatNumber,
    /// Counted by that page, because a network may deliver them in any order.
    count: u64,
}

impl Finger {
    /// Whether to broadcast a position now: not if it is older than the one before, nor too soon after it.
    /// The `last` position of a touch always is.
    pub fn is_told(&self, page: SeatNumber, count: u64, last: bool, followers: u32) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let apart = AT_MOST_EVERY.max(FOR_EACH_FOLLOWER.saturating_mul(followers));
        if let Some(told) = told.as_ref() {
            let is_older = told.page == page && count <= told.count;
            let is_soon = now.duration_since(told.at) < apart;
            if is_older || (is_soon && !last) {
                return false;
            }
        }
        *told = Some(Told {
            at: now,
            page,
            count,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finger_that_is_too_fast_is_thinned_and_its_end_is_not() {
        let finger = Finger::default();
        let page = SeatNumber::made_up(0, 1);
        let told = (1..=1_000)
            .filter(|count| finger.is_told(page, *count, false, 0))
            .count();
        assert!((1..100).contains(&told), "{told} of 1,000");
        assert!(finger.is_told(page, 1_001, true, 0));
        assert!(!finger.is_told(page, 1_001, true, 0), "the same once more");
        assert!(!finger.is_told(page, 7, true, 0), "one that was overtaken");
        assert!(finger.is_told(SeatNumber::made_up(0, 2), 1, true, 15_000));
    }
}
