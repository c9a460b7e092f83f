//! The server's end of the stream, and the connections under it.
//!
//! Knows frames and revisions, not slides. Only this folder writes `text/event-stream`.

mod accept;
mod asking;
mod attendance;
mod body;
mod connection;
mod deadline;
mod flood;
mod follower;
mod frame;
mod head_too_large;
mod hub;
mod owed;
mod scarcity;
mod seats;
mod stream;
mod taken;
mod unsent;

pub use accept::{Limits, accept, listen};
pub use attendance::Attendance;
use attendance::Attendee;
pub use body::{Audience, events, farewell, head, no_seat, revoked};
pub use frame::{Frame, pointer};
pub use hub::{Channel, Hub};
pub use scarcity::most_followers;
pub use unsent::{Unsent, bound_unsent};
