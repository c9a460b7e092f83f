use super::*;
use crate::talks::Remotes;
use app::{
    deck::{Face, Rendition, Slide},
    talk::{Epoch, SlideState},
};
use tempfile::TempDir;

#[tokio::test]
async fn a_change_is_noted_with_its_commit_and_a_refused_one_is_not() {
    let directory = TempDir::new().expect("a directory");
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    let record = record();
    let note = |content: &str| {
        Some(Entry {
            list: "notes".to_owned(),
            content: content.as_bytes().to_vec(),
        })
    };
    let first = store.commit(record.clone(), None, note("first"));
    first.await.expect("it is stored");
    let late = store.commit(record, None, note("late")).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    let notes = store.read("notes", 0, 9).expect("it is read");
    assert_eq!(notes, [b"first"]);
}

fn record() -> TalkRecord {
    let rendition = Rendition {
        url: "/media/x.png".to_owned(),
        width: 16,
        height: 9,
    };
    let slides = vec![Slide::new("a slide".to_owned(), Face::picture(rendition))];
    let id = DeckId::new("deck".to_owned());
    let deck = Deck::new(id.clone(), "A deck".to_owned(), slides).expect("it has slides");
    let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
    TalkRecord {
        code: "room".parse().expect("a code"),
        deck: id,
        state: SlideState::start(epoch, &deck.outline()),
        presenter_keys: Vec::new(),
        remotes: Remotes::default(),
        title: None,
    }
}
