use super::*;
use crate::store::{Committed, EmbeddedStore, Entry, List, Pending};
use model::deck::{DeckId, Face, Markup, Rendition, Size, Slide};
use model::talk::{Epoch, EventId};
use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
    thread,
};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

/// A journal whose disk can be full.
struct Full {
    store: EmbeddedStore,
    is_full: AtomicBool,
}

impl Journal for Full {
    fn commit(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        note: Option<Entry>,
    ) -> Pending<()> {
        if self.is_full.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::Closed) });
        }
        self.store.commit(record, expected, note)
    }

    fn delete(&self, code: &TalkCode, expected: EventId, last: Vec<u8>) -> Pending<()> {
        self.store.delete(code, expected, last)
    }

    fn gone(&self, code: &TalkCode) -> Pending<Option<Vec<u8>>> {
        self.store.gone(code)
    }

    fn append(&self, entry: Entry) -> Pending<()> {
        self.store.append(entry)
    }

    fn read(&self, list: &List, from: u64, most: usize) -> Pending<Vec<Vec<u8>>> {
        self.store.read(list, from, most)
    }

    fn shown(&self) -> Pending<HashSet<DeckId>> {
        self.store.shown()
    }

    fn prove(&self) -> Pending<()> {
        self.store.prove()
    }

    fn load(&self) -> Pending<Vec<TalkRecord>> {
        self.store.load()
    }

    fn feed(&self) -> UnboundedReceiver<Committed> {
        self.store.feed()
    }
}

fn deck() -> Deck {
    let rendition = Rendition {
        url: "/media/x.png".to_owned(),
        width: 16,
        height: 9,
    };
    let slide = Slide::new("a slide".to_owned(), Face::picture(rendition));
    Deck::new(
        DeckId::new("deck".to_owned()),
        "A deck".to_owned(),
        vec![slide; 9],
    )
    .expect("it has slides")
}

/// A talk whose commits are published by the store's feed.
async fn world(directory: &TempDir) -> (Arc<Full>, Arc<Talk>) {
    let store = EmbeddedStore::open(directory.path()).expect("a store");
    let store = Arc::new(Full {
        store,
        is_full: AtomicBool::new(false),
    });
    let mut feed = store.feed();
    let code: TalkCode = "room".parse().expect("a code");
    let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
    let state = SlideState::start(epoch, &deck().outline());
    let record = TalkRecord {
        code,
        deck: deck().id,
        title: None,
        state,
        presenter_keys: Vec::new(),
        remotes: crate::talks::Remotes::default(),
    };
    store
        .commit(record.clone(), None, None)
        .await
        .expect("stored");
    let talk =
        Arc::new(Talk::new(record, deck(), &Hub::new(1).start(), store.clone()).expect("a talk"));
    let publishing = talk.clone();
    tokio::spawn(async move {
        while let Some(committed) = feed.recv().await {
            if let Committed::Talk(record) = committed {
                let deck = publishing.known(&record.deck).expect("it shows one deck");
                publishing.publish(*record, deck).expect("published");
            }
        }
    });
    (store, talk)
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_the_talk_goes_on_when_there_is_room() {
    let directory = TempDir::new().expect("a temporary directory");
    let (store, talk) = world(&directory).await;
    let first = talk
        .command(Command::Next, None, None)
        .await
        .expect("stored");

    store.is_full.store(true, Ordering::SeqCst);
    for if_revision in [None, Some(first.revision)] {
        let refused = talk.command(Command::Next, if_revision, None).await;
        assert!(
            matches!(refused, Err(CommandError::Store(_))),
            "{refused:?}"
        );
        assert_eq!(talk.snapshot().state, first, "it goes on being shown");
    }

    store.is_full.store(false, Ordering::SeqCst);
    let if_revision = Some(first.revision);
    let next = talk
        .command(Command::Next, if_revision, None)
        .await
        .expect("stored");
    assert_eq!(next.revision, first.revision.next());
    assert_eq!(talk.snapshot().state, next);
}

#[tokio::test]
async fn many_at_once_while_the_disk_fills_and_empties_leave_the_talk_as_the_store_has_it() {
    let directory = TempDir::new().expect("a temporary directory");
    let (store, talk) = world(&directory).await;
    for round in 0..20 {
        store.is_full.store(round % 3 == 1, Ordering::SeqCst);
        let tasks: Vec<_> = (0..8)
            .map(|tap| {
                let talk = talk.clone();
                let command = if tap % 2 == 0 {
                    Command::Next
                } else {
                    Command::Previous
                };
                tokio::spawn(async move { talk.command(command, None, None).await })
            })
            .collect();
        for task in tasks {
            // Some are refused; which ones is the disk's business.
            let _ = task.await.expect("no panic");
        }
    }
    store.is_full.store(false, Ordering::SeqCst);
    let told = talk
        .command(Command::Next, None, None)
        .await
        .expect("stored");
    let stored = store.load().await.expect("readable");
    assert_eq!(stored[0].state, told);
    assert_eq!(talk.snapshot().state, told);
}

/// The deck when so much of it has been read.
fn read_so_far(step: usize, face: Face) -> Arc<Deck> {
    let title = format!("after {step}");
    let slide = Slide::new(title, face);
    let deck = Deck::new(deck().id, "A deck".to_owned(), vec![slide; 9]);
    Arc::new(deck.expect("it has slides"))
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_and_an_import_do_not_undo_each_other() {
    let directory = TempDir::new().expect("a temporary directory");
    let (_store, talk) = world(&directory).await;
    for step in 0..400 {
        let grown = read_so_far(step, Face::pending(16, 9));
        let (importing, more) = (talk.clone(), grown.clone());
        let import = tokio::task::spawn_blocking(move || {
            // Spread over the time that a tap takes.
            thread::sleep(Duration::from_micros(20) * u32::try_from(step % 40).expect("few"));
            importing.take_grown(&more).expect("shown");
        });
        let command = [Command::Next, Command::Previous][step % 2];
        let told = talk.command(command, None, None).await;
        assert_eq!(talk.snapshot().state, told.expect("stored"));
        import.await.expect("no panic");
        assert_eq!(talk.deck(), grown, "step {step}");
    }
}

#[tokio::test]
async fn pages_on_a_slide_get_what_comes_of_it_and_nobody_is_told_of_a_larger_picture() {
    let directory = TempDir::new().expect("a temporary directory");
    let (_store, talk) = world(&directory).await;
    let mut follower = talk.channel().subscribe();
    let html = |html: &str| {
        Face::Markup(Markup {
            size: Size::FULL_HD,
            html: html.to_owned(),
        })
    };
    let small = deck().slides()[0].faces[0].clone();
    let mut large = small.as_picture().expect("a picture").clone();
    large.larger.push(large.smallest.clone());
    let large = Face::Picture(large);
    let steps = [
        (Face::pending(16, 9), true),
        (html("<img>"), true),
        (html("<img src=\"/media/a.webp\">"), true),
        (small, true),
        (large, false),
    ];
    for (step, (face, is_told)) in steps.into_iter().enumerate() {
        let deck = read_so_far(step, face);
        talk.take_grown(&deck).expect("shown");
        let news = std::future::poll_fn(|cx| Poll::Ready(follower.poll_news(cx))).await;
        assert_eq!(news.is_ready(), is_told, "step {step}");
        assert_eq!(talk.snapshot().face, deck.slides()[0].faces[0]);
    }
}
