//! Commands on their way to the server, and answers on their way back.

use super::{Outcome, World};
use crate::whole_path::{
    ledger::{Asked, Sent},
    life::Answer,
};
use axum::http::StatusCode;
use model::talk::{Command, Outbox, Revision};
use proptest::{prop_assert, test_runner::TestCaseError};
use tokio::task::JoinHandle;

/// How often a remote sends a tap; as `app/src/pages/present/sending.rs`.
const TRIES: u32 = 4;

pub struct Remote {
    pub outbox: Outbox,
    /// The key that its page was loaded with.
    pub key: String,
    /// The command that it waits for, and how often it was sent.
    pub waits_for: Option<(usize, u32)>,
}

pub enum Way {
    ToServer { key: String },
    AtServer(JoinHandle<Answer>),
    Gone,
}

impl World {
    pub fn send_waiting(&mut self, remote: usize) -> bool {
        let first = self.remotes[remote].outbox.first();
        let Some((command, if_revision)) = first else {
            return false;
        };
        if self.remotes[remote].waits_for.is_some() {
            return false;
        }
        self.send_tap(remote, command, if_revision, 1);
        true
    }

    pub fn send_tap(&mut self, remote: usize, command: Command, if_revision: Revision, tries: u32) {
        let key = self.remotes[remote].key.clone();
        let what = Asked::Command(command);
        let sent = self.send(format!("remote {remote}"), what, Some(if_revision), key);
        self.remotes[remote].waits_for = Some((sent, tries));
    }

    pub fn send(
        &mut self,
        by: String,
        what: Asked,
        if_revision: Option<Revision>,
        key: String,
    ) -> usize {
        let number = self.sent.len();
        let against = if_revision.map(|revision| format!(" against {revision}"));
        let against = against.unwrap_or_default();
        self.say(format!("{by} sends {what:?}{against} (#{number})"));
        self.sent.push(Sent {
            tap: number,
            by: format!("{by} (#{number})"),
            what,
            if_revision,
            epoch: self.stored().epoch,
            answer: None,
        });
        self.on_the_way.push(Way::ToServer { key });
        number
    }

    pub fn to_server(&self) -> Vec<usize> {
        let ways = self.on_the_way.iter().enumerate();
        ways.filter(|(_, way)| matches!(way, Way::ToServer { .. }))
            .map(|(sent, _)| sent)
            .collect()
    }

    pub fn arrive(&mut self, number: usize) {
        if let Way::ToServer { key } = &self.on_the_way[number] {
            let sent = &self.sent[number];
            let running = self.life().command(key, sent.what, sent.if_revision);
            self.on_the_way[number] = Way::AtServer(running);
            self.say(format!("#{number} arrives"));
        }
    }

    /// No answer came in time. The command may still arrive, or run; or its connection is cut.
    pub fn hear_nothing(&mut self, remote: usize, is_cut: bool) {
        let Some((number, tries)) = self.remotes[remote].waits_for.take() else {
            return;
        };
        if is_cut && self.sent[number].answer.is_none() {
            if let Way::AtServer(running) = &self.on_the_way[number] {
                running.abort();
            }
            self.on_the_way[number] = Way::Gone;
        }
        self.say(format!(
            "remote {remote} hears nothing of #{number}, cut: {is_cut}"
        ));
        match self.remotes[remote].outbox.first() {
            Some((command, if_revision)) if tries < TRIES => {
                self.send_tap(remote, command, if_revision, tries + 1);
                let again = self.sent.len() - 1;
                self.sent[again].tap = self.sent[number].tap;
            }
            _ => {
                self.remotes[remote].outbox.roll_back();
                self.send_waiting(remote);
            }
        }
    }

    /// Whether its answer was there.
    pub fn hear_answer(&mut self, remote: usize) -> bool {
        let Some((number, _)) = self.remotes[remote].waits_for else {
            return false;
        };
        let Some(answer) = self.sent[number].answer.clone() else {
            return false;
        };
        self.say(format!("remote {remote} hears of #{number}"));
        self.remotes[remote].waits_for = None;
        let outbox = &mut self.remotes[remote].outbox;
        match answer {
            Answer::Accepted(state) => outbox.accepted(state),
            Answer::Stale(state) => drop(outbox.refused(state)),
            Answer::Ended | Answer::Refused(_) => outbox.roll_back(),
        }
        self.send_waiting(remote);
        true
    }

    /// Takes the answers that the server gave, whether or not anybody will hear them. Whether there
    /// were any.
    pub fn hear_answers(&mut self) -> Result<bool, TestCaseError> {
        let mut any = false;
        for number in 0..self.sent.len() {
            let Way::AtServer(running) = &mut self.on_the_way[number] else {
                continue;
            };
            if !running.is_finished() {
                continue;
            }
            let answer = self.life.as_ref().expect("it runs").finished(running);
            self.on_the_way[number] = Way::Gone;
            self.say(format!("#{number} is answered {answer:?}"));
            self.allow(&answer, number)?;
            self.sent[number].answer = Some(answer);
            any = true;
        }
        Ok(any)
    }

    pub fn allow(&self, answer: &Answer, number: usize) -> Outcome {
        let Sent {
            what, if_revision, ..
        } = &self.sent[number];
        let log = self.disk.log();
        match answer {
            Answer::Accepted(state) => {
                prop_assert!(log.has(state), "acknowledged, and not durable");
                let published = self.life().published();
                prop_assert!(
                    !published.gives_way_to(state),
                    "acknowledged, and not published"
                );
                let moved = if_revision.map(|revision| state.revision.get() - revision.get());
                prop_assert!(moved.is_none_or(|by| by <= 1), "moved by {:?}", moved);
            }
            Answer::Stale(state) => {
                prop_assert!(log.has(state), "a refusal tells what is not durable");
                prop_assert!(if_revision.is_some_and(|revision| revision != state.revision));
            }
            Answer::Ended => prop_assert!(log.records().iter().any(|record| record.state.over)),
            Answer::Refused(StatusCode::UNPROCESSABLE_ENTITY) => {
                let can_be = matches!(what, Asked::Command(Command::GoTo { .. }));
                prop_assert!(can_be, "only slides can be out of range");
            }
            Answer::Refused(StatusCode::GONE) => {
                prop_assert!(log.records().iter().any(|record| record.state.over));
            }
            // The key of a talk that is over is not good for the next one under its code.
            Answer::Refused(StatusCode::UNAUTHORIZED) => {
                prop_assert!(log.records()[0].state.epoch != self.stored().epoch);
            }
            Answer::Refused(StatusCode::INTERNAL_SERVER_ERROR) => {
                prop_assert!(self.has_failed, "refused for the store, which is well");
            }
            Answer::Refused(status) => prop_assert!(false, "refused with {}", status),
        }
        Ok(())
    }
}
