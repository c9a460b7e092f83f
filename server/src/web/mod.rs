//! Answers requests. [`router`] lists every route, [`host`] has the host's pages. A handler's extractors
//! (`extract`, `form`) say whom it lets in.

pub mod addresses;
mod commands;
pub mod controls;
mod events;
mod extract;
mod form;
mod guessing;
pub mod host;
mod media;
mod operations;
mod pages;
mod pointer;
mod present;
mod render;
mod requests;
pub mod router;
mod shared;
pub mod site;
mod stored;
mod times;

pub use shared::Shared;
