//! The server's time in a browser whose own clock may be wrong, and may be set at any moment.

use js_sys::Date;
use leptos::prelude::window;
use model::talk::Timestamp;
use std::cell::Cell;

/// A new connection's first word is not as slow as this.
const ANOTHER_CLOCK_MS: f64 = 3_000.0;

/// Runs as the page does, from the moment that the page was made by the server's.
pub struct ServerClock {
    /// The server's time when the page began.
    began_ms: Cell<f64>,
}

impl ServerClock {
    /// The page's first byte came a network's delay after it was made: as close as it gets.
    pub fn new(rendered_at: Timestamp) -> Self {
        let came_after = window()
            .performance()
            .map(|performance| performance.timing())
            .map(|timing| timing.response_start() - timing.navigation_start())
            .filter(|came_after| *came_after > 0.0)
            .unwrap_or_else(since_begin);
        Self {
            began_ms: Cell::new(in_js(rendered_at) - came_after),
        }
    }

    /// As the server has just said.
    pub fn as_told(now: Timestamp) -> Self {
        Self {
            began_ms: Cell::new(in_js(now) - since_begin()),
        }
    }

    /// The server has said what its time is. That took its way over the network, which may stall for
    /// seconds: of two times the one that says more was the faster. Only the first word after a loss,
    /// which is `afresh`, may be of a server whose clock began anew.
    pub fn told(&self, now: Timestamp, afresh: bool) {
        let ahead = self.began_ms.get() - (in_js(now) - since_begin());
        if ahead < 0.0 || afresh && ahead > ANOTHER_CLOCK_MS {
            self.began_ms.update(|began| began - ahead);
        }
    }

    pub fn now(&self) -> Timestamp {
        self.at(since_begin())
    }

    /// The server's time so many milliseconds after the page began.
    pub fn at(&self, since_begin: f64) -> Timestamp {
        in_rust(self.began_ms.get() + since_begin)
    }
}

/// Milliseconds since the page began, whatever is done to the device's clock.
pub fn since_begin() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Hours and minutes on the wall.
pub fn time_of_day() -> String {
    let now = Date::new_0();
    format!("{}:{:02}", now.get_hours(), now.get_minutes())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "milliseconds of this age are below 2^53"
)]
fn in_js(timestamp: Timestamp) -> f64 {
    timestamp.unix_ms() as f64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time of this age is a whole number below 2^53"
)]
fn in_rust(ms: f64) -> Timestamp {
    Timestamp::from_unix_ms(ms as u64)
}
