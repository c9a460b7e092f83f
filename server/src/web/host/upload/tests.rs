use super::*;
use crate::{
    cli::Options,
    importing::Decks,
    live::Hub,
    store::{
        Cause, Claim, Claims, Committed, EmbeddedStore, Entry, Part, Store, StoreError, TalkRecord,
    },
    web::{addresses::Addresses, router::router},
};
use axum::body::Body;
use clap::Parser;
use leptos::config::LeptosOptions;
use model::{
    deck::{Deck, DeckId, Face, Rendition, Slide},
    talk::{EventId, Revision},
};
use tokio::sync::{Notify, mpsc::UnboundedReceiver};
use tower::ServiceExt;

/// Longer than it takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store that knows every deck, and whose commits last until they are let through.
struct Slow {
    store: EmbeddedStore,
    asked: Arc<Notify>,
    lets_through: Arc<Notify>,
}

#[tokio::test]
async fn a_browser_that_leaves_while_its_talk_is_stored_leaves_a_talk_that_is_open() {
    let directory = TempDir::new().expect("a directory");
    let (asked, lets_through) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let store = Arc::new(Slow {
        store: EmbeddedStore::open(directory.path()).expect("it opens"),
        asked: asked.clone(),
        lets_through: lets_through.clone(),
    });
    let hub = Hub::start(usize::MAX, true);
    let talks = Talks::start(store.clone(), hub.clone()).expect("it starts");
    let limits = Options::parse_from(["webslides"]).deck_limits;
    let decks = Decks::new(store, directory.path(), &limits).expect("it reads decks");
    let addresses = Addresses::new(([127, 0, 0, 1], 3000).into(), None);
    let made = Hosting::new(decks, &talks, directory.path(), addresses, true).await;
    let (hosting, _) = made.expect("a host");
    let shared = Shared {
        talks: talks.clone(),
        hub,
        leptos: LeptosOptions::builder().output_name("webslides").build(),
        host: Some(hosting),
        guesses: Arc::default(),
        unsent: crate::live::Unsent::default(),
        public: None,
    };
    let form = "--XX\r\ncontent-disposition: form-data; name=\"code\"\r\n\r\nmine\r\n--XX\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"talk.md\"\r\n\r\n# Mine\r\n--XX--\r\n";
    let request = Request::post(routes::DECKS)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
        .body(Body::from(form))
        .expect("a request");
    let uploading = spawn(router(shared).oneshot(request));
    let is_asked = timeout(PATIENCE, asked.notified()).await;
    is_asked.expect("its talk is to be stored");

    uploading.abort();
    assert!(uploading.await.is_err(), "it was not answered");
    lets_through.notify_one();

    let code = "mine".parse().expect("a code");
    let opened = timeout(PATIENCE, async {
        while talks.find(&code).is_none() {
            tokio::task::yield_now().await;
        }
    });
    opened.await.expect("the talk is open");
}

impl Store for Slow {
    fn deck(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let rendition = Rendition {
            url: "/media/x.png".to_owned(),
            width: 16,
            height: 9,
        };
        let slides = vec![Slide::new("a slide".to_owned(), Face::picture(rendition))];
        Ok(Deck::new(id.clone(), "A deck".to_owned(), slides).ok())
    }

    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Committed {
        let committed = self.store.commit(record, expected, note);
        self.asked.notify_one();
        let lets_through = self.lets_through.clone();
        Box::pin(async move {
            lets_through.notified().await;
            committed.await
        })
    }

    fn load(&self) -> Result<Vec<TalkRecord>, StoreError> {
        self.store.load()
    }

    fn append(&self, list: &str, content: Vec<u8>) -> Committed {
        self.store.append(list, content)
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Committed {
        self.store.delete(code, expected, last)
    }

    fn gone(&self, code: &TalkCode) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.gone(code)
    }

    fn claims(&self) -> &Claims {
        self.store.claims()
    }

    fn clear_away(&self, cause: Cause, unstored: &dyn Fn() -> Vec<Deck>) -> Result<(), StoreError> {
        self.store.clear_away(cause, unstored)
    }

    fn read(&self, list: &str, from: u64, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store.read(list, from, most)
    }

    fn prove(&self) -> Committed {
        self.store.prove()
    }

    fn feed(&self) -> UnboundedReceiver<TalkRecord> {
        self.store.feed()
    }

    fn put_deck(&self, deck: &Deck) -> Result<(), StoreError> {
        self.store.put_deck(deck)
    }

    fn media(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>> {
        self.store.media(name, from, most)
    }

    fn put_media(&self, name: &str, content: &[u8], claim: &Claim) -> io::Result<()> {
        self.store.put_media(name, content, claim)
    }
}
