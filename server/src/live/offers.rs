//! The streams of one HTTP/2 connection.
//!
//! There, one that its follower does not take is held up by flow control: the socket never waits, and
//! its deadline is never met. So it is looked at.

use super::body::{Offer, Offered};
use crate::metrics::STREAMS_REFUSED;
use axum::{body::Body, http::Response};
use metrics::counter;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// A cheap handle.
#[derive(Clone, Default)]
pub struct Offers(Arc<Mutex<Vec<Weak<Mutex<Offered>>>>>);

impl Offers {
    /// Remembers what an answer says, if it is a stream, for as long as its body is there.
    pub fn remember(&self, response: &mut Response<Body>) {
        if let Some(Offer(offered)) = response.extensions_mut().remove() {
            self.locked().push(Arc::downgrade(&offered));
        }
    }

    /// Whether no stream goes on here.
    pub fn is_empty(&self) -> bool {
        self.all().iter().all(|offered| {
            let offered = offered.lock().unwrap_or_else(PoisonError::into_inner);
            offered.pieces.is_none()
        })
    }

    /// Lets go of each stream that was asked for nothing of what there was to say for as long as
    /// `patience`, and up to half as long again. Never completes.
    pub async fn let_deaf_go(&self, patience: Duration) {
        let mut interval = interval(patience / 2);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            for offered in self.all() {
                let mut offered = offered.lock().unwrap_or_else(PoisonError::into_inner);
                if offered.waits_for(patience) {
                    // Its seat is free. Its body ends once its follower takes something.
                    offered.pieces = None;
                    counter!(STREAMS_REFUSED, "why" => "deaf").increment(1);
                }
            }
        }
    }

    fn all(&self) -> Vec<Arc<Mutex<Offered>>> {
        let mut offers = self.locked();
        offers.retain(|offered| offered.strong_count() > 0);
        offers.iter().filter_map(Weak::upgrade).collect()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Weak<Mutex<Offered>>>> {
        // Nothing panics while it holds this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
