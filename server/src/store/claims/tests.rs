use super::*;
use crate::store::{Cause, Store};
use model::deck::{Deck, Face, Reading, Rendition, Slide};
use proptest::prelude::*;
use std::{collections::BTreeSet, fs};
use tempfile::TempDir;

async fn opened() -> (TempDir, Store) {
    let directory = TempDir::new().expect("a directory");
    let store = Store::open(directory.path()).await.expect("it opens");
    (directory, store)
}

async fn put(store: &Store, picture: &str, claim: &Claim) {
    let content = picture.as_bytes().to_vec().into();
    let kept = store.put_media(picture, content, claim).await;
    kept.expect("it is kept");
}

async fn clear(store: &Store) {
    let cleared = store.clear_away(Cause::LetGo, Vec::new).await;
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

#[tokio::test]
async fn what_a_failed_import_left_goes_at_once_while_another_one_runs() {
    let (directory, store) = opened().await;
    let (lives, fails) = (store.claims().claim(), store.claims().claim());
    put(&store, "a.png", &lives).await;
    put(&store, "b.png", &fails).await;
    clear(&store).await;
    assert_eq!(on_disk(&directory), set(&["a.png", "b.png"]));
    drop(fails);
    clear(&store).await;
    assert_eq!(on_disk(&directory), set(&["a.png"]));
    let whole = deck("a", &set(&["a.png"]), true);
    store.put_deck(whole).await.expect("it is stored");
    drop(lives);
    clear(&store).await;
    assert_eq!(on_disk(&directory), set(&["a.png"]));
}

#[tokio::test]
async fn a_picture_of_two_imports_stays_until_both_let_it_go_which_is_told() {
    let (directory, store) = opened().await;
    let mut told = store.claims().let_go();
    let (first, second) = (store.claims().claim(), store.claims().claim());
    put(&store, "a.png", &first).await;
    put(&store, "a.png", &second).await;
    put(&store, "b.png", &first).await;
    drop(first);
    assert!(told.try_recv().is_err(), "nothing was left by a clearing");
    clear(&store).await;
    assert_eq!(on_disk(&directory), set(&["a.png"]));
    drop(second);
    assert!(told.try_recv().is_ok(), "a clearing had to leave it");
    clear(&store).await;
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

#[tokio::test]
async fn a_deck_that_is_about_to_be_shown_stays_and_goes_when_it_is_not() {
    let (directory, store) = opened().await;
    let mut told = store.claims().let_go();
    let claim = store.claims().claim();
    let read = deck("a", &set(&["a.png"]), false);
    claim.deck(&read.id).await;
    put(&store, "a.png", &claim).await;
    // Doomed, unless a talk shows it by the next time.
    store.put_deck(read.clone()).await.expect("it is stored");
    for _ in 0..3 {
        clear(&store).await;
        assert_eq!(
            store.deck(&read.id).await.expect("it is read"),
            Some(read.clone())
        );
    }
    drop(claim);
    assert!(told.try_recv().is_ok());
    clear(&store).await;
    assert_eq!(store.deck(&read.id).await.expect("it is read"), None);
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

#[tokio::test]
async fn what_a_shown_deck_names_that_could_not_be_stored_stays_until_it_is_shown_no_more() {
    let (directory, store) = opened().await;
    put(&store, "a.png", &store.claims().claim()).await;
    let shown = || vec![deck("a", &set(&["a.png"]), false)];
    for _ in 0..2 {
        let cleared = store.clear_away(Cause::LetGo, shown).await;
        cleared.expect("it is cleared");
        assert_eq!(on_disk(&directory), set(&["a.png"]));
    }
    clear(&store).await;
    assert_eq!(on_disk(&directory), BTreeSet::new());
}

/// A step of one of several imports.
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

/// The import that never ends; no talk shows its deck.
const CUT_SHORT: usize = 0;

proptest! {
    // Each opens a store, or several.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In any order: what a clearing leaves is what the living have put there and what stored decks
    /// name, no more and no less.
    #[test]
    fn a_clearing_leaves_what_is_claimed_or_named(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(leaves_what_is_claimed_or_named(steps));
    }
}

async fn leaves_what_is_claimed_or_named(steps: Vec<Step>) {
    let (directory, store) = opened().await;
    let mut store = Some(store);
    let mut imports: [Import; 3] = Default::default();
    for step in steps.into_iter().chain([Step::Clears]) {
        let open = store.as_ref().expect("a store");
        match step {
            Step::Puts(at, picture) => {
                let name = format!("{picture}.png");
                if imports[at].claim.is_none() {
                    imports[at].claim = Some(claimed(open, at).await);
                }
                put(open, &name, imports[at].claim.as_ref().expect("a claim")).await;
                imports[at].put.insert(name);
            }
            Step::Stores(at) => {
                let import = &mut imports[at];
                if import.claim.is_some() {
                    let names = import.stored.get_or_insert_default();
                    names.extend(import.put.iter().cloned());
                    let deck = deck(&at.to_string(), names, at != CUT_SHORT);
                    open.put_deck(deck).await.expect("it is stored");
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
                let opened = Store::open(directory.path()).await.expect("it opens");
                check(&directory, &opened, &mut imports).await;
                store = Some(opened);
            }
            Step::Clears => {
                clear(open).await;
                check(&directory, open, &mut imports).await;
            }
        }
    }
}

async fn claimed(store: &Store, import: usize) -> Claim {
    let claim = store.claims().claim();
    claim.deck(&DeckId::new(import.to_string())).await;
    claim
}

/// After a clearing.
async fn check(directory: &TempDir, store: &Store, imports: &mut [Import]) {
    let mut expected = BTreeSet::new();
    for (at, import) in imports.iter_mut().enumerate() {
        if import.claim.is_none() && at == CUT_SHORT {
            import.stored = None;
        }
        let stored = store.deck(&DeckId::new(at.to_string())).await;
        let is_stored = stored.expect("it is read").is_some();
        assert_eq!(is_stored, import.stored.is_some(), "deck {at}");
        expected.extend(import.put.iter().cloned());
        expected.extend(import.stored.iter().flatten().cloned());
    }
    assert_eq!(on_disk(directory), expected);
}

/// In parallel, with the same pictures: an import that has put one has it, as long as it is claimed
/// and then as long as a stored deck names it. At the end nothing else is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn imports_and_clearings_at_the_same_time_take_nothing_from_each_other() {
    const ROUNDS: usize = 60;
    let (directory, store) = opened().await;
    let clears = store.clone();
    let clearing = tokio::spawn(async move {
        loop {
            clear(&clears).await;
        }
    });
    let imports = (0..3).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                import(&store, number, round).await;
            }
        })
    });
    for import in imports.collect::<Vec<_>>() {
        import.await.expect("it lost nothing");
    }
    clearing.abort();
    let ended = clearing.await.expect_err("it goes on until then");
    assert!(ended.is_cancelled(), "{ended}");
    clear(&store).await;
    let mut named = BTreeSet::new();
    for id in (0..3).flat_map(|number| (0..ROUNDS).map(move |round| format!("{number}x{round}"))) {
        if let Some(deck) = store.deck(&DeckId::new(id)).await.expect("it is read") {
            let document = serde_json::to_vec(&deck).expect("JSON");
            named.extend(crate::store::media_of(&document));
        }
    }
    assert_eq!(on_disk(&directory), named);
    assert!(!named.is_empty());
}

async fn import(store: &Store, number: usize, round: usize) {
    // Each shares pictures with each, and shares other ones the next time.
    let names = [number + round, round, 2 * round + number].map(|it| format!("{}.png", it % 6));
    let names = BTreeSet::from(names);
    let claim = store.claims().claim();
    let id = format!("{number}x{round}");
    claim.deck(&DeckId::new(id.clone())).await;
    for name in &names {
        put(store, name, &claim).await;
    }
    assert!(have(store, &names).await, "put {number} {round}");
    if round.is_multiple_of(2) {
        return;
    }
    let is_whole = round % 10 == 9;
    let deck = deck(&id, &names, is_whole);
    store.put_deck(deck).await.expect("it is stored");
    if is_whole {
        drop(claim);
    }
    assert!(have(store, &names).await, "kept {number} {round}");
}

async fn have(store: &Store, names: &BTreeSet<String>) -> bool {
    for name in names {
        let part = store.media(name, 0, 1).await.expect("it is read");
        if part.is_none() {
            return false;
        }
    }
    true
}
