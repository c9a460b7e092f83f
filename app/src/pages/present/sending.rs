//! A remote's taps on their way to the server, over a network that may swallow them.

use super::{
    remote::{Remote, TOO_LATE},
    ticking::ServerClock,
};
use crate::{
    api::{self, ApiError, ErrorCode},
    live::ConnectionState,
    routes,
};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use model::talk::{Command, Refused, Revision, SlideState};
use std::{pin::pin, time::Duration};
use wasm_bindgen::JsValue;

/// How long an answer may take until the command is sent again. It carries its revision, so that
/// twice moves once.
const ANSWER_MS: u32 = 2_500;

/// So much later it is not sent again: the talk has gone on without it. By the server's clock, which
/// goes on while a phone sleeps, and which nobody sets.
const GIVE_UP: Duration = Duration::from_secs(10);

/// How far a page's idea of the server's time may be behind: it grows by the second, and came over
/// the network.
const UNCERTAIN_MS: u32 = 1_500;

/// A key on the projector's page is sent once: so long after it was pressed the server may begin it.
pub const KEY_PATIENCE_MS: u32 = ANSWER_MS + UNCERTAIN_MS;

/// How long a hint stands.
const HINT_MS: u32 = 6_000;

/// A tap is not kept for later: nobody wants to see it done when the network comes back.
const NOT_CONNECTED: &str = "Not connected, so nothing was sent.";

const NO_ANSWER: &str = "No answer yet. Trying again.";

impl Remote {
    /// Whether it was taken: done by the server, as far as this page can know.
    pub fn tap(self, command: Command) -> bool {
        // What the page says of itself tells why.
        let link = self.connection.get_untracked();
        if link.is_lost() {
            self.say(match link {
                ConnectionState::Revoked => link.sentence(),
                _ => NOT_CONNECTED,
            });
            return false;
        }
        // More of them would all be done at once when the network is back.
        if self.unanswered.get_value() {
            self.say(NO_ANSWER);
            return false;
        }
        self.hint.set(String::new());
        let now = self.now.get_untracked();
        let tapped = self.outbox.try_update(|outbox| outbox.tap(command, now));
        if let Some(Err(refused @ Refused::Over)) = tapped {
            self.hint.set(format!("Nothing moved: {refused}."));
        }
        let has_work = matches!(tapped, Some(Ok(true)));
        if has_work && !self.sending.get_value() {
            self.sending.set_value(true);
            spawn_local(send_waiting(self));
        }
        !matches!(tapped, Some(Err(_)))
    }

    /// A sentence that goes after a while, unless another one has taken its place.
    pub fn say(self, sentence: &str) {
        let said = sentence.to_owned();
        self.hint.set(said.clone());
        spawn_local(async move {
            TimeoutFuture::new(HINT_MS).await;
            if self
                .hint
                .try_get_untracked()
                .is_some_and(|hint| hint == said)
            {
                self.hint.set(String::new());
            }
        });
    }
}

/// One after another, until none waits: a network that reorders can't.
async fn send_waiting(remote: Remote) {
    loop {
        let first = remote.outbox.read_untracked().first();
        let Some((command, if_revision)) = first else {
            break;
        };
        let answer = send(remote, command, if_revision).await;
        remote.unanswered.set_value(false);
        if *remote.hint.read_untracked() == NO_ANSWER {
            remote.say("");
        }
        match answer {
            Ok(state) => remote.outbox.update(|outbox| outbox.accepted(state)),
            Err(error) => refused(remote, error),
        }
    }
    remote.sending.set_value(false);
}

async fn send(
    remote: Remote,
    command: Command,
    if_revision: Revision,
) -> Result<SlideState, ApiError> {
    let code = remote.code();
    let now = || remote.clock.with_value(ServerClock::now);
    let begun = now();
    let mut patience = ANSWER_MS;
    let mut has_asked = false;
    loop {
        // What the server only gets to when this page has given it up must not surprise the room.
        let begin_by = now().unix_ms() + u64::from(patience + UNCERTAIN_MS);
        let answer = pin!(api::send(&code, command, if_revision, begin_by));
        let given_up = match select(answer, TimeoutFuture::new(patience)).await {
            // It was in time: this page's clock stood still in a sleep.
            Either::Left((Err(error), _)) if error.code() == ErrorCode::TooSlow && !has_asked => {
                has_asked = true;
                if let Some(role) = api::role(&code).await {
                    remote.clock.update_value(|clock| clock.told(role.now));
                }
                error
            }
            Either::Left((answer, _)) => return answer,
            Either::Right(_) => {
                // Its answer may only be slow.
                patience = 2 * ANSWER_MS;
                ApiError::new(ErrorCode::Unreachable)
            }
        };
        let is_lost = remote.connection.get_untracked().is_lost();
        if is_lost || now().since(begun) > GIVE_UP {
            return Err(given_up);
        }
        remote.unanswered.set_value(true);
        remote.say(NO_ANSWER);
    }
}

fn refused(remote: Remote, error: ApiError) {
    let sentence = match error.code() {
        ErrorCode::Stale => TOO_LATE.to_owned(),
        _ => error.to_string(),
    };
    let happened = remote.outbox.try_update(|outbox| match error.state {
        Some(state) => outbox.refused(*state),
        None => {
            outbox.give_up();
            false
        }
    });
    if happened != Some(true) {
        remote.say(&sentence);
    }
}

/// The page was told, by its address, of a tap that changed nothing. Said once: not again after a
/// reload.
pub fn forget_hint(remote: Remote) {
    if remote.hint.read_untracked().is_empty() {
        return;
    }
    let clean = routes::present(&remote.code());
    let history = window().history();
    // Without a history to change, the hint is said again; that is all.
    let _ = history
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&clean)));
    remote.say(&remote.hint.get_untracked());
}
