//! From one to many.

use super::Frame;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::sync::watch;

/// How often a stream says that it lives. Below the 60 s after which nginx and others close a
/// silent connection, and often enough that a page notices a dead one within 38 s.
pub const PING_EVERY: Duration = Duration::from_secs(15);

/// What a stream has to know: always whole, never a queue. A slow follower wakes to the newest and
/// has skipped the rest.
#[derive(Debug, Clone)]
pub struct Signal {
    pub frame: Frame,
    /// Counts pings; a stream that sees a new count and no new frame pings.
    pub beat: u64,
    /// The stream should end, and its page come back.
    pub ended: bool,
}

/// One talk's stream.
#[derive(Debug, Clone)]
pub struct Channel(Arc<watch::Sender<Signal>>);

/// All channels, for what concerns them all: pings and the end. A cheap handle.
#[derive(Debug, Clone)]
pub struct Hub {
    channels: Arc<std::sync::Mutex<Vec<Weak<watch::Sender<Signal>>>>>,
    /// A level, not an edge: a channel opened after the end was called is ended too.
    ended: watch::Sender<bool>,
}

impl Hub {
    /// A hub whose pings come from one timer for all of its streams. Ends with its runtime.
    pub fn start() -> Self {
        let hub = Self {
            channels: Arc::default(),
            ended: watch::Sender::new(false),
        };
        let pinging = hub.clone();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(PING_EVERY);
            interval.tick().await;
            loop {
                interval.tick().await;
                pinging.each(|signal| signal.beat += 1);
            }
        });
        hub
    }

    pub fn open(&self, first: Frame) -> Channel {
        let ended = *self.ended.borrow();
        let channel = Channel(Arc::new(watch::Sender::new(Signal {
            frame: first,
            beat: 0,
            ended,
        })));
        self.locked().push(Arc::downgrade(&channel.0));
        channel
    }

    /// Ends every stream, now and from now on.
    pub fn end(&self) {
        self.ended.send_replace(true);
        self.each(|signal| signal.ended = true);
    }

    fn each(&self, change: impl Fn(&mut Signal)) {
        let channels = {
            let mut channels = self.locked();
            channels.retain(|channel| channel.strong_count() > 0);
            channels.clone()
        };
        for channel in channels.iter().filter_map(Weak::upgrade) {
            channel.send_modify(&change);
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Weak<watch::Sender<Signal>>>> {
        // Nothing panics while it holds this lock; if it did, the list would still be whole.
        self.channels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Channel {
    pub fn publish(&self, frame: Frame) {
        self.0.send_modify(|signal| signal.frame = frame);
    }

    pub fn newest(&self) -> Frame {
        self.0.borrow().frame.clone()
    }

    /// From here on, nothing published is missed.
    pub fn subscribe(&self) -> watch::Receiver<Signal> {
        self.0.subscribe()
    }

    /// How many streams are open.
    pub fn followers(&self) -> usize {
        self.0.receiver_count()
    }
}
