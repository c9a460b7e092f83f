//! The boundary between the server functions and the server.

use super::ApiError;
use model::talk::{Command, Revision, SlideState, TalkCode};
use std::{future::Future, pin::Pin};

/// A command's answer on its way.
pub type PendingState<'a> = Pin<Box<dyn Future<Output = Result<SlideState, ApiError>> + Send + 'a>>;

/// Carries out commands. The server provides one for each request, which knows that request's keys;
/// the server functions never see a key.
pub trait CommandHandler: Send + Sync {
    /// Answers with the state after `command`, once that is stored and published.
    ///
    /// `if_revision` is the revision the command was made against; `None` for whatever is current.
    ///
    /// # Errors
    /// The reason why nothing changed.
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> PendingState<'_>;
}
