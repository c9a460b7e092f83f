//! The server's end of the stream: who follows, and what they are sent.
//!
//! Knows frames and revisions, not slides. Only this folder writes `text/event-stream`.

mod asking;
mod attendance;
mod body;
mod follower;
mod frame;
mod hub;
mod seats;

use attendance::Attendee;
pub use attendance::{Asking, Attendance};
pub use body::{Audience, events, farewell, head, is_stream, no_seat, revoked, take_pieces};
pub use follower::Pieces;
pub use frame::{Frame, pointer};
pub use hub::{Channel, Hub};
