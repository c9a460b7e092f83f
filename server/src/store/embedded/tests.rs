use super::*;
use crate::store::{
    Cause, Remotes, Store, TalkList,
    conformance::{World, conforms},
};
use file::with_tables;
use model::{
    deck::{Deck, Face, Rendition, Slide},
    talk::{Epoch, SlideState},
};
use redb::{Database, StorageBackend, backends::FileBackend};
use std::{
    fs::OpenOptions,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};
use tempfile::TempDir;

/// A directory for one test.
struct Directory(TempDir);

impl World for Directory {
    type Backend = EmbeddedStore;

    async fn open(&self) -> EmbeddedStore {
        EmbeddedStore::open(self.0.path()).expect("it opens")
    }
}

conforms!(Directory(TempDir::new().expect("a directory")));

/// What earlier versions wrote: histories that no deletion of every list of a talk would find, and
/// three tables of decks to remove.
#[tokio::test]
async fn lists_and_marks_of_an_earlier_version_are_converted() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join(FILE);
    let earlier = Database::create(&path).expect("it is made");
    let transaction = earlier.begin_write().expect("it begins");
    {
        let mut lists = transaction.open_table(LISTS).expect("a table");
        for (list, number, content) in [
            ("history/room/test", 0, b"one"),
            ("history/room/test", 1, b"two"),
            ("host-keys", 0, b"key"),
        ] {
            let content = content.as_slice();
            lists.insert((list, number), content).expect("it is stored");
        }
        for table in ["doomed", "outdated", "replaced"] {
            let marks = TableDefinition::<&str, ()>::new(table);
            let mut marks = transaction.open_table(marks).expect("a table");
            marks.insert(table, ()).expect("it is stored");
        }
    }
    transaction.commit().expect("it is stored");
    drop(earlier);
    for _ in 0..2 {
        let store = EmbeddedStore::open(directory.path()).expect("it opens");
        let history = store.read(&list(), 0, 9).await.expect("it is read");
        assert_eq!(history, [b"one", b"two"]);
        let keys = store.read(&List::HostKeys, 0, 9).await.expect("it is read");
        assert_eq!(keys, [b"key"]);
        let marked = store.marked().await.expect("it is read");
        let marked: Vec<_> = marked.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(marked, ["doomed", "outdated", "replaced"]);
    }
}

#[test]
fn an_empty_file_is_what_is_left_of_a_store_and_not_a_new_one() {
    let directory = TempDir::new().expect("a directory");
    drop(EmbeddedStore::open(directory.path()).expect("a new one"));
    let file = directory.path().join(FILE);
    fs::write(&file, "").expect("it is cut off");
    let opened = EmbeddedStore::open(directory.path()).err();
    assert!(matches!(opened, Some(StoreError::Damaged)), "{opened:?}");
    fs::remove_file(&file).expect("it is moved away");
    assert!(EmbeddedStore::open(directory.path()).is_ok());
}

#[tokio::test]
async fn a_change_is_noted_with_its_commit_and_a_refused_one_is_not() {
    let directory = TempDir::new().expect("a directory");
    let store = EmbeddedStore::open(directory.path()).expect("it opens");
    let record = record();
    let note = |content: &str| {
        Some(Entry {
            list: list(),
            content: content.as_bytes().to_vec(),
        })
    };
    let first = store.commit(record.clone(), None, note("first"));
    first.await.expect("it is stored");
    let late = store.commit(record, None, note("late")).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    let notes = store.read(&list(), 0, 9).await.expect("it is read");
    assert_eq!(notes, [b"first"]);
}

#[tokio::test]
async fn a_deck_that_was_replaced_stays_while_pages_may_load_it_and_then_goes_with_its_media() {
    let directory = TempDir::new().expect("a directory");
    let store = Store::open(directory.path()).await.expect("it opens");
    let mut record = record();
    let mut expected = None;
    for save in 0..6 {
        shows(&store, &mut record, &mut expected, &format!("save{save}")).await;
        // As an import does when it is done: right after the change.
        store
            .clear_away(Cause::Change, Vec::new)
            .await
            .expect("it is cleared");
        let kept = kept_of(&store).await;
        let before = if save == 0 { 0 } else { save - 1 };
        assert_eq!(kept, (before..=save).collect::<Vec<_>>());
    }
    drop(store);
    let store = Store::open(directory.path()).await.expect("it opens");
    let kept = kept_of(&store).await;
    assert_eq!(
        kept,
        [5],
        "no page loads what a server before this one told it"
    );
}

#[tokio::test]
async fn a_replaced_deck_that_is_shown_again_or_elsewhere_stays() {
    let directory = TempDir::new().expect("a directory");
    let store = Store::open(directory.path()).await.expect("it opens");
    let mut record = record();
    let mut expected = None;
    for save in [0, 1, 0] {
        shows(&store, &mut record, &mut expected, &format!("save{save}")).await;
    }
    for _ in 0..3 {
        store
            .clear_away(Cause::Change, Vec::new)
            .await
            .expect("it is cleared");
    }
    assert!(is_kept(&store, 0).await && !is_kept(&store, 1).await);

    let mut other = TalkRecord {
        code: "other".parse().expect("a code"),
        ..record.clone()
    };
    let mut expected_of_other = None;
    shows(&store, &mut other, &mut expected_of_other, "save0").await;
    shows(&store, &mut record, &mut expected, "save2").await;
    for _ in 0..3 {
        store
            .clear_away(Cause::Change, Vec::new)
            .await
            .expect("it is cleared");
    }
    assert!(is_kept(&store, 0).await, "the other talk shows it");
    shows(&store, &mut other, &mut expected_of_other, "save2").await;
    for _ in 0..3 {
        store
            .clear_away(Cause::Change, Vec::new)
            .await
            .expect("it is cleared");
    }
    assert!(!is_kept(&store, 0).await && is_kept(&store, 2).await);
}

/// Whatever the disk does, and when: what was acknowledged is stored, nothing else is, and once the
/// disk works again the talk goes on.
#[tokio::test]
async fn a_commit_that_failed_is_not_stored_even_if_the_disk_took_it() {
    for fails_after in [true, false] {
        for (from, times) in (0..12).flat_map(|from| [1, 2, 3, 5, 8].map(|times| (from, times))) {
            let disk = Arc::new(Trouble::default());
            let directory = TempDir::new().expect("a directory");
            let mut record = record();
            let notes = {
                let store = open_on(&disk, directory.path());
                let mut notes = tell(&store, &mut record, None, 0).await;
                assert_eq!(notes, 1, "the disk works");
                disk.begin(from, times, fails_after);
                for said in 1..6 {
                    let expected = record.state.revision;
                    notes += tell(&store, &mut record, Some(expected), said).await;
                }
                disk.begin(0, 0, false);
                let expected = record.state.revision;
                let last = tell(&store, &mut record, Some(expected), 9).await;
                assert_eq!(last, 1, "from {from}, {times} times: the disk works again");
                notes + last
            };
            let store = EmbeddedStore::open(directory.path()).expect("it opens");
            assert_eq!(
                store.load().await.expect("it is read"),
                [record],
                "{from} {times}"
            );
            let noted = store.read(&list(), 0, 99).await.expect("it is read");
            assert_eq!(noted.len(), notes, "{from} {times}: {noted:?}");
        }
    }
}

#[tokio::test]
async fn a_deletion_that_failed_and_is_stored_can_be_asked_for_again() {
    let disk = Arc::new(Trouble::default());
    let directory = TempDir::new().expect("a directory");
    let store = open_on(&disk, directory.path());
    let mut record = record();
    tell(&store, &mut record, None, 0).await;
    let id = record.state.event_id();
    disk.begin(0, u32::MAX, true);
    let failed = store
        .delete(&record.code, id.clone(), b"last".to_vec())
        .await;
    failed.expect_err("the disk says that it failed");
    disk.begin(0, 0, false);
    let done = store
        .delete(&record.code, id.clone(), b"last".to_vec())
        .await;
    done.expect("it is deleted");
    assert!(store.load().await.expect("it is read").is_empty());
    let other = store.delete(&record.code, id, b"other".to_vec()).await;
    assert!(matches!(other, Err(StoreError::Conflict)), "{other:?}");
}

/// Nobody asks whether the server is well in order to hear that eight bytes fit.
#[tokio::test]
async fn a_store_that_proves_that_it_can_commit_takes_the_next_change() {
    let disk = Arc::new(Trouble::default());
    let directory = TempDir::new().expect("a directory");
    let store = open_on(&disk, directory.path());
    let mut record = record();
    tell(&store, &mut record, None, 0).await;
    store.prove().await.expect("there is room");
    let file = fs::metadata(directory.path().join(FILE)).expect("it is there");
    disk.most_bytes.store(file.len(), Ordering::SeqCst);

    let mut refused = 0;
    while refused < 20 {
        let is_well = store.prove().await.is_ok();
        // As much as a tap of a talk with many remotes.
        let entry = store
            .append(Entry {
                list: list(),
                content: vec![1; 30_000],
            })
            .await;
        assert!(entry.is_ok() || !is_well, "a proof, and then: {entry:?}");
        refused += u32::from(entry.is_err());
    }
    assert!(store.prove().await.is_err());

    disk.most_bytes.store(u64::MAX, Ordering::SeqCst);
    store.prove().await.expect("there is room again");
    let expected = record.state.revision;
    assert_eq!(tell(&store, &mut record, Some(expected), 1).await, 1);
}

/// Commits the next revision and a note of it. How many were acknowledged; the record is the last of
/// them.
async fn tell(
    store: &EmbeddedStore,
    record: &mut TalkRecord,
    expected: Option<Revision>,
    said: u8,
) -> usize {
    let mut next = record.clone();
    if expected.is_some() {
        next.state.revision = next.state.revision.next();
    }
    let note = Entry {
        list: list(),
        content: vec![said],
    };
    match store.commit(next.clone(), expected, Some(note)).await {
        Ok(()) => {
            *record = next;
            1
        }
        Err(error) => {
            assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
            0
        }
    }
}

/// A disk whose flushes fail: `left` of them, after `before` good ones.
#[derive(Debug)]
struct Trouble {
    before: AtomicU32,
    left: AtomicU32,
    /// It does what it was asked, and then says that it failed.
    fails_after: AtomicBool,
    /// It has no room for a file of more.
    most_bytes: AtomicU64,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            before: AtomicU32::default(),
            left: AtomicU32::default(),
            fails_after: AtomicBool::default(),
            most_bytes: u64::MAX.into(),
        }
    }
}

impl Trouble {
    fn begin(&self, from: u32, times: u32, fails_after: bool) {
        self.left.store(times, Ordering::SeqCst);
        self.before.store(from, Ordering::SeqCst);
        self.fails_after.store(fails_after, Ordering::SeqCst);
    }

    fn is_now(&self) -> bool {
        let count = |of: &AtomicU32| {
            of.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
        };
        count(&self.before).is_err() && count(&self.left).is_ok()
    }

    fn meet(&self, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if !self.is_now() {
            return work();
        }
        if self.fails_after.load(Ordering::SeqCst) {
            work()?;
        }
        Err(io::Error::other("the disk is in trouble"))
    }
}

#[derive(Debug)]
struct Troubled {
    file: FileBackend,
    disk: Arc<Trouble>,
}

impl StorageBackend for Troubled {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if len > self.disk.most_bytes.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.meet(|| self.file.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

fn open_on(disk: &Arc<Trouble>, directory: &Path) -> EmbeddedStore {
    let path = directory.join(FILE);
    let (disk, file) = (disk.clone(), path.clone());
    let open = move || {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true);
        let file = FileBackend::new(options.open(&file)?).map_err(database_error)?;
        let disk = disk.clone();
        let database = Database::builder().create_with_backend(Troubled { file, disk });
        with_tables(database.map_err(database_error)?)
    };
    EmbeddedStore::open_by(directory, &path, Box::new(open)).expect("it opens")
}

/// Keeps a deck of one picture, and shows it in the talk.
async fn shows(
    store: &Store,
    record: &mut TalkRecord,
    expected: &mut Option<Revision>,
    deck: &str,
) {
    let picture = format!("{deck}.png");
    let claim = store.claims().claim();
    let content = Bytes::from_static(b"a picture");
    let kept = store.put_media(&picture, content, &claim).await;
    kept.expect("it is kept");
    let deck = deck_of(deck, &picture);
    store.put_deck(deck.clone()).await.expect("it is kept");
    record.deck = deck.id.clone();
    record.state = record.state.with_deck(&deck.outline());
    let committed = store.journal().commit(record.clone(), *expected, None);
    let committed = committed.await;
    committed.expect("it is stored");
    *expected = Some(record.state.revision);
}

/// Which of six decks are kept.
async fn kept_of(store: &Store) -> Vec<usize> {
    let mut kept = Vec::new();
    for save in 0..6 {
        if is_kept(store, save).await {
            kept.push(save);
        }
    }
    kept
}

/// Whether the deck and its picture are; never one without the other.
async fn is_kept(store: &Store, save: usize) -> bool {
    let id = DeckId::new(format!("save{save}"));
    let deck = store.deck(&id).await.expect("it is read").is_some();
    let picture = store.media(&format!("save{save}.png"), 0, 1).await;
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

fn list() -> List {
    let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
    List::Talk("room".parse().expect("a code"), TalkList::History(epoch))
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
