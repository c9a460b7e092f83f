//! Who follows one talk, and who has the newest.
//!
//! Followers that say what they painted are known by the seat's number that their page made up;
//! all are counted. What a follower costs here is one entry of a map, while its stream is open.

use crate::metrics::LAG_SECONDS;
use app::talk::{EventId, Presence, Revision, SeatNumber, Seen, View};
use metrics::histogram;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// One page needs to say no more often than this what it has painted.
const ANSWERS_APART: Duration = Duration::from_millis(100);

/// A page that says it waited longer than this is not believed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Whoever has not painted the newest this long after the room's answers were due is late.
const GRACE: Duration = Duration::from_secs(2);

/// A cheap handle.
#[derive(Debug, Clone)]
pub struct Attendance(Arc<Mutex<Room>>);

#[derive(Debug)]
struct Room {
    newest: EventId,
    committed: Instant,
    /// When everybody who answers has had time for it.
    due: Instant,
    /// How many were late when somebody looked.
    told_late: u32,
    followers: u32,
    projectors: u32,
    seats: HashMap<SeatNumber, Taken>,
    /// How many seats have said anything, and how many that they painted the newest.
    answering: u32,
    seen: u32,
    slowest: Option<Duration>,
    /// Slides that can be seen.
    ready: u32,
    /// Devices that ask to present.
    waiting: u32,
    /// Something changed since somebody looked.
    is_new: bool,
}

#[derive(Debug)]
struct Taken {
    since: Instant,
    answered: Option<(Instant, Revision)>,
    /// A page that comes back may have its new stream before its old one is known to be gone.
    streams: u32,
}

/// One counted stream; dropped, it is counted no more.
#[derive(Debug)]
pub struct Attendee {
    room: Attendance,
    view: View,
    seat: Option<SeatNumber>,
}

/// An answer came too soon after the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften;

impl Attendance {
    pub fn new(newest: EventId) -> Self {
        Self(Arc::new(Mutex::new(Room {
            newest,
            committed: Instant::now(),
            due: Instant::now() + GRACE,
            told_late: 0,
            followers: 0,
            projectors: 0,
            seats: HashMap::new(),
            answering: 0,
            seen: 0,
            slowest: None,
            ready: 0,
            waiting: 0,
            is_new: true,
        })))
    }

    pub fn enter(&self, view: View, seat: Option<SeatNumber>) -> Attendee {
        let mut room = self.locked();
        *room.count(view) += 1;
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

    /// A newer state is what everybody should see, and say so within this time.
    pub fn published(&self, newest: EventId, within: Duration) {
        let mut room = self.locked();
        room.newest = newest;
        room.committed = Instant::now();
        room.due = room.committed + within + GRACE;
        room.seen = 0;
        room.slowest = None;
        room.is_new = true;
    }

    /// A page has painted something. One that has no stream here is not counted.
    ///
    /// # Errors
    /// [`TooOften`] when it said something a moment ago.
    pub fn acknowledge(&self, said: &Seen) -> Result<(), TooOften> {
        let mut room = self.locked();
        let now = Instant::now();
        let (newest, committed) = (room.newest.clone(), room.committed);
        let Some(taken) = room.seats.get_mut(&said.seat) else {
            return Ok(());
        };
        if taken
            .answered
            .is_some_and(|(at, _)| now < at + ANSWERS_APART)
        {
            return Err(TooOften);
        }
        let was_there = taken.since <= committed;
        let before = taken.answered.map(|(_, revision)| revision);
        let of_this_life = said.id.epoch == newest.epoch && said.id.revision <= newest.revision;
        if !of_this_life || before.is_some_and(|before| said.id.revision <= before) {
            return Ok(());
        }
        taken.answered = Some((now, said.id.revision));
        room.is_new = true;
        if before.is_none() {
            room.answering += 1;
        }
        if said.id.revision == newest.revision {
            room.seen += 1;
            let waited = Duration::from_millis(said.waited_ms.into()).min(LONGEST_WAIT);
            let lag = now
                .saturating_duration_since(committed)
                .saturating_sub(waited);
            // Whoever came later has not waited for it.
            if was_there {
                room.slowest = room.slowest.max(Some(lag));
                histogram!(LAG_SECONDS).record(lag);
            }
        }
        Ok(())
    }

    /// So many devices wait to be let in as remotes.
    pub fn wait_to_present(&self, waiting: u32) {
        let mut room = self.locked();
        room.is_new |= room.waiting != waiting;
        room.waiting = waiting;
    }

    /// So many of the deck's slides can be seen.
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

    /// The same, if anything changed since this was asked last.
    pub fn news(&self) -> Option<Presence> {
        let mut room = self.locked();
        let presence = room.presence();
        let is_new = room.is_new || presence.late != room.told_late;
        room.is_new = false;
        room.told_late = presence.late;
        is_new.then_some(presence)
    }

    fn locked(&self) -> MutexGuard<'_, Room> {
        // Nothing panics while it holds this lock; if it did, the counts would still be close.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    fn presence(&self) -> Presence {
        let behind = self.answering - self.seen;
        let is_due = Instant::now() >= self.due;
        Presence {
            late: if is_due { behind } else { 0 },
            followers: self.followers,
            projectors: self.projectors,
            answering: self.answering,
            revision: self.newest.revision,
            seen: self.seen,
            ready: self.ready,
            waiting: self.waiting,
            lag_ms: self
                .slowest
                .map(|lag| u32::try_from(lag.as_millis()).unwrap_or(u32::MAX)),
        }
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
        room.is_new = true;
        let Some(seat) = self.seat else { return };
        let Some(taken) = room.seats.get_mut(&seat) else {
            return;
        };
        taken.streams -= 1;
        if taken.streams > 0 {
            return;
        }
        let answered = taken.answered.map(|(_, revision)| revision);
        room.seats.remove(&seat);
        if let Some(revision) = answered {
            room.answering -= 1;
            if revision == room.newest.revision {
                room.seen -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::time::advance;

    fn id(revision: u64) -> EventId {
        format!("test-{revision}").parse().expect("an id")
    }

    fn seen(seat: u32, revision: u64) -> Seen {
        Seen {
            seat: SeatNumber::made_up(0, seat),
            id: id(revision),
            waited_ms: 0,
        }
    }

    fn enter(room: &Attendance, seat: u32) -> Attendee {
        room.enter(View::Follow, Some(SeatNumber::made_up(0, seat)))
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_painted_the_newest_is_counted_once() {
        let room = Attendance::new(id(0));
        let _one = enter(&room, 1);
        let _two = enter(&room, 2);
        let _program = room.enter(View::Follow, None);
        let _projector = room.enter(View::Project, None);
        room.published(id(1), Duration::ZERO);
        advance(Duration::from_millis(240)).await;
        let waited = Seen {
            waited_ms: 200,
            ..seen(1, 1)
        };
        assert_eq!(room.acknowledge(&waited), Ok(()));
        assert_eq!(room.acknowledge(&seen(1, 1)), Err(TooOften));
        assert_eq!(room.acknowledge(&seen(2, 0)), Ok(()));
        assert_eq!(room.acknowledge(&seen(3, 1)), Ok(()), "a stranger");
        let presence = room.presence();
        assert_eq!((presence.followers, presence.projectors), (3, 1));
        assert_eq!((presence.answering, presence.seen), (2, 1));
        assert_eq!(presence.late, 0, "it has time yet");
        assert_eq!(presence.lag_ms, Some(40));

        assert!(room.news().is_some_and(|news| news.late == 0));
        assert_eq!(room.news(), None, "nothing is new");
        advance(GRACE).await;
        assert!(room.news().is_some_and(|news| news.late == 1));
        assert_eq!(room.news(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_future_and_other_lives_are_not_believed() {
        let room = Attendance::new(id(5));
        let _one = enter(&room, 1);
        let _ = room.acknowledge(&seen(1, 6));
        let foreign = Seen {
            id: "other-5".parse().expect("an id"),
            ..seen(1, 5)
        };
        let _ = room.acknowledge(&foreign);
        assert_eq!(room.presence().answering, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_late_has_no_lag() {
        let room = Attendance::new(id(5));
        advance(Duration::from_secs(60)).await;
        let _one = enter(&room, 1);
        assert_eq!(room.acknowledge(&seen(1, 5)), Ok(()));
        assert_eq!((room.presence().seen, room.presence().lag_ms), (1, None));
    }

    proptest! {
        #[test]
        fn an_empty_room_counts_nobody(steps in prop::collection::vec((0_u8..4, 0_u32..5, 0_u64..5), 0..100)) {
            let room = Attendance::new(id(0));
            let mut there = Vec::new();
            let mut newest = 0;
            for (step, seat, revision) in steps {
                match step {
                    0 => there.push(enter(&room, seat)),
                    1 => drop(there.pop()),
                    2 => {
                        newest += 1;
                        room.published(id(newest), Duration::ZERO);
                    }
                    _ => drop(room.acknowledge(&seen(seat, revision.min(newest)))),
                }
                let presence = room.presence();
                prop_assert!(presence.seen <= presence.answering);
                prop_assert!(presence.answering <= presence.followers);
            }
            drop(there);
            let presence = room.presence();
            prop_assert_eq!((presence.followers, presence.answering, presence.seen), (0, 0, 0));
        }
    }
}
