//! A talk for programs and pages: the event stream, and the same once.

use crate::{
    access::Credentials,
    answers::refusal,
    live,
    router::Shared,
    talks::{Talk, Visitor},
};
use app::{api::ErrorCode, talk::TalkCode};
use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State, rejection::PathRejection, rejection::QueryRejection},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use std::sync::Arc;

type CodePath = Result<Path<String>, PathRejection>;

#[derive(Deserialize)]
pub struct Resume {
    last_event_id: Option<String>,
}

/// `GET /t/{code}/events`
pub async fn events(
    State(shared): State<Shared>,
    path: CodePath,
    query: Result<Query<Resume>, QueryRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    let Some(talk) = found(&shared, path) else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    if talk.is_over() {
        // The one answer after which a browser does not come back.
        return StatusCode::NO_CONTENT.into_response();
    }
    // The header wins: it is the browser's own word, newer than the address that was opened.
    let by_header = headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default().to_owned());
    let last = by_header.or_else(|| query.ok().and_then(|Query(query)| query.last_event_id));
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(&headers));
    let presenter = visitor.presented(talk.code()).is_ok();
    match shared.hub.seat(presenter) {
        Some(seat) => live::events(talk.channel(), seat, last),
        None => live::no_seat(),
    }
}

/// `GET /t/{code}/state`: the stream's snapshot as JSON, once.
pub async fn state(State(shared): State<Shared>, path: CodePath) -> Response<Body> {
    match found(&shared, path) {
        Some(talk) => {
            let snapshot = talk.snapshot();
            (
                [(header::CACHE_CONTROL, "no-store")],
                Json(snapshot.as_ref()),
            )
                .into_response()
        }
        None => refusal(ErrorCode::NoSuchTalk),
    }
}

fn found(shared: &Shared, path: CodePath) -> Option<Arc<Talk>> {
    let Path(typed) = path.ok()?;
    shared.talks.find(&typed.parse::<TalkCode>().ok()?)
}
