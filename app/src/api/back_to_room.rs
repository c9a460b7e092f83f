use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, SlideState, TalkCode};

/// `POST /api/back_to_room`: unfreezes the screen where the room is.
#[server(name = BackToRoom, endpoint = "back_to_room")]
pub async fn back_to_room(
    code: TalkCode,
    if_revision: Option<Revision>,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, model::talk::Command::BackToRoom, if_revision).await
}
