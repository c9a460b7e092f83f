//! What the host's terminal says and asks.

pub mod control;
pub mod links;
