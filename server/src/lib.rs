//! Everything that only the server does.

mod access;
mod addresses;
mod answers;
mod api;
mod bring;
pub mod cli;
pub mod control;
pub mod decks;
mod host;
mod hosting;
mod links;
pub mod live;
pub mod log;
mod looking;
mod media;
mod metrics;
mod pages;
mod pointing;
pub mod router;
mod run;
mod site;
mod steady;
pub mod store;
mod stream;
pub mod talks;

pub use links::{Announcement, Links};
pub use run::{RunError, in_process, print, run, serve};
