//! A remote's taps on their way to the server, over a network that may swallow them.

use super::remote::{Remote, TOO_LATE};
use crate::{
    api::{self, ApiError, ErrorCode},
    routes,
    talk::{Command, Refused, Revision, SlideState},
};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use std::pin::pin;
use wasm_bindgen::JsValue;

/// How long an answer may take until the command is sent again. It carries its revision, so that
/// twice moves once.
const ANSWER_MS: u32 = 2_500;

/// How often a command is sent before it is given up: the talk goes on without it for ten seconds.
const TRIES: u32 = 4;

/// How long a hint stands.
const HINT_MS: u32 = 6_000;

/// A tap is not kept for later: nobody wants to see it done when the network comes back.
const NOT_CONNECTED: &str = "Not connected, so nothing was sent.";

impl Remote {
    pub fn tap(self, command: Command) {
        // What the page says of itself tells why.
        if self.link.get_untracked().is_lost() {
            return self.say(NOT_CONNECTED);
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
        match send(remote, command, if_revision).await {
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
    for _ in 0..TRIES {
        let code = remote.code();
        let answer = pin!(api::send(&code, command, if_revision));
        match select(answer, TimeoutFuture::new(ANSWER_MS)).await {
            Either::Left((answer, _)) => return answer,
            Either::Right(_) => remote.say("No answer yet. Trying again."),
        }
    }
    Err(ApiError::new(ErrorCode::Unreachable))
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

/// The page was told, by its address, of a tap that came too late. Said once: not again after a
/// reload.
pub fn forget_late(remote: Remote) {
    let clean = routes::present(&remote.code());
    let history = window().history();
    // Without a history to change, the hint is said again; that is all.
    let _ = history
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&clean)));
    remote.say(TOO_LATE);
}
