//! A page tells the server what it has painted, so that the presenter knows how far the room is.

use super::{ConnectionState, Live, jitter_ms, seat};
use crate::routes;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use model::talk::{SlideState, TalkCode};
use std::cell::{Cell, RefCell};
use web_sys::VisibilityState;

/// Debounce: quick taps are acknowledged once, where they end.
const DEBOUNCE_MS: u32 = 250;

/// What a page shows of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// The current slide.
    Current,
    /// The current slide, to a room. Its stream goes on while the page is hidden, so it tells that, too.
    Projected,
    /// A slide that was shown before.
    Elsewhere,
}

/// Acknowledges each revision that `shown` comes to, once it is painted, for as long as the server asks
/// for it and the stream is live. A page whose attention is elsewhere acknowledges that it knows of it.
pub fn acknowledge(
    code: &TalkCode,
    live: Live,
    attention: Attention,
    shown: impl Fn() -> SlideState + 'static,
) {
    let url = routes::seen(code);
    let said = RefCell::new(None);
    let visible = RwSignal::new(true);
    if attention == Attention::Projected {
        // In an effect: the server has no document.
        Effect::new(move |_| {
            let changed = move |_: &web_sys::Event| visible.set(is_visible());
            let listener = EventListener::new(&document(), "visibilitychange", changed);
            StoredValue::new_local(listener);
        });
    }
    // Replacing it cancels an acknowledgement that was not sent yet.
    let waiting = Cell::new(None);
    Effect::new(move |_| {
        let id = shown().event_id();
        let is_live = live.connection.get() == ConnectionState::Live;
        let within = live.snapshot.read_untracked().acknowledge_within_ms;
        let Some(within) = within.filter(|_| is_live) else {
            said.take();
            waiting.take();
            return;
        };
        let news = (id.clone(), visible.get());
        if said.replace(Some(news.clone())).as_ref() == Some(&news) {
            return;
        }
        let url = url.clone();
        let waited_ms = DEBOUNCE_MS + jitter_ms(within);
        waiting.set(Some(Timeout::new(waited_ms, move || {
            let seat = seat();
            let said = format!("seat={seat}&id={id}&waited_ms={waited_ms}");
            if is_visible() && attention != Attention::Elsewhere {
                request_animation_frame(move || say(&url, &said));
            } else {
                // A hidden tab paints nothing. Once it is visible again, its stream starts anew.
                say(&url, &(said + "&elsewhere=true"));
            }
        })));
    });
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// `said` has the fields of [`Seen`](model::talk::Seen).
fn say(url: &str, said: &str) {
    // A lost one is made good by the next slide's.
    let _ = window()
        .navigator()
        .send_beacon_with_opt_str(url, Some(said));
}
