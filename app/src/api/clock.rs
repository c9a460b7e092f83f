use super::ApiError;
use leptos::prelude::*;
use model::talk::{Minutes, Revision, SlideState, TalkCode, Timing};

/// `POST /api/clock`: runs, pauses or resets the talk's clock, or plans the talk for so many
/// `minutes` (1 to 1,440; absent or empty: for none).
#[server(name = SetClock, endpoint = "clock")]
pub async fn clock(
    code: TalkCode,
    if_revision: Option<Revision>,
    clock: Timing,
    minutes: Option<Minutes>,
) -> Result<SlideState, ApiError> {
    super::stage::command(
        code,
        model::talk::Command::Clock(clock, minutes),
        if_revision,
    )
    .await
}
