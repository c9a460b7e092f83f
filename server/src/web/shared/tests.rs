//! A server for the tests of the routes.

use super::*;
use crate::{
    access::{Key, StartWord},
    cli::Options,
    importing::Decks,
    store::Store,
    web::addresses::Addresses,
};
use clap::Parser;
use std::path::Path;

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
            start: StartWord::default(),
            unsent: Unsent::default(),
            public: None,
        };
        (shared, host)
    }
}
