//! The server's side of the sandboxed processes that decode decks ([`reading::worker`]).
//!
//! [`Import`] is a deck that is read by workers of the [`Pool`]; `schedule` decides whose turn it is.

mod budget;
mod import;
mod pool;
mod process;
mod schedule;
mod unpack;

pub use import::{Import, ImportError, PageError, Reason, Spent};
pub use pool::{Limits, Pool, Wanted};
pub use schedule::{BroughtBy, Need};
pub use unpack::{UnpackError, Unpacked, unpack};
