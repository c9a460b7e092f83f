//! The processes that decode decks, as the server has them: one is started for each deck, behind walls
//! ([`reading::worker`]), asked page by page, and ended.
//!
//! [`Import`] is a deck being read by workers of the [`Pool`]; `schedule` says whose turn it is.

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
