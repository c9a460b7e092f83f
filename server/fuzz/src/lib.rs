//! What must be true whatever a stranger sends: one function for each fuzz target. The same
//! functions replay the corpus in `make test` (tests/fuzz_replay.rs).
//!
//! Each panics on a find, and gives `None` for an input that is not worth keeping because it could
//! not have come through HTTP.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in a test a panic is a finding"
)]

mod codes;
mod commands;
mod house;
mod keys;
mod resume;

pub use codes::codes;
pub use commands::commands;
pub use keys::keys;
pub use resume::resume;
