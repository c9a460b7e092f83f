//! Which import's worker runs now. There are so many seats; a process has one until it is gone,
//! also while it has nothing to do, because it keeps its memory.
//!
//! Imports that wait get their seats in turn. A worker that has nothing to do gives way at once;
//! one that has more to do gives way after a while, and not after each page, because whoever
//! comes next must open its deck again.

use super::process::Process;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How long a worker keeps its seat while others wait.
const SLICE: Duration = Duration::from_secs(1);

/// Who waits for a deck: the host's decks come first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum BroughtBy {
    Host,
    Guest,
}

/// The right to have one process.
pub type Seat = OwnedSemaphorePermit;

/// An opened worker, and whose it is.
pub struct Worker {
    pub process: Process,
    /// Since when it has its seat.
    pub since: Instant,
    /// How long it has worked in all.
    pub worked: Duration,
}

pub enum Turn {
    /// The import's own, that did a page before.
    Worker(Worker),
    Seat(Seat),
}

/// One import, as the schedule knows it.
pub struct Guest {
    number: u64,
    returned: Arc<Notify>,
}

pub struct Schedule {
    seats: Arc<Semaphore>,
    desk: Mutex<Desk>,
}

#[derive(Default)]
struct Desk {
    guests: u64,
    idle: Vec<(u64, Worker)>,
    /// Whose pages wait for a seat; as often as there are such pages.
    waiting: Vec<u64>,
}

impl Schedule {
    pub fn new(seats: usize) -> Self {
        Self {
            seats: Arc::new(Semaphore::new(seats)),
            desk: Mutex::default(),
        }
    }

    pub fn guest(&self) -> Guest {
        let mut desk = self.desk();
        desk.guests += 1;
        Guest {
            number: desk.guests,
            returned: Arc::default(),
        }
    }

    /// Waits until the import may have a worker. `None` never comes while the schedule lives.
    pub async fn turn(&self, guest: &Guest) -> Option<Turn> {
        // From here on, whoever gives a worker back knows that one is waited for.
        let _waiting = Waiting::new(self, guest.number);
        loop {
            if let Some(worker) = self.own(guest) {
                return Some(Turn::Worker(worker));
            }
            if let Ok(seat) = self.seats.clone().try_acquire_owned() {
                return Some(Turn::Seat(seat));
            }
            self.make_room();
            tokio::select! {
                seat = self.seats.clone().acquire_owned() => return seat.ok().map(Turn::Seat),
                () = guest.returned.notified() => {}
            }
        }
    }

    /// A seat for a fresh worker.
    pub async fn seat(&self, guest: &Guest) -> Option<Seat> {
        loop {
            match self.turn(guest).await? {
                Turn::Seat(seat) => return Some(seat),
                Turn::Worker(used) => drop(used),
            }
        }
    }

    fn own(&self, guest: &Guest) -> Option<Worker> {
        let mut desk = self.desk();
        let own = desk
            .idle
            .iter()
            .position(|(owner, _)| *owner == guest.number)?;
        Some(desk.idle.swap_remove(own).1)
    }

    /// Ends the worker that has nothing to do and has sat longest. Its seat comes to who waits.
    fn make_room(&self) {
        let mut desk = self.desk();
        let idle = desk.idle.iter().enumerate();
        if let Some((longest, _)) = idle.min_by_key(|(_, (_, worker))| worker.since) {
            desk.idle.swap_remove(longest);
        }
    }

    /// After a page. The worker waits for the next one, or ends so that others have their turn.
    pub fn give_back(&self, guest: &Guest, worker: Worker) {
        let mut desk = self.desk();
        let own = desk.waiting.contains(&guest.number);
        let others = desk.waiting.iter().any(|number| *number != guest.number);
        if others && (!own || worker.since.elapsed() > SLICE) {
            return;
        }
        desk.idle.push((guest.number, worker));
        guest.returned.notify_one();
    }

    /// Ends the workers of an import that is done.
    pub fn leave(&self, guest: &Guest) {
        self.desk().idle.retain(|(owner, _)| *owner != guest.number);
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One page in the list of those that wait, as long as this lives.
struct Waiting<'a> {
    schedule: &'a Schedule,
    number: u64,
}

impl<'a> Waiting<'a> {
    fn new(schedule: &'a Schedule, number: u64) -> Self {
        schedule.desk().waiting.push(number);
        Self { schedule, number }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut desk = self.schedule.desk();
        if let Some(one) = desk
            .waiting
            .iter()
            .position(|number| *number == self.number)
        {
            desk.waiting.swap_remove(one);
        }
    }
}
