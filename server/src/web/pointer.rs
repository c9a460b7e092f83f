//! `POST /t/{code}/point`: the presenter's pointer and ink on their way to the room. Nothing is stored.

use super::{
    extract::Presenter,
    form::{BoundedForm, Form},
};
use crate::{access::Refusal, talks::Sent};
use app::api::ErrorCode;
use axum::http::StatusCode;
use model::{
    deck::SlideNumber,
    talk::{Pointing, SeatNumber, Tool},
};
use serde::Deserialize;

/// The form that the remote sends while a finger is on its slide.
#[derive(Deserialize)]
pub struct Pointed {
    /// Made up by the page, as the one of its stream.
    seat: SeatNumber,
    /// Grows with each form that this page sends.
    count: u64,
    slide: SlideNumber,
    tool: Tool,
    /// Ten-thousandths of the slide. A finger that leaves the slide stays at its edge.
    x: i64,
    y: i64,
    #[serde(default)]
    ink: String,
    /// The finger was lifted.
    #[serde(default)]
    last: bool,
}

/// All of its ink, encoded for a form, and a few numbers.
impl Form for Pointed {
    const MAX_BYTES: usize = 4 * Pointing::MOST_INK;
}

pub async fn point(
    Presenter { talk, .. }: Presenter,
    BoundedForm(pointed): BoundedForm<Pointed>,
) -> Result<StatusCode, Refusal> {
    if !Pointing::is_ink(&pointed.ink) {
        return Err(ErrorCode::BadRequest.into());
    }
    if talk.is_over() {
        return Err(ErrorCode::Over.into());
    }
    let pointing = Pointing {
        slide: pointed.slide,
        tool: pointed.tool,
        x: within(pointed.x),
        y: within(pointed.y),
        ink: pointed.ink,
    };
    let sent = Sent {
        page: pointed.seat,
        count: pointed.count,
        is_last: pointed.last,
    };
    talk.point(sent, &pointing);
    Ok(StatusCode::NO_CONTENT)
}

fn within(coordinate: i64) -> u16 {
    u16::try_from(coordinate.clamp(0, Pointing::FAR.into())).unwrap_or(Pointing::FAR)
}
