//! Pages that poll `/state`, because something on the way withholds their stream. They count as
//! followers.
//!
//! Such a page says Live while it is answered in time. A remote's answer includes the room's state, too;
//! without it, the remote knows that it was removed. If a stream's first event comes late, a proxy is
//! assumed to deliver it in lumps: the page keeps polling, and opens another stream after a while.

use super::{Attendance, attendance::Attendee};
use model::talk::{SeatNumber, View};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A page polls every 1.5 to 2.5 s. One that has not polled for this long is gone.
const GONE_AFTER: Duration = Duration::from_secs(6);

/// Upper bound on counted pages: clients make up their seat numbers.
const MOST: usize = 4_096;

/// One talk's polling pages, each with its attendee.
#[derive(Debug, Default)]
pub struct Asking(Mutex<HashMap<SeatNumber, Heard>>);

#[derive(Debug)]
struct Heard {
    at: Instant,
    _attendee: Attendee,
}

impl Asking {
    pub fn hear(&self, attendance: &Attendance, view: View, seat: SeatNumber) {
        let mut asking = self.locked();
        if let Some(heard) = asking.get_mut(&seat) {
            heard.at = Instant::now();
            return;
        }
        // Its withheld stream may be open at this end, and is counted.
        if asking.len() >= MOST || attendance.has_stream(seat) {
            return;
        }
        let heard = Heard {
            at: Instant::now(),
            _attendee: attendance.enter(view, Some(seat)),
        };
        asking.insert(seat, heard);
    }

    /// From now on its stream is counted instead.
    pub fn forget(&self, seat: SeatNumber) {
        self.locked().remove(&seat);
    }

    pub fn forget_gone(&self) {
        self.locked()
            .retain(|_, heard| heard.at.elapsed() < GONE_AFTER);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<SeatNumber, Heard>> {
        // Nothing panics under this lock; if it did, the map would still be consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn seat(number: u32) -> SeatNumber {
        SeatNumber::made_up(0, number)
    }

    fn room() -> (Asking, Attendance) {
        let newest = "test-0".parse().expect("an id");
        (Asking::default(), Attendance::new(newest))
    }

    #[tokio::test(start_paused = true)]
    async fn a_polling_page_counts_as_a_follower_until_it_stops_polling() {
        let (asking, attendance) = room();
        for _ in 0..5 {
            asking.hear(&attendance, View::Follow, seat(1));
            asking.hear(&attendance, View::Project, seat(2));
            advance(Duration::from_secs(2)).await;
            asking.forget_gone();
            let presence = attendance.presence();
            assert_eq!((presence.followers, presence.projectors), (1, 1));
        }
        advance(GONE_AFTER).await;
        asking.forget_gone();
        assert_eq!(attendance.followers(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_counted_once_whether_it_polls_or_streams() {
        let (asking, attendance) = room();
        asking.hear(&attendance, View::Follow, seat(1));
        asking.forget(seat(1));
        let stream = attendance.enter(View::Follow, Some(seat(1)));
        asking.hear(&attendance, View::Follow, seat(1));
        assert_eq!(attendance.followers(), 1);
        drop(stream);
        assert_eq!(attendance.followers(), 0);
        asking.hear(&attendance, View::Follow, seat(1));
        assert_eq!(attendance.followers(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn made_up_seats_are_counted_up_to_a_limit() {
        let (asking, attendance) = room();
        for number in 0..10_000 {
            asking.hear(&attendance, View::Follow, seat(number));
        }
        assert_eq!(usize::try_from(attendance.followers()), Ok(MOST));
    }
}
