use super::ApiError;
use crate::talk::{Revision, Screen, SlideState, TalkCode};
use leptos::prelude::*;

/// `POST /api/screen`: shows the slide, or a black or white screen.
#[server(name = SetScreen, endpoint = "screen")]
pub async fn screen(
    code: TalkCode,
    if_revision: Option<Revision>,
    screen: Screen,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, crate::talk::Command::Screen(screen), if_revision).await
}
