//! What browser and server share.
//!
//! [`deck`] is what is shown, [`talk`] what happens, [`api`] what a presenter asks, [`live`] the
//! browser's end of the stream, [`pages`] what people see. This file joins them: the document
//! around each page.

// A page is one deep type. Erasing parts of it (`into_any`) would do too, and cost 5 KB of WASM.
#![recursion_limit = "256"]

pub mod api;
mod components;
pub mod deck;
pub mod live;
pub mod pages;
pub mod routes;
pub mod talk;

#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "hydrate")]
pub use components::prepare_page;
#[cfg(feature = "ssr")]
pub use document::document;
