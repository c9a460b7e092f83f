use super::{Remote, Talk, Talks, talk::CommandError};
use crate::{
    access::{Credentials, Key},
    metrics::COMMANDS,
};
use app::{
    api::{ApiError, ErrorCode, Stage},
    talk::{Command, Revision, SlideState, TalkCode},
};
use metrics::counter;
use std::{future::Future, pin::Pin, sync::Arc};
use tracing::error;

/// Whoever made one request, and what their keys allow.
#[derive(Clone)]
pub struct Visitor {
    talks: Talks,
    credentials: Credentials,
}

impl Visitor {
    pub fn new(talks: Talks, credentials: Credentials) -> Self {
        Self { talks, credentials }
    }

    /// The talk, if this visitor presents it, as the host does any.
    ///
    /// # Errors
    /// [`ErrorCode::NoSuchTalk`], [`ErrorCode::NoKey`] without a key or with one that is nobody's,
    /// [`ErrorCode::WrongKey`] with another talk's.
    pub fn presented(&self, code: &TalkCode) -> Result<Arc<Talk>, ErrorCode> {
        let talk = self.talks.find(code).ok_or(ErrorCode::NoSuchTalk)?;
        if self.is_host() {
            return Ok(talk);
        }
        let key = self.credentials.key(code).ok_or(ErrorCode::NoKey)?.hash();
        let is_link = talk.is_link(&key);
        let by_link = is_link && !self.talks.asks_first();
        if by_link || talk.remotes().may_present(&key) {
            Ok(talk)
        } else if is_link {
            // It lets a device in that asks for a key of its own.
            Err(ErrorCode::NoKey)
        } else if self.talks.any_has_key(&key) {
            Err(ErrorCode::WrongKey)
        } else {
            Err(ErrorCode::NoKey)
        }
    }
}

impl Visitor {
    /// The device that this visitor presents with, or would, once it is let in.
    pub fn remote(&self, talk: &Talk) -> Option<Remote> {
        let key = self.credentials.key(talk.code())?.hash();
        talk.remotes().of(&key).cloned()
    }

    pub fn is_host(&self) -> bool {
        let key = self.credentials.host_key().map(Key::hash);
        key.is_some_and(|key| self.talks.is_host(&key))
    }
}

impl Stage for Visitor {
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Pin<Box<dyn Future<Output = Result<SlideState, ApiError>> + Send + '_>> {
        Box::pin(async move {
            let name = command.name();
            let answer = self.carry_out(code, command, if_revision).await;
            let outcome = answer
                .as_ref()
                .map_or_else(|error| error.code().as_str(), |_| "ok");
            counter!(COMMANDS, "command" => name, "outcome" => outcome).increment(1);
            answer
        })
    }
}

impl Visitor {
    async fn carry_out(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Result<SlideState, ApiError> {
        let talk = self.presented(&code).map_err(ApiError::new)?;
        // A task of its own: a phone that leaves before its answer drops this future, and a
        // command that was begun must come to its end.
        let talks = self.talks.clone();
        let running =
            tokio::spawn(async move { talk.command(talks.store(), command, if_revision).await });
        let Ok(answer) = running.await else {
            return Err(ApiError::new(ErrorCode::Internal));
        };
        answer.map_err(|error| match error {
            CommandError::Stale(state) => ApiError::stale(*state),
            CommandError::Over => ApiError::new(ErrorCode::Over),
            CommandError::OutOfRange => ApiError::new(ErrorCode::OutOfRange),
            CommandError::Store(error) => {
                error!(talk = %code, %error, "a command was not stored");
                ApiError::new(ErrorCode::NotStored)
            }
        })
    }
}
