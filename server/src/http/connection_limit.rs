//! Limits the number of connections, and tells open ones when few places are left.
//!
//! A presenter's tap waits in the kernel's queue like all others and can't be recognised there. So a place
//! must become free soon for anybody: idle connections give theirs up.

use std::{future::pending, ops::RangeInclusive, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, timeout},
};

/// The shortest interval between two signals of scarcity.
const SIGNAL_EVERY: Duration = Duration::from_millis(250);

/// One place in this many is reserved.
const ONE_IN: usize = 20;
const KEPT: RangeInclusive<usize> = 4..=256;

/// The number of reserved places.
fn reserve(places: usize) -> usize {
    (places / ONE_IN).clamp(*KEPT.start(), *KEPT.end())
}

/// The number of followers' streams that fit into `connections`, with places left for pages, taps and
/// presenters' streams.
pub fn most_followers(connections: usize) -> usize {
    connections.saturating_sub(2 * reserve(connections))
}

/// The connections that may be open at once. Owned by the accept loop.
pub struct ConnectionLimit {
    free: Arc<Semaphore>,
    reserve: usize,
    signal: watch::Sender<()>,
    signalled: Option<Instant>,
}

/// One connection's receiver of the signal.
#[derive(Debug, Clone)]
pub struct Scarcity(watch::Receiver<()>);

impl ConnectionLimit {
    pub fn new(places: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            reserve: reserve(places),
            signal: watch::Sender::new(()),
            signalled: None,
        }
    }

    /// Waits for a place, and signals scarcity meanwhile.
    pub async fn permit(&mut self) -> Option<OwnedSemaphorePermit> {
        loop {
            self.signal_scarcity();
            let place = self.free.clone().acquire_owned();
            if let Ok(place) = timeout(SIGNAL_EVERY, place).await {
                // Fails only for a closed semaphore, and nothing closes it.
                return place.ok();
            }
        }
    }

    /// For a new connection. If places are scarce now, the receiver has a signal already.
    pub fn scarcity(&self) -> Scarcity {
        let mut hears = self.signal.subscribe();
        if self.are_scarce() {
            hears.mark_changed();
        }
        Scarcity(hears)
    }

    fn are_scarce(&self) -> bool {
        self.free.available_permits() < self.reserve
    }

    fn signal_scarcity(&mut self) {
        let just_signalled = self.signalled.is_some_and(|at| at.elapsed() < SIGNAL_EVERY);
        if self.are_scarce() && !just_signalled {
            self.signalled = Some(Instant::now());
            self.signal.send_replace(());
        }
    }
}

impl Scarcity {
    /// Completes at each signal that places are scarce.
    pub async fn heard(&mut self) {
        if self.0.changed().await.is_err() {
            // The accept loop has ended.
            pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn of_any_number_of_places_some_are_kept() {
        let check = |connections, kept, followers| {
            assert_eq!(reserve(connections), kept, "{connections}");
            assert_eq!(most_followers(connections), followers, "{connections}");
        };
        check(1, 4, 0);
        check(20, 4, 12);
        check(160, 8, 144);
        check(984, 49, 886);
        check(1_000_000, 256, 999_488);
    }

    #[tokio::test(start_paused = true)]
    async fn all_hear_when_places_are_scarce_and_again_while_somebody_waits_for_one() {
        let mut places = ConnectionLimit::new(5);
        let first = places.permit().await;
        let mut hears = places.scarcity();
        let second = places.permit().await;
        assert!(hears.heard().now_or_never().is_none(), "four are left");
        let mut others = vec![first, second];
        for _ in 0..3 {
            others.push(places.permit().await);
        }
        assert!(hears.heard().now_or_never().is_some());
        assert!(hears.heard().now_or_never().is_none(), "once each time");
        let mut late = places.scarcity();
        assert!(
            late.heard().now_or_never().is_some(),
            "one who comes later hears it, too"
        );

        let waits = tokio::spawn(async move { places.permit().await.is_some() });
        hears.heard().await;
        hears.heard().await;
        others.pop();
        assert!(waits.await.expect("it was let in"));
    }
}
