//! The host's terminal: the links that it shows, and the commands that it sends.

pub mod control;
pub mod links;
