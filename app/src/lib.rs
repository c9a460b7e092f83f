//! The pages, for browser and server. Decks and talks are in the crate `model`.
//!
//! [`api`] has the presenter's server functions, [`live`] the browser's end of the stream, [`pages`] the
//! pages, and `document` the HTML around each page.

// A page is one deep type. Erasing parts of it with `into_any` instead would add 5 KB of WASM.
#![recursion_limit = "256"]

pub mod api;
mod components;
mod json;
pub mod live;
pub mod pages;
pub mod routes;

#[cfg(feature = "ssr")]
mod document;
pub use components::prepare_page;
#[cfg(feature = "ssr")]
pub use document::document;
