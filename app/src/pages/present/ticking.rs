//! The server's time in a browser, whose own clock may be wrong and may be set at any moment.

use js_sys::Date;
use leptos::prelude::window;
use model::talk::Timestamp;

/// A clock that is so far behind is another one: no network delays the first event of a new connection
/// for as long.
const ANOTHER_CLOCK_MS: f64 = 3_000.0;

/// The server's clock, which runs on with the page's monotonic one.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerClock {
    /// The server's time when the page began, in milliseconds since 1970.
    began_ms: f64,
}

impl ServerClock {
    /// In a page that was rendered at this time. Its first byte came a network delay later: that is as
    /// exact as it gets.
    pub fn rendered(rendered_at: Timestamp) -> Self {
        let came_after = window()
            .performance()
            .map(|performance| performance.timing())
            .map(|timing| timing.response_start() - timing.navigation_start())
            .filter(|came_after| *came_after > 0.0)
            .unwrap_or_else(since_begin);
        let began_ms = in_js(rendered_at) - came_after;
        Self { began_ms }
    }

    /// As the server has just told.
    pub fn as_told(now: Timestamp) -> Self {
        let began_ms = in_js(now) - since_begin();
        Self { began_ms }
    }

    /// The server has told its time. A network may stall for seconds: of two times, the later one
    /// was delayed less.
    pub fn told(&mut self, now: Timestamp) {
        self.began_ms = self.began_ms.max(Self::as_told(now).began_ms);
    }

    /// The same, on a new connection: the server may have restarted with another clock.
    pub fn told_after_loss(&mut self, now: Timestamp) {
        if self.began_ms - Self::as_told(now).began_ms > ANOTHER_CLOCK_MS {
            *self = Self::as_told(now);
        } else {
            self.told(now);
        }
    }

    pub fn now(&self) -> Timestamp {
        self.at(since_begin())
    }

    /// The server's time `since_begin` milliseconds after the page began.
    pub fn at(&self, since_begin: f64) -> Timestamp {
        in_rust(self.began_ms + since_begin)
    }
}

/// Milliseconds since the page began, by a monotonic clock.
pub fn since_begin() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Hours and minutes of local time.
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
