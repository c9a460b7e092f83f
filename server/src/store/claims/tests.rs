use super::*;
use crate::store::{Cause, EmbeddedStore, Store};
use model::deck::{Deck, Face, Reading, Rendition, Slide};
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use tempfile::TempDir;

fn opened() -> (TempDir, EmbeddedStore) {
    let directory = TempDir::new().expect("a directory");
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    (directory, store)
}

fn put(store: &EmbeddedStore, picture: &str, claim: &Claim) {
    let kept = store.put_media(picture, picture.as_bytes(), claim);
    kept.expect("it is kept");
}

fn clear(store: &EmbeddedStore) {
    let cleared = store.clear_away(Cause::LetGo, &Vec::new);
    cleared.expect("it is cleared");
}

/// A deck that is whole is in the store to stay, without a talk too.
fn deck(id: &str, pictures: &BTreeSet<String>, is_whole: bool) -> Deck {
    let picture = |name: &String| Rendition {
        url: format!("/media/{name}"),
        width: 16,
        height: 9,
    };
    let mut slides = vec![Slide::new("One".to_owned(), Face::pending(16, 9))];
    slides.extend(
        pictures
            .iter()
            .map(|name| Slide::new(name.clone(), Face::picture(picture(name)))),
    );
    let mut deck = Deck::new(DeckId::new(id.to_owned()), String::new(), slides).expect("slides");
    if !is_whole {
        deck.reading = Reading::Underway;
    }
    deck
}

fn on_disk(directory: &TempDir) -> BTreeSet<String> {
    let files = fs::read_dir(directory.path().join("media")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name());
    let names = names.map(|name| name.into_string().expect("text"));
    names.filter(|name| name.ends_with(".png")).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn what_a_failed_import_left_goes_at_once_while_another_one_runs() {
    let (directory, store) = opened();
    let (lives, fails) = (store.claims().claim(), store.claims().claim());
    put(&store, "a.png", &lives);
    put(&store, "b.png", &fails);
    clear(&store);
    assert_eq!(on_disk(&directory), set(&["a.png", "b.png"]));
    drop(fails);
    clear(&store);
    assert_eq!(on_disk(&directory), set(&["a.png"]));
    let whole = deck("a", &set(&["a.png"]), true);
    store.put_deck(&whole).expect("it is stored");
    drop(lives);
    clear(&store);
    assert_eq!(on_disk(&directory), set(&["a.png"]));
}

#[test]
fn a_picture_of_two_imports_stays_until_both_let_it_go_which_is_told() {
    let (directory, store) = opened();
    let mut told = store.claims().let_go();
    let (first, second) = (store.claims().claim(), store.claims().claim());
    put(&store, "a.png", &first);
    put(&store, "a.png", &second);
    put(&store, "b.png", &first);
    drop(first);
    assert!(told.try_recv().is_err(), "nothing was left by a clearing");
    clear(&store);
    assert_eq!(on_disk(&directory), set(&["a.png"]));
    drop(second);
    assert!(told.try_recv().is_ok(), "a clearing had to leave it");
    clear(&store);
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

#[test]
fn a_deck_that_is_about_to_be_shown_stays_and_goes_when_it_is_not() {
    let (directory, store) = opened();
    let mut told = store.claims().let_go();
    let claim = store.claims().claim();
    let read = deck("a", &set(&["a.png"]), false);
    claim.deck(&read.id);
    put(&store, "a.png", &claim);
    // Doomed, unless a talk shows it by the next time.
    store.put_deck(&read).expect("it is stored");
    for _ in 0..3 {
        clear(&store);
        assert_eq!(
            store.deck(&read.id).expect("it is read"),
            Some(read.clone())
        );
    }
    drop(claim);
    assert!(told.try_recv().is_ok());
    clear(&store);
    assert_eq!(store.deck(&read.id).expect("it is read"), None);
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

#[test]
fn what_a_shown_deck_names_that_could_not_be_stored_stays_until_it_is_shown_no_more() {
    let (directory, store) = opened();
    put(&store, "a.png", &store.claims().claim());
    let shown = || vec![deck("a", &set(&["a.png"]), false)];
    for _ in 0..2 {
        let cleared = store.clear_away(Cause::LetGo, &shown);
        cleared.expect("it is cleared");
        assert_eq!(on_disk(&directory), set(&["a.png"]));
    }
    clear(&store);
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

/// What becomes of one of several imports.
#[derive(Debug, Clone)]
enum Step {
    Puts(usize, usize),
    /// As much of its deck as there is.
    Stores(usize),
    Ends(usize),
    Clears,
    Restarts,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..5_usize).prop_map(|(import, picture)| Step::Puts(import, picture)),
        2 => (0..3_usize).prop_map(Step::Stores),
        2 => (0..3_usize).prop_map(Step::Ends),
        2 => Just(Step::Clears),
        1 => Just(Step::Restarts),
    ]
}

/// An import as it should be.
#[derive(Default)]
struct Import {
    claim: Option<Claim>,
    put: BTreeSet<String>,
    /// What its stored deck names.
    stored: Option<BTreeSet<String>>,
}

/// One of them never comes to its end, and no talk shows its deck.
const CUT_SHORT: usize = 0;

proptest! {
    // Each opens a store, or several.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In any order: what a clearing leaves is what the living have put there and what stored decks
    /// name, no more and no less.
    #[test]
    fn a_clearing_leaves_what_is_claimed_or_named(steps in prop::collection::vec(step(), 1..40)) {
        let (directory, store) = opened();
        let mut store = Some(store);
        let mut imports: [Import; 3] = Default::default();
        for step in steps.into_iter().chain([Step::Clears]) {
            let open = store.as_ref().expect("a store");
            match step {
                Step::Puts(at, picture) => {
                    let name = format!("{picture}.png");
                    let claim = imports[at].claim.get_or_insert_with(|| claimed(open, at));
                    put(open, &name, claim);
                    imports[at].put.insert(name);
                }
                Step::Stores(at) => {
                    let import = &mut imports[at];
                    if import.claim.is_some() {
                        let names = import.stored.get_or_insert_default();
                        names.extend(import.put.iter().cloned());
                        let deck = deck(&at.to_string(), names, at != CUT_SHORT);
                        open.put_deck(&deck).expect("it is stored");
                    }
                }
                Step::Ends(at) => {
                    let import = &mut imports[at];
                    import.claim = None;
                    import.put.clear();
                }
                Step::Restarts => {
                    for import in &mut imports {
                        import.claim = None;
                        import.put.clear();
                    }
                    drop(store.take());
                    store = Some(EmbeddedStore::open(directory.path()).expect("it opens"));
                    check(&directory, store.as_ref().expect("a store"), &mut imports);
                }
                Step::Clears => {
                    clear(open);
                    check(&directory, open, &mut imports);
                }
            }
        }
    }
}

fn claimed(store: &EmbeddedStore, import: usize) -> Claim {
    let claim = store.claims().claim();
    claim.deck(&DeckId::new(import.to_string()));
    claim
}

/// After a clearing.
fn check(directory: &TempDir, store: &EmbeddedStore, imports: &mut [Import]) {
    let mut expected = BTreeSet::new();
    for (at, import) in imports.iter_mut().enumerate() {
        if import.claim.is_none() && at == CUT_SHORT {
            import.stored = None;
        }
        let stored = store.deck(&DeckId::new(at.to_string()));
        let is_stored = stored.expect("it is read").is_some();
        assert_eq!(is_stored, import.stored.is_some(), "deck {at}");
        expected.extend(import.put.iter().cloned());
        expected.extend(import.stored.iter().flatten().cloned());
    }
    assert_eq!(on_disk(directory), expected);
}

/// On threads of their own, at the same pictures: whoever has put one has it, as long as it is claimed
/// and then as long as a stored deck names it. At the end nothing else is there.
#[test]
fn imports_and_clearings_at_the_same_time_take_nothing_from_each_other() {
    const ROUNDS: usize = 60;
    let (directory, store) = opened();
    let are_done = AtomicBool::new(false);
    let has = |name: &str| {
        let part = store.media(name, 0, 1).expect("it is read");
        part.is_some()
    };
    let import = &|number: usize, round: usize| {
        // Each shares pictures with each, and shares other ones the next time.
        let names = [number + round, round, 2 * round + number].map(|it| format!("{}.png", it % 6));
        let names = BTreeSet::from(names);
        let claim = store.claims().claim();
        let id = format!("{number}x{round}");
        claim.deck(&DeckId::new(id.clone()));
        for name in &names {
            put(&store, name, &claim);
        }
        assert!(names.iter().all(|name| has(name)), "put {number} {round}");
        if round.is_multiple_of(2) {
            return;
        }
        let is_whole = round % 10 == 9;
        let deck = deck(&id, &names, is_whole);
        store.put_deck(&deck).expect("it is stored");
        if is_whole {
            drop(claim);
        }
        assert!(names.iter().all(|name| has(name)), "kept {number} {round}");
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            while !are_done.load(Ordering::Relaxed) {
                clear(&store);
            }
        });
        let imports: Vec<_> = (0..3)
            .map(|number| scope.spawn(move || (0..ROUNDS).for_each(|round| import(number, round))))
            .collect();
        for import in imports {
            // The clearings end in any case.
            let ended = import.join();
            if ended.is_err() {
                are_done.store(true, Ordering::Relaxed);
            }
            ended.expect("it lost nothing");
        }
        are_done.store(true, Ordering::Relaxed);
    });
    clear(&store);
    let mut named = BTreeSet::new();
    for id in (0..3).flat_map(|number| (0..ROUNDS).map(move |round| format!("{number}x{round}"))) {
        if let Some(deck) = store.deck(&DeckId::new(id)).expect("it is read") {
            let document = serde_json::to_vec(&deck).expect("JSON");
            named.extend(crate::store::media_of(&document));
        }
    }
    assert_eq!(on_disk(&directory), named);
    assert!(!named.is_empty());
}
