//! From one to many.

use super::Frame;
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// How often a stream says that it lives. Below the 60 s after which nginx and others close a
/// silent connection, and often enough that a page notices a dead one within 38 s.
pub const PING_EVERY: Duration = Duration::from_secs(15);

/// What a stream has to know: always whole, never a queue. A slow follower wakes to the newest and
/// has skipped the rest.
#[derive(Debug, Clone)]
pub struct Newest {
    pub frame: Arc<Frame>,
    /// Counts pings; a stream that sees a new count and no new frame pings.
    pub beat: u64,
    /// The stream should end, and its page come back.
    pub ended: bool,
    /// This frame is the last one there will be.
    pub last: bool,
}

/// One talk's stream.
#[derive(Debug, Clone)]
pub struct Channel(Arc<watch::Sender<Newest>>);

/// All channels, for what concerns them all: pings and the end. A cheap handle.
#[derive(Debug, Clone)]
pub struct Hub {
    channels: Arc<std::sync::Mutex<Vec<Weak<watch::Sender<Newest>>>>>,
    /// A level, not an edge: a channel opened after the end was called is ended too.
    ended: watch::Sender<bool>,
    seats: Arc<Seats>,
}

#[derive(Debug)]
struct Seats {
    taken: AtomicUsize,
    most: usize,
}

/// One open stream's place among those that the server can hold. Dropped, it is free again.
#[derive(Debug)]
pub struct Seat(Arc<Seats>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hub {
    /// A hub of at most `most` streams, whose pings come from one timer for all of them. Ends with
    /// its runtime.
    pub fn start(most: usize) -> Self {
        let hub = Self {
            channels: Arc::default(),
            ended: watch::Sender::new(false),
            seats: Arc::new(Seats {
                taken: AtomicUsize::new(0),
                most,
            }),
        };
        let pinging = hub.clone();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(PING_EVERY);
            interval.tick().await;
            loop {
                interval.tick().await;
                pinging.each(|newest| newest.beat += 1);
            }
        });
        hub
    }

    pub fn open(&self, first: Frame) -> Channel {
        let ended = *self.ended.borrow();
        let channel = Channel(Arc::new(watch::Sender::new(Newest {
            frame: Arc::new(first),
            beat: 0,
            ended,
            last: false,
        })));
        self.locked().push(Arc::downgrade(&channel.0));
        channel
    }

    /// A place for a stream; `None` when all are taken. A presenter always gets one: there are few,
    /// and without them there is no talk.
    pub fn seat(&self, presenter: bool) -> Option<Seat> {
        let taken = self.seats.taken.fetch_add(1, Ordering::Relaxed);
        let seat = Seat(self.seats.clone());
        (presenter || taken < self.seats.most).then_some(seat)
    }

    /// Ends every stream, now and from now on.
    pub fn end(&self) {
        self.ended.send_replace(true);
        self.each(|newest| newest.ended = true);
    }

    fn each(&self, change: impl Fn(&mut Newest)) {
        let channels = {
            let mut channels = self.locked();
            channels.retain(|channel| channel.strong_count() > 0);
            channels.clone()
        };
        for channel in channels.iter().filter_map(Weak::upgrade) {
            channel.send_modify(&change);
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Weak<watch::Sender<Newest>>>> {
        // Nothing panics while it holds this lock; if it did, the list would still be whole.
        self.channels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Channel {
    pub fn publish(&self, frame: Frame) {
        self.0.send_modify(|newest| newest.frame = frame.into());
    }

    /// The same, and after it every stream ends for good.
    pub fn publish_last(&self, frame: Frame) {
        self.0.send_modify(|newest| {
            newest.frame = frame.into();
            newest.last = true;
        });
    }

    /// How many streams are open.
    pub fn followers(&self) -> usize {
        self.0.receiver_count()
    }

    /// From here on, nothing published is missed.
    pub fn subscribe(&self) -> watch::Receiver<Newest> {
        self.0.subscribe()
    }
}
