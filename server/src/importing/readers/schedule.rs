//! Which import's worker runs now. There are so many seats; a process has one until it is gone,
//! also while it has nothing to do, because it keeps its memory.
//!
//! First slides come before other pages, and those before larger pictures; among equals the host's
//! decks come first, and then whoever waits longest. One seat is more than the processors want: it is
//! taken only by the host's slides while others work, or by others while the host's slides have all
//! the rest. So neither waits for what the other has begun, which may take half a minute. A worker that has nothing to do gives way at once, and after a page one gives way to what
//! is more urgent. To its equals it gives way after a while only, because whoever comes next must open
//! its deck again.

use super::process::Process;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How long a worker keeps its seat while others wait that are as urgent.
const SLICE: Duration = Duration::from_secs(1);

/// And at least so many times what it took to open its deck: two decks that open slowly would else
/// do little but open.
const OPENINGS: u32 = 4;

/// Who waits for a deck: the host's decks come first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum BroughtBy {
    Host,
    Guest,
}

/// What an import waits for. The most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    FirstSlide,
    Page,
    LargerPicture,
}

type Urgency = (Need, BroughtBy);

/// Not what a guest waits for, and no larger picture.
fn is_hosts((need, by): Urgency) -> bool {
    by == BroughtBy::Host && need <= Need::Page
}

/// The right to have one process.
pub struct Seat {
    desk: Arc<Mutex<Desk>>,
    guest: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut desk = locked(&self.desk);
        desk.free += 1;
        let own = desk.seated.iter().position(|it| it.number == self.guest);
        if let Some(own) = own {
            desk.seated.swap_remove(own);
        }
        desk.call_next();
    }
}

/// An opened worker, and whose it is.
pub struct Worker {
    pub process: Process,
    /// Since when it has its seat.
    pub since: Instant,
    /// How long it took to open its deck.
    pub opening: Duration,
    /// How long it has worked in all.
    pub worked: Duration,
}

pub enum Turn {
    /// The import's own, that did a page before.
    Worker(Box<Worker>),
    Seat(Seat),
}

/// One import, as the schedule knows it.
#[derive(Clone)]
pub struct Guest {
    number: u64,
    by: BroughtBy,
    need: Arc<Mutex<Need>>,
}

impl Guest {
    pub fn needs(&self, need: Need) {
        *locked(&self.need) = need;
    }

    fn urgency(&self) -> Urgency {
        (*locked(&self.need), self.by)
    }
}

pub struct Schedule(Arc<Mutex<Desk>>);

struct Desk {
    seats: usize,
    guests: u64,
    tickets: u64,
    /// Seats that nobody has.
    free: usize,
    /// Who has the others, once for each.
    seated: Vec<Guest>,
    /// Of those, the workers that have nothing to do just now.
    idle: Vec<(u64, Worker)>,
    /// Pages that wait for a seat.
    waiting: Vec<Waiter>,
}

struct Waiter {
    ticket: u64,
    guest: u64,
    urgency: Urgency,
    call: Arc<Notify>,
}

impl Desk {
    /// Who is next of those that may have a seat.
    fn next(&self) -> Option<&Waiter> {
        let waiting = self.waiting.iter().filter(|it| self.may_sit(it.urgency));
        waiting.min_by_key(|waiter| (waiter.urgency, waiter.ticket))
    }

    /// Whether a seat can be had that is not kept: a worker that has nothing to do may be ended for
    /// its own.
    fn may_sit(&self, urgency: Urgency) -> bool {
        let is_kept = self.seats > 1 && is_hosts(urgency) != self.others_work();
        self.free + self.idle.len() > usize::from(is_kept)
    }

    /// Whether any worker has something to do that is not the host's.
    fn others_work(&self) -> bool {
        let seated = self.seated.iter().filter(|it| !is_hosts(it.urgency()));
        seated.clone().any(|it| {
            let seats = seated.clone().filter(|other| other.number == it.number);
            let idle = self.idle.iter().filter(|(idle, _)| *idle == it.number);
            seats.count() > idle.count()
        })
    }

    /// Whether a worker that sat so long, and took so long to open its deck, ends for others.
    fn gives_way(&self, guest: &Guest, sat: Duration, opening: Duration) -> bool {
        let urgency = guest.urgency();
        let has_nothing_to_do = !self.waiting.iter().any(|it| it.guest == guest.number);
        let is_over = sat > SLICE.max(opening * OPENINGS);
        let others = self.waiting.iter().filter(|it| it.guest != guest.number);
        // For others its seat would be the one that is kept.
        let mut others = others.filter(|it| self.may_sit(it.urgency));
        others.any(|other| {
            has_nothing_to_do || other.urgency < urgency || (is_over && other.urgency == urgency)
        })
    }

    fn call_next(&self) {
        if let Some(next) = self.next() {
            next.call.notify_one();
        }
    }
}

impl Schedule {
    pub fn new(seats: usize) -> Self {
        Self(Arc::new(Mutex::new(Desk {
            seats,
            guests: 0,
            tickets: 0,
            free: seats,
            seated: Vec::new(),
            idle: Vec::new(),
            waiting: Vec::new(),
        })))
    }

    pub fn guest(&self, by: BroughtBy) -> Guest {
        let mut desk = self.desk();
        desk.guests += 1;
        Guest {
            number: desk.guests,
            by,
            need: Arc::new(Mutex::new(Need::FirstSlide)),
        }
    }

    /// Waits until the import may have a worker.
    pub async fn turn(&self, guest: &Guest) -> Turn {
        // From here on, whoever gives a worker back knows that one is waited for.
        let waiting = Waiting::new(self, guest);
        loop {
            if let Some(turn) = self.turn_now(guest, waiting.ticket) {
                return turn;
            }
            waiting.call.notified().await;
        }
    }

    fn turn_now(&self, guest: &Guest, ticket: u64) -> Option<Turn> {
        let mut desk = self.desk();
        if !desk.may_sit(guest.urgency()) {
            return None;
        }
        let own = desk.idle.iter().position(|(it, _)| *it == guest.number);
        if let Some(own) = own {
            return Some(Turn::Worker(Box::new(desk.idle.swap_remove(own).1)));
        }
        let is_next = desk.next().is_some_and(|next| next.ticket == ticket);
        if is_next && desk.free > 0 {
            desk.free -= 1;
            desk.seated.push(guest.clone());
            return Some(Turn::Seat(Seat {
                desk: self.0.clone(),
                guest: guest.number,
            }));
        }
        let longest = if is_next {
            // Nothing to do, and has sat longest. Its seat is free once its process is gone.
            let idle = desk.idle.iter().enumerate();
            idle.min_by_key(|(_, (_, worker))| worker.since)
                .map(|(at, _)| at)
        } else {
            None
        };
        let ended = longest.map(|longest| desk.idle.swap_remove(longest));
        // Its seat comes back to the desk.
        drop(desk);
        drop(ended);
        None
    }

    /// A seat for a fresh worker.
    pub async fn seat(&self, guest: &Guest) -> Seat {
        loop {
            match self.turn(guest).await {
                Turn::Seat(seat) => return seat,
                Turn::Worker(used) => drop(used),
            }
        }
    }

    /// After a page. The worker waits for the next one, or ends so that others have their turn.
    pub fn give_back(&self, guest: &Guest, worker: Worker) {
        let mut desk = self.desk();
        let (sat, opening) = (worker.since.elapsed(), worker.opening);
        desk.idle.push((guest.number, worker));
        if desk.gives_way(guest, sat, opening) {
            let ended = desk.idle.pop();
            drop(desk);
            drop(ended);
            return;
        }
        if let Some(own) = desk.waiting.iter().find(|it| it.guest == guest.number) {
            own.call.notify_one();
        }
    }

    /// Ends the workers of an import that is done.
    pub fn leave(&self, guest: &Guest) {
        let mut desk = self.desk();
        let idle = std::mem::take(&mut desk.idle);
        let (ended, kept) = idle.into_iter().partition(|(it, _)| *it == guest.number);
        desk.idle = kept;
        drop(desk);
        let _: Vec<(u64, Worker)> = ended;
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        locked(&self.0)
    }
}

/// One page in the list of those that wait, as long as this lives.
struct Waiting<'a> {
    schedule: &'a Schedule,
    ticket: u64,
    call: Arc<Notify>,
}

impl<'a> Waiting<'a> {
    fn new(schedule: &'a Schedule, guest: &Guest) -> Self {
        let call = Arc::new(Notify::new());
        let mut desk = schedule.desk();
        desk.tickets += 1;
        let ticket = desk.tickets;
        desk.waiting.push(Waiter {
            ticket,
            guest: guest.number,
            urgency: guest.urgency(),
            call: call.clone(),
        });
        drop(desk);
        Self {
            schedule,
            ticket,
            call,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut desk = self.schedule.desk();
        desk.waiting.retain(|waiter| waiter.ticket != self.ticket);
        // A call that this one did not take is the next one's.
        desk.call_next();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one of these.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
