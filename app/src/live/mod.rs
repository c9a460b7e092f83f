//! The browser's end of the stream.
//!
//! Pages use [`use_live`] and get the newest snapshot and how sure they can be of it. Only this
//! folder makes an `EventSource`.

#[cfg(any(feature = "hydrate", test))]
mod backoff;
#[cfg(feature = "hydrate")]
mod link;
mod link_state;

pub use link_state::LinkState;

use crate::talk::{Snapshot, TalkCode};
use leptos::prelude::*;

/// A talk as this page knows it.
#[derive(Clone, Copy)]
pub struct Live {
    /// The newest snapshot: the one that the page was rendered with, then what the stream says.
    pub snapshot: ReadSignal<Snapshot>,
    pub link: ReadSignal<LinkState>,
}

/// Follows a talk from the snapshot that the page was rendered with, for as long as its owner
/// lives. On the server it only says what was rendered.
pub fn use_live(code: &TalkCode, rendered: Snapshot) -> Live {
    let first = if rendered.state.over {
        LinkState::Over
    } else {
        LinkState::Connecting
    };
    let (snapshot, set_snapshot) = signal(rendered);
    let (link, set_link) = signal(first);
    #[cfg(feature = "hydrate")]
    {
        let newest = snapshot.get_untracked().state;
        let open = link::Link::open(code, newest, set_snapshot, set_link);
        // Dropped with the owner, and with it the connection and every listener.
        StoredValue::new_local(open);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (code, set_snapshot, set_link);
    Live { snapshot, link }
}

/// A random wait up to `most` milliseconds, so that a room does not act at once.
#[cfg(feature = "hydrate")]
pub fn jitter_ms(most: u32) -> u32 {
    backoff::scaled(most, js_sys::Math::random())
}
