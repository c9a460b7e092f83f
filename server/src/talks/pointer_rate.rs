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
pub struct PointerRate(Mutex<Option<(Instant, Sent)>>);

/// How a page counted a position that it sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub page: SeatNumber,
    /// Grows with each of the page's positions, because a network may deliver them in any order.
    pub count: u64,
    /// The finger was lifted: the last position of a touch.
    pub is_last: bool,
}

impl PointerRate {
    /// Whether to broadcast a position now: not if it is older than the one before, nor too soon after it.
    /// The last one of a touch is never too soon.
    pub fn allows(&self, sent: Sent, followers: u32) -> bool {
        let mut broadcast = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let apart = AT_MOST_EVERY.max(FOR_EACH_FOLLOWER.saturating_mul(followers));
        if let Some((at, before)) = *broadcast {
            let is_older = before.page == sent.page && sent.count <= before.count;
            let is_soon = now.duration_since(at) < apart;
            if is_older || (is_soon && !sent.is_last) {
                return false;
            }
        }
        *broadcast = Some((now, sent));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finger_that_is_too_fast_is_thinned_and_its_end_is_not() {
        let rate = PointerRate::default();
        let page = SeatNumber::made_up(0, 1);
        let moved = |count| Sent {
            page,
            count,
            is_last: false,
        };
        let lifted = |count| Sent {
            is_last: true,
            ..moved(count)
        };
        let allowed = (1..=1_000)
            .filter(|count| rate.allows(moved(*count), 0))
            .count();
        assert!((1..100).contains(&allowed), "{allowed} of 1,000");
        assert!(rate.allows(lifted(1_001), 0));
        assert!(!rate.allows(lifted(1_001), 0), "the same once more");
        assert!(!rate.allows(lifted(7), 0), "one that was overtaken");
        let other = Sent {
            page: SeatNumber::made_up(0, 2),
            ..lifted(1)
        };
        assert!(rate.allows(other, 15_000));
    }
}
