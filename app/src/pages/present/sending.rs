//! Sends a remote's taps to the server, over a network that may lose them.

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

/// The longest wait for an answer until the command is sent again. Its revision makes it idempotent.
const ANSWER_MS: u32 = 2_500;

/// After this time a command is not sent again: the talk has gone on without it. Measured by the server's
/// clock, which runs while the phone sleeps and is never set.
const GIVE_UP: Duration = Duration::from_secs(10);

/// How far the page's server time may be behind: it is updated each second, and came over the network.
const UNCERTAIN_MS: u32 = 1_500;

/// A key on the projector's page is sent once. The server must begin it within this time.
pub const KEY_PATIENCE_MS: u32 = ANSWER_MS + UNCERTAIN_MS;

/// How long a hint is shown.
const HINT_MS: u32 = 6_000;

/// Taps are not queued: nobody wants them carried out when the network comes back.
const NOT_CONNECTED: &str = "Not connected, so nothing was sent.";

const NO_ANSWER: &str = "No answer yet. Trying again.";

impl Remote {
    /// Sends a command. Returns whether it was accepted, as far as this page can know.
    pub fn tap(self, command: Command) -> bool {
        // The badge tells why.
        let link = self.connection.get_untracked();
        if link.is_lost() {
            self.say(match link {
                ConnectionState::Revoked => link.sentence(),
                _ => NOT_CONNECTED,
            });
            return false;
        }
        // More taps would all be carried out at once when the network is back.
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

    /// Shows a sentence for a while.
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

/// Sends the waiting commands one after another, so that a network can't reorder them.
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
        // The server must not carry out a command that this page has given up.
        let begin_by = now().unix_ms() + u64::from(patience + UNCERTAIN_MS);
        let answer = pin!(api::send(&code, command, if_revision, begin_by));
        let given_up = match select(answer, TimeoutFuture::new(patience)).await {
            // The command was in time: this page's clock stood still while it slept.
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
    let was_carried_out = remote.outbox.try_update(|outbox| match error.state {
        Some(state) => outbox.refused(*state),
        None => {
            outbox.roll_back();
            false
        }
    });
    if was_carried_out != Some(true) {
        remote.say(&sentence);
    }
}

/// The page's address told of a tap that changed nothing. Cleans the address, so that a reload does not
/// tell it again.
pub fn forget_hint(remote: Remote) {
    if remote.hint.read_untracked().is_empty() {
        return;
    }
    let clean = routes::present(&remote.code());
    let history = window().history();
    // Without access to the history, the hint is repeated; that is all.
    let _ = history
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&clean)));
    remote.say(&remote.hint.get_untracked());
}
