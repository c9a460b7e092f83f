//! The server's log, metrics and clock.

pub mod log;
pub mod metrics;
mod print;
pub mod steady;

pub use print::print;
