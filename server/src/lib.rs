//! Everything that only the server does.

mod access;
mod answers;
mod api;
pub mod cli;
mod decks;
mod links;
pub mod live;
mod media;
mod pages;
mod router;
mod run;
mod site;
mod store;
mod stream;
mod talks;

pub use links::Links;
pub use run::{RunError, run, serve};
