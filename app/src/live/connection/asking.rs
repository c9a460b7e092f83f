//! Polls the talk's state while the stream is withheld.

use super::Inner;
use crate::{
    api, json,
    live::{ConnectionState, jitter_ms, seat},
    routes,
};
use leptos::{prelude::Set, task::spawn_local};
use model::talk::{Presence, Snapshot, View};
use serde::Deserialize;
use std::rc::Rc;

/// The delay from an answer to the next poll, and the most that is added to it at random.
const ASK_EVERY_MS: u32 = 1_500;
const ASK_JITTER_MS: u32 = 1_000;

/// The longest wait for an answer until the page counts as stale: networks whose proxies withhold streams
/// are slow.
const ANSWER_MS: u32 = 3_000;

/// What a presenter's device is told in addition to the snapshot.
#[derive(Deserialize)]
struct Room {
    presence: Presence,
}

impl Inner {
    pub fn ask_after(self: &Rc<Self>, ms: u32) {
        let timeout = self.timeout(ms, |inner| inner.ask());
        self.asking.replace(Some(timeout));
    }

    /// Polls once. Attempts to reopen the stream go on meanwhile.
    fn ask(self: &Rc<Self>) {
        let url = routes::state_of_seat(&self.code, self.view, seat());
        // By then the last answer is too old.
        let doubt = self.timeout(ANSWER_MS, |inner| {
            if inner.asking.borrow().is_some() && inner.was_answered.replace(false) {
                inner.set_broken();
            }
        });
        let inner = Rc::downgrade(self);
        spawn_local(async move {
            let answer = api::ask(&url).await.unwrap_or_default();
            drop(doubt);
            let snapshot = json::read::<Snapshot>(&answer);
            let Some(inner) = inner.upgrade() else { return };
            // An event has come, or the page is hidden.
            if inner.asking.borrow().is_none() {
                return;
            }
            inner.was_answered.set(snapshot.is_some());
            match snapshot {
                Some(snapshot) => {
                    inner.take_presence(&answer, &snapshot);
                    inner.take(snapshot);
                }
                None => inner.set_broken(),
            }
            if inner.asking.borrow().is_none() {
                return;
            }
            let wait = if inner.was_answered.get() {
                inner.asked_in_vain.borrow_mut().reset();
                ASK_EVERY_MS + jitter_ms(ASK_JITTER_MS)
            } else {
                // A room must not overload a server that is down.
                ASK_EVERY_MS
                    + inner
                        .asked_in_vain
                        .borrow_mut()
                        .next_ms(js_sys::Math::random())
            };
            inner.ask_after(wait);
        });
    }

    /// A presenter's answer also has the room's presence; without it, the device was removed.
    fn take_presence(&self, answer: &str, snapshot: &Snapshot) {
        self.set_live();
        if self.view != View::Present {
            return;
        }
        match json::read::<Room>(answer) {
            Some(room) => self.signals.presence.set(Some(room.presence)),
            None if snapshot.state.over => {}
            None => self.finish(ConnectionState::Revoked),
        }
    }
}
