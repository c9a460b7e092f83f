//! The stream's server end.
//!
//! Knows frames and revisions; nothing here knows of slides. Only this folder writes
//! `text/event-stream`.

mod accept;
mod frame;
mod hub;
mod stream;

pub use accept::{accept, listen};
pub use frame::Frame;
pub use hub::{Channel, Hub};
pub use stream::{RESPONSE_HEADERS, events};
