//! All workers of this server: how many at once, and what each may take.

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

/// What one deck may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Address space of one worker, in bytes. The heaviest real decks take a third of it; a
    /// hostile page of 1.5 MB was seen to take 1.6 GB.
    pub memory: u64,
    /// Of a processor, for opening and for each page; by the clock a few times as much, because on
    /// a busy machine a worker gets what others leave. A page of a real deck takes 0.03 to 0.5 s.
    pub time: Duration,
    /// Bytes of all pictures of one deck.
    pub output: u64,
    /// Of its workers, for all pages of one deck.
    pub deck_time: Duration,
    /// What a source holds to by itself.
    pub bounds: Bounds,
    /// Workers at once, of all imports; each decodes on one core.
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

/// After so much work a worker is replaced: what its caches keep goes with it.
const REPLACED_AFTER: Duration = Duration::from_secs(60);

/// By the clock, an answer may take so many times what it may take of a processor.
const STARVED: u32 = 3;

/// Every worker of the server. Dropped with the last import, it ends those that are left.
pub struct Pool {
    pub(super) limits: Limits,
    pub(super) schedule: Schedule,
    starter: Starter,
    /// Decks that somebody waits for.
    wanted: watch::Sender<usize>,
    /// What the system does not let us hold is told once.
    told: Once,
    /// From now on a dropped import leaves its folder, for the next start.
    is_ending: AtomicBool,
}

/// A deck that somebody waits for.
pub struct Wanted(Arc<Pool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.wanted.send_modify(|decks| *decks -= 1);
    }
}

/// What became of a question.
pub(super) enum Outcome {
    Answer(Answer),
    /// It took too long, and its worker was ended.
    Late,
    Ended(End),
    NotStarted(io::Error),
}

impl Pool {
    /// Must be called in a runtime.
    ///
    /// # Errors
    /// When the thread that starts workers can't be made.
    pub fn new(limits: Limits) -> io::Result<Self> {
        Ok(Self {
            limits,
            // And the one that is kept.
            schedule: Schedule::new(limits.workers.max(1) + 1),
            starter: Starter::new(Handle::current())?,
            wanted: watch::Sender::new(0),
            told: Once::new(),
            is_ending: AtomicBool::new(false),
        })
    }

    /// The server ends: imports that are dropped from now on are gone on with at the next start.
    pub fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Somebody waits for a deck, until this is dropped.
    pub fn want(self: &Arc<Self>) -> Wanted {
        self.wanted.send_modify(|decks| *decks += 1);
        Wanted(self.clone())
    }

    pub(super) async fn until_nobody_waits(&self) {
        // It lasts as long as the pool.
        let _ = self.wanted.subscribe().wait_for(|decks| *decks == 0).await;
    }

    /// What this system lets a worker take from itself. `directory` is an empty folder.
    ///
    /// # Errors
    /// When no worker starts, or it does not say.
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

    /// A fresh worker with the deck open, and what it said to that. No worker: no more answers.
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

    /// Asks, and ends the worker when no answer comes.
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

    /// What a worker goes on to say, of an archive.
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
                    // It talks, but not as a worker does.
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
        // A worker that has ended may have said why before it did.
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

    /// Whether a worker has done its share.
    pub(super) fn is_spent(worker: &Worker) -> bool {
        worker.worked > REPLACED_AFTER
    }

    /// A worker's processor time is for the case that the server does not see to it: all that it
    /// may work in its life, on every core.
    fn process_limits(&self) -> ProcessLimits {
        let life = REPLACED_AFTER + 2 * self.limits.time;
        let cores = u64::try_from(cores()).unwrap_or(1);
        ProcessLimits {
            memory: self.limits.memory,
            processor: (life.as_secs() + 1).saturating_mul(cores),
        }
    }
}

/// `None` when the worker has had its time and did not answer.
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
