//! The stream's server end.
//!
//! Knows frames and revisions; nothing here knows of slides. Only this folder writes
//! `text/event-stream`.

mod accept;
mod body;
mod deadline;
mod frame;
mod hub;

pub use accept::{accept, listen};
pub use body::{events, no_seat};
pub use frame::Frame;
pub use hub::{Channel, Hub};
