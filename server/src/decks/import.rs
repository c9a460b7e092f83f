//! An import: its first slide at once, the others in the order of need.

use super::{
    DeckError,
    growing::{Growing, Read, picture, written},
    limits::DeckLimits,
    source::Warning,
    staging::{Staged, Staging},
    worker::{
        Import, PageError, Pool,
        protocol::{FaceParts, PageParts},
    },
};
use crate::store::Store;
use app::deck::{Deck, DeckId};
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::{JoinSet, spawn_blocking};

/// What is made of a page: for a projector, a laptop, a phone. Pictures that are sharp enough get
/// a size for 4K screens too; a PDF would take four times as long for it.
const WIDTHS: [u32; 3] = [640, 1_280, 1_920];
const WIDEST: [u32; 4] = [640, 1_280, 1_920, 3_840];

/// What the first slide is shown with, until there is time for the rest.
const FIRST: [u32; 1] = [1_920];

/// A picture within a Markdown slide.
const INSIDE: [u32; 1] = [1_920];

/// Reads decks. A cheap handle.
#[derive(Clone)]
pub struct Decks {
    pool: Arc<Pool>,
    store: Arc<dyn Store>,
    staging: Arc<Staging>,
    /// Decks that are being read: one that is given twice is read once.
    begun: Arc<Mutex<HashMap<DeckId, Deck>>>,
}

/// A deck that can be shown.
pub struct Begun {
    pub deck: Deck,
    /// Sentences for the person, each naming what was left out.
    pub warnings: Vec<String>,
    /// What is still to be read; nothing when the deck is known, or is being read already.
    pub rest: Option<Rest>,
}

/// The rest of an import.
pub struct Rest {
    import: Arc<Import>,
    growing: Growing,
    widths: &'static [u32],
    /// The page that was made in one size only.
    first: u32,
    decks: Decks,
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
            staging: Arc::new(
                Staging::in_data(data, limits.bytes()).map_err(DeckError::NoWorkers)?,
            ),
            begun: Arc::default(),
        })
    }

    /// Opens the deck at `path` and reads its first slide. One that was imported before is there
    /// at once.
    ///
    /// # Errors
    /// When there is nothing to show; the sentence says why and what to do.
    pub async fn begin(&self, path: &Path, password: Option<&str>) -> Result<Begun, DeckError> {
        let (staging, from) = (self.staging.clone(), path.to_owned());
        let staged = spawn_blocking(move || staging.stage(&from)).await;
        let Staged {
            directory,
            kind,
            id,
            name,
        } = staged.map_err(io::Error::other)??;
        let begun = self.with_begun(|begun| begun.get(&id).cloned());
        let known = match begun {
            Some(deck) => Some(deck),
            None => self.store.deck(&id)?,
        };
        if let Some(deck) = known {
            return Ok(Begun {
                deck,
                warnings: Vec::new(),
                rest: None,
            });
        }
        let refused = |words: String| DeckError::Refused(path.to_owned(), words);
        let opened = Import::open(self.pool.clone(), directory, kind, password).await;
        let (import, outline) = opened.map_err(|error| refused(error.to_string()))?;
        let import = Arc::new(import);
        let mut growing = Growing::new(id.clone(), name, outline);
        let widths: &[u32] = if kind == "pdf" { &WIDTHS } else { &WIDEST };
        // Steps of HTML are known only once it is written, and it is written in no time.
        let mut wanted = 1;
        let mut shown = 0;
        let mut first = 0;
        let mut failed = None;
        while shown < wanted {
            let Some(page) = growing.wanted(0, growing.done()) else {
                break;
            };
            match read(&import, page, &FIRST, &self.store).await? {
                Ok(read) => {
                    if read.steps.is_some() {
                        wanted = growing.pages();
                    }
                    growing.take(page, read);
                    (first, shown) = (page, shown + 1);
                }
                Err(error) => {
                    growing.give_up(page, &error);
                    failed.get_or_insert(error);
                }
            }
        }
        // What is wrong with the first one tells more than that others were not tried.
        if let (0, Some(error)) = (shown, failed) {
            return Err(refused(error.to_string()));
        }
        let deck = growing.deck()?;
        self.with_begun(|begun| begun.insert(id, deck.clone()));
        Ok(Begun {
            deck,
            warnings: std::mem::take(&mut growing.warnings),
            rest: Some(Rest {
                import,
                growing,
                widths,
                first,
                decks: self.clone(),
            }),
        })
    }

    fn with_begun<T>(&self, work: impl FnOnce(&mut HashMap<DeckId, Deck>) -> T) -> T {
        // Nothing panics while it holds this.
        work(&mut self.begun.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Rest {
    /// Reads what is missing, and tells of the deck each time that there is more of it. `at` says
    /// which slide (from 0) is needed next. The deck is stored when it is whole.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn read(
        mut self,
        at: impl Fn() -> usize,
        mut tell: impl FnMut(Deck),
    ) -> Result<Vec<String>, DeckError> {
        let store = self.decks.store.clone();
        let mut taken = self.growing.done().to_vec();
        let mut reading = JoinSet::new();
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        loop {
            while reading.len() < most {
                let Some(page) = self.growing.wanted(at(), &taken) else {
                    break;
                };
                mark(&mut taken, page);
                let (import, widths) = (self.import.clone(), self.widths);
                let store = store.clone();
                reading.spawn(async move { (page, read(&import, page, widths, &store).await) });
            }
            let Some(read) = reading.join_next().await else {
                break;
            };
            let (page, read) = read.map_err(io::Error::other)?;
            match read? {
                Ok(read) => self.growing.take(page, read),
                Err(error) => self.growing.give_up(page, &error),
            }
            tell(self.growing.deck()?);
        }
        if let Ok(read) = read(&self.import, self.first, self.widths, &store).await? {
            let warnings = Vec::new(); // They were said with the first one.
            self.growing.take(self.first, Read { warnings, ..read });
        }
        let deck = self.growing.deck()?;
        let kept = deck.clone();
        spawn_blocking(move || store.put_deck(&kept))
            .await
            .map_err(io::Error::other)??;
        self.decks.with_begun(|begun| begun.remove(&deck.id));
        tell(deck);
        Ok(self.growing.into_warnings())
    }
}

fn mark(taken: &mut [bool], page: u32) {
    let place = usize::try_from(page).ok();
    if let Some(taken) = place.and_then(|place| taken.get_mut(place)) {
        *taken = true;
    }
}

/// One page, and the pictures that its HTML shows.
///
/// # Errors
/// When its pictures can't be kept. A page that can't be read is no such error.
async fn read(
    import: &Import,
    page: u32,
    widths: &[u32],
    store: &Arc<dyn Store>,
) -> io::Result<Result<Read, PageError>> {
    let PageParts {
        title,
        text,
        notes,
        links,
        face,
        mut warnings,
    } = match import.page(page, widths).await {
        Ok(parts) => parts,
        Err(error) => return Ok(Err(error)),
    };
    // A picture is written through to the disk, which is not for a thread that carries taps.
    let keep = async |face, links| {
        let store = store.clone();
        let kept = spawn_blocking(move || picture(face, links, store.as_ref()));
        kept.await.map_err(io::Error::other)?
    };
    let (face, steps) = match face {
        FaceParts::Pictures { .. } => (keep(face, links).await?, None),
        FaceParts::Html(html) => {
            let mut pictures = HashMap::new();
            for name in &html.files {
                match import.picture(name, &INSIDE).await {
                    Ok(parts) => {
                        let face = keep(parts.face, Vec::new()).await?;
                        pictures.insert(name.clone(), face);
                    }
                    Err(reason) => warnings.push(Warning {
                        line: None,
                        page: Some(page),
                        reason: format!("the picture {name} {reason}"),
                    }),
                }
            }
            (written(&html, &pictures), Some(html.steps))
        }
    };
    Ok(Ok(Read {
        title,
        text,
        notes,
        face,
        steps,
        warnings,
    }))
}
