//! A talk for programs and pages: the event stream, and the same once.

use super::{
    Shared,
    extract::{KnownTalk, OpenTalk, SameOrigin},
    form::{BoundedForm, Form},
};
use crate::{
    access::{Asker, Refusal},
    live::{self, Audience, Frame},
    talks::{self, Visitor},
};
use app::api::ErrorCode;
use axum::{
    Json,
    extract::{FromRequestParts, Query, State},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use model::{
    deck::{Slide, SlideNumber},
    talk::{Presence, Role, SeatNumber, Seen, SlideState, Snapshot, View},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{convert::Infallible, iter, time::Duration};

/// What a page says when it opens a stream, or asks for the snapshot instead. Any of it may be missing
/// or malformed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StreamRequest {
    last_event_id: Option<String>,
    view: Option<String>,
    seat: Option<String>,
}

impl StreamRequest {
    fn seat(&self) -> Option<SeatNumber> {
        self.seat.as_ref()?.parse().ok()
    }
}

impl FromRequestParts<Shared> for StreamRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Infallible> {
        let query = Query::<Self>::from_request_parts(parts, shared).await;
        let mut opening = query.map_or_else(|_| Self::default(), |Query(opening)| opening);
        // The header wins: the browser keeps it up to date, and opens the same address again.
        if let Some(id) = parts.headers.get("last-event-id") {
            opening.last_event_id = Some(id.to_str().unwrap_or_default().to_owned());
        }
        Ok(opening)
    }
}

/// `GET /t/{code}/events`
pub async fn events(
    State(shared): State<Shared>,
    talk: KnownTalk,
    opening: StreamRequest,
    SameOrigin(visitor): SameOrigin,
    asker: Option<Asker>,
    method: Method,
) -> Result<Response, Refusal> {
    let (seat, last) = (opening.seat(), opening.last_event_id);
    let talk = match talk {
        KnownTalk::Open(talk) => talk,
        KnownTalk::Deleted(snapshot) => return farewell(&snapshot, last.as_deref()),
    };
    if talk.is_over() {
        let end = talk.snapshot().state.event_id().to_string();
        // The one status after which a browser does not reconnect. A page that was away when the talk ended
        // has an older event, and gets the last one first.
        if last.as_ref().is_none_or(|last| *last == end) {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    }
    if method == Method::HEAD {
        return Ok(live::head());
    }
    let presents = visitor.presented(talk.code()).is_ok();
    let code = talk.code().clone();
    let still_presents = Box::new(move || visitor.presented(&code).is_ok());
    let audience = match opening.view.as_deref() {
        // On the presenter's own laptop these have the presenter's cookie, too.
        Some("project") if presents => Audience::PresentersProjector(still_presents, seat),
        Some("project") => Audience::Follower(View::Project, seat),
        Some("follow") => Audience::Follower(View::Follow, seat),
        _ if presents => Audience::Presenter(still_presents),
        // A remote that was removed while it was away. As a follower it would say Live.
        Some("present") => return Ok(live::revoked()),
        _ => Audience::Follower(View::Follow, seat),
    };
    let seats = shared.hub.seats();
    let seat = match &audience {
        _ if presents => Some(seats.for_presenter()),
        Audience::Follower(View::Project, _) => seats.for_projector(asker),
        _ => seats.for_follower(),
    };
    Ok(match seat {
        Some(seat) => live::events(talk.channel(), seat, audience, last),
        None => live::no_seat(),
    })
}

/// The last snapshot of a deleted talk, once, for a page that has an earlier event of it. Otherwise the page
/// would reconnect forever.
fn farewell(snapshot: &Snapshot, last: Option<&str>) -> Result<Response, Refusal> {
    let last = last.ok_or(ErrorCode::NoSuchTalk)?;
    let frame = Frame::new(snapshot.state.event_id(), snapshot);
    let frame = frame.map_err(|_| ErrorCode::NoSuchTalk)?;
    if last == frame.id.to_string() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(live::farewell(frame))
}

/// About 80 bytes. Pages send it as a beacon, which calls it plain text.
impl Form for Seen {
    const MAX_BYTES: usize = 512;
    const TIMEOUT: Duration = Duration::from_secs(5);
}

/// `POST /t/{code}/seen`: a page has painted something. The answer does not tell whether that was
/// counted: a page could do nothing about it.
pub async fn seen(
    State(shared): State<Shared>,
    OpenTalk(talk): OpenTalk,
    BoundedForm(seen): BoundedForm<Seen>,
) -> StatusCode {
    if shared.hub.acknowledges() {
        talk.channel().attendance().acknowledge(&seen);
    }
    StatusCode::NO_CONTENT
}

/// The snapshot that a stream would send, once.
#[derive(Serialize)]
struct StateAnswer<'a> {
    #[serde(flatten)]
    snapshot: &'a Snapshot,
    /// Presence in the room, for remotes only. Without it a remote knows that it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    presence: Option<Presence>,
}

/// `GET /t/{code}/state`: the stream's snapshot as JSON, once. A page whose stream is withheld asks
/// with its seat's number, and counts as a follower.
pub async fn state(
    talk: KnownTalk,
    opening: StreamRequest,
    SameOrigin(visitor): SameOrigin,
) -> Result<Response, Refusal> {
    let seat = opening.seat();
    let talk = match (talk, seat) {
        (KnownTalk::Open(talk), _) => talk,
        // A page that has a seat followed the talk, and would ask forever.
        (KnownTalk::Deleted(snapshot), Some(_)) => return Ok(state_answer(&snapshot, None)),
        (KnownTalk::Deleted(_), None) => return Err(ErrorCode::NoSuchTalk.into()),
    };
    let channel = talk.channel();
    let presence = match (opening.view.as_deref(), seat) {
        (Some("follow"), Some(seat)) => {
            channel.hear(View::Follow, seat);
            None
        }
        (Some("project"), Some(seat)) => {
            channel.hear(View::Project, seat);
            None
        }
        (Some("present"), _) => {
            let presents = visitor.presented(talk.code()).is_ok();
            presents.then(|| Presence {
                now: talks::now(),
                ..channel.attendance().presence()
            })
        }
        _ => None,
    };
    Ok(state_answer(&talk.snapshot(), presence))
}

fn state_answer(snapshot: &Snapshot, presence: Option<Presence>) -> Response {
    let answer = StateAnswer { snapshot, presence };
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// `GET /t/{code}/role`: what this browser may do by now. Its presenter's link may have been opened
/// after its page.
pub async fn role(OpenTalk(talk): OpenTalk, visitor: Visitor) -> Response {
    let role = Role {
        presents: visitor.presented(talk.code()).is_ok(),
        now: talks::now(),
    };
    ([(header::CACHE_CONTROL, "private, no-store")], Json(role)).into_response()
}

/// `GET /t/{code}/slides`: all slides with their notes for a presenter; for everybody else those that
/// were shown so far, without notes.
pub async fn slides(OpenTalk(talk): OpenTalk, SameOrigin(visitor): SameOrigin) -> Response {
    let presents = visitor.presented(talk.code()).is_ok();
    let (deck, snapshot) = (talk.deck(), talk.snapshot());
    let state = &snapshot.state;
    let numbers = iter::successors(Some(SlideNumber::FIRST), |number| Some(number.next()));
    let slides = deck.slides().iter().zip(numbers);
    let slides: Vec<_> = if presents {
        deck.slides().to_vec()
    } else {
        slides
            .filter_map(|(slide, number)| as_seen(slide, number, state))
            .collect()
    };
    // Only the cookie tells a presenter's answer from a follower's.
    let headers = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::VARY, "cookie, authorization"),
    ];
    let answer = json!({ "title": deck.title, "deck": deck.id, "slides": slides });
    (headers, Json(answer)).into_response()
}

/// A slide as a follower may see it: up to the step that was shown. `None` before its first.
fn as_seen(slide: &Slide, number: SlideNumber, state: &SlideState) -> Option<Slide> {
    let shown = state.shown_step(number, slide.steps)?;
    let faces = slide
        .faces
        .iter()
        .take(usize::from(shown).saturating_add(1));
    let is_all = shown >= slide.steps;
    Some(Slide {
        faces: faces.cloned().collect(),
        notes: String::new(),
        notes_html: String::new(),
        // The text of all steps: which word belongs to which is not known.
        text: if is_all {
            slide.text.clone()
        } else {
            String::new()
        },
        ..slide.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        deck::{Face, Outline},
        talk::{Command, Epoch, Timestamp},
    };

    #[test]
    fn a_follower_gets_no_step_that_was_not_shown() {
        let face = |step: u32| Face::pending(16 + step, 9);
        let slide = Slide {
            steps: 2,
            faces: (0..=2).map(face).collect(),
            notes: "say *hello*".to_owned(),
            notes_html: "<p>say <em>hello</em></p>".to_owned(),
            text: "all of its words".to_owned(),
            ..Slide::new("a slide".to_owned(), face(0))
        };
        let number = |number| SlideNumber::new(number).expect("a slide");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let outline = Outline::new(vec![2; 9]).expect("slides");
        let mut state = SlideState::start(epoch, &outline);
        for (slide, step) in [(1, 2), (2, 1), (5, 0), (3, 2), (3, 0)] {
            let slide = number(slide);
            let command = Command::GoTo { slide, step };
            let moved = state.apply(&outline, command, None, Timestamp::default());
            state = moved.expect("in range");
        }
        let check = |asked, faces: Option<usize>| {
            let seen = as_seen(&slide, number(asked), &state);
            assert_eq!(seen.as_ref().map(|seen| seen.faces.len()), faces, "{asked}");
            let Some(seen) = seen else { return };
            let text = if faces == Some(3) {
                slide.text.as_str()
            } else {
                ""
            };
            assert_eq!((seen.text.as_str(), seen.notes.as_str()), (text, ""));
            assert_eq!(seen.notes_html, "");
            assert_eq!(seen.steps, slide.steps);
        };
        check(1, Some(3));
        check(2, Some(2));
        check(3, Some(3));
        check(4, None);
        check(5, Some(1));
        check(6, None);
    }

    #[test]
    fn a_slide_whose_one_face_is_all_of_its_steps_has_that() {
        let mut slide = Slide::new("a slide".to_owned(), Face::pending(16, 9));
        slide.steps = 2;
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let state = SlideState::start(epoch, &Outline::new(vec![2]).expect("slides"));
        let seen = as_seen(&slide, SlideNumber::FIRST, &state).expect("it is shown");
        assert_eq!(seen.faces, slide.faces);
        assert!(as_seen(&slide, SlideNumber::FIRST.next(), &state).is_none());
    }
}
