//! What browser and server share.
//!
//! [`api`] holds the server functions that a presenter calls, [`live`] the browser's end of the
//! stream, [`pages`] what people see, `document` the HTML around each page. Decks and talks are in the
//! crate `model`.

// A page is one deep type. Erasing parts of it (`into_any`) would do too, and cost 5 KB of WASM.
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
