//! The door between the server functions and the server.

use super::ApiError;
use model::talk::{Command, Revision, SlideState, TalkCode};
use std::{future::Future, pin::Pin};

/// Who carries commands out. The server gives each request one, which knows that request's keys;
/// the server functions never see a key.
pub trait Stage: Send + Sync {
    /// Carries out `command`, or says why not. What it answered with is stored and published.
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Pin<Box<dyn Future<Output = Result<SlideState, ApiError>> + Send + '_>>;
}

/// What every server function does: ask the request's stage.
#[cfg(feature = "ssr")]
pub(super) async fn command(
    code: TalkCode,
    command: Command,
    if_revision: Option<Revision>,
) -> Result<SlideState, ApiError> {
    use super::ErrorCode;
    use leptos::prelude::use_context;
    use std::sync::Arc;

    let answer = match use_context::<Arc<dyn Stage>>() {
        Some(stage) => stage.command(code, command, if_revision).await,
        None => Err(ApiError::new(ErrorCode::Internal)),
    };
    answer.inspect_err(ApiError::set_status)
}
