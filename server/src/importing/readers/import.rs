//! One deck being read: opened once, its pages asked for in the order they are needed.

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

/// A deck that can be read. Dropped, its workers are killed and its folder is removed.
pub struct Import {
    deck: Deck,
    pages: u32,
    /// One deck's pages do not fill the queue: another's first page waits for as many at most as
    /// there are workers.
    lanes: Semaphore,
    waste: Mutex<Waste>,
    budget: Budget,
}

/// Time that went into what could not be read. A hostile deck costs a minute at most, not its
/// number of pages times ten seconds.
#[derive(Default)]
struct Waste {
    in_a_row: Duration,
    in_all: Duration,
    /// What went into pages that could be read, too.
    worked: Duration,
    /// Bytes of the pictures that came of them.
    output: u64,
}

/// So many times what one page may take.
const MOST_WASTE_IN_A_ROW: u32 = 2;
const MOST_WASTE: u32 = 6;

struct Deck {
    pool: Arc<Pool>,
    guest: Guest,
    directory: TempDir,
    kind: Kind,
    password: Option<String>,
}

/// Why a page, or a whole deck, could not be read. In a sentence after what it is about:
/// "page 7 took more than 10 s".
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
    /// The deck, in bytes, with all pages before.
    #[error("is too much: this deck has more than {} of text, links and markup", size(*.0))]
    TooMuch(u64),
    #[error("is not there: the deck has {0} pages")]
    NoSuchPage(u32),
    /// What the source itself says.
    #[error("could not be read: {0}")]
    Source(SourceError),
}

/// What a deck has used up, so that the rest of it is not read.
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
    /// Whether another try may end otherwise: on a machine that has more memory or time to spare,
    /// or under other limits.
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
            // A whole sentence by itself, and the one that the person can do something about.
            Reason::Source(error) => error.fmt(f),
            reason => write!(f, "the deck {reason}"),
        }
    }
}

impl Import {
    /// `directory` holds the deck's files and nothing else.
    ///
    /// # Errors
    /// When the deck can't be opened: the source's own words, or how its worker ended.
    pub async fn open(
        pool: Arc<Pool>,
        directory: TempDir,
        kind: Kind,
        password: Option<&str>,
    ) -> Result<(Self, Outline), ImportError> {
        Self::open_by(BroughtBy::Host, pool, directory, kind, password).await
    }

    /// The same, of a deck that somebody else may have brought.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_by(
        by: BroughtBy,
        pool: Arc<Pool>,
        directory: TempDir,
        kind: Kind,
        password: Option<&str>,
    ) -> Result<(Self, Outline), ImportError> {
        let deck = Deck {
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

    /// What it asks for from now on. At first it is the deck's first slide.
    pub fn needs(&self, need: Need) {
        self.deck.guest.needs(need);
    }

    /// Until nobody waits for any deck: then there is time for what nobody waits for.
    pub async fn until_nobody_waits(&self) {
        self.deck.pool.until_nobody_waits().await;
    }

    /// One page, with its picture in each of `widths`. May be called for many pages at once: as
    /// many are read as there are workers, in the order of the calls.
    ///
    /// # Errors
    /// Names the page and the reason. Other pages can still be asked for.
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

    /// A picture that a page's HTML shows, in each of `widths`: a page that has nothing else.
    ///
    /// # Errors
    /// When there is none of that name, or as for a page.
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
            // What a busy machine made of it is not the page's fault.
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
                // A worker that did pages before may have ended for what those left behind: only
                // a fresh one shows whether it is this page.
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
                check::page(&parts, widths, self.pages)?;
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

impl Deck {
    /// A worker that has done nothing but open the deck.
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

impl Drop for Deck {
    fn drop(&mut self) {
        // Before its folder goes, which is a field and so dropped after this.
        self.pool.schedule.leave(&self.guest);
        self.directory.disable_cleanup(self.pool.is_ending());
    }
}

/// Of a page's pictures.
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
