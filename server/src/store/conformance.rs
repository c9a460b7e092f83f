//! What every implementation of the three traits must do. [`conforms`] makes one test of each rule.

use super::{
    Committed, Documents, Entry, Journal, List, Mark, Media, Remotes, StoreError, TalkList,
    TalkRecord,
};
use bytes::Bytes;
use model::{
    deck::{Deck, DeckId, Face, Rendition, Slide},
    talk::{Epoch, Revision, SlideState},
};
use std::{collections::BTreeSet, io};

/// Where an implementation keeps its data.
pub trait World: Sync {
    type Backend: Journal + Documents + Media;

    /// Opens the store on the same data as before. The one before was dropped.
    fn open(&self) -> impl Future<Output = Self::Backend> + Send;
}

/// Tests a world: `conforms!(World::new());`
macro_rules! conforms {
    ($world:expr) => {
        conforms!($world =>
            a_commit_is_a_compare_and_set,
            commits_and_entries_keep_the_order_of_the_calls,
            what_was_acknowledged_is_there_after_a_restart,
            a_refused_commit_writes_no_note,
            a_deletion_removes_every_list_of_its_talk_and_no_other,
            a_deletion_is_idempotent_and_refuses_another_place,
            a_list_of_a_talk_that_is_not_there_takes_no_entry,
            a_list_is_read_in_parts,
            a_deck_that_loses_its_talk_is_marked,
            a_mark_stays_until_its_deck_is_removed,
            a_text_is_replaced_and_removed,
            a_file_is_read_in_parts_and_stays_loose_until_it_is_kept,
            a_removed_file_is_gone_and_can_be_put_again,
            a_name_that_is_none_leads_nowhere,
        );
    };
    ($world:expr => $($rule:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $rule() {
            crate::store::conformance::$rule(&$world).await;
        })*
    };
}
pub(super) use conforms;

pub async fn a_commit_is_a_compare_and_set(world: &impl World) {
    let store = world.open().await;
    let first = record("room", "deck");
    let early = store.commit(first.clone(), Some(Revision::default()), None);
    is_conflict(early.await);
    put(&store, &first, None).await;
    is_conflict(store.commit(first.clone(), None, None).await);
    let second = next(&first);
    put(&store, &second, Some(first.state.revision)).await;
    let late = next(&first);
    is_conflict(store.commit(late, Some(first.state.revision), None).await);
    assert_eq!(store.load().await.expect("it is read"), [second]);
}

pub async fn commits_and_entries_keep_the_order_of_the_calls(world: &impl World) {
    let store = world.open().await;
    let mut feed = store.feed();
    let mut expected = Vec::new();
    let mut pending = Vec::new();
    let mut record = record("room", "deck");
    let mut before = None;
    for said in 0..50 {
        let (note, more) = (entry("room", said), entry("room", 100 + said));
        pending.push(store.commit(record.clone(), before, Some(note.clone())));
        pending.push(store.append(more.clone()));
        expected.push(Committed::Talk(Box::new(record.clone())));
        expected.extend([note, more].map(Committed::Entry));
        before = Some(record.state.revision);
        record = next(&record);
    }
    // The order of the futures does not matter.
    for pending in pending.into_iter().rev() {
        pending.await.expect("it is stored");
    }
    for expected in &expected {
        assert_eq!(feed.recv().await.as_ref(), Some(expected));
    }
    let listed = store.read(&list("room"), 0, 999).await.expect("it is read");
    let expected = expected.iter().filter_map(|committed| match committed {
        Committed::Entry(entry) => Some(&entry.content),
        Committed::Talk(_) => None,
    });
    assert!(listed.iter().eq(expected), "{listed:?}");
}

pub async fn what_was_acknowledged_is_there_after_a_restart(world: &impl World) {
    let (first, id) = (record("room", "deck"), DeckId::new("deck".to_owned()));
    {
        let store = world.open().await;
        let committed = store.commit(first.clone(), None, Some(entry("room", 1)));
        committed.await.expect("it is stored");
        let kept = Documents::put(&store, &id, text("one"), Some(Mark::Orphaned)).await;
        kept.expect("it is stored");
        let kept = Media::put(&store, "hash.png", text("a picture")).await;
        kept.expect("it is stored");
    }
    // A second open, after all that a new store does when it is opened first.
    drop(world.open().await);
    let store = world.open().await;
    assert_eq!(store.load().await.expect("it is read"), [first]);
    let listed = store.read(&list("room"), 0, 9).await.expect("it is read");
    assert_eq!(listed, [[1]]);
    assert_eq!(store.get(&id).await.expect("it is read"), Some(text("one")));
    let marked = store.marked().await.expect("it is read");
    assert_eq!(marked, [(id, Mark::Orphaned)]);
    let part = store.part("hash.png", 0, 99).await.expect("it is read");
    assert_eq!(part.expect("it is there").bytes, text("a picture"));
    assert_eq!(loose(&store).await, set(&["hash.png"]));
}

pub async fn a_refused_commit_writes_no_note(world: &impl World) {
    let store = world.open().await;
    let mut feed = store.feed();
    let first = record("room", "deck");
    put(&store, &first, None).await;
    let refused = store.commit(first, None, Some(entry("room", 1)));
    is_conflict(refused.await);
    let listed = store.read(&list("room"), 0, 9).await.expect("it is read");
    assert!(listed.is_empty(), "{listed:?}");
    assert!(matches!(feed.recv().await, Some(Committed::Talk(_))));
    drop(store);
    assert_eq!(feed.recv().await, None, "nothing else was committed");
}

pub async fn a_deletion_removes_every_list_of_its_talk_and_no_other(world: &impl World) {
    let store = world.open().await;
    let host = Entry {
        list: List::HostKeys,
        content: vec![7],
    };
    store.append(host).await.expect("it is stored");
    // Codes that begin the same, before and after it in any order of bytes.
    let codes = ["room", "roo", "room-a", "room0", "rooma", "rooms"];
    for code in codes {
        put(&store, &record(code, "deck"), None).await;
        for epoch in ["one", "two"] {
            let list = list_of(code, epoch);
            let content = code.as_bytes().to_vec();
            let kept = store.append(Entry { list, content }).await;
            kept.expect("it is stored");
        }
    }
    let id = record("room", "deck").state.event_id();
    let deleted = store.delete(&code("room"), id, b"last".to_vec()).await;
    deleted.expect("it is deleted");
    for code in codes {
        for epoch in ["one", "two"] {
            let listed = store.read(&list_of(code, epoch), 0, 9).await;
            let expected = usize::from(code != "room");
            assert_eq!(listed.expect("it is read").len(), expected, "{code}");
        }
    }
    let host = store.read(&List::HostKeys, 0, 9).await;
    assert_eq!(host.expect("it is read"), [[7]]);
    // Another talk of the same code has nothing of it.
    put(&store, &record("room", "deck"), None).await;
    let listed = store.read(&list("room"), 0, 9).await.expect("it is read");
    assert!(listed.is_empty(), "{listed:?}");
}

pub async fn a_deletion_is_idempotent_and_refuses_another_place(world: &impl World) {
    let store = world.open().await;
    let first = record("room", "deck");
    let (id, last) = (first.state.event_id(), b"last".to_vec());
    is_conflict(store.delete(&first.code, id.clone(), last.clone()).await);
    put(&store, &first, None).await;
    let elsewhere = next(&first).state.event_id();
    is_conflict(store.delete(&first.code, elsewhere, last.clone()).await);
    assert_eq!(store.gone(&first.code).await.expect("it is read"), None);
    for _ in 0..2 {
        let deleted = store.delete(&first.code, id.clone(), last.clone()).await;
        deleted.expect("it is deleted");
    }
    let other = store.delete(&first.code, id, b"other".to_vec());
    is_conflict(other.await);
    assert_eq!(
        store.gone(&first.code).await.expect("it is read"),
        Some(last)
    );
    assert!(store.load().await.expect("it is read").is_empty());
}

pub async fn a_list_of_a_talk_that_is_not_there_takes_no_entry(world: &impl World) {
    let store = world.open().await;
    is_conflict(store.append(entry("room", 1)).await);
    let first = record("room", "deck");
    put(&store, &first, None).await;
    let id = first.state.event_id();
    // Decided in the order of the calls.
    let deleted = store.delete(&first.code, id, b"last".to_vec());
    let late = store.append(entry("room", 2));
    is_conflict(late.await);
    deleted.await.expect("it is deleted");
    let listed = store.read(&list("room"), 0, 9).await.expect("it is read");
    assert!(listed.is_empty(), "{listed:?}");
}

pub async fn a_list_is_read_in_parts(world: &impl World) {
    let store = world.open().await;
    put(&store, &record("room", "deck"), None).await;
    for said in 0..5 {
        let kept = store.append(entry("room", said)).await;
        kept.expect("it is stored");
    }
    for (from, most, expected) in [(0, 2, 0..2), (2, 2, 2..4), (4, 2, 4..5), (5, 2, 0..0)] {
        let part = store.read(&list("room"), from, most).await;
        let expected: Vec<Vec<u8>> = expected.map(|said| vec![said]).collect();
        assert_eq!(part.expect("it is read"), expected, "from {from}");
    }
}

pub async fn a_deck_that_loses_its_talk_is_marked(world: &impl World) {
    let store = world.open().await;
    let first = record("room", "first");
    put(&store, &first, None).await;
    put(&store, &record("other", "other"), None).await;
    put(&store, &next(&first), Some(first.state.revision)).await;
    assert!(store.marked().await.expect("it is read").is_empty());
    let shown = store.shown().await.expect("it is read");
    assert_eq!(shown, ["first", "other"].map(deck_id).into());

    let mut second = next(&next(&first));
    second.deck = deck_id("second");
    put(&store, &second, Some(next(&first).state.revision)).await;
    let marked = store.marked().await.expect("it is read");
    assert_eq!(marked, [(deck_id("first"), Mark::Replaced)]);
    let id = second.state.event_id();
    let deleted = store.delete(&second.code, id, Vec::new()).await;
    deleted.expect("it is deleted");
    let marked = store.marked().await.expect("it is read");
    let expected = [
        (deck_id("first"), Mark::Replaced),
        (deck_id("second"), Mark::Orphaned),
    ];
    assert!(marked.len() == 2 && expected.iter().all(|it| marked.contains(it)));
    let shown = store.shown().await.expect("it is read");
    assert_eq!(shown, [deck_id("other")].into());
}

pub async fn a_mark_stays_until_its_deck_is_removed(world: &impl World) {
    let store = world.open().await;
    let id = deck_id("first");
    for (mark, expected) in [
        (None, None),
        (Some(Mark::Orphaned), Some(Mark::Orphaned)),
        (None, Some(Mark::Orphaned)),
    ] {
        let kept = Documents::put(&store, &id, text("one"), mark).await;
        kept.expect("it is stored");
        let marked = store.marked().await.expect("it is read");
        let expected = expected.map(|mark| (id.clone(), mark));
        assert_eq!(marked, Vec::from_iter(expected));
    }
    // The latest reason counts.
    let first = record("room", "first");
    put(&store, &first, None).await;
    let mut second = next(&first);
    second.deck = deck_id("second");
    put(&store, &second, Some(first.state.revision)).await;
    let marked = store.marked().await.expect("it is read");
    assert_eq!(marked, [(id.clone(), Mark::Replaced)]);
    let removed = Documents::remove(&store, vec![id, deck_id("unknown")]).await;
    removed.expect("it is removed");
    assert!(store.marked().await.expect("it is read").is_empty());
}

pub async fn a_text_is_replaced_and_removed(world: &impl World) {
    let store = world.open().await;
    let [first, second] = ["first", "second"].map(deck_id);
    assert_eq!(store.get(&first).await.expect("it is read"), None);
    for (id, content) in [(&first, "one"), (&second, "two"), (&first, "three")] {
        let kept = Documents::put(&store, id, text(content), None).await;
        kept.expect("it is stored");
    }
    assert_eq!(
        store.get(&first).await.expect("it is read"),
        Some(text("three"))
    );
    let mut ids = store.ids().await.expect("it is read");
    ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!(ids, [first.clone(), second.clone()]);
    let removed = Documents::remove(&store, vec![first.clone()]).await;
    removed.expect("it is removed");
    assert_eq!(store.get(&first).await.expect("it is read"), None);
    assert_eq!(store.ids().await.expect("it is read"), [second]);
}

pub async fn a_file_is_read_in_parts_and_stays_loose_until_it_is_kept(world: &impl World) {
    let store = world.open().await;
    for name in ["hash.png", "other.png", "hash.png"] {
        let kept = Media::put(&store, name, text("content")).await;
        kept.expect("it is stored");
    }
    for (from, most, expected) in [(0, 4, "cont"), (4, 4, "ent"), (7, 4, ""), (9, 4, "")] {
        let part = store.part("hash.png", from, most).await;
        let part = part.expect("it is read").expect("it is there");
        assert_eq!((part.bytes, part.whole), (text(expected), 7));
    }
    assert_eq!(loose(&store).await, set(&["hash.png", "other.png"]));
    store.keep(set(&["hash.png"])).await.expect("it is listed");
    assert_eq!(loose(&store).await, set(&["other.png"]));
    store
        .loosen(set(&["hash.png"]))
        .await
        .expect("it is listed");
    assert_eq!(loose(&store).await, set(&["hash.png", "other.png"]));
    let part = store.part("hash.png", 0, 1).await.expect("it is read");
    assert!(part.is_some());
}

pub async fn a_removed_file_is_gone_and_can_be_put_again(world: &impl World) {
    let store = world.open().await;
    for _ in 0..2 {
        let kept = Media::put(&store, "hash.png", text("content")).await;
        kept.expect("it is stored");
        let names = set(&["hash.png", "unknown.png"]);
        let removed = Media::remove(&store, names).await;
        removed.expect("it is removed");
        let part = store.part("hash.png", 0, 1).await.expect("it is read");
        assert_eq!(part, None);
        assert_eq!(loose(&store).await, set(&[]));
    }
}

pub async fn a_name_that_is_none_leads_nowhere(world: &impl World) {
    let store = world.open().await;
    for name in ["../hash.png", "", "a.b/c", "A.png", "\0.png"] {
        let part = store.part(name, 0, 1).await.expect("it is none");
        assert_eq!(part, None, "{name:?}");
        let refused = Media::put(&store, name, text("content")).await;
        let kind = refused.map_err(|error| error.kind());
        assert_eq!(kind, Err(io::ErrorKind::InvalidInput), "{name:?}");
    }
}

fn is_conflict(outcome: Result<(), StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

async fn put(store: &impl Journal, record: &TalkRecord, expected: Option<Revision>) {
    let committed = store.commit(record.clone(), expected, None).await;
    committed.expect("it is stored");
}

async fn loose(store: &impl Media) -> BTreeSet<String> {
    store.loose().await.expect("it is read")
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn text(content: &str) -> Bytes {
    content.to_owned().into()
}

fn deck_id(id: &str) -> DeckId {
    DeckId::new(id.to_owned())
}

fn code(code: &str) -> model::talk::TalkCode {
    code.parse().expect("a code")
}

fn epoch(name: &str) -> Epoch {
    Epoch::try_from(name.to_owned()).expect("an epoch")
}

fn list_of(of: &str, life: &str) -> List {
    List::Talk(code(of), TalkList::History(epoch(life)))
}

fn list(of: &str) -> List {
    list_of(of, "one")
}

fn entry(of: &str, said: u8) -> Entry {
    Entry {
        list: list(of),
        content: vec![said],
    }
}

fn record(of: &str, deck: &str) -> TalkRecord {
    let rendition = Rendition {
        url: "/media/x.png".to_owned(),
        width: 16,
        height: 9,
    };
    let slide = Slide::new("a slide".to_owned(), Face::picture(rendition));
    let deck = Deck::new(deck_id(deck), "A deck".to_owned(), vec![slide]).expect("a slide");
    TalkRecord {
        code: code(of),
        state: SlideState::start(epoch("one"), &deck.outline()),
        deck: deck.id,
        title: None,
        presenter_keys: Vec::new(),
        remotes: Remotes::default(),
    }
}

fn next(record: &TalkRecord) -> TalkRecord {
    let mut next = record.clone();
    next.state.revision = next.state.revision.next();
    next
}
