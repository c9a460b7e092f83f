//! A talk for programs and pages: the event stream, and the same once.

use crate::{
    access::{Credentials, asker, is_own, refusal},
    live::{self, Audience, Frame},
    talks::{self, Talk, Visitor},
    web::Shared,
};
use app::api::ErrorCode;
use axum::{
    Extension, Json,
    body::Body,
    extract::{
        ConnectInfo, Path, Query, State, rejection::PathRejection, rejection::QueryRejection,
    },
    http::{HeaderMap, Method, Response, StatusCode, Uri, header},
    response::IntoResponse,
};
use http_body_util::{BodyExt, Limited};
use model::{
    deck::{Slide, SlideNumber},
    talk::{Presence, Role, SeatNumber, Seen, SlideState, Snapshot, TalkCode, View},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{iter, net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::timeout;

type CodePath = Result<Path<String>, PathRejection>;

/// What a page says when it opens a stream, or asks instead. All of it may be missing, or nonsense.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Opening {
    last_event_id: Option<String>,
    view: Option<String>,
    seat: Option<String>,
}

impl Opening {
    fn number(&self) -> Option<SeatNumber> {
        self.seat.as_ref()?.parse().ok()
    }
}

/// The form of `POST /t/{code}/seen` is about 80 bytes.
const MAX_SEEN_BYTES: usize = 512;
const SEEN_TIMEOUT: Duration = Duration::from_secs(5);

/// `GET /t/{code}/events`
pub async fn events(
    State(shared): State<Shared>,
    path: CodePath,
    query: Result<Query<Opening>, QueryRejection>,
    method: Method,
    uri: Uri,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response<Body> {
    // The header wins: it is the browser's own word, newer than the address that was opened.
    let by_header = headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default().to_owned());
    let opening = query.map_or_else(|_| Opening::default(), |Query(opening)| opening);
    let number = opening.number();
    let last = by_header.or(opening.last_event_id);
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let Some(talk) = code.as_ref().and_then(|code| shared.talks.find(code)) else {
        // Who followed it would come back for ever to learn that it is over.
        let gone = code.filter(|_| last.is_some());
        let gone = gone.and_then(|code| shared.talks.last_of_gone(&code));
        let farewell = gone.and_then(|gone| Frame::new(gone.state.event_id(), &gone).ok());
        return match farewell {
            // Told before. Told again, a browser would come back for ever.
            Some(farewell) if last == Some(farewell.id.to_string()) => {
                StatusCode::NO_CONTENT.into_response()
            }
            Some(farewell) => live::farewell(farewell),
            None => refusal(ErrorCode::NoSuchTalk),
        };
    };
    if talk.is_over() {
        let end = talk.snapshot().state.event_id().to_string();
        // The one answer after which a browser does not come back. Not for whoever was away when
        // the talk ended: they have something older, and are told first.
        if last.as_ref().is_none_or(|last| *last == end) {
            return StatusCode::NO_CONTENT.into_response();
        }
    }
    if method == Method::HEAD {
        return live::head();
    }
    let visitor = as_seen_from(&shared, &headers, &uri);
    let presents = visitor.presented(talk.code()).is_ok();
    let audience = match opening.view.as_deref() {
        // On the presenter's own laptop these have the presenter's cookie too.
        Some("project") => Audience::Follower(View::Project, number),
        Some("follow") => Audience::Follower(View::Follow, number),
        _ if presents => {
            let code = talk.code().clone();
            Audience::Presenter(Box::new(move || visitor.presented(&code).is_ok()))
        }
        // A remote's page, taken off while it was away: as a follower it would say Live.
        Some("present") => return live::revoked(),
        _ => Audience::Follower(View::Follow, number),
    };
    let seat = match &audience {
        Audience::Follower(View::Project, _) if !presents => {
            // Asked in this process, by a test, there is no peer.
            let asker = peer.map(|Extension(ConnectInfo(peer))| asker(peer.ip(), &headers));
            shared.hub.seats().seat_of_projector(asker)
        }
        _ => shared.hub.seats().seat(presents),
    };
    match seat {
        Some(seat) => live::events(talk.channel(), seat, audience, last),
        None => live::no_seat(),
    }
}

/// `POST /t/{code}/seen`: a page has painted something. The answer says nothing of whether it was
/// counted: a page could do nothing about it.
pub async fn seen(State(shared): State<Shared>, path: CodePath, body: Body) -> Response<Body> {
    let Some(talk) = found(&shared, path) else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    // Pages send it as a beacon, which calls it plain text.
    let form = Limited::new(body, MAX_SEEN_BYTES).collect();
    let form = match timeout(SEEN_TIMEOUT, form).await {
        Ok(Ok(form)) => form.to_bytes(),
        Ok(Err(_)) => return refusal(ErrorCode::TooLarge),
        Err(_) => return refusal(ErrorCode::TooSlow),
    };
    let Ok(seen) = serde_urlencoded::from_bytes::<Seen>(&form) else {
        return refusal(ErrorCode::BadRequest);
    };
    if shared.hub.acknowledges() {
        talk.channel().attendance().acknowledge(&seen);
    }
    StatusCode::NO_CONTENT.into_response()
}

/// What one stream would say, once.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    snapshot: &'a Snapshot,
    /// Of the room, to a remote only. Without it a remote knows that it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    presence: Option<Presence>,
}

/// `GET /t/{code}/state`: the stream's snapshot as JSON, once. A page whose stream is withheld asks
/// with its seat's number, and follows like any other.
pub async fn state(
    State(shared): State<Shared>,
    path: CodePath,
    query: Result<Query<Opening>, QueryRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let opening = query.map_or_else(|_| Opening::default(), |Query(opening)| opening);
    let seat = opening.number();
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let Some(talk) = code.as_ref().and_then(|code| shared.talks.find(code)) else {
        // A page that has a seat followed it, and would ask for ever.
        let gone = code.filter(|_| seat.is_some());
        return match gone.and_then(|code| shared.talks.last_of_gone(&code)) {
            Some(gone) => told(&gone, None),
            None => refusal(ErrorCode::NoSuchTalk),
        };
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
            let visitor = as_seen_from(&shared, &headers, &uri);
            let presents = visitor.presented(talk.code()).is_ok();
            presents.then(|| Presence {
                now: talks::now(),
                ..channel.attendance().presence()
            })
        }
        _ => None,
    };
    told(&talk.snapshot(), presence)
}

fn told(snapshot: &Snapshot, presence: Option<Presence>) -> Response<Body> {
    let told = Told { snapshot, presence };
    ([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response()
}

/// `GET /t/{code}/role`: what the browser that asks may do. Its presenter's link may have been opened
/// after its page.
pub async fn role(
    State(shared): State<Shared>,
    path: CodePath,
    headers: HeaderMap,
) -> Response<Body> {
    let Some(talk) = found(&shared, path) else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(&headers));
    let role = Role {
        presents: visitor.presented(talk.code()).is_ok(),
        now: talks::now(),
    };
    ([(header::CACHE_CONTROL, "private, no-store")], Json(role)).into_response()
}

/// `GET /t/{code}/slides`: all of them with their notes for a presenter; what was shown of them so
/// far, without notes, for everybody else.
pub async fn slides(
    State(shared): State<Shared>,
    path: CodePath,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let Some(talk) = found(&shared, path) else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    let visitor = as_seen_from(&shared, &headers, &uri);
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
    // Whether it is for a presenter depends on the cookie.
    let headers = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::VARY, "cookie, authorization"),
    ];
    let answer = json!({ "title": deck.title, "deck": deck.id, "slides": slides });
    (headers, Json(answer)).into_response()
}

/// A slide as a follower may see it: as far as it was shown.
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
        // The words of all its steps: which are whose is not known.
        text: if is_all {
            slide.text.clone()
        } else {
            String::new()
        },
        ..slide.clone()
    })
}

/// Who asks. A page of another origin may read what a follower sees, and never more, whatever keys its
/// browser brings.
fn as_seen_from(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Visitor {
    let credentials = if is_own(headers, uri, shared.public.as_deref()) {
        Credentials::of(headers)
    } else {
        Credentials::default()
    };
    Visitor::new(shared.talks.clone(), credentials)
}

fn found(shared: &Shared, path: CodePath) -> Option<Arc<Talk>> {
    let Path(typed) = path.ok()?;
    shared.talks.find(&typed.parse::<TalkCode>().ok()?)
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
            notes: "say hello".to_owned(),
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
