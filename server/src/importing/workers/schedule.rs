//! Schedules the workers of all imports. Their number is limited by seats. A process holds its seat until
//! it is gone, even while it is idle, because it keeps its memory.
//!
//! First slides come before other pages, and those before larger pictures. Among equals the host's decks
//! come first, then the import that waits longest. There is one more seat than processors. It is reserved
//! for the host's slides while others work, and for others while the host's slides have all other seats,
//! so that neither waits for a page of the other, which may take half a minute.
//!
//! An idle worker gives way at once. After a page a worker gives way to more urgent work. To work of the
//! same urgency it gives way only after a while, because the next worker has to open its deck first.

use super::process::Process;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How long a worker keeps its seat while work of the same urgency waits.
const SLICE: Duration = Duration::from_secs(1);

/// A worker keeps its seat for at least this many times as long as its deck took to open. Otherwise two
/// decks that open slowly would spend their time on opening.
const OPENINGS: u32 = 4;

/// Who imports a deck. The host's decks come first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum BroughtBy {
    Host,
    Guest,
}

/// What an import waits for, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    FirstSlide,
    Page,
    LargerPicture,
}

type Urgency = (Need, BroughtBy);

/// Whether this is urgent work for the host: neither a guest's, nor a larger picture.
fn is_hosts((need, by): Urgency) -> bool {
    by == BroughtBy::Host && need <= Need::Page
}

/// The right to run one process.
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

/// A worker with an open deck.
pub struct Worker {
    pub process: Process,
    /// When it got its seat.
    pub since: Instant,
    /// How long it took to open its deck.
    pub opening: Duration,
    /// How long it has worked in total.
    pub worked: Duration,
}

pub enum Turn {
    /// A worker of this import that has read pages before.
    Worker(Box<Worker>),
    Seat(Seat),
}

/// An import in the schedule.
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
    /// Free seats.
    free: usize,
    /// The owners of the other seats.
    seated: Vec<Guest>,
    /// Idle workers, which hold some of these seats.
    idle: Vec<(u64, Worker)>,
    /// Requests that wait for a seat.
    waiting: Vec<Waiter>,
}

struct Waiter {
    ticket: u64,
    guest: u64,
    urgency: Urgency,
    call: Arc<Notify>,
}

impl Desk {
    /// The next of the waiting requests that may have a seat.
    fn next(&self) -> Option<&Waiter> {
        let waiting = self.waiting.iter().filter(|it| self.may_sit(it.urgency));
        waiting.min_by_key(|waiter| (waiter.urgency, waiter.ticket))
    }

    /// Whether there is a seat that is not reserved. An idle worker may be killed for its seat.
    fn may_sit(&self, urgency: Urgency) -> bool {
        let is_kept = self.seats > 1 && is_hosts(urgency) != self.others_work();
        self.free + self.idle.len() > usize::from(is_kept)
    }

    /// Whether any worker is busy with work that is not the host's.
    fn others_work(&self) -> bool {
        let seated = self.seated.iter().filter(|it| !is_hosts(it.urgency()));
        seated.clone().any(|it| {
            let seats = seated.clone().filter(|other| other.number == it.number);
            let idle = self.idle.iter().filter(|(idle, _)| *idle == it.number);
            seats.count() > idle.count()
        })
    }

    /// Whether a worker that has had its seat for this long, and took this long to open its deck, gives way.
    fn gives_way(&self, guest: &Guest, sat: Duration, opening: Duration) -> bool {
        let urgency = guest.urgency();
        let has_nothing_to_do = !self.waiting.iter().any(|it| it.guest == guest.number);
        let is_over = sat > SLICE.max(opening * OPENINGS);
        let others = self.waiting.iter().filter(|it| it.guest != guest.number);
        // For the others this seat would be the reserved one.
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

    /// Waits until the import may use a worker.
    pub async fn turn(&self, guest: &Guest) -> Turn {
        // Registers the request, so that a worker that is given back finds it.
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
            // Kills the idle worker that has had its seat longest. The seat is free once its process is
            // gone.
            let idle = desk.idle.iter().enumerate();
            idle.min_by_key(|(_, (_, worker))| worker.since)
                .map(|(at, _)| at)
        } else {
            None
        };
        let ended = longest.map(|longest| desk.idle.swap_remove(longest));
        // Its seat becomes free.
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

    /// Gives a worker back after a page. It waits for the next one, or is killed to give way.
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

    /// Kills the workers of an import that has ended.
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

/// A request in the list of waiting ones. Dropping it removes the request.
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
        // Passes a wake-up that this request did not use on to the next one.
        desk.call_next();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds this lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
