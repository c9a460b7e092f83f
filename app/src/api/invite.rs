use super::ApiError;
use crate::talk::{Revision, SlideState, TalkCode};
use leptos::prelude::*;

/// `POST /api/invite`: shows on the projector how to join, or no longer.
#[server(name = Invite, endpoint = "invite")]
pub async fn invite(
    code: TalkCode,
    if_revision: Option<Revision>,
    inviting: bool,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, crate::talk::Command::Invite(inviting), if_revision).await
}
