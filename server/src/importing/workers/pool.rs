//! The workers of this server: how many run at once, and their limits.

use super::{
    process::{End, Process, ProcessorClock, Starter},
    schedule::{BroughtBy, Schedule, Seat, Worker},
};
use reading::{
    kind::Kind,
    source::Bounds,
    worker::protocol::{self, Answer, Confinement, FrameError, Open, ProcessLimits, Request},
};
use std::{
    io,
    num::NonZeroUsize,
    path::Path,
    pin::pin,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, sync::watch, time::timeout};

/// The limits of one deck.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Address space of one worker, in bytes. The heaviest real decks use a third of the default; a hostile
    /// page of 1.5 MB used 1.6 GB.
    pub memory: u64,
    /// Processor time to open a deck, and for each page. By the clock it is several times as long, because
    /// a worker may have to share the processor. A page of a real deck takes 0.03 to 0.5 s.
    pub time: Duration,
    /// Bytes of all pictures of one deck.
    pub output: u64,
    /// Working time for all pages of one deck.
    pub deck_time: Duration,
    /// Limits that the source enforces.
    pub bounds: Bounds,
    /// Number of workers of all imports. Each uses one core.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 3 << 29,
            time: Duration::from_secs(10),
            output: 2 << 30,
            deck_time: Duration::from_secs(3_600),
            bounds: Bounds::default(),
            workers: cores(),
        }
    }
}

/// A worker is replaced after this much work, to free its caches.
const REPLACED_AFTER: Duration = Duration::from_secs(60);

/// The limit of an answer by the clock, in multiples of its processor time.
const STARVED: u32 = 3;

/// All workers of the server. It is dropped with the last import, and kills the remaining ones.
pub struct Pool {
    pub(super) limits: Limits,
    pub(super) schedule: Schedule,
    starter: Starter,
    /// The number of decks that somebody waits for.
    wanted: watch::Sender<usize>,
    /// Whether the log has been told about missing walls.
    told: Once,
    /// On shutdown a dropped import leaves its folder for the next start.
    is_ending: AtomicBool,
}

/// A deck that somebody waits for.
pub struct Wanted(Arc<Pool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.wanted.send_modify(|decks| *decks -= 1);
    }
}

/// The outcome of a request.
pub(super) enum Outcome {
    Answer(Answer),
    /// It took too long, and its worker was killed.
    Late,
    Ended(End),
    NotStarted(io::Error),
}

impl Pool {
    /// Must be called in a runtime.
    ///
    /// # Errors
    /// When the thread that starts workers can't be created.
    pub fn new(limits: Limits) -> io::Result<Self> {
        Ok(Self {
            limits,
            // Plus the reserved seat.
            schedule: Schedule::new(limits.workers.max(1) + 1),
            starter: Starter::new(Handle::current())?,
            wanted: watch::Sender::new(0),
            told: Once::new(),
            is_ending: AtomicBool::new(false),
        })
    }

    /// Shuts down: imports that are dropped from now on are resumed at the next start.
    pub fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Registers that somebody waits for a deck, until the result is dropped.
    pub fn want(self: &Arc<Self>) -> Wanted {
        self.wanted.send_modify(|decks| *decks += 1);
        Wanted(self.clone())
    }

    pub(super) async fn until_nobody_waits(&self) {
        // The sender lives as long as the pool.
        let _ = self.wanted.subscribe().wait_for(|decks| *decks == 0).await;
    }

    /// Which parts of the sandbox this system allows. `directory` is an empty folder.
    ///
    /// # Errors
    /// When no worker starts, or it does not answer.
    pub async fn confinement(&self, directory: &Path) -> io::Result<Confinement> {
        let gone = || io::Error::other("a worker ended before it read anything");
        let guest = self.schedule.guest(BroughtBy::Host);
        let seat = self.schedule.seat(&guest).await;
        let mut process = self.starter.start(directory, seat).await?;
        let request = self.opening(Kind::Images, None);
        let answer = async {
            process.ask(&request).await?;
            process.answer(request.max_answer()).await
        };
        let answer = timeout(self.limits.time, answer).await;
        process.kill().await;
        match answer {
            Ok(Ok(Answer::Confined(confinement))) => Ok(confinement),
            _ => Err(gone()),
        }
    }

    /// Starts a worker and opens the deck. Returns the outcome, and the worker if it can be used further.
    pub(super) async fn open(
        &self,
        directory: &Path,
        kind: Kind,
        password: Option<&str>,
        seat: Seat,
    ) -> (Outcome, Option<Worker>) {
        let process = match self.starter.start(directory, seat).await {
            Ok(process) => process,
            Err(error) => return (Outcome::NotStarted(error), None),
        };
        let worker = Worker {
            process,
            since: Instant::now(),
            opening: Duration::ZERO,
            worked: Duration::ZERO,
        };
        let request = self.opening(kind, password);
        let (outcome, worker) = self.ask(worker, &request).await;
        let opened = worker.map(|worker| Worker {
            opening: worker.since.elapsed(),
            ..worker
        });
        (outcome, opened)
    }

    fn opening(&self, kind: Kind, password: Option<&str>) -> Request {
        Request::Open(Open {
            kind,
            password: password.map(str::to_owned),
            limits: self.process_limits(),
            bounds: self.limits.bounds,
        })
    }

    /// Sends a request, and kills the worker when no answer comes.
    pub(super) async fn ask(
        &self,
        mut worker: Worker,
        request: &Request,
    ) -> (Outcome, Option<Worker>) {
        let start = Instant::now();
        let clock = worker.process.clock();
        let answered = {
            let answer = self.answer(&mut worker.process, request);
            within(self.limits.time, clock, answer).await
        };
        self.judged(worker, start, answered).await
    }

    /// Receives the next answer about an archive.
    pub(super) async fn hear_more(&self, mut worker: Worker) -> (Outcome, Option<Worker>) {
        let start = Instant::now();
        let clock = worker.process.clock();
        let answer = worker.process.answer(protocol::MAX_OUTLINE_BYTES);
        let answered = within(self.limits.time, clock, answer).await;
        self.judged(worker, start, answered).await
    }

    async fn judged(
        &self,
        mut worker: Worker,
        start: Instant,
        answered: Option<Result<Answer, FrameError>>,
    ) -> (Outcome, Option<Worker>) {
        match answered {
            Some(Ok(answer)) => {
                worker.worked += start.elapsed();
                (Outcome::Answer(answer), Some(worker))
            }
            Some(Err(error)) => {
                tracing::debug!(%error, "a worker gives no more answers");
                let end = match error {
                    FrameError::Pipe(_) => worker.process.end().await,
                    // It answered with garbage.
                    FrameError::TooLong(_) | FrameError::Garbled(_) => {
                        worker.process.kill().await;
                        End::Unexpected
                    }
                };
                (Outcome::Ended(end), None)
            }
            None => {
                worker.process.kill().await;
                (Outcome::Late, None)
            }
        }
    }

    async fn answer(&self, process: &mut Process, request: &Request) -> Result<Answer, FrameError> {
        // A worker may have sent its reason before it ended.
        let asked = process.ask(request).await;
        loop {
            match process.answer(request.max_answer()).await {
                Ok(Answer::Confined(confinement)) if matches!(request, Request::Open(_)) => {
                    self.told.call_once(|| match confinement.missing() {
                        Some(walls) => tracing::warn!(
                            "this system lacks walls around the process that reads decks: {walls}"
                        ),
                        None => {
                            tracing::info!(?confinement, "decks are read in a process of their own")
                        }
                    });
                }
                answer => return asked.and(answer),
            }
        }
    }

    /// Whether a worker is to be replaced.
    pub(super) fn is_spent(worker: &Worker) -> bool {
        worker.worked > REPLACED_AFTER
    }

    /// The limits that a worker sets for itself. Its processor time is a second line of defence: all that
    /// it may use in its life.
    fn process_limits(&self) -> ProcessLimits {
        let life = REPLACED_AFTER + 2 * self.limits.time;
        let cores = u64::try_from(cores()).unwrap_or(1);
        ProcessLimits {
            memory: self.limits.memory,
            processor: (life.as_secs() + 1).saturating_mul(cores),
        }
    }
}

/// Waits for an answer. `None` when the worker has used up its time.
async fn within<T>(
    time: Duration,
    clock: ProcessorClock,
    answer: impl Future<Output = T>,
) -> Option<T> {
    let mut answer = pin!(answer);
    let (start, worked) = (Instant::now(), clock.read());
    let mut wait = time;
    loop {
        if let Ok(answer) = timeout(wait, &mut answer).await {
            return Some(answer);
        }
        let left = time.saturating_sub(clock.read().saturating_sub(worked));
        wait = left.min((time * STARVED).saturating_sub(start.elapsed()));
        if wait.is_zero() {
            return None;
        }
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
