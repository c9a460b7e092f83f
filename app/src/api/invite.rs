use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, SlideState, TalkCode};

/// `POST /api/invite`: shows on the projector how to join, or no longer.
#[server(name = Invite, endpoint = "invite")]
pub async fn invite(
    code: TalkCode,
    if_revision: Option<Revision>,
    inviting: bool,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, model::talk::Command::Invite(inviting), if_revision).await
}
