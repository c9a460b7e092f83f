use super::host::Hosting;
use crate::{
    access::Guesses,
    live::{Hub, Unsent},
    talks::Talks,
};
use axum::http::Uri;
use leptos::config::LeptosOptions;
use std::sync::Arc;

/// What handlers need. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub talks: Talks,
    pub hub: Hub,
    pub leptos: LeptosOptions,
    /// `None` in tests of talks alone.
    pub host: Option<Hosting>,
    pub guesses: Arc<Guesses>,
    pub unsent: Unsent,
    /// The address that browsers use, if the server is behind a proxy.
    pub public: Option<Arc<Uri>>,
}
