use super::ApiError;
use leptos::prelude::*;
use model::{
    deck::SlideNumber,
    talk::{Revision, SlideState, TalkCode},
};

/// `POST /api/go_to`: to a slide (from 1) and its step (from 0; 0 when absent).
#[server(name = GoTo, endpoint = "go_to")]
pub async fn go_to(
    code: TalkCode,
    if_revision: Option<Revision>,
    slide: SlideNumber,
    step: Option<u16>,
) -> Result<SlideState, ApiError> {
    let command = model::talk::Command::GoTo {
        slide,
        step: step.unwrap_or(0),
    };
    super::stage::command(code, command, if_revision).await
}
