use super::ApiError;
use crate::talk::{Revision, SlideState, TalkCode};
use leptos::prelude::*;

/// `POST /api/next`: one step or slide further.
#[server(name = Next, endpoint = "next")]
pub async fn next(code: TalkCode, if_revision: Option<Revision>) -> Result<SlideState, ApiError> {
    super::stage::command(code, crate::talk::Command::Next, if_revision).await
}
