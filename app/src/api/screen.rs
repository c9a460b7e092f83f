use super::ApiError;
use leptos::prelude::*;
use model::talk::{Revision, Screen, SlideState, TalkCode};

/// `POST /api/screen`: shows the slide, or a black or white screen.
#[server(name = SetScreen, endpoint = "screen")]
pub async fn screen(
    code: TalkCode,
    if_revision: Option<Revision>,
    screen: Screen,
) -> Result<SlideState, ApiError> {
    super::stage::command(code, model::talk::Command::Screen(screen), if_revision).await
}
