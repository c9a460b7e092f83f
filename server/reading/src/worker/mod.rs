//! The sandboxed process that decodes. It may use limited memory and time, read its own folder, and
//! answer the server; nothing else.
//!
//! [`serve`] is its main loop, in the sandbox of `confine`. [`protocol`] has the messages between it and
//! the server. The server does not trust a worker: it [`check`]s each answer before use, and [`tidy`]
//! makes sure that the answers of an honest worker pass.

pub mod bounded;
pub mod check;
mod confine;
pub mod protocol;
pub mod serve;
pub mod tidy;
mod webp_header;

pub use confine::Walls;

/// The hidden argument that makes the program a worker. It is read before a runtime is built or options
/// are parsed, because a worker must have one thread when it confines itself.
pub const ARGUMENT: &str = "decode-for-the-server";
