use super::*;
use crate::{
    store::{
        Committed, Documents, EmbeddedStore, Entry, Journal, List, Mark, Pending, Store, TalkRecord,
    },
    web::router::router,
};
use axum::body::Body;
use bytes::Bytes;
use model::{
    deck::{Deck, DeckId, Face, Rendition, Slide},
    talk::{EventId, Revision},
};
use std::collections::HashSet;
use tokio::sync::{Notify, mpsc::UnboundedReceiver};
use tower::ServiceExt;

/// Longer than it takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store that knows every deck, and whose commits last until they are let through.
struct Slow {
    store: Arc<EmbeddedStore>,
    asked: Arc<Notify>,
    lets_through: Arc<Notify>,
}

#[tokio::test]
async fn a_browser_that_leaves_while_its_talk_is_stored_leaves_a_talk_that_is_open() {
    let directory = TempDir::new().expect("a directory");
    let (asked, lets_through) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let embedded = Arc::new(EmbeddedStore::open(directory.path()).expect("it opens"));
    let slow = Arc::new(Slow {
        store: embedded.clone(),
        asked: asked.clone(),
        lets_through: lets_through.clone(),
    });
    let store = Store::of(slow.clone(), slow, embedded);
    let (shared, _) = Shared::in_test(store, directory.path(), &["--open"]).await;
    let talks = shared.talks.clone();
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

impl Documents for Slow {
    fn get(&self, id: &DeckId) -> Pending<Option<Bytes>> {
        let rendition = Rendition {
            url: "/media/x.png".to_owned(),
            width: 16,
            height: 9,
        };
        let slides = vec![Slide::new("a slide".to_owned(), Face::picture(rendition))];
        let deck = Deck::new(id.clone(), "A deck".to_owned(), slides).expect("it has slides");
        let text = serde_json::to_vec(&deck).expect("JSON");
        Box::pin(async { Ok(Some(text.into())) })
    }

    fn put(&self, id: &DeckId, text: Bytes, mark: Option<Mark>) -> Pending<()> {
        self.store.put(id, text, mark)
    }

    fn ids(&self) -> Pending<Vec<DeckId>> {
        self.store.ids()
    }

    fn marked(&self) -> Pending<Vec<(DeckId, Mark)>> {
        self.store.marked()
    }

    fn remove(&self, ids: Vec<DeckId>) -> Pending<()> {
        Documents::remove(self.store.as_ref(), ids)
    }
}

impl Journal for Slow {
    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Pending<()> {
        let committed = self.store.commit(record, expected, note);
        self.asked.notify_one();
        let lets_through = self.lets_through.clone();
        Box::pin(async move {
            lets_through.notified().await;
            committed.await
        })
    }

    fn load(&self) -> Pending<Vec<TalkRecord>> {
        self.store.load()
    }

    fn append(&self, entry: Entry) -> Pending<()> {
        self.store.append(entry)
    }

    fn read(&self, list: &List, from: u64, most: usize) -> Pending<Vec<Vec<u8>>> {
        self.store.read(list, from, most)
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Pending<()> {
        self.store.delete(code, expected, last)
    }

    fn gone(&self, code: &TalkCode) -> Pending<Option<Vec<u8>>> {
        self.store.gone(code)
    }

    fn shown(&self) -> Pending<HashSet<DeckId>> {
        self.store.shown()
    }

    fn prove(&self) -> Pending<()> {
        self.store.prove()
    }

    fn feed(&self) -> UnboundedReceiver<Committed> {
        self.store.feed()
    }
}
