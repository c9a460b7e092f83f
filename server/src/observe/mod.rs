//! What the server says while it runs, what it counts, and its time.

pub mod log;
pub mod metrics;
mod print;
pub mod steady;

pub use print::print;
