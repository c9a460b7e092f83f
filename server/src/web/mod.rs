//! What answers a request: every route is in [`router`], its handlers are beside it, the host's own
//! pages in [`host`].

pub mod addresses;
mod commands;
mod events;
mod guessing;
pub mod host;
mod media;
mod operations;
pub mod pages;
mod pointer;
pub mod router;
mod shared;
pub mod site;

pub use shared::Shared;
