//! Counts one talk's followers, and those that have painted the newest state.
//!
//! All streams are counted. Pages also report what they have painted, spread so that a room of any size
//! sends 500 reports a second. The seat number that a page makes up ties its reports to its stream and
//! proves nothing. A follower costs one map entry while its stream is open.

use crate::observe::metrics::LAG_SECONDS;
use metrics::histogram;
use model::talk::{EventId, Presence, RemoteRequest, Revision, SeatNumber, Seen, Timestamp, View};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Longer waits than this are not believed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A page is late when it has not reported the newest state this long after the reports were due.
const GRACE: Duration = Duration::from_secs(2);

/// A cheap handle.
#[derive(Debug, Clone)]
pub struct Attendance(Arc<Mutex<Room>>);

#[derive(Debug)]
struct Room {
    newest: EventId,
    committed: Instant,
    /// When all reports of the newest state are due.
    due: Instant,
    /// The numbers that time alone changes, as they were last read: late pages, late projectors, devices
    /// that ask for the remote.
    told: [u32; 3],
    followers: u32,
    projectors: u32,
    /// The seats of projectors, also of those that report nothing.
    screens: HashSet<SeatNumber>,
    /// When the last projector left.
    projector_gone: Option<Instant>,
    seats: HashMap<SeatNumber, Taken>,
    /// How many seats have reported anything, and how many have reported the newest state.
    answering: u32,
    seen: u32,
    elsewhere: u32,
    slowest: Option<Duration>,
    /// Number of slides that are ready.
    ready: u32,
    /// Devices that ask for the remote, the first one first.
    asking: Vec<Asking>,
    /// Something has changed since this was last read.
    is_new: bool,
}

/// A device that asks for the remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub request: RemoteRequest,
    /// `None` if it asks until it is answered.
    pub until: Option<Instant>,
}

#[derive(Debug)]
struct Taken {
    since: Instant,
    answered: Option<Answer>,
    /// More than one if a page reconnected before its old stream was known to be gone.
    streams: u32,
}

/// The last report of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    revision: Revision,
    elsewhere: bool,
}

/// One counted stream, until it is dropped.
#[derive(Debug)]
pub struct Attendee {
    room: Attendance,
    view: View,
    seat: Option<SeatNumber>,
}

impl Attendance {
    pub fn new(newest: EventId) -> Self {
        Self(Arc::new(Mutex::new(Room {
            newest,
            committed: Instant::now(),
            due: Instant::now() + GRACE,
            told: [0; 3],
            followers: 0,
            projectors: 0,
            screens: HashSet::new(),
            projector_gone: None,
            seats: HashMap::new(),
            answering: 0,
            seen: 0,
            elsewhere: 0,
            slowest: None,
            ready: 0,
            asking: Vec::new(),
            is_new: true,
        })))
    }

    pub fn enter(&self, view: View, seat: Option<SeatNumber>) -> Attendee {
        let mut room = self.locked();
        *room.count(view) += 1;
        if view == View::Project {
            room.projector_gone = None;
            room.screens.extend(seat);
        }
        if let Some(seat) = seat {
            let taken = room.seats.entry(seat).or_insert_with(|| Taken {
                since: Instant::now(),
                answered: None,
                streams: 0,
            });
            taken.streams += 1;
        }
        room.is_new = true;
        Attendee {
            room: self.clone(),
            view,
            seat,
        }
    }

    pub fn has_stream(&self, seat: SeatNumber) -> bool {
        self.locked().seats.contains_key(&seat)
    }

    /// A newer state was published; pages report it within this time.
    pub fn published(&self, newest: EventId, within: Duration) {
        let mut room = self.locked();
        room.newest = newest;
        room.committed = Instant::now();
        room.due = room.committed + within + GRACE;
        room.seen = 0;
        room.slowest = None;
        room.is_new = true;
    }

    /// Takes a page's report of what it has painted, or that it is out of sight. Ignores pages without a
    /// stream, and repeated reports.
    pub fn acknowledge(&self, said: &Seen) {
        let mut room = self.locked();
        let (newest, committed) = (room.newest.clone(), room.committed);
        if said.id.epoch != newest.epoch || said.id.revision > newest.revision {
            return;
        }
        let Some(taken) = room.seats.get_mut(&said.seat) else {
            return;
        };
        let answer = Answer {
            revision: said.id.revision,
            elsewhere: said.elsewhere,
        };
        let before = taken.answered;
        if before.is_some_and(|before| answer.revision < before.revision || answer == before) {
            return;
        }
        taken.answered = Some(answer);
        let was_there = taken.since <= committed;
        room.count_answer(before, answer);
        room.is_new = true;
        // A page that came, or was looked at, later has not waited for this state.
        let has_waited = before.is_none_or(|before| before.revision < answer.revision);
        let is_newest = answer.revision == newest.revision && !answer.elsewhere;
        if was_there && has_waited && is_newest {
            let waited = Duration::from_millis(said.waited_ms.into()).min(LONGEST_WAIT);
            let lag = committed.elapsed().saturating_sub(waited);
            room.slowest = room.slowest.max(Some(lag));
            histogram!(LAG_SECONDS).record(lag);
        }
    }

    /// Sets which devices ask for the remote.
    pub fn ask(&self, asking: Vec<Asking>) {
        let mut room = self.locked();
        let requests =
            |asking: &[Asking]| -> Vec<_> { asking.iter().map(|it| it.request.clone()).collect() };
        room.is_new |= requests(&room.asking) != requests(&asking);
        room.asking = asking;
    }

    /// Sets how many of the deck's slides are ready.
    pub fn prepared(&self, ready: usize) {
        let mut room = self.locked();
        room.ready = u32::try_from(ready).unwrap_or(u32::MAX);
        room.is_new = true;
    }

    pub fn followers(&self) -> u32 {
        let room = self.locked();
        room.followers + room.projectors
    }

    pub fn presence(&self) -> Presence {
        self.locked().presence()
    }

    /// The same, if anything has changed since the last call.
    pub fn news(&self) -> Option<Presence> {
        let mut room = self.locked();
        let presence = room.presence();
        let now = [presence.late, presence.projectors_behind, presence.waiting];
        let is_new = room.is_new || now != room.told;
        room.is_new = false;
        room.told = now;
        is_new.then_some(presence)
    }

    fn locked(&self) -> MutexGuard<'_, Room> {
        // Nothing panics under this lock; if it did, the counts would still be close.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    fn presence(&self) -> Presence {
        let behind = self.answering - self.seen - self.elsewhere;
        let now = Instant::now();
        let is_due = now >= self.due;
        let is_asking = |it: &&Asking| it.until.is_none_or(|until| until > now);
        let mut asking = self.asking.iter().filter(is_asking);
        let request = asking.next().map(|first| first.request.clone());
        let waiting = asking.count() + usize::from(request.is_some());
        Presence {
            late: if is_due { behind } else { 0 },
            followers: self.followers,
            projectors: self.projectors,
            projectors_behind: self.projectors_behind(is_due),
            projector_gone_ms: self
                .projector_gone
                .map(|gone| u64::try_from(gone.elapsed().as_millis()).unwrap_or(u64::MAX)),
            answering: self.answering,
            revision: self.newest.revision,
            seen: self.seen,
            elsewhere: self.elsewhere,
            ready: self.ready,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            request,
            // Set when the event is written.
            now: Timestamp::default(),
            lag_ms: self
                .slowest
                .map(|lag| u32::try_from(lag.as_millis()).unwrap_or(u32::MAX)),
        }
    }

    fn projectors_behind(&self, is_due: bool) -> u32 {
        let answers = self.screens.iter().filter_map(|screen| {
            let taken = self.seats.get(screen)?;
            taken.answered
        });
        let newest = self.newest.revision;
        let behind =
            answers.filter(|answer| answer.elsewhere || (is_due && answer.revision != newest));
        u32::try_from(behind.count()).unwrap_or(u32::MAX)
    }

    fn count_answer(&mut self, before: Option<Answer>, after: impl Into<Option<Answer>>) {
        let after = after.into();
        self.answering -= u32::from(before.is_some());
        self.answering += u32::from(after.is_some());
        let newest = self.newest.revision;
        let has_seen = |answer: Answer| answer.revision == newest && !answer.elsewhere;
        self.seen -= u32::from(before.is_some_and(has_seen));
        self.seen += u32::from(after.is_some_and(has_seen));
        let is_elsewhere = |answer: Answer| answer.elsewhere;
        self.elsewhere -= u32::from(before.is_some_and(is_elsewhere));
        self.elsewhere += u32::from(after.is_some_and(is_elsewhere));
    }

    const fn count(&mut self, view: View) -> &mut u32 {
        match view {
            View::Project => &mut self.projectors,
            View::Follow | View::Present => &mut self.followers,
        }
    }
}

impl Drop for Attendee {
    fn drop(&mut self) {
        let mut room = self.room.locked();
        *room.count(self.view) -= 1;
        if self.view == View::Project && room.projectors == 0 {
            room.projector_gone = Some(Instant::now());
        }
        room.is_new = true;
        let Some(seat) = self.seat else { return };
        let Some(taken) = room.seats.get_mut(&seat) else {
            return;
        };
        taken.streams -= 1;
        if taken.streams > 0 {
            return;
        }
        let answered = taken.answered;
        room.seats.remove(&seat);
        room.screens.remove(&seat);
        room.count_answer(answered, None);
    }
}

#[cfg(test)]
mod tests;
