use super::host::Hosting;
use crate::{access::Guesses, http::Unsent, live::Hub, talks::Talks};
use axum::http::{HeaderMap, Uri};
use leptos::config::LeptosOptions;
use std::sync::Arc;
#[cfg(test)]
use {
    super::addresses::Addresses,
    crate::{access::Key, cli::Options, importing::Decks, store::Store},
    clap::Parser,
    std::path::Path,
};

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

#[cfg(test)]
impl Shared {
    /// A server without sockets, started with these arguments, and its host's key.
    pub async fn in_test(store: Store, data: &Path, arguments: &[&str]) -> (Self, Key) {
        let options = Options::parse_from([&["webslides"], arguments].concat());
        let hub = Hub::new(usize::MAX).start();
        let talks = Talks::start(store.clone(), hub.clone())
            .await
            .expect("it starts");
        let decks = Decks::new(store, data, &options.deck_limits).expect("it reads decks");
        let addresses = Addresses::new(([127, 0, 0, 1], 3000).into(), None);
        let made = Hosting::new(decks, &talks, data, addresses, options.open).await;
        let (hosting, host) = made.expect("a host");
        let shared = Self {
            talks,
            hub,
            leptos: LeptosOptions::builder().output_name("webslides").build(),
            host: Some(hosting),
            guesses: Arc::default(),
            unsent: Unsent::default(),
            public: None,
        };
        (shared, host)
    }
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
