//! An import: its first slide at once, the others in the order of need.

use super::{
    DeckError,
    growing::{Growing, picture},
    source::Html,
    staging::{Staged, stage},
    worker::{Import, Limits, PageError, Pool, Reason, protocol::FaceParts, protocol::PageParts},
};
use crate::store::Store;
use app::deck::{Deck, Face};
use std::{collections::HashMap, path::Path, sync::Arc};
use tokio::task::JoinSet;

/// What is made of a page: for a projector, a laptop, a phone. Pictures that are sharp enough get
/// a size for 4K screens too; a PDF would take four times as long for it.
const WIDTHS: [u32; 3] = [640, 1_280, 1_920];
const WIDEST: [u32; 4] = [640, 1_280, 1_920, 3_840];

/// What the first slide is shown with, until there is time for the rest.
const FIRST: [u32; 1] = [1_920];

/// A picture within a Markdown slide.
const INSIDE: [u32; 1] = [1_920];

/// After so many pages in a row that took too much, the rest is not tried: a hostile deck costs
/// half a minute, not its number of pages times ten seconds.
const PATIENCE: usize = 2;

/// Reads decks. A cheap handle.
#[derive(Clone)]
pub struct Decks {
    pool: Arc<Pool>,
    store: Arc<dyn Store>,
}

/// A deck that can be shown.
pub struct Begun {
    pub deck: Deck,
    /// Sentences for the person, each naming what was left out.
    pub warnings: Vec<String>,
    /// What is still to be read; nothing when the deck was known.
    pub rest: Option<Rest>,
}

/// The rest of an import.
pub struct Rest {
    import: Arc<Import>,
    growing: Growing,
    widths: &'static [u32],
    /// The page that was made in one size only.
    first: u32,
    store: Arc<dyn Store>,
}

impl Decks {
    /// Must be called in a runtime.
    ///
    /// # Errors
    /// When no workers can be started.
    pub fn new(store: Arc<dyn Store>) -> Result<Self, DeckError> {
        let pool = Pool::new(Limits::default()).map_err(DeckError::NoWorkers)?;
        Ok(Self {
            pool: Arc::new(pool),
            store,
        })
    }

    /// Opens the deck at `path` and reads its first slide. One that was imported before is there
    /// at once.
    ///
    /// # Errors
    /// When there is nothing to show; the sentence says why and what to do.
    pub async fn begin(&self, path: &Path, password: Option<&str>) -> Result<Begun, DeckError> {
        let from = path.to_owned();
        let staged = tokio::task::spawn_blocking(move || stage(&from)).await;
        let Staged {
            directory,
            kind,
            id,
            name,
        } = staged.map_err(std::io::Error::other)??;
        if let Some(deck) = self.store.deck(&id)? {
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
        let mut growing = Growing::new(id, name, outline);
        let widths: &[u32] = if kind == "pdf" { &WIDTHS } else { &WIDEST };
        // Steps of HTML are known only once it is written, and it is written in no time.
        let mut wanted = 1;
        let mut shown = 0;
        let mut failed = 0;
        let mut first = 0;
        while shown < wanted {
            let Some(page) = growing.wanted(0, growing.done()) else {
                break;
            };
            match read(&import, page, &FIRST, &*self.store).await {
                Ok((parts, pictures)) => {
                    if matches!(parts.face, FaceParts::Html(_)) {
                        wanted = growing.pages();
                    }
                    growing.take(page, parts, &pictures, &*self.store)?;
                    (first, shown, failed) = (page, shown + 1, 0);
                }
                Err(error) => {
                    growing.give_up(page, &error);
                    failed += 1;
                    let none = growing.wanted(0, growing.done()).is_none();
                    if (failed >= PATIENCE || none) && shown == 0 {
                        return Err(refused(error.to_string()));
                    }
                }
            }
        }
        let deck = growing.deck()?;
        Ok(Begun {
            deck,
            warnings: std::mem::take(&mut growing.warnings),
            rest: Some(Rest {
                import,
                growing,
                widths,
                first,
                store: self.store.clone(),
            }),
        })
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
        let mut taken = self.growing.done().to_vec();
        let mut reading = JoinSet::new();
        let mut failed = 0;
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        loop {
            while reading.len() < most && failed < PATIENCE {
                let Some(page) = self.growing.wanted(at(), &taken) else {
                    break;
                };
                mark(&mut taken, page);
                let (import, widths) = (self.import.clone(), self.widths);
                let store = self.store.clone();
                reading.spawn(async move { (page, read(&import, page, widths, &*store).await) });
            }
            let Some(read) = reading.join_next().await else {
                break;
            };
            let (page, read) = read.map_err(std::io::Error::other)?;
            self.take(page, read, &mut failed)?;
            tell(self.growing.deck()?);
        }
        // What was not tried any more.
        while let Some(page) = self.growing.wanted(0, self.growing.done()) {
            let reason = Reason::Ended;
            let page_error = PageError {
                page: page.saturating_add(1),
                reason,
            };
            self.growing.give_up(page, &page_error);
        }
        let first = read(&self.import, self.first, self.widths, &*self.store).await;
        if let Ok((parts, pictures)) = first {
            let told = self.growing.warnings.len();
            self.growing
                .take(self.first, parts, &pictures, &*self.store)?;
            // They were said with the first one.
            self.growing.warnings.truncate(told);
        }
        let deck = self.growing.deck()?;
        let (store, kept) = (self.store.clone(), deck.clone());
        tokio::task::spawn_blocking(move || store.put_deck(&kept))
            .await
            .map_err(std::io::Error::other)??;
        tell(deck);
        Ok(self.growing.warnings)
    }

    fn take(
        &mut self,
        page: u32,
        read: Result<(PageParts, HashMap<String, Face>), PageError>,
        failed: &mut usize,
    ) -> Result<(), DeckError> {
        match read {
            Ok((parts, pictures)) => {
                *failed = 0;
                self.growing.take(page, parts, &pictures, &*self.store)?;
            }
            Err(error) => {
                let is_costly = matches!(
                    error.reason,
                    Reason::Time(_) | Reason::Memory(_) | Reason::AllMemory | Reason::Processor
                );
                *failed = if is_costly { *failed + 1 } else { 0 };
                self.growing.give_up(page, &error);
            }
        }
        Ok(())
    }
}

fn mark(taken: &mut [bool], page: u32) {
    let place = usize::try_from(page).ok();
    if let Some(taken) = place.and_then(|place| taken.get_mut(place)) {
        *taken = true;
    }
}

/// One page, and the pictures that its HTML shows.
async fn read(
    import: &Import,
    page: u32,
    widths: &[u32],
    store: &dyn Store,
) -> Result<(PageParts, HashMap<String, Face>), PageError> {
    let mut parts = import.page(page, widths).await?;
    let mut pictures = HashMap::new();
    if let FaceParts::Html(Html { files, .. }) = &parts.face {
        for name in files.clone() {
            let read = import.picture(&name, &INSIDE).await;
            let kept = read
                .map_err(|reason| reason.to_string())
                .and_then(|it| picture(it.face, Vec::new(), store).map_err(|e| e.to_string()));
            match kept {
                Ok(face) => drop(pictures.insert(name, face)),
                Err(reason) => parts.warnings.push(super::source::Warning {
                    line: None,
                    page: Some(page),
                    reason: format!("the picture {name} {reason}"),
                }),
            }
        }
    }
    Ok((parts, pictures))
}
