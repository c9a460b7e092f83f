//! Where bytes that strangers made are decoded: a process of its own, started for one deck, that
//! may use a little memory and time, read its own folder and say what it found. Nothing else.
//!
//! The server's side is [`Pool`] and [`Import`] over [`process`]; the worker's is [`serve`] behind
//! [`confine`]; between them is [`protocol`]. The server never decodes what a deck holds, and takes
//! what a worker says as a stranger's word: [`check`] comes before any use.

pub mod bounded;
mod budget;
pub mod check;
mod confine;
pub mod import;
pub mod pool;
pub mod process;
pub mod protocol;
mod schedule;
pub mod serve;
pub mod tidy;
mod unpack;
mod webp_header;

pub use confine::Walls;
pub use import::{Import, ImportError, PageError, Reason, Spent};
pub use pool::{Limits, Pool, Wanted};
pub use schedule::{BroughtBy, Need};
pub use unpack::{UnpackError, Unpacked, unpack};

/// The hidden argument that makes the program a worker. Looked at before a runtime is built or an
/// option is read: a worker must have one thread when it confines itself.
pub const ARGUMENT: &str = "decode-for-the-server";
