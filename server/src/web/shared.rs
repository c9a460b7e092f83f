use super::host::Hosting;
use crate::{
    access::{Guesses, StartWord},
    http::Unsent,
    live::Hub,
    talks::Talks,
};
use axum::http::{HeaderMap, Uri};
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
    /// For the browser that this program opens.
    pub start: StartWord,
    pub unsent: Unsent,
    /// The address that browsers use, if the server is behind a proxy.
    pub public: Option<Arc<Uri>>,
}

impl Shared {
    /// Whether the browser uses https, as its proxy or the options say.
    pub fn is_secure(&self, headers: &HeaderMap) -> bool {
        let by_proxy = headers
            .get("x-forwarded-proto")
            .is_some_and(|proto| proto == "https");
        let public = self.public.as_ref();
        by_proxy || public.is_some_and(|url| url.scheme_str() == Some("https"))
    }
}

#[cfg(test)]
mod tests;
