//! The sender of a request, and what they may do.

use super::{LinkState, Remote, RequestState, Talk, Talks, now, talk::CommandError};
use crate::{
    access::{Credentials, Key, KeyHash, OpenedLink},
    observe::metrics::COMMANDS,
};
use app::api::{ApiError, CommandHandler, ErrorCode, PendingState};
use metrics::counter;
use model::talk::{Command, Revision, SlideState, TalkCode, Timestamp};
use std::sync::Arc;
use tracing::error;

/// The sender of one request. What they may do depends on their keys.
#[derive(Clone)]
pub struct Visitor {
    talks: Talks,
    credentials: Credentials,
    begin_by: Option<Timestamp>,
}

impl Visitor {
    pub fn new(talks: Talks, credentials: Credentials) -> Self {
        Self {
            talks,
            credentials,
            begin_by: None,
        }
    }

    /// Sets the time by which a command must begin. Later the visitor has given up, and a talk that moved
    /// all the same would surprise them.
    #[must_use]
    pub fn who_gives_up(mut self, begin_by: Option<Timestamp>) -> Self {
        self.begin_by = begin_by;
        self
    }

    /// The talk, if this visitor presents it. The host presents any.
    ///
    /// # Errors
    /// [`ErrorCode::NoSuchTalk`], [`ErrorCode::NoKey`] without a key or with one that is nobody's,
    /// [`ErrorCode::WrongKey`] with another talk's.
    pub fn presented(&self, code: &TalkCode) -> Result<Arc<Talk>, ErrorCode> {
        let talk = self.talks.find(code).ok_or(ErrorCode::NoSuchTalk)?;
        if self.is_host() {
            return Ok(talk);
        }
        let remotes = talk.remotes();
        let keys = self.keys(code);
        if keys.iter().any(|key| remotes.may_present(key)) {
            return Ok(talk);
        }
        // A link admits devices. A program can't be admitted; it presents with the link's key itself.
        let program = self.credentials.bearer().map(Key::hash);
        match program {
            Some(key) if talk.is_link(&key) && !self.talks.asks_first() => Ok(talk),
            Some(key) if !talk.is_link(&key) && self.talks.any_has_key(&key) => {
                Err(ErrorCode::WrongKey)
            }
            _ => Err(ErrorCode::NoKey),
        }
    }
}

impl Visitor {
    fn keys(&self, code: &TalkCode) -> Vec<KeyHash> {
        let keys = self.credentials.keys(code, self.talks.cookies());
        keys.iter().map(Key::hash).collect()
    }

    /// The remote that this visitor presents with, or one that waits to be let in.
    pub fn remote(&self, talk: &Talk) -> Option<Remote> {
        let remotes = talk.remotes();
        let keys = self.keys(talk.code());
        keys.iter().find_map(|key| remotes.of(key)).cloned()
    }

    /// The presenter's link that this visitor has opened, if it has not admitted their device yet, and
    /// what became of it.
    pub fn opened_link(&self, talk: &Talk) -> Option<(OpenedLink, LinkState)> {
        let opened = self.link_opened(talk)?;
        let state = talk.link_state(&opened.link.hash())?;
        self.remote(talk).is_none().then_some((opened, state))
    }

    /// The presenter's link that this visitor has opened, whatever became of it.
    pub fn link_opened(&self, talk: &Talk) -> Option<OpenedLink> {
        self.credentials.link(talk.code(), self.talks.cookies())
    }

    /// The key that this visitor's device was admitted with, if the answer that gave it was lost.
    pub fn key_not_given(&self, talk: &Talk) -> Option<Key> {
        let key = self.link_opened(talk)?.device?;
        let is_remote = talk.remotes().of(&key.hash()).is_some();
        let is_kept = self.credentials.device(self.talks.cookies()).as_ref() == Some(&key);
        (is_remote && !is_kept).then_some(key)
    }

    /// The remote that this visitor's device was until it removed itself a moment ago.
    pub fn left(&self, talk: &Talk) -> Option<Remote> {
        let remotes = talk.remotes();
        let keys = self.keys(talk.code());
        let left = keys.iter().find_map(|key| remotes.left(key, now()));
        left.cloned()
    }

    /// What became of this visitor's request for the remote.
    pub fn request(&self, talk: &Talk) -> Option<RequestState> {
        let keys = self.keys(talk.code());
        keys.iter().find_map(|key| talk.request_of(key))
    }

    /// The key with which this visitor's device asks for the remote, or has asked.
    pub fn key_that_asks(&self, talk: &Talk) -> Option<Key> {
        let key = self.credentials.device(self.talks.cookies())?;
        talk.request_of(&key.hash()).map(|_| key)
    }

    /// The key that this visitor's device presents other talks with. A key that no talk knows is not used:
    /// somebody else may have chosen it.
    pub fn known_device(&self) -> Option<Key> {
        let key = self.credentials.device(self.talks.cookies())?;
        self.talks.any_knows(&key.hash()).then_some(key)
    }

    /// The host's key, if this visitor is the host.
    pub fn host_key(&self) -> Option<Key> {
        let key = self.credentials.host_key(self.talks.cookies())?;
        self.talks.is_host(&key.hash()).then_some(key)
    }

    pub fn is_host(&self) -> bool {
        self.host_key().is_some()
    }
}

impl CommandHandler for Visitor {
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> PendingState<'_> {
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
        let answer = talk.command(command, if_revision, self.begin_by).await;
        answer.map_err(|error| match error {
            CommandError::Stale(state) => ApiError::stale(*state),
            CommandError::Over => ApiError::new(ErrorCode::Over),
            CommandError::OutOfRange => ApiError::new(ErrorCode::OutOfRange),
            CommandError::TooLate => ApiError::new(ErrorCode::TooSlow),
            CommandError::Store(error) => {
                error!(talk = %code, %error, "a command was not stored");
                ApiError::new(ErrorCode::NotStored)
            }
        })
    }
}
