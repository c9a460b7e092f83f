//! The server's time in a browser whose own clock may be wrong.

use crate::talk::Timestamp;
use js_sys::Date;
use leptos::prelude::window;

/// Runs as the browser's clock does, from the moment that the page was made by the server's.
#[derive(Clone, Copy)]
pub struct ServerClock {
    /// Milliseconds that the server's clock is ahead.
    ahead_ms: f64,
}

impl ServerClock {
    /// The page's first byte came a network's delay after it was made: as close as it gets.
    pub fn new(rendered_at: Timestamp) -> Self {
        let came_at = window()
            .performance()
            .map(|performance| performance.timing().response_start())
            .filter(|came_at| *came_at > 0.0)
            .unwrap_or_else(Date::now);
        Self {
            ahead_ms: in_js(rendered_at) - came_at,
        }
    }

    pub fn now(self) -> Timestamp {
        in_rust(Date::now() + self.ahead_ms)
    }
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
