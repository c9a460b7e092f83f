//! A page says what it has painted, so that the presenter knows that the room has it.

use super::{LinkState, Live, jitter_ms};
use crate::routes;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use model::talk::{SlideState, TalkCode};
use std::cell::{Cell, RefCell};
use web_sys::VisibilityState;

/// Who taps quickly is answered for the slide where the tapping stops.
const APART_MS: u32 = 250;

/// Says, once it is painted, each revision that `shown` comes to, while the page is sure that it
/// is the newest.
pub fn acknowledge(
    code: &TalkCode,
    live: Live,
    shown: impl Fn() -> SlideState + 'static,
    looks_back: bool,
) {
    let (url, seat) = (routes::seen(code), live.seat);
    let said = RefCell::new(None);
    // Dropped by the next: what was not yet said is not said any more.
    let waiting = Cell::new(None);
    Effect::new(move |_| {
        let id = shown().event_id();
        let is_live = live.link.get() == LinkState::Live;
        let within = live.snapshot.read_untracked().acknowledge_within_ms;
        let Some(within) = within.filter(|_| is_live) else {
            said.take();
            waiting.take();
            return;
        };
        if said.replace(Some(id.clone())).as_ref() == Some(&id) {
            return;
        }
        let url = url.clone();
        let waited_ms = APART_MS + jitter_ms(within);
        waiting.set(Some(Timeout::new(waited_ms, move || {
            let said = format!("seat={seat}&id={id}&waited_ms={waited_ms}");
            let is_seen = document().visibility_state() == VisibilityState::Visible;
            if is_seen && !looks_back {
                request_animation_frame(move || say(&url, &said));
            } else {
                // Nothing is painted in a tab that nobody looks at. Looked at again, it says more.
                say(&url, &(said + "&elsewhere=true"));
            }
        })));
    });
}

/// `said` has the fields of `talk::Seen`.
fn say(url: &str, said: &str) {
    // One that does not arrive is made good by the next slide's.
    let _ = window()
        .navigator()
        .send_beacon_with_opt_str(url, Some(said));
}
