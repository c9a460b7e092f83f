//! `POST /t/{code}/point`: the presenter's finger on its way to the room. Nothing of it is stored.

use crate::{
    access::{Credentials, refusal},
    talks::Visitor,
    web::{Shared, commands},
};
use app::api::ErrorCode;
use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, Response, StatusCode},
    response::IntoResponse,
};
use model::{
    deck::SlideNumber,
    talk::{Pointing, SeatNumber, TalkCode, Tool},
};
use serde::Deserialize;

/// All of its ink, encoded for a form, and a few numbers.
const MAX_BYTES: usize = 4 * Pointing::MOST_INK;

/// The form that the remote sends while a finger is on its slide.
#[derive(Deserialize)]
pub struct Pointed {
    /// Made up by the page, as the one of its stream.
    seat: SeatNumber,
    /// Grows with each that this page sends.
    count: u64,
    slide: SlideNumber,
    tool: Tool,
    /// Ten-thousandths of the slide. Out of it is at its edge: a finger does not stop there.
    x: i64,
    y: i64,
    #[serde(default)]
    ink: String,
    /// The finger was lifted.
    #[serde(default)]
    last: bool,
}

pub async fn point(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let Some(code): Option<TalkCode> = code else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(&headers));
    let talk = match visitor.presented(&code) {
        Ok(talk) => talk,
        Err(code) => return refusal(code),
    };
    // Only now: nobody without a key is waited for.
    let form = match commands::form(body, MAX_BYTES).await {
        Ok(form) => form,
        Err(code) => return refusal(code),
    };
    let Ok(pointed) = serde_urlencoded::from_bytes::<Pointed>(&form) else {
        return refusal(ErrorCode::BadRequest);
    };
    if !Pointing::is_ink(&pointed.ink) {
        return refusal(ErrorCode::BadRequest);
    }
    if talk.is_over() {
        return refusal(ErrorCode::Over);
    }
    let pointing = Pointing {
        slide: pointed.slide,
        tool: pointed.tool,
        x: within(pointed.x),
        y: within(pointed.y),
        ink: pointed.ink,
    };
    talk.point(pointed.seat, pointed.count, pointed.last, &pointing);
    StatusCode::NO_CONTENT.into_response()
}

fn within(place: i64) -> u16 {
    u16::try_from(place.clamp(0, Pointing::FAR.into())).unwrap_or(Pointing::FAR)
}
