//! Counts every look-up of a talk by its code, so that nobody finds talks by trying. A look-up that
//! forgives how a code is typed counts once: it finds one talk at most.

use super::{Shared, extract::TypedCode, render};
use crate::access::{Asker, Refusal};
use app::{
    api::ErrorCode,
    pages::{Page, ProblemPage},
};
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::talk::TalkCode;
use std::time::Instant;

/// Middleware for every route of a talk.
pub async fn slow_guessers(
    State(shared): State<Shared>,
    typed: Option<TypedCode>,
    asker: Option<Asker>,
    request: Request,
    next: Next,
) -> Response {
    // What can't be a code is refused by its route.
    let Some(TypedCode { code, .. }) = typed else {
        return next.run(request).await;
    };
    if may_look(&shared, asker, &code) {
        return next.run(request).await;
    }
    let accepts = request.headers().get(header::ACCEPT);
    let is_page = accepts
        .and_then(|accepts| accepts.to_str().ok())
        .is_some_and(|accepts| accepts.contains("text/html"));
    if is_page {
        render::page(&shared, Page::Problem(ProblemPage::TooManyCodes)).await
    } else {
        Refusal::from(ErrorCode::TooFast).into_response()
    }
}

/// Whether `asker` may know if there is a talk with this code. Counts a wrong one. Without an asker, in
/// a test without sockets, anyone may.
pub fn may_look(shared: &Shared, asker: Option<Asker>, code: &TalkCode) -> bool {
    let Some(asker) = asker else { return true };
    let now = Instant::now();
    let may = shared.guesses.may_look(asker, code, now);
    if may {
        let is_there = shared.talks.meant(code).is_some();
        shared.guesses.found(asker, code, is_there, now);
    }
    may
}
