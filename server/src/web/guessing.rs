//! Every look for a talk by its code counts, so that nobody finds talks by trying. One that forgives how a
//! code is typed is one look: it finds one talk at most.

use crate::{
    access::{asker, refusal},
    web::{Shared, pages::render},
};
use app::{
    api::ErrorCode,
    pages::{Page, ProblemPage},
};
use axum::{
    extract::{ConnectInfo, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{Extensions, HeaderMap, header},
    middleware::Next,
    response::Response,
};
use model::talk::TalkCode;
use std::{net::SocketAddr, time::Instant};

/// For every route of a talk.
pub async fn slow_guessers(
    State(shared): State<Shared>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    // What is no text is no code, and its route says so.
    let code = params.ok().and_then(|params| {
        let (_, typed) = params.iter().find(|(name, _)| *name == "code")?;
        TalkCode::typed(typed).ok()
    });
    let Some(code) = code else {
        return next.run(request).await;
    };
    if may_look(&shared, request.extensions(), request.headers(), &code) {
        return next.run(request).await;
    }
    let accepts = request.headers().get(header::ACCEPT);
    let is_page = accepts
        .and_then(|accepts| accepts.to_str().ok())
        .is_some_and(|accepts| accepts.contains("text/html"));
    if is_page {
        render(&shared, Page::Problem(ProblemPage::TooManyCodes), request).await
    } else {
        refusal(ErrorCode::TooFast)
    }
}

/// Whether whoever sent a request may know if there is a talk of this code.
pub fn may_look(
    shared: &Shared,
    extensions: &Extensions,
    headers: &HeaderMap,
    code: &TalkCode,
) -> bool {
    // Asked in this process, by a test.
    let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else {
        return true;
    };
    let (asker, now) = (asker(peer.ip(), headers), Instant::now());
    let may = shared.guesses.may_look(asker, code, now);
    if may {
        let is_there = shared.talks.meant(code).is_some();
        shared.guesses.found(asker, code, is_there, now);
    }
    may
}
