//! What must be true whatever a stranger sends: one function for each fuzz target. The same
//! functions replay the corpus in `make test` (tests/all/fuzz_replay.rs).
//!
//! Each panics on a find, and gives `None` for an input that is not worth keeping because it could
//! not have come through HTTP, or is no text where only text comes.

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
mod markdown;
mod markup;
mod pdfpc;
mod protocol;
mod resume;
mod zip;

pub use codes::codes;
pub use commands::commands;
pub use keys::keys;
pub use markdown::markdown;
pub use pdfpc::pdfpc;
pub use protocol::protocol;
pub use resume::resume;
pub use zip::zip;
