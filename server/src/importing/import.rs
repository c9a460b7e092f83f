//! An import: its first slide at once, the others in the order of need.

use super::{
    DeckError,
    growing::{Growing, Look},
    keeper::Keeper,
    limits::DeckLimits,
    readers::{BroughtBy, Import, ImportError, PageError, Pool, UnpackError, unpack},
    rest::{Rest, UnderWay, read, shown_inside},
    sharpening::is_sharp,
    staging::{Interrupted, KeptImport, Staged, Staging, keep, short_name},
};
use crate::store::{Claim, Store};
use model::deck::{Deck, DeckId};
use reading::{kind::Kind, manifest::Manifest, worker::protocol::Confinement};
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

/// What is made of a page: for a projector, a laptop, a phone. Pictures that are sharp enough get
/// a size for 4K screens too.
const WIDTHS: [u32; 4] = [640, 1_280, 1_920, 3_840];

/// A PDF is sharp in any size, and the largest takes three times as long as all others together: it
/// comes once the deck is whole ([`Sharpening`](super::Sharpening)).
const AT_FIRST: [u32; 3] = [640, 1_280, 1_920];

/// What the first slide is shown with, until there is time for the rest: on a screen, and where the
/// host watches the import.
const FIRST: [u32; 2] = [640, 1_920];

/// How long the first slide waits for the pictures in its HTML; what comes later is put in.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads decks. A cheap handle.
#[derive(Clone)]
pub struct Decks {
    pool: Arc<Pool>,
    store: Arc<dyn Store>,
    staging: Arc<Staging>,
    /// Decks that are being read: one that is given twice is read once.
    begun: Arc<Mutex<HashMap<DeckId, Reading>>>,
    /// Decks whose first slide is being read. Who brings the same one waits for it.
    opening: Arc<Mutex<HashMap<DeckId, Weak<Opening>>>>,
}

type Opening = tokio::sync::Mutex<()>;

/// A deck that is being read.
struct Reading {
    deck: Deck,
    awaited: Awaited,
}

/// While it is held, the import of a deck goes on although no talk shows it yet, and what is in the
/// store for the deck stays.
#[derive(Clone)]
pub struct Awaited {
    awaiting: Arc<()>,
    _claim: Arc<Claim>,
}

impl Awaited {
    pub fn new(claim: Arc<Claim>) -> Self {
        Self {
            awaiting: Arc::default(),
            _claim: claim,
        }
    }

    /// Names it without holding it.
    pub fn weak(&self) -> Weak<()> {
        Arc::downgrade(&self.awaiting)
    }
}

/// How often it is looked whether a deck that is being read is shown by anybody.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A deck that can be shown.
pub struct Begun {
    pub deck: Deck,
    /// Sentences for the person, each naming what was left out.
    pub warnings: Vec<String>,
    /// What is still to be read; nothing when the deck is known, or is being read already.
    pub rest: Option<Rest>,
    /// To be held until a talk shows the deck.
    pub awaited: Awaited,
}

impl Decks {
    /// Must be called in a runtime, by the one process that has the `data` directory.
    ///
    /// # Errors
    /// When no workers can be started, or they can have no folder.
    pub fn new(store: Arc<dyn Store>, data: &Path, limits: &DeckLimits) -> Result<Self, DeckError> {
        let pool = Pool::new(limits.of_workers()).map_err(DeckError::NoWorkers)?;
        Ok(Self {
            pool: Arc::new(pool),
            store,
            staging: Arc::new(Staging::in_data(data, limits).map_err(DeckError::NoWorkers)?),
            begun: Arc::default(),
            opening: Arc::default(),
        })
    }

    /// What this system lets a process that reads decks take from itself.
    ///
    /// # Errors
    /// When no such process can be started.
    pub async fn confinement(&self) -> Result<Confinement, DeckError> {
        let nothing = TempDir::new().map_err(DeckError::NoWorkers)?;
        let told = self.pool.confinement(nothing.path()).await;
        told.map_err(DeckError::NoWorkers)
    }

    /// Opens the deck at `path` and reads its first slide. One that was imported before is there
    /// at once.
    ///
    /// # Errors
    /// When there is nothing to show; the sentence says why and what to do.
    pub async fn begin(&self, path: &Path, password: Option<&str>) -> Result<Begun, DeckError> {
        self.begin_at(path, password, BroughtBy::Host, 0).await
    }

    /// The imports that an earlier server did not come to the end of, but for those that were begun
    /// since. To be asked once.
    pub fn interrupted(&self) -> Vec<Interrupted> {
        let all = self.staging.interrupted();
        self.with_begun(|begun| {
            let all = all.into_iter();
            all.filter(|it| !begun.contains_key(&it.import.id))
                .collect()
        })
    }

    /// Goes on with one of them, for a talk that is at this slide, from 0.
    ///
    /// # Errors
    /// As `begin`.
    pub async fn resume(&self, interrupted: Interrupted, at: usize) -> Result<Begun, DeckError> {
        let path = PathBuf::from(&interrupted.import.name);
        let staged = spawn_blocking(move || interrupted.take_up()).await;
        let staged = staged.map_err(io::Error::other)??;
        self.begin_staged(&path, staged, at).await
    }

    /// Whether a deck is being read just now.
    pub fn are_reading(&self, id: &DeckId) -> bool {
        self.with_begun(|begun| begun.contains_key(id))
    }

    /// Keeps the import of a deck going, if there is one, for somebody who is about to show it.
    pub fn awaited(&self, id: &DeckId) -> Option<Awaited> {
        self.with_begun(|begun| begun.get(id).map(|reading| reading.awaited.clone()))
    }

    /// Bytes that uploads and imports may still take of the disk.
    ///
    /// # Errors
    /// When there are none.
    pub fn room(&self) -> Result<u64, DeckError> {
        let room = self.staging.room();
        match room.left() {
            0 => Err(DeckError::NoRoom(room.reserve())),
            left => Ok(left),
        }
    }

    /// The server ends: what is being read now is gone on with at the next start.
    pub fn end(&self) {
        self.pool.end();
    }

    /// Completes when nobody shows the deck, nor is about to. From then on it may be begun again.
    pub(super) async fn until_unwanted(
        &self,
        id: &DeckId,
        awaited: &Weak<()>,
        is_shown: impl Fn() -> bool,
    ) {
        loop {
            sleep(LOOK_EVERY).await;
            let is_wanted = self.with_begun(|begun| {
                // The import holds it, and the list of what is being read.
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

    /// The same for a talk that is at this slide, from 0.
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

    /// `path` is what the person calls it.
    async fn begin_staged(
        &self,
        path: &Path,
        staged: Staged,
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
        // One of which a part could not be read is tried again, from where it came to.
        let whole = known.clone().filter(Deck::is_whole);
        // What a zip has in it is known only once it is opened.
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
        let Staged {
            directory,
            import: kept,
        } = staged;
        let (pool, word) = (self.pool.clone(), password.as_deref());
        let opened = match self.unpacked(&keeping, &kept).await {
            Ok(kind) => Import::open_by(kept.by, pool, directory, kind, word)
                .await
                .map_err(|error| refused(error.to_string())),
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
        let reading = Reading {
            deck: deck.clone(),
            awaited: awaited.clone(),
        };
        self.with_begun(|begun| begun.insert(id.clone(), reading));
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
        // Before a restart.
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

    /// Reads until something can be shown. The page that was made in one size for that; what is
    /// wrong with the first one, when there is nothing to show.
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
                    // Steps of HTML are known only once it is written, and it is written in no
                    // time: all of it.
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

    fn opening(&self, id: &DeckId) -> Arc<Opening> {
        let mut all = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, opening| opening.strong_count() > 0);
        let there = all.get(id).and_then(Weak::upgrade);
        there.unwrap_or_else(|| {
            let opening = Arc::default();
            all.insert(id.clone(), Arc::downgrade(&opening));
            opening
        })
    }

    fn with_begun<T>(&self, work: impl FnOnce(&mut HashMap<DeckId, Reading>) -> T) -> T {
        // Nothing panics while it holds this.
        work(&mut self.begun.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Another import of the same deck may have begun since.
fn forget(begun: &mut HashMap<DeckId, Reading>, id: &DeckId, awaited: &Weak<()>) {
    let own = |reading: &Reading| reading.awaited.weak().ptr_eq(awaited);
    if begun.get(id).is_some_and(own) {
        begun.remove(id);
    }
}

/// What was read with a password is found with the same one only, of any kind of source: what is
/// protected may lie in an archive.
fn opened_with(id: &DeckId, password: &str) -> DeckId {
    let mut hash = Sha256::new();
    for part in [id.as_str(), password] {
        hash.update(part);
        hash.update([0]);
    }
    DeckId::new(short_name(&hash.finalize()))
}
