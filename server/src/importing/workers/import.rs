//! A deck that is read by workers: opened once, then read page by page in the order of need.

use super::{
    budget::Budget,
    pool::{Outcome, Pool},
    process::End,
    schedule::{BroughtBy, Guest, Need, Seat, Turn, Worker},
};
use reading::{
    kind::Kind,
    source::{Outline, SourceError},
    worker::{
        check::{self, Nonsense},
        protocol::{Answer, FaceParts, PageParts, Request},
    },
};
use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// An open deck. Dropping it kills its workers and removes its folder.
pub struct Import {
    deck: OpenDeck,
    pages: u32,
    /// Limits the deck's requests in the queue to the number of workers, so that the first page of
    /// another deck does not wait for longer.
    lanes: Semaphore,
    waste: Mutex<Waste>,
    budget: Budget,
}

/// Time that was spent on failed pages. It is limited, so that a hostile deck costs a minute, and not ten
/// seconds for each page.
#[derive(Default)]
struct Waste {
    in_a_row: Duration,
    in_all: Duration,
    /// Time that was spent on all pages.
    worked: Duration,
    /// Bytes of all pictures.
    output: u64,
}

/// In multiples of the limit for one page.
const MOST_WASTE_IN_A_ROW: u32 = 2;
const MOST_WASTE: u32 = 6;

/// The files of a deck, and the workers that have opened it.
struct OpenDeck {
    pool: Arc<Pool>,
    guest: Guest,
    directory: TempDir,
    kind: Kind,
    password: Option<String>,
}

/// Why a page or a deck could not be read. Follows its subject in a sentence: "page 7 took more than
/// 10 s".
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    #[error("took more than {} s", .0.as_secs_f32())]
    Time(Duration),
    #[error("needed more than {} of memory", size(*.0))]
    Memory(u64),
    #[error("needed more memory than this computer has left")]
    AllMemory,
    #[error("took more processor time than a deck may have")]
    Processor,
    #[error("could not be read: its reader ended unexpectedly")]
    Ended,
    #[error("could not be read: its reader said what makes no sense ({0})")]
    Nonsense(#[from] Nonsense),
    #[error("could not be read: no reader could be started ({0})")]
    NotStarted(io::Error),
    #[error("was not tried, because {0}")]
    NotTried(Spent),
    /// The deck's limit in bytes.
    #[error("is too much: this deck has more than {} of text, links and markup", size(*.0))]
    TooMuch(u64),
    #[error("is not there: the deck has {0} pages")]
    NoSuchPage(u32),
    /// The source's own error.
    #[error("could not be read: {0}")]
    Source(SourceError),
}

/// The limit that a deck has used up, so that the rest of it is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    #[error("those before took too long")]
    Patience,
    #[error("a deck may take {} minutes in all (--max-deck-time)", .0.as_secs() / 60)]
    Time(Duration),
    #[error("a deck's pictures may have {} together (--max-deck-output)", size(*.0))]
    Output(u64),
}

impl Reason {
    /// Whether another try may succeed, with more memory or time, or under other limits.
    pub const fn may_pass(&self) -> bool {
        !matches!(
            self,
            Self::Source(SourceError::Damaged(_) | SourceError::Empty)
                | Self::NoSuchPage(_)
                | Self::TooMuch(_)
        )
    }
}

#[derive(Debug, thiserror::Error)]
#[error("page {page} {reason}")]
pub struct PageError {
    /// From 1.
    pub page: u32,
    pub reason: Reason,
}

#[derive(Debug)]
pub struct ImportError(pub Reason);

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            // A complete sentence, which says what the user can do.
            Reason::Source(error) => error.fmt(f),
            reason => write!(f, "the deck {reason}"),
        }
    }
}

impl Import {
    /// Opens the deck in `directory`, which has only its files, for the host.
    ///
    /// # Errors
    /// When the deck can't be opened, with the reader's sentence, or how its process ended.
    pub async fn open(
        pool: Arc<Pool>,
        directory: TempDir,
        kind: Kind,
        password: Option<&str>,
    ) -> Result<(Self, Outline), ImportError> {
        Self::open_by(BroughtBy::Host, pool, directory, kind, password).await
    }

    /// Like [`Self::open`], for anybody.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_by(
        by: BroughtBy,
        pool: Arc<Pool>,
        directory: TempDir,
        kind: Kind,
        password: Option<&str>,
    ) -> Result<(Self, Outline), ImportError> {
        let deck = OpenDeck {
            guest: pool.schedule.guest(by),
            pool,
            directory,
            kind,
            password: password.map(str::to_owned),
        };
        let (outline, worker) = deck.afresh().await.map_err(ImportError)?;
        deck.give_back(worker);
        let import = Self {
            pages: check::pages(&outline),
            lanes: Semaphore::new(deck.pool.limits.workers.max(1)),
            waste: Mutex::default(),
            budget: Budget::default(),
            deck,
        };
        Ok((import, outline))
    }

    /// Sets the urgency of later requests. Initially it is that of a first slide.
    pub fn needs(&self, need: Need) {
        self.deck.guest.needs(need);
    }

    /// Waits until nobody waits for any deck.
    pub async fn until_nobody_waits(&self) {
        self.deck.pool.until_nobody_waits().await;
    }

    /// Reads one page, with its picture in each of `widths`. May be called concurrently: as many pages are
    /// read at once as there are workers, in the order of the calls.
    ///
    /// # Errors
    /// When the page can't be read. Other pages can still be read.
    pub async fn page(&self, index: u32, widths: &[u32]) -> Result<PageParts, PageError> {
        let failed = |reason| PageError {
            page: index.saturating_add(1),
            reason,
        };
        if index >= self.pages {
            return Err(failed(Reason::NoSuchPage(self.pages)));
        }
        let request = Request::Page {
            index,
            widths: widths.to_vec(),
        };
        self.read(request, widths).await.map_err(failed)
    }

    /// Reads a picture of a page's HTML in each of `widths`. Returns a page with only the picture.
    ///
    /// # Errors
    /// When there is no such picture, or it can't be read.
    pub async fn picture(&self, name: &str, widths: &[u32]) -> Result<PageParts, Reason> {
        let request = Request::Picture {
            name: name.to_owned(),
            widths: widths.to_vec(),
        };
        self.read(request, widths).await
    }

    async fn read(&self, request: Request, widths: &[u32]) -> Result<PageParts, Reason> {
        // Never closed.
        let _lane = self.lanes.acquire().await;
        if let Some(spent) = self.spent() {
            return Err(Reason::NotTried(spent));
        }
        let turn = self.deck.pool.schedule.turn(&self.deck.guest).await;
        let start = Instant::now();
        let read = self.asked(turn, request, widths).await;
        let mut waste = self.waste();
        waste.worked += start.elapsed();
        if let Ok(parts) = &read {
            waste.in_a_row = Duration::ZERO;
            waste.output = waste.output.saturating_add(bytes(parts));
            let most = self.deck.pool.limits.output;
            if waste.output > most {
                return Err(Reason::NotTried(Spent::Output(most)));
            }
        } else {
            // On a busy machine it may have taken longer, which is not the page's fault.
            let wasted = start.elapsed().min(self.deck.pool.limits.time);
            waste.in_a_row += wasted;
            waste.in_all += wasted;
        }
        read
    }

    async fn asked(
        &self,
        turn: Turn,
        request: Request,
        widths: &[u32],
    ) -> Result<PageParts, Reason> {
        let page = match &request {
            Request::Page { index, .. } => Some(*index),
            Request::Open(_) | Request::Picture { .. } => None,
        };
        let (outcome, worker) = match turn {
            Turn::Worker(worker) => match self.deck.pool.ask(*worker, &request).await {
                // A used worker may have ended because of earlier pages. Only a fresh one shows whether
                // this page is the cause.
                (Outcome::Ended(_), _) => {
                    let (_, worker) = self.deck.afresh().await?;
                    self.deck.pool.ask(worker, &request).await
                }
                asked => asked,
            },
            Turn::Seat(seat) => {
                let (_, worker) = self.deck.opened(seat).await?;
                self.deck.pool.ask(worker, &request).await
            }
        };
        self.judged(outcome, worker, page, widths)
    }

    fn spent(&self) -> Option<Spent> {
        let limits = self.deck.pool.limits;
        let (waste, time) = (self.waste(), limits.time);
        if waste.in_a_row >= time * MOST_WASTE_IN_A_ROW || waste.in_all >= time * MOST_WASTE {
            Some(Spent::Patience)
        } else if waste.worked >= limits.deck_time {
            Some(Spent::Time(limits.deck_time))
        } else if waste.output >= limits.output {
            Some(Spent::Output(limits.output))
        } else {
            None
        }
    }

    fn waste(&self) -> MutexGuard<'_, Waste> {
        self.waste.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judged(
        &self,
        outcome: Outcome,
        worker: Option<Worker>,
        page: Option<u32>,
        widths: &[u32],
    ) -> Result<PageParts, Reason> {
        let answer = self.deck.pool.answer_of(outcome)?;
        let page = match answer {
            Answer::Page(parts) => {
                match page {
                    Some(_) => check::page(&parts, widths, self.pages)?,
                    None => check::picture(&parts, widths, self.pages)?,
                }
                self.budget.take(page, parts)
            }
            Answer::Failed(error) => {
                check::error(&error)?;
                let words = self.budget.take_words(&error.to_string());
                Err(words.err().unwrap_or(Reason::Source(error)))
            }
            Answer::Opened(_)
            | Answer::Confined(_)
            | Answer::File(_)
            | Answer::Bytes(_)
            | Answer::Unpacked(_) => {
                return Err(Nonsense::AnotherAnswer.into());
            }
        };
        if let Some(worker) = worker {
            self.deck.give_back(worker);
        }
        page
    }
}

impl OpenDeck {
    /// A fresh worker that has opened the deck.
    async fn afresh(&self) -> Result<(Outline, Worker), Reason> {
        let seat = self.pool.schedule.seat(&self.guest).await;
        self.opened(seat).await
    }

    async fn opened(&self, seat: Seat) -> Result<(Outline, Worker), Reason> {
        let (directory, password) = (self.directory.path(), self.password.as_deref());
        let opening = self.pool.open(directory, self.kind, password, seat);
        let (outcome, worker) = opening.await;
        match (self.pool.answer_of(outcome)?, worker) {
            (Answer::Opened(outline), Some(worker)) => {
                check::outline(&outline, self.pool.limits.bounds.pages)?;
                Ok((outline, worker))
            }
            (Answer::Failed(error), _) => {
                check::error(&error)?;
                Err(Reason::Source(error))
            }
            _ => Err(Nonsense::AnotherAnswer.into()),
        }
    }

    fn give_back(&self, worker: Worker) {
        if !Pool::is_spent(&worker) {
            self.pool.schedule.give_back(&self.guest, worker);
        }
    }
}

impl Pool {
    /// The answer, or why there is none.
    pub(super) fn answer_of(&self, outcome: Outcome) -> Result<Answer, Reason> {
        let limits = self.limits;
        Err(match outcome {
            Outcome::Answer(answer) => return Ok(answer),
            Outcome::Late => Reason::Time(limits.time),
            Outcome::Ended(End::Memory) => Reason::Memory(limits.memory),
            Outcome::Ended(End::Taken) => Reason::AllMemory,
            Outcome::Ended(End::Processor) => Reason::Processor,
            Outcome::Ended(End::Unexpected) => Reason::Ended,
            Outcome::NotStarted(error) => Reason::NotStarted(error),
        })
    }
}

impl Drop for OpenDeck {
    fn drop(&mut self) {
        // The folder is a field, so it is dropped after this.
        self.pool.schedule.leave(&self.guest);
        self.directory.disable_cleanup(self.pool.is_ending());
    }
}

/// The size of a page's pictures.
fn bytes(parts: &PageParts) -> u64 {
    let FaceParts::Pictures { renditions, .. } = &parts.face else {
        return 0;
    };
    let bytes: usize = renditions.iter().map(|it| it.webp.len()).sum();
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// "1.5 GiB", "300 MiB".
fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    let mib = bytes / MIB;
    if mib < 1024 {
        return format!("{mib} MiB");
    }
    let tenths = mib * 10 / 1024;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} GiB"),
        (whole, tenth) => format!("{whole}.{tenth} GiB"),
    }
}
