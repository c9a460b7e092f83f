//! What every handler may need.

use super::host::Host;
use crate::{
    access::Guesses,
    live::{Hub, Unsent},
    talks::Talks,
};
use axum::http::Uri;
use leptos::config::LeptosOptions;
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub talks: Talks,
    pub hub: Hub,
    pub leptos: LeptosOptions,
    /// None where nobody brings decks, as in a test of talks alone.
    pub host: Option<Arc<Host>>,
    pub guesses: Arc<Guesses>,
    pub unsent: Unsent,
    /// The address that people use, when it is not the one that the server sees.
    pub public: Option<Arc<Uri>>,
}
