//! Starts imports: opens a deck and reads its first slide at once. [`Rest`] reads the others.

use super::{
    DeckError,
    growing::{Growing, Look},
    keeper::Keeper,
    limits::DeckLimits,
    rest::{Rest, UnderWay, read, shown_inside},
    sharpening::is_sharp,
    staging::{Interrupted, KeptImport, StagedDeck, Staging, keep, short_name},
    workers::{BroughtBy, Import, ImportError, PageError, Pool, Reason, UnpackError, unpack},
};
use crate::{
    store::{Claim, Store},
    talks::Remark,
};
use model::deck::{Deck, DeckId};
use reading::{kind::Kind, manifest::Manifest, source::SourceError, worker::protocol::Confinement};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{task::spawn_blocking, time::sleep};

/// Widths of a page's renditions: for a phone, a laptop, a projector, and a 4K screen where the picture is
/// sharp enough.
const WIDTHS: [u32; 4] = [640, 1_280, 1_920, 3_840];

/// Widths for vector graphics at first. The largest takes three times as long as all others together, so
/// it is made once the deck is complete ([`Sharpening`](super::Sharpening)).
const AT_FIRST: [u32; 3] = [640, 1_280, 1_920];

/// Widths of the first slide until the rest is read: for a screen, and for the page on which the host
/// watches the import.
const FIRST: [u32; 2] = [640, 1_920];

/// How long the first slide waits for the pictures in its HTML. Later ones are added to it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Imports decks. Cheap to clone.
#[derive(Clone)]
pub struct Decks {
    pool: Arc<Pool>,
    store: Store,
    staging: Arc<Staging>,
    /// Decks that are being imported, so that the same deck is imported once.
    begun: Arc<Mutex<HashMap<DeckId, BegunImport>>>,
    /// A lock for each deck whose first slide is being read. A second import of it waits.
    opening: Arc<Mutex<HashMap<DeckId, Weak<OpeningLock>>>>,
}

type OpeningLock = tokio::sync::Mutex<()>;

/// A deck that is being imported.
struct BegunImport {
    deck: Deck,
    awaited: Awaited,
}

/// A lease: while it is held, the import of a deck continues although no talk shows it yet, and the
/// deck's files stay in the store.
#[derive(Clone)]
pub struct Awaited {
    awaiting: Arc<()>,
    _claim: Claim,
}

impl Awaited {
    pub fn new(claim: Claim) -> Self {
        Self {
            awaiting: Arc::default(),
            _claim: claim,
        }
    }

    /// A reference that does not keep it alive.
    pub fn weak(&self) -> Weak<()> {
        Arc::downgrade(&self.awaiting)
    }
}

/// How often an import checks whether any talk still shows its deck.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// An opened deck that can be shown.
pub struct Begun {
    pub deck: Deck,
    /// Sentences for the user about what was left out.
    pub warnings: Vec<Remark>,
    /// The rest of the import. None when the deck is complete, or is being imported already.
    pub rest: Option<Rest>,
    /// Must be held until a talk shows the deck.
    pub awaited: Awaited,
}

impl Decks {
    /// Must be called in a runtime, by the one process that has the `data` directory.
    ///
    /// # Errors
    /// When no workers can be started, or there can be no folder for them.
    pub fn new(store: Store, data: &Path, limits: &DeckLimits) -> Result<Self, DeckError> {
        let pool = Pool::new(limits.of_workers()).map_err(DeckError::NoWorkers)?;
        Ok(Self {
            pool: Arc::new(pool),
            store,
            staging: Arc::new(Staging::in_data(data, limits).map_err(DeckError::NoWorkers)?),
            begun: Arc::default(),
            opening: Arc::default(),
        })
    }

    /// The most bytes that a deck may have.
    pub fn most_bytes(&self) -> u64 {
        self.staging.most_bytes()
    }

    /// Which parts of the readers' sandbox this system allows.
    ///
    /// # Errors
    /// When no reader can be started.
    pub async fn confinement(&self) -> Result<Confinement, DeckError> {
        let nothing = TempDir::new().map_err(DeckError::NoWorkers)?;
        let told = self.pool.confinement(nothing.path()).await;
        told.map_err(DeckError::NoWorkers)
    }

    /// Opens the deck at `path` and reads its first slide. A deck that was imported before is returned
    /// at once.
    ///
    /// # Errors
    /// When there is nothing to show. The sentence says why, and what to do.
    pub async fn begin(&self, path: &Path, password: Option<&str>) -> Result<Begun, DeckError> {
        self.begin_at(path, password, BroughtBy::Host, 0).await
    }

    /// Takes the imports that an earlier server did not finish, without those that were begun since.
    pub fn interrupted(&self) -> Vec<Interrupted> {
        let all = self.staging.interrupted();
        self.with_begun(|begun| {
            let all = all.into_iter();
            all.filter(|it| !begun.contains_key(&it.import.id))
                .collect()
        })
    }

    /// Resumes an import for a talk that is at this slide, from 0.
    ///
    /// # Errors
    /// As `begin`.
    pub async fn resume(&self, interrupted: Interrupted, at: usize) -> Result<Begun, DeckError> {
        let path = PathBuf::from(&interrupted.import.name);
        let staged = spawn_blocking(move || interrupted.take_up()).await;
        let staged = staged.map_err(io::Error::other)??;
        self.begin_staged(&path, staged, at).await
    }

    /// Whether a deck is being imported.
    pub fn are_reading(&self, id: &DeckId) -> bool {
        self.with_begun(|begun| begun.contains_key(id))
    }

    /// A lease on a running import of a deck, for a caller that is about to show it.
    pub fn awaited(&self, id: &DeckId) -> Option<Awaited> {
        self.with_begun(|begun| begun.get(id).map(|reading| reading.awaited.clone()))
    }

    /// Number of bytes that uploads and imports may still write to the disk.
    ///
    /// # Errors
    /// When it is zero.
    pub fn room(&self) -> Result<u64, DeckError> {
        let room = self.staging.room();
        match room.left() {
            0 => Err(DeckError::NoRoom(room.reserve())),
            left => Ok(left),
        }
    }

    /// Shuts down: the running imports are resumed at the next start.
    pub fn end(&self) {
        self.pool.end();
    }

    /// Completes when no talk shows the deck or is about to. It may then be imported again.
    pub(super) async fn until_unwanted(
        &self,
        id: &DeckId,
        awaited: &Weak<()>,
        is_shown: impl Fn() -> bool,
    ) {
        loop {
            sleep(LOOK_EVERY).await;
            let is_wanted = self.with_begun(|begun| {
                // The import itself and the list of running imports hold one each.
                let is_wanted = awaited.strong_count() > 2 || is_shown();
                if !is_wanted {
                    forget(begun, id, awaited);
                }
                is_wanted
            });
            if !is_wanted {
                return;
            }
        }
    }

    pub(super) fn stop_reading(&self, id: &DeckId, awaited: &Awaited) {
        self.with_begun(|begun| forget(begun, id, &awaited.weak()));
    }

    pub(super) fn has_come_to(&self, deck: Deck) {
        self.with_begun(|begun| {
            if let Some(reading) = begun.get_mut(&deck.id) {
                reading.deck = deck;
            }
        });
    }

    /// Like [`Self::begin`], for a talk that is at this slide, from 0.
    ///
    /// # Errors
    /// As `begin`.
    pub async fn begin_at(
        &self,
        path: &Path,
        password: Option<&str>,
        by: BroughtBy,
        at: usize,
    ) -> Result<Begun, DeckError> {
        let (staging, from) = (self.staging.clone(), path.to_owned());
        let staged = spawn_blocking(move || staging.stage(&from, by)).await;
        let mut staged = staged.map_err(io::Error::other)??;
        let import = &mut staged.import;
        if let Some(word) = password {
            import.id = opened_with(&import.id, word);
            import.password = Some(word.to_owned());
        }
        self.begin_staged(path, staged, at).await
    }

    /// `path` is for messages.
    async fn begin_staged(
        &self,
        path: &Path,
        staged: StagedDeck,
        at: usize,
    ) -> Result<Begun, DeckError> {
        let KeptImport {
            id, kind, password, ..
        } = staged.import.clone();
        let opening = self.opening(&id);
        let _first = opening.lock().await;
        let keeper = Keeper::new(self.store.clone());
        let begun = self.with_begun(|begun| {
            let reading = begun.get(&id)?;
            Some((reading.deck.clone(), reading.awaited.clone()))
        });
        let known = match begun {
            Some(_) => None,
            None => keeper.stored(&id).await?,
        };
        let there = |deck, awaited| {
            Ok(Begun {
                deck,
                warnings: Vec::new(),
                rest: None,
                awaited,
            })
        };
        // A deck with unread parts is read on.
        let whole = known.clone().filter(Deck::is_whole);
        let may_be_sharper = kind.may_be_vector();
        let is_done = whole
            .clone()
            .filter(|deck| !may_be_sharper || is_sharp(deck));
        let awaited = || Awaited::new(keeper.claim());
        if let Some((deck, awaited)) = begun.or(is_done.map(|deck| (deck, awaited()))) {
            return there(deck, awaited);
        }
        let refused = |words: String| DeckError::Refused(path.to_owned(), words);
        let wanted = self.pool.want();
        let keeping = staged.directory.path().to_owned();
        let StagedDeck {
            directory,
            import: kept,
        } = staged;
        let (pool, word) = (self.pool.clone(), password.as_deref());
        let opened = match self.unpacked(&keeping, &kept).await {
            Ok(kind) => Import::open_by(kept.by, pool, directory, kind, word)
                .await
                .map_err(|error| not_opened(path, &error)),
            Err(UnpackError::Disk(error)) => Err(DeckError::Media(error)),
            Err(UnpackError::NoRoom) => Err(DeckError::NoRoom(self.staging.room().reserve())),
            Err(UnpackError::Reader(reason)) => Err(refused(ImportError(reason).to_string())),
        };
        let (import, outline) = match (opened, whole.clone()) {
            (Ok(opened), _) => opened,
            (Err(_), Some(deck)) => return there(deck, awaited()),
            (Err(error), None) => return Err(error),
        };
        let any_size = outline.any_size;
        if let Some(deck) = whole.clone().filter(|_| !any_size) {
            return there(deck, awaited());
        }
        let mut growing = Growing::new(id.clone(), kept.name.clone(), outline);
        let resumed = known.is_some_and(|known| growing.resume(&known));
        let first = if resumed {
            None
        } else {
            let first = self.read_first(&import, &mut growing, &keeper, at).await?;
            first.map_err(|error| refused(error.to_string()))?
        };
        let deck = match whole {
            Some(deck) if resumed => deck,
            _ => growing.deck()?,
        };
        let done = spawn_blocking(move || keep(&keeping, &kept)).await;
        done.map_err(io::Error::other)??;
        let awaited = awaited();
        let begun_import = BegunImport {
            deck: deck.clone(),
            awaited: awaited.clone(),
        };
        self.with_begun(|begun| begun.insert(id.clone(), begun_import));
        Ok(Begun {
            deck,
            warnings: std::mem::take(&mut growing.warnings),
            rest: Some(Rest {
                import: Arc::new(import),
                growing,
                widths: if any_size { &AT_FIRST } else { &WIDTHS },
                first,
                any_size,
                wanted,
                keeper,
                room: self.staging.room().clone(),
                under_way: UnderWay {
                    decks: self.clone(),
                    id,
                    awaited: awaited.clone(),
                },
            }),
            awaited,
        })
    }

    /// Unpacks the folder's archive, if it is one. Returns the kind of the deck that is in the folder
    /// afterwards.
    async fn unpacked(&self, folder: &Path, import: &KeptImport) -> Result<Kind, UnpackError> {
        if !import.kind.is_archive() {
            return Ok(import.kind);
        }
        let read = folder.to_owned();
        let manifest = spawn_blocking(move || Manifest::read(&read)).await;
        let manifest = manifest.map_err(io::Error::other)??;
        // It was unpacked before a restart.
        if let Some(kind) = manifest.unpacked {
            return Ok(kind);
        }
        let (folder, room) = (folder.to_owned(), self.staging.room().clone());
        let unpacked = unpack(&self.pool, import.by, folder.clone(), import.kind, room).await?;
        let kind = unpacked.content.kind;
        spawn_blocking(move || manifest.replaced_by(unpacked.files, unpacked.content, &folder))
            .await
            .map_err(io::Error::other)??;
        Ok(kind)
    }

    /// Reads until something can be shown. Returns the page that was read in the first widths only, or
    /// the first error when there is nothing to show.
    async fn read_first(
        &self,
        import: &Import,
        growing: &mut Growing,
        keeper: &Keeper,
        at: usize,
    ) -> Result<Result<Option<u32>, PageError>, DeckError> {
        let mut failed = None;
        let mut is_shown = false;
        while let Some(page) = growing.next_page(at) {
            match read(import, page, &FIRST, keeper).await? {
                Ok(read) => {
                    let is_picture = matches!(read.look, Look::Picture(_));
                    growing.take(page, read);
                    if is_picture {
                        return Ok(Ok(Some(page)));
                    }
                    // The steps of HTML are known only after rendering, which is fast: all pages are
                    // read.
                    is_shown = true;
                }
                Err(error) => {
                    growing.give_up(page, &error);
                    failed.get_or_insert(error);
                }
            }
        }
        if let (false, Some(error)) = (is_shown, failed) {
            return Ok(Err(error));
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE
            && let Some(name) = growing.next_picture_of(at)
        {
            match shown_inside(import, &name, keeper).await? {
                Ok(shown) => drop(growing.take_picture(&name, shown)),
                Err(reason) => growing.give_up_picture(&name, &reason),
            }
        }
        Ok(Ok(None))
    }

    fn opening(&self, id: &DeckId) -> Arc<OpeningLock> {
        let mut all = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, opening| opening.strong_count() > 0);
        let there = all.get(id).and_then(Weak::upgrade);
        there.unwrap_or_else(|| {
            let opening = Arc::default();
            all.insert(id.clone(), Arc::downgrade(&opening));
            opening
        })
    }

    fn with_begun<T>(&self, work: impl FnOnce(&mut HashMap<DeckId, BegunImport>) -> T) -> T {
        // No code panics while it holds this lock.
        work(&mut self.begun.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Removes an import from the list, unless another import of the same deck has begun.
fn forget(begun: &mut HashMap<DeckId, BegunImport>, id: &DeckId, awaited: &Weak<()>) {
    let own = |import: &BegunImport| import.awaited.weak().ptr_eq(awaited);
    if begun.get(id).is_some_and(own) {
        begun.remove(id);
    }
}

/// The id of a deck that was opened with a password, so that only the same password finds it. Holds for
/// every kind: an archive may contain a protected file.
fn opened_with(id: &DeckId, password: &str) -> DeckId {
    let mut hash = Sha256::new();
    for part in [id.as_str(), password] {
        hash.update(part);
        hash.update([0]);
    }
    DeckId::new(short_name(&hash.finalize()))
}

/// Why a deck was not opened.
fn not_opened(path: &Path, error: &ImportError) -> DeckError {
    match &error.0 {
        Reason::Source(why @ (SourceError::NeedsPassword | SourceError::WrongPassword)) => {
            DeckError::Locked(path.to_owned(), why.clone())
        }
        _ => DeckError::Refused(path.to_owned(), error.to_string()),
    }
}
