//! Everything that only the server does.

mod access;
mod addresses;
mod answers;
mod api;

pub mod cli;
pub mod control;
mod host;
mod hosting;
pub mod importing;
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
