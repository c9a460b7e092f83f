//! Channels, which carry one talk's frames to all of its streams, and the hub of all channels.

use super::{
    Attendance, Frame,
    asking::Asking,
    attendance::Attendee,
    frame::{self, Piece},
    seats::Seats,
};
use model::talk::{SeatNumber, View};
use notice::{Notice, Reader};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};

/// The interval of pings. Below the 60 s after which nginx and others close a silent connection, and
/// short enough that a page notices a dead one within 38 s.
pub const PING_EVERY: Duration = Duration::from_secs(15);

/// The shortest interval at which presenters are told of the room.
const PRESENCE_EVERY: Duration = Duration::from_millis(500);

/// Pages hide a pointer that was not updated for this long.
const POINTED_FOR: Duration = Duration::from_millis(900);

/// A room's acknowledgements are spread over this time for each follower, up to a limit.
const MS_FOR_EACH: u32 = 2;
const LONGEST_SPREAD_MS: u32 = 30_000;

/// What a stream sends: the newest state, never a queue. A slow follower skips to it.
#[derive(Debug, Clone)]
pub struct Newest {
    pub frame: Arc<Frame>,
    /// The pointer's position since the talk last moved, and a count of its changes. Positions may be
    /// skipped.
    pub pointing: Option<Piece>,
    pub pointed: u64,
    /// When it stops being sent to late joiners; `None` for never.
    pub pointed_until: Option<Instant>,
    /// Counts pings. A stream that sees a new count and no new frame sends a ping.
    pub beat: u64,
    /// The stream ends, and its page reconnects.
    pub ended: bool,
    /// This frame is the talk's last.
    pub last: bool,
}

impl Newest {
    /// Takes a fuller frame of the same revision. Whether it was one.
    fn complete(&mut self, frame: Frame) -> bool {
        let is_same = self.frame.id == frame.id;
        if is_same {
            self.frame = Arc::new(Frame {
                says_more: true,
                ..frame
            });
        }
        is_same
    }

    pub fn is_pointed_no_more(&self) -> bool {
        self.pointed_until
            .is_some_and(|until| until < Instant::now())
    }
}

/// One talk's stream. A cheap handle.
#[derive(Debug, Clone)]
pub struct Channel(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    newest: Notice<Newest>,
    attendance: Attendance,
    asking: Asking,
    /// The room's presence as an event, for presenters only.
    presence: Notice<Piece>,
}

/// All channels: sends their pings and ends them. A cheap handle.
#[derive(Debug, Clone)]
pub struct Hub {
    channels: Arc<std::sync::Mutex<Vec<Weak<Inner>>>>,
    /// A level, not an edge: a channel that is opened after the end is ended, too.
    ended: watch::Sender<bool>,
    seats: Seats,
    /// Whether pages are asked what they have painted.
    acknowledged: bool,
}

impl Hub {
    /// A hub of at most `most` streams. Before its [`start`](Self::start) it sends no pings and no
    /// presence, which a program that answers no requests does not need.
    pub fn new(most: usize) -> Self {
        Self {
            channels: Arc::default(),
            ended: watch::Sender::new(false),
            seats: Seats::new(most),
            acknowledged: true,
        }
    }

    /// The same, without asking pages what they have painted.
    #[must_use]
    pub fn without_acknowledgements(self) -> Self {
        Self {
            acknowledged: false,
            ..self
        }
    }

    /// Starts one timer for the pings of all streams and one for presence. They end with the runtime.
    #[must_use]
    pub fn start(self) -> Self {
        let pinging = self.clone();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(PING_EVERY);
            interval.tick().await;
            loop {
                interval.tick().await;
                for channel in pinging.channels() {
                    channel.tell(|newest| newest.beat += 1);
                }
            }
        });
        let counting = self.clone();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(PRESENCE_EVERY);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                interval.tick().await;
                counting.channels().iter().for_each(Inner::say_presence);
            }
        });
        self
    }

    pub fn open(&self, first: Frame) -> Channel {
        let ended = *self.ended.borrow();
        let attendance = Attendance::new(first.id.clone());
        let channel = Channel(Arc::new(Inner {
            newest: Notice::new(Newest {
                frame: Arc::new(first),
                pointing: None,
                pointed: 0,
                pointed_until: None,
                beat: 0,
                ended,
                last: false,
            }),
            presence: Notice::new(frame::presence(&attendance.presence())),
            attendance,
            asking: Asking::default(),
        }));
        self.locked().push(Arc::downgrade(&channel.0));
        channel
    }

    /// The seats of all streams.
    pub fn seats(&self) -> &Seats {
        &self.seats
    }

    /// The time in milliseconds over which `followers` spread their acknowledgements of a frame: 500 a
    /// second, and never later than is useful. `None` when they are not asked for any.
    pub fn acknowledge_within_ms(&self, followers: u32) -> Option<u32> {
        let spread = followers.saturating_mul(MS_FOR_EACH).min(LONGEST_SPREAD_MS);
        self.acknowledged.then_some(spread)
    }

    /// Whether pages acknowledge frames.
    pub fn acknowledges(&self) -> bool {
        self.acknowledged
    }

    /// Ends every stream, now and from now on.
    pub fn end(&self) {
        self.ended.send_replace(true);
        for channel in self.channels() {
            channel.tell(|newest| newest.ended = true);
        }
    }

    fn channels(&self) -> Vec<Arc<Inner>> {
        let mut channels = self.locked();
        channels.retain(|channel| channel.strong_count() > 0);
        channels.iter().filter_map(Weak::upgrade).collect()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Inner>>> {
        // Nothing panics while it holds this lock; if it did, the list would still be whole.
        self.channels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Inner {
    fn tell(&self, change: impl FnOnce(&mut Newest)) {
        self.newest.change(|newest| {
            change(newest);
            true
        });
    }

    fn point_until(&self, pointing: Piece, until: Option<Instant>) {
        self.tell(|newest| {
            newest.pointing = Some(pointing);
            newest.pointed_until = until;
            newest.pointed = newest.pointed.wrapping_add(1);
        });
    }

    fn say_presence(self: &Arc<Self>) {
        self.asking.forget_gone();
        // Without readers, news is kept until there is one.
        if self.presence.has_readers() {
            self.say_news();
        }
    }

    fn say_news(&self) {
        // Read under the lock, so that a newer presence is never overwritten.
        self.presence.change(|said| {
            let news = self.attendance.news();
            if let Some(presence) = &news {
                *said = frame::presence(presence);
            }
            news.is_some()
        });
    }
}

/// Ends the streams of a talk that is gone.
impl Drop for Inner {
    fn drop(&mut self) {
        self.tell(|newest| newest.ended = true);
    }
}

impl Channel {
    /// Sends a frame to all. Acknowledgements are expected `within` this time.
    pub fn publish(&self, frame: Frame, within: Duration) {
        self.0.attendance.published(frame.id.clone(), within);
        self.0.tell(|newest| newest.frame = frame.into());
    }

    /// Sends the pointer's position to all, never before a frame. It is repeated while the finger is down,
    /// and expires soon after: a late joiner must not see a pointer whose finger is gone.
    pub fn point(&self, pointing: Piece) {
        self.0
            .point_until(pointing, Some(Instant::now() + POINTED_FOR));
    }

    /// Sends a drawing to all, and to late joiners until it is forgotten; never before a frame.
    pub fn draw(&self, pointing: Piece) {
        self.0.point_until(pointing, None);
    }

    /// Forgets the pointer, because the talk moves. Pages hide it by themselves.
    pub fn forget_pointing(&self) {
        self.0.newest.change(|newest| {
            newest.pointing = None;
            false
        });
    }

    /// Replaces the newest frame with a fuller one of the same revision, and sends it to all.
    pub fn complete(&self, frame: Frame) {
        self.0.newest.change(|newest| newest.complete(frame));
    }

    /// The same, but only for late joiners: what is new is nothing that pages wait for.
    pub fn complete_for_late_joiners(&self, frame: Frame) {
        self.0.newest.change(|newest| {
            newest.complete(frame);
            false
        });
    }

    /// Sends the last frame, after which every stream ends for good.
    pub fn publish_last(&self, frame: Frame) {
        self.0.tell(|newest| {
            newest.frame = frame.into();
            newest.last = true;
        });
    }

    /// Counts a stream while the guard is held.
    pub fn enter(&self, view: View, seat: Option<SeatNumber>) -> Attendee {
        if let Some(seat) = seat {
            self.0.asking.forget(seat);
        }
        self.0.attendance.enter(view, seat)
    }

    /// Counts a page that polls the state, because it has no stream.
    pub fn hear(&self, view: View, seat: SeatNumber) {
        self.0.asking.hear(&self.0.attendance, view, seat);
    }

    pub fn attendance(&self) -> &Attendance {
        &self.0.attendance
    }

    /// Sends presence at once, because remotes have changed: each presenter's stream checks whether it may
    /// still present.
    pub fn say_presence(&self) {
        self.0.presence.change(|said| {
            *said = frame::presence(&self.0.attendance.presence());
            true
        });
    }

    /// Subscribes. Frames published after this call are never missed.
    pub fn subscribe(&self) -> Reader<Newest> {
        self.0.newest.reader()
    }

    /// Subscribes to presence, which a new reader gets at once.
    pub fn presence(&self) -> Reader<Piece> {
        // The last value, and its time, may be old.
        self.say_presence();
        let presence = self.0.presence.reader();
        // Otherwise the first reader gets the room as it was when the last presenter left.
        self.0.say_news();
        presence.anew()
    }
}
