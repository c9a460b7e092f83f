//! Where the talk is kept in these tests, and what is known of it for sure.

use model::talk::{Epoch, SlideState};
use server::store::{Store, TalkRecord};
use std::sync::{Arc, Mutex, MutexGuard};

/// All that was ever committed of the one talk, in order: the truth that pages are compared with.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<TalkRecord>>>);

impl Log {
    pub fn records(&self) -> Vec<TalkRecord> {
        self.locked().clone()
    }

    pub fn newest(&self) -> Option<TalkRecord> {
        self.locked().last().cloned()
    }

    pub fn newest_of(&self, epoch: &Epoch) -> Option<TalkRecord> {
        let records = self.locked();
        let newest = records.iter().rfind(|record| record.state.epoch == *epoch);
        newest.cloned()
    }

    pub fn has(&self, state: &SlideState) -> bool {
        self.locked().iter().any(|record| record.state == *state)
    }

    /// Epochs are names; this says which one came first.
    pub fn age(&self, state: &SlideState) -> Option<usize> {
        let records = self.locked();
        records
            .iter()
            .position(|record| record.state.epoch == state.epoch)
    }

    pub fn add(&self, record: TalkRecord) {
        self.locked().push(record);
    }

    fn locked(&self) -> MutexGuard<'_, Vec<TalkRecord>> {
        self.0.lock().expect("nobody panics here")
    }
}

/// What outlives a server.
pub trait Disk {
    /// The store of the next server. The one before is gone.
    fn open(&mut self) -> Store;

    /// The server has started: from now on nothing is done but by [`act`](Self::act).
    fn hold(&mut self);

    fn log(&self) -> &Log;

    /// Lets the store get on; `false` where it does so by itself.
    fn act(&mut self, act: Act) -> bool;

    /// Whether nothing waits in the store, as far as it can be known.
    fn is_idle(&self) -> bool;

    /// Whether time stands still unless it is told to pass. Not where a thread of its own works:
    /// tokio's paused time would jump while it does.
    fn has_paused_time(&self) -> bool;
}

/// What a [`ModelStore`] does next.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// So many waiting commits become durable together, or fail together.
    Write { most: usize, works: bool },
    /// The feed tells the oldest change that is durable and was not told.
    Tell,
    /// Delivers the outcome of the oldest commit.
    Answer,
}
