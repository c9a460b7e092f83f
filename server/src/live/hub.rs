//! From one to many.

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

/// How often a stream says that it lives. Below the 60 s after which nginx and others close a
/// silent connection, and often enough that a page notices a dead one within 38 s.
pub const PING_EVERY: Duration = Duration::from_secs(15);

/// How often a presenter hears of the room, at most.
const PRESENCE_EVERY: Duration = Duration::from_millis(500);

/// Pages take a light away that they have not heard of for this long.
const POINTED_FOR: Duration = Duration::from_millis(900);

/// A room's acknowledgements are spread by this much for each follower, and not over more than that.
const MS_FOR_EACH: u32 = 2;
const LONGEST_SPREAD_MS: u32 = 30_000;

/// What a stream has to know: always whole, never a queue. A slow follower wakes to the newest and
/// has skipped the rest.
#[derive(Debug, Clone)]
pub struct Newest {
    pub frame: Arc<Frame>,
    /// What is pointed at, since the talk last moved; and how often that changed. May be lost.
    pub pointing: Option<Piece>,
    pub pointed: u64,
    /// Until when whoever comes is told of it; `None` for ever.
    pub pointed_until: Option<Instant>,
    /// Counts pings; a stream that sees a new count and no new frame pings.
    pub beat: u64,
    /// The stream should end, and its page come back.
    pub ended: bool,
    /// This frame is the last one there will be.
    pub last: bool,
}

impl Newest {
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
    /// The room as an event, for presenters only.
    presence: Notice<Piece>,
}

/// All channels, for what concerns them all: pings and the end. A cheap handle.
#[derive(Debug, Clone)]
pub struct Hub {
    channels: Arc<std::sync::Mutex<Vec<Weak<Inner>>>>,
    /// A level, not an edge: a channel opened after the end was called is ended too.
    ended: watch::Sender<bool>,
    seats: Seats,
    /// Whether pages are asked what they have painted.
    acknowledged: bool,
}

impl Hub {
    /// A hub of at most `most` streams. Pages say what they have painted if it is to be `acknowledged`.
    /// It sends no pings and no presence: for a program that answers no requests.
    pub fn new(most: usize, acknowledged: bool) -> Self {
        Self {
            channels: Arc::default(),
            ended: watch::Sender::new(false),
            seats: Seats::new(most),
            acknowledged,
        }
    }

    /// The same, with one timer for the pings of all streams and one for presence. They end with the
    /// runtime.
    pub fn start(most: usize, acknowledged: bool) -> Self {
        let hub = Self::new(most, acknowledged);
        let pinging = hub.clone();
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
        let counting = hub.clone();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(PRESENCE_EVERY);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                interval.tick().await;
                counting.channels().iter().for_each(Inner::say_presence);
            }
        });
        hub
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

    /// The places of all their streams.
    pub fn seats(&self) -> &Seats {
        &self.seats
    }

    /// Within how many milliseconds so many followers may say that they have painted a frame: 500
    /// a second, and none so late that it means nothing. `None` when they are not asked.
    pub fn acknowledge_within_ms(&self, followers: u32) -> Option<u32> {
        let spread = followers.saturating_mul(MS_FOR_EACH).min(LONGEST_SPREAD_MS);
        self.acknowledged.then_some(spread)
    }

    /// Whether what pages say that they have painted counts.
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

    fn say_presence(self: &Arc<Self>) {
        self.asking.forget_gone();
        // Nobody asks: then what is new stays new.
        if self.presence.has_readers() {
            self.say_news();
        }
    }

    fn say_news(&self) {
        // Looked at while it is said: what another one says meanwhile is newer, and stays.
        self.presence.change(|said| {
            let news = self.attendance.news();
            if let Some(presence) = &news {
                *said = frame::presence(presence);
            }
            news.is_some()
        });
    }
}

/// A stream is not left waiting for a talk that is no more.
impl Drop for Inner {
    fn drop(&mut self) {
        self.tell(|newest| newest.ended = true);
    }
}

impl Channel {
    /// Those who answer do so `within` this time.
    pub fn publish(&self, frame: Frame, within: Duration) {
        self.0.attendance.published(frame.id.clone(), within);
        self.0.tell(|newest| newest.frame = frame.into());
    }

    /// What is pointed at by now: told to all, and until it is forgotten to whoever comes. Never
    /// waited for, and never before a frame.
    /// What does not `stay` is told again while a finger is there: a page that comes later than that
    /// must not see a light whose finger is gone.
    pub fn point(&self, pointing: Piece, stays: bool) {
        self.0.tell(|newest| {
            newest.pointing = Some(pointing);
            newest.pointed_until = (!stays).then(|| Instant::now() + POINTED_FOR);
            newest.pointed = newest.pointed.wrapping_add(1);
        });
    }

    /// The talk moves: what was pointed at is not there any more, as every page sees by itself.
    pub fn forget_pointing(&self) {
        self.0.newest.change(|newest| {
            newest.pointing = None;
            false
        });
    }

    /// Says more of what the newest frame says already: to whoever comes from now on, and if it is
    /// `awaited` to all.
    pub fn refresh(&self, frame: Frame, awaited: bool) {
        self.0.newest.change(|newest| {
            let is_it = newest.frame.id == frame.id;
            if is_it {
                newest.frame = Arc::new(Frame {
                    says_more: true,
                    ..frame
                });
            }
            is_it && awaited
        });
    }

    /// The same, and after it every stream ends for good.
    pub fn publish_last(&self, frame: Frame) {
        self.0.tell(|newest| {
            newest.frame = frame.into();
            newest.last = true;
        });
    }

    /// Counts a stream, for as long as this is held.
    pub fn enter(&self, view: View, seat: Option<SeatNumber>) -> Attendee {
        if let Some(seat) = seat {
            self.0.asking.forget(seat);
        }
        self.0.attendance.enter(view, seat)
    }

    /// A page asks where the talk is, and has no stream.
    pub fn hear(&self, view: View, seat: SeatNumber) {
        self.0.asking.hear(&self.0.attendance, view, seat);
    }

    pub fn attendance(&self) -> &Attendance {
        &self.0.attendance
    }

    /// Who may present has changed: those who do are asked at once.
    pub fn say_presence(&self) {
        self.0.presence.change(|said| {
            *said = frame::presence(&self.0.attendance.presence());
            true
        });
    }

    /// From here on, nothing published is missed.
    pub fn subscribe(&self) -> Reader<Newest> {
        self.0.newest.reader()
    }

    /// What presenters are told of the room: now, and whenever it changes.
    pub fn presence(&self) -> Reader<Piece> {
        // What was said last may be old, and its time with it.
        self.say_presence();
        let presence = self.0.presence.reader();
        // Else the first is told of the room as it was when the last presenter left.
        self.0.say_news();
        presence.anew()
    }
}
