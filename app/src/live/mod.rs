//! The browser's end of the stream.
//!
//! Pages call [`use_live`] and get the newest snapshot and whether it is current. Only this folder opens
//! an `EventSource`.

mod acknowledge;
mod backoff;
mod connection;
mod connection_state;
mod turns;

pub use acknowledge::{Attention, acknowledge};
pub use connection_state::ConnectionState;

use crate::components::in_browser;
use leptos::prelude::*;
use model::talk::{Pointing, Presence, SeatNumber, Snapshot, TalkCode, View};

/// A talk as this page knows it.
#[derive(Clone, Copy)]
pub struct Live {
    /// The newest snapshot. Starts as the one that the page was rendered with.
    pub snapshot: ReadSignal<Snapshot>,
    pub connection: ReadSignal<ConnectionState>,
    /// The room's presence, for presenters. `None` until the first report and while the connection is
    /// lost.
    pub presence: ReadSignal<Option<Presence>>,
}

/// Follows a talk, starting from the snapshot that the page was rendered with, for as long as the
/// current owner lives. On the server the signals keep their first values.
///
/// `pointing` is called with each position of the presenter's pointer; no signal keeps it.
pub fn use_live(code: &TalkCode, view: View, rendered: Snapshot, pointing: fn(&Pointing)) -> Live {
    let first = if rendered.state.over {
        ConnectionState::Over
    } else {
        ConnectionState::Connecting
    };
    let (snapshot, set_snapshot) = signal(rendered);
    let (connection, set_connection) = signal(first);
    let (presence, set_presence) = signal(None);
    let code = code.clone();
    in_browser(move || {
        let signals = connection::Signals {
            snapshot: set_snapshot,
            state: set_connection,
            presence: set_presence,
            pointing,
        };
        let open = connection::Connection::open(&code, view, &snapshot.read_untracked(), signals);
        // Dropped with the owner, and with it the connection and every listener.
        StoredValue::new_local(open);
    });
    Live {
        snapshot,
        connection,
        presence,
    }
}

/// This page's seat: it ties acknowledgements and pointer positions to the page's stream.
pub fn seat() -> SeatNumber {
    thread_local! {
        static SEAT: SeatNumber = SeatNumber::made_up(random_u32(), random_u32());
    }
    SEAT.with(|seat| *seat)
}

fn random_u32() -> u32 {
    backoff::scaled(u32::MAX, js_sys::Math::random())
}

/// A random wait of 0 to `most` milliseconds, so that the pages of a room do not act at once.
pub fn jitter_ms(most: u32) -> u32 {
    backoff::scaled(most, js_sys::Math::random())
}
