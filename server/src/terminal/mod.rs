//! The host's terminal: the links that it shows, the browser that it opens, and the commands that it sends.

pub mod browser;
pub mod control;
pub mod links;
