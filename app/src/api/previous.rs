use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, SlideState, TalkCode};

/// `POST /api/previous`: one step or slide back.
#[server(name = Previous, endpoint = "previous")]
pub async fn previous(
    code: TalkCode,
    if_revision: Option<Revision>,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, model::talk::Command::Previous, if_revision).await
}
