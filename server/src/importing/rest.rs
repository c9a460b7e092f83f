//! Runs the rest of an import while its deck is shown.

use super::{
    DeckError, Decks,
    faces::picture,
    free_space::FreeSpace,
    growing::{Growing, Look, Read, StoredPicture},
    import::Awaited,
    keeper::Keeper,
    sharpening::Sharpening,
    workers::{Import, Need, PageError, Reason, Wanted},
};
use crate::talks::Remark;
use model::deck::{Deck, DeckId, Picture};
use reading::worker::{
    check::Nonsense,
    protocol::{FaceParts, PageParts},
};
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::{JoinSet, spawn_blocking};

/// Widths of a picture within a Markdown slide.
const INSIDE: [u32; 4] = [640, 1_280, 1_920, 3_840];

/// How often progress is published if no viewer waits for it. A deck is always published as a whole: to
/// publish a deck of 2,000 pages after each page would keep the async workers busy.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How often progress is stored. A restart repeats at most this much of an import.
const STORE_EVERY: Duration = Duration::from_secs(10);

pub struct Rest {
    pub(super) import: Arc<Import>,
    pub(super) growing: Growing,
    pub(super) widths: &'static [u32],
    /// The page that was read in the first widths only.
    pub(super) first: Option<u32>,
    /// Whether it can be rendered larger than `widths`.
    pub(super) any_size: bool,
    pub(super) wanted: Wanted,
    pub(super) keeper: Keeper,
    pub(super) room: FreeSpace,
    pub(super) under_way: UnderWay,
}

/// Marks a deck as being imported. When it is dropped, the deck may be imported again.
pub struct UnderWay {
    pub(super) decks: Decks,
    pub(super) id: DeckId,
    pub(super) awaited: Awaited,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.decks.stop_reading(&self.id, &self.awaited);
    }
}

/// The result of a request to a reader.
enum Done {
    Page(u32, Result<Read, PageError>),
    Picture(String, Result<StoredPicture, Reason>),
}

/// Progress of an import.
pub enum Progress<'a> {
    /// More slides can be shown, with warnings about them.
    Grown(&'a [Remark]),
    /// The import pauses, for this reason.
    Waits(String),
    GoesOn,
}

impl Rest {
    pub const fn deck(&self) -> &DeckId {
        &self.under_way.id
    }

    /// Completes when no talk shows the deck or is about to. The caller then drops this.
    pub fn until_unwanted<F: Fn() -> bool>(
        &self,
        is_shown: F,
    ) -> impl Future<Output = ()> + use<F> {
        let (decks, id) = (self.under_way.decks.clone(), self.under_way.id.clone());
        // Otherwise its own lease would count as one.
        let awaited = self.under_way.awaited.weak();
        async move { decks.until_unwanted(&id, &awaited, is_shown).await }
    }

    /// Reads the missing pages and pictures, and calls `tell` with the progress. `at` returns the slide
    /// (from 0) that is needed next. Stores the deck when it is complete. Returns all warnings, and the
    /// sharpening that may follow.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn read(
        mut self,
        at: impl Fn() -> usize,
        mut tell: impl FnMut(Deck, Progress<'_>),
    ) -> Result<(Vec<Remark>, Option<Sharpening>), DeckError> {
        let keeper = self.keeper.clone();
        self.import.needs(Need::Page);
        let mut reading = JoinSet::new();
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        let mut told = Instant::now();
        let (mut said, mut stored) = (0, Instant::now());
        loop {
            let deck = self.growing.deck()?;
            let waited = self.room.wait(|words| tell(deck, Progress::Waits(words)));
            if waited.await {
                tell(self.growing.deck()?, Progress::GoesOn);
            }
            while reading.len() < most {
                let (import, keeper, widths) = (self.import.clone(), keeper.clone(), self.widths);
                if let Some(page) = self.growing.next_page(at()) {
                    reading.spawn(async move {
                        Ok(Done::Page(
                            page,
                            read(&import, page, widths, &keeper).await?,
                        ))
                    });
                } else if let Some(name) = self.growing.next_picture(at()) {
                    reading.spawn(async move {
                        let shown = shown_inside(&import, &name, &keeper).await?;
                        Ok(Done::Picture(name, shown))
                    });
                } else {
                    break;
                }
            }
            let Some(done) = reading.join_next().await else {
                break;
            };
            let done: io::Result<Done> = done.map_err(io::Error::other)?;
            let shows = self.take(done?);
            // The next slide is fetched ahead.
            let near = at()..at().saturating_add(2);
            if shows.iter().any(|slide| near.contains(slide)) || told.elapsed() > TELL_EVERY {
                let warnings = self.growing.warnings.get(said..).unwrap_or_default();
                tell(self.growing.deck()?, Progress::Grown(warnings));
                said = self.growing.warnings.len();
                told = Instant::now();
            }
            if stored.elapsed() > STORE_EVERY {
                keeper.put(self.growing.deck()?).await?;
                stored = Instant::now();
            }
        }
        if let Some(first) = self.first
            && let Ok(read) = read(&self.import, first, self.widths, &keeper).await?
        {
            let warnings = Vec::new(); // They were said with the first one.
            self.growing.take(first, Read { warnings, ..read });
        }
        drop(self.wanted);
        let deck = self.growing.finished()?;
        let warnings = std::mem::take(&mut self.growing.warnings);
        keeper.put(deck.clone()).await?;
        let sharpening = if self.any_size {
            // An import of the same deck returns this one.
            self.under_way.decks.has_come_to(deck.clone());
            Sharpening::new(self.import, self.growing, keeper, self.room, self.under_way)
        } else {
            drop(self.under_way);
            None
        };
        tell(
            deck,
            Progress::Grown(warnings.get(said..).unwrap_or_default()),
        );
        Ok((warnings, sharpening))
    }

    /// The indices of the slides that have changed.
    fn take(&mut self, done: Done) -> Vec<usize> {
        let pages = match done {
            Done::Page(page, read) => {
                match read {
                    Ok(read) => self.growing.take(page, read),
                    Err(error) => self.growing.give_up(page, &error),
                }
                vec![page]
            }
            Done::Picture(name, Ok(shown)) => self.growing.take_picture(&name, shown),
            Done::Picture(name, Err(reason)) => {
                self.growing.give_up_picture(&name, &reason);
                Vec::new()
            }
        };
        let slides = pages
            .into_iter()
            .filter_map(|page| self.growing.slide_of(page));
        slides.collect()
    }
}

/// Reads a page and stores its picture.
///
/// # Errors
/// When the picture can't be stored. The inner error is about a page that can't be read.
pub async fn read(
    import: &Import,
    page: u32,
    widths: &[u32],
    keeper: &Keeper,
) -> io::Result<Result<Read, PageError>> {
    let PageParts {
        title,
        text,
        notes,
        links,
        face,
        warnings,
    } = match import.page(page, widths).await {
        Ok(parts) => parts,
        Err(error) => return Ok(Err(error)),
    };
    let look = match face {
        FaceParts::Html(html) => Look::Html(html),
        pictures @ FaceParts::Pictures { .. } => match kept(pictures, keeper).await? {
            Ok(picture) => Look::Picture(picture),
            Err(nonsense) => {
                let (page, reason) = (page.saturating_add(1), nonsense.into());
                return Ok(Err(PageError { page, reason }));
            }
        },
    };
    Ok(Ok(Read {
        title,
        text,
        notes,
        links,
        look,
        warnings,
    }))
}

/// Reads a picture of HTML and stores it.
///
/// # Errors
/// As [`read`].
pub async fn shown_inside(
    import: &Import,
    name: &str,
    keeper: &Keeper,
) -> io::Result<Result<StoredPicture, Reason>> {
    let parts = match import.picture(name, &INSIDE).await {
        Ok(parts) => parts,
        Err(reason) => return Ok(Err(reason)),
    };
    let kept = kept(parts.face, keeper).await?;
    let warnings = parts.warnings;
    let shown = kept.map(|picture| StoredPicture { picture, warnings });
    Ok(shown.map_err(Reason::from))
}

/// Stores a picture's files. Their hashes are computed on a thread that may block.
async fn kept(parts: FaceParts, keeper: &Keeper) -> io::Result<Result<Picture, Nonsense>> {
    let named = spawn_blocking(move || picture(parts)).await;
    let (picture, files) = match named.map_err(io::Error::other)? {
        Ok(named) => named,
        Err(nonsense) => return Ok(Err(nonsense)),
    };
    for (name, content) in files {
        keeper.put_media(&name, content).await?;
    }
    Ok(Ok(picture))
}
