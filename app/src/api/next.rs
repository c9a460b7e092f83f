use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, SlideState, TalkCode};

/// `POST /api/next`: one step or slide further.
#[server(name = Next, endpoint = "next")]
pub async fn next(code: TalkCode, if_revision: Option<Revision>) -> Result<SlideState, ApiError> {
    super::stage::command(code, model::talk::Command::Next, if_revision).await
}
