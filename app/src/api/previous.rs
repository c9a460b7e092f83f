use super::ApiError;
use crate::talk::{Revision, SlideState, TalkCode};
use leptos::prelude::*;

/// `POST /api/previous`: one step or slide back.
#[server(name = Previous, endpoint = "previous")]
pub async fn previous(
    code: TalkCode,
    if_revision: Option<Revision>,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, crate::talk::Command::Previous, if_revision).await
}
