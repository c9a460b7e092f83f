//! The process that decodes: it may use a little memory and time, read its own folder and say what it
//! found. Nothing else.
//!
//! [`serve`] is its life, behind the walls of `confine`; [`protocol`] is what it and the server say to
//! each other. The server takes its word as a stranger's: [`check`] comes before any use, and [`tidy`]
//! sees to it that an honest worker's word passes.

pub mod bounded;
pub mod check;
mod confine;
pub mod protocol;
pub mod serve;
pub mod tidy;
mod webp_header;

pub use confine::Walls;

/// The hidden argument that makes the program a worker. Looked at before a runtime is built or an
/// option is read: a worker must have one thread when it confines itself.
pub const ARGUMENT: &str = "decode-for-the-server";
