//! What the server says while it runs, what it counts, and its time.

pub mod log;
pub mod metrics;
pub mod steady;
