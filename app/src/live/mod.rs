//! The browser's end of the stream.
//!
//! Pages use [`use_live`] and get the newest snapshot and how sure they can be of it. Only this
//! folder makes an `EventSource`.

#[cfg(feature = "hydrate")]
mod acknowledge;
#[cfg(any(feature = "hydrate", test))]
mod backoff;
#[cfg(feature = "hydrate")]
mod link;
mod link_state;
#[cfg(any(feature = "hydrate", test))]
mod turns;

pub use link_state::LinkState;

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use model::talk::SeatNumber;
use model::talk::{Pointing, Presence, SlideState, Snapshot, TalkCode, View};

/// A talk as this page knows it.
#[derive(Clone, Copy)]
pub struct Live {
    /// The newest snapshot: the one that the page was rendered with, then what the stream says.
    pub snapshot: ReadSignal<Snapshot>,
    pub link: ReadSignal<LinkState>,
    /// What a presenter's stream says of the room; `None` until it does.
    pub presence: ReadSignal<Option<Presence>>,
    /// By this the server knows which stream an acknowledgement belongs to.
    #[cfg(feature = "hydrate")]
    pub seat: SeatNumber,
}

/// Follows a talk from the snapshot that the page was rendered with, for as long as its owner
/// lives. On the server it only says what was rendered.
///
/// `pointing` is called with what the presenter points at, which no page keeps.
pub fn use_live(code: &TalkCode, view: View, rendered: Snapshot, pointing: fn(&Pointing)) -> Live {
    let first = if rendered.state.over {
        LinkState::Over
    } else {
        LinkState::Connecting
    };
    let (snapshot, set_snapshot) = signal(rendered);
    let (link, set_link) = signal(first);
    let (presence, set_presence) = signal(None);
    let live = Live {
        snapshot,
        link,
        presence,
        #[cfg(feature = "hydrate")]
        seat: SeatNumber::made_up(jitter_ms(u32::MAX), jitter_ms(u32::MAX)),
    };
    #[cfg(feature = "hydrate")]
    {
        let told = link::Told {
            snapshot: set_snapshot,
            link: set_link,
            presence: set_presence,
            pointing,
        };
        let newest = snapshot.get_untracked();
        let open = link::Link::open(code, view, live.seat, &newest, told);
        // Dropped with the owner, and with it the connection and every listener.
        StoredValue::new_local(open);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (code, view, set_snapshot, set_link, set_presence, pointing);
    live
}

/// Says to the server what this page has painted, as long as it asks; of a page that looks back at
/// another slide, that it knows of that.
pub fn acknowledge(
    code: &TalkCode,
    live: Live,
    shown: impl Fn() -> SlideState + 'static,
    looks_back: bool,
) {
    #[cfg(feature = "hydrate")]
    acknowledge::acknowledge(code, live, shown, looks_back);
    #[cfg(not(feature = "hydrate"))]
    let _ = (code, live, shown, looks_back);
}

/// A random wait up to `most` milliseconds, so that a room does not act at once.
#[cfg(feature = "hydrate")]
pub fn jitter_ms(most: u32) -> u32 {
    backoff::scaled(most, js_sys::Math::random())
}
