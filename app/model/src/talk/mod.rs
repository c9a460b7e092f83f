//! Talks: their state, and how commands change it.
//!
//! Pure data and rules, without a `cfg`: the same [`SlideState::apply`] runs on the server and on the
//! presenter's phone.

mod appearance;
mod beyond;
mod clock;
mod code;
mod command;
mod outbox;
mod pointing;
mod presence;
mod revision;
mod shown;
mod snapshot;
mod state;
mod typed;

pub use appearance::{Scheme, Transition};
pub use beyond::Beyond;
pub use clock::{Clock, InvalidMinutes, Minutes, Pace, Remaining, Timestamp, Timing};
pub use code::{InvalidCode, TalkCode};
pub use command::{Command, Refused};
pub use outbox::Outbox;
pub use pointing::{Pointing, Tool};
pub use presence::{Presence, RemoteRequest, Role, SeatNumber, Seen, View};
pub use revision::{Epoch, EventId, Revision};
pub use shown::Shown;
pub use snapshot::Snapshot;
pub use state::{Screen, SlideState};
