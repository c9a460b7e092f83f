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

#[tokio::test]
async fn a_deck_that_was_replaced_stays_while_pages_may_load_it_and_then_goes_with_its_media() {
    let directory = TempDir::new().expect("a directory");
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    let mut record = record();
    let mut expected = None;
    for save in 0..6 {
        shows(&store, &mut record, &mut expected, &format!("save{save}")).await;
        // As an import does when it is done: right after the change.
        store.clear_away(&[]).expect("it is cleared");
        let kept: Vec<_> = (0..6).filter(|it| is_kept(&store, *it)).collect();
        let before = if save == 0 { 0 } else { save - 1 };
        assert_eq!(kept, (before..=save).collect::<Vec<_>>());
    }
    drop(store);
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    let kept: Vec<_> = (0..6).filter(|it| is_kept(&store, *it)).collect();
    assert_eq!(
        kept,
        [5],
        "no page loads what a server before this one told it"
    );
}

#[tokio::test]
async fn a_replaced_deck_that_is_shown_again_or_elsewhere_stays() {
    let directory = TempDir::new().expect("a directory");
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    let mut record = record();
    let mut expected = None;
    for save in [0, 1, 0] {
        shows(&store, &mut record, &mut expected, &format!("save{save}")).await;
    }
    for _ in 0..3 {
        store.clear_away(&[]).expect("it is cleared");
    }
    assert!(is_kept(&store, 0) && !is_kept(&store, 1));

    let mut other = TalkRecord {
        code: "other".parse().expect("a code"),
        ..record.clone()
    };
    let mut expected_of_other = None;
    shows(&store, &mut other, &mut expected_of_other, "save0").await;
    shows(&store, &mut record, &mut expected, "save2").await;
    for _ in 0..3 {
        store.clear_away(&[]).expect("it is cleared");
    }
    assert!(is_kept(&store, 0), "the other talk shows it");
    shows(&store, &mut other, &mut expected_of_other, "save2").await;
    for _ in 0..3 {
        store.clear_away(&[]).expect("it is cleared");
    }
    assert!(!is_kept(&store, 0) && is_kept(&store, 2));
}

/// Keeps a deck of one picture, and shows it in the talk.
async fn shows(
    store: &EmbeddedStore,
    record: &mut TalkRecord,
    expected: &mut Option<Revision>,
    deck: &str,
) {
    let picture = format!("{deck}.png");
    store.put_media(&picture, b"a picture").expect("it is kept");
    let deck = deck_of(deck, &picture);
    store.put_deck(&deck).expect("it is kept");
    record.deck = deck.id.clone();
    record.state = record.state.with_deck(&deck.outline());
    let committed = store.commit(record.clone(), *expected, None).await;
    committed.expect("it is stored");
    *expected = Some(record.state.revision);
}

/// Whether the deck and its picture are; never one without the other.
fn is_kept(store: &EmbeddedStore, save: usize) -> bool {
    let id = DeckId::new(format!("save{save}"));
    let deck = store.deck(&id).expect("it is read").is_some();
    let picture = store.media(&format!("save{save}.png"));
    assert_eq!(picture.expect("it is read").is_some(), deck, "{save}");
    deck
}

fn deck_of(id: &str, picture: &str) -> Deck {
    let rendition = Rendition {
        url: format!("/media/{picture}"),
        width: 16,
        height: 9,
    };
    let slides = vec![Slide::new("a slide".to_owned(), Face::picture(rendition))];
    let id = DeckId::new(id.to_owned());
    Deck::new(id, "A deck".to_owned(), slides).expect("it has slides")
}

fn record() -> TalkRecord {
    let deck = deck_of("deck", "x.png");
    let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
    TalkRecord {
        code: "room".parse().expect("a code"),
        state: SlideState::start(epoch, &deck.outline()),
        deck: deck.id,
        presenter_keys: Vec::new(),
        remotes: Remotes::default(),
        title: None,
    }
}
