//! A page says what it has painted, so that the presenter knows that the room has it.

use super::{LinkState, Live, jitter_ms};
use crate::{
    routes,
    talk::{EventId, SeatNumber, SlideState, TalkCode},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};

/// Who taps quickly is answered for the slide where the tapping stops.
const APART_MS: u32 = 250;

/// Says, once it is painted, each revision that `shown` comes to, while the page is sure that it
/// is the newest.
pub fn acknowledge(code: &TalkCode, live: Live, shown: impl Fn() -> SlideState + 'static) {
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
            // Nothing is painted in a tab that nobody looks at: it answers when it is looked at.
            request_animation_frame(move || say(&url, seat, &id, waited_ms));
        })));
    });
}

fn say(url: &str, seat: SeatNumber, id: &EventId, waited_ms: u32) {
    // The fields of `talk::Seen`.
    let form = format!("seat={seat}&id={id}&waited_ms={waited_ms}");
    // One that does not arrive is made good by the next slide's.
    let _ = window()
        .navigator()
        .send_beacon_with_opt_str(url, Some(&form));
}
