//! The pages that are not the presenter's or the host's. What a page shows is read before a byte is
//! rendered, so its status is known.

use super::{Shared, extract::TypedTalk, host, render};
use crate::{
    access::Key,
    talks::{Talk, Visitor},
};
use app::{
    pages::{Page, PastSlide, ProblemPage, step_to_look_at},
    routes,
};
use axum::{
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use model::{deck::SlideNumber, talk::TalkCode};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct HomeQuery {
    code: Option<String>,
    key: Option<String>,
    /// A word that stands for the host's key.
    start: Option<String>,
    /// The talk whose lobby the host's key is to lead to.
    lobby: Option<String>,
    /// A key was not good.
    refused: Option<String>,
}

/// A slide that a follower looks back at.
#[derive(Deserialize)]
pub struct FollowQuery {
    slide: Option<SlideNumber>,
    step: Option<u16>,
}

/// `GET /`, and `GET /?code=` from its form. With `?key=`, the host's key is exchanged for a cookie and
/// leaves the URL.
pub async fn home(
    State(shared): State<Shared>,
    query: Result<Query<HomeQuery>, QueryRejection>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(HomeQuery {
        code,
        key,
        start,
        lobby,
        refused,
    })) = query
    else {
        // It may hold a key all the same, such as one that was pasted twice.
        return host::enter(&shared, &visitor, None, None, &headers);
    };
    match code.map(|typed| TalkCode::typed(&typed)) {
        Some(Ok(code)) => Redirect::to(&routes::follow(&code)).into_response(),
        _ if key.is_some() || start.is_some() => {
            let key = key.map(|key| Key::of_link(&key));
            let key = key.or_else(|| shared.start.take(&Key::of_link(&start?)));
            host::enter(&shared, &visitor, key, lobby.as_deref(), &headers)
        }
        None if refused.is_some() => problem(&shared, ProblemPage::NoHostKey).await,
        None => host::home(&shared, &visitor).await,
        Some(Err(_)) => problem(&shared, ProblemPage::NoSuchTalk).await,
    }
}

/// `GET /t/{code}`; with `?slide=`, that slide, if it was shown before.
pub async fn follow(
    State(shared): State<Shared>,
    TypedTalk(talk): TypedTalk,
    query: Result<Query<FollowQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    if let Ok(Query(FollowQuery { slide, step })) = query
        && let Some(slide) = slide
    {
        return look_back(&shared, &talk, (slide, step), &headers).await;
    }
    let page = Page::Follow {
        code: talk.code().clone(),
        rendered: talk.snapshot().as_ref().clone(),
    };
    render::page(&shared, page).await
}

/// A link to a slide that was not shown yet does nothing. Its address, opened in any other way, leads to
/// the live page.
async fn look_back(
    shared: &Shared,
    talk: &Talk,
    (slide, step): (SlideNumber, Option<u16>),
    headers: &HeaderMap,
) -> Response {
    let code = talk.code().clone();
    let (deck, snapshot) = (talk.deck(), talk.snapshot());
    let found = deck.slide(slide);
    let at = found.and_then(|it| step_to_look_at(&snapshot.state, slide, step, it.steps));
    let (Some(found), Some(step)) = (found, at) else {
        // Only our own pages send a referrer. A browser that gets no content stays where it is.
        let is_link = headers.contains_key(header::REFERER);
        return if is_link {
            StatusCode::NO_CONTENT.into_response()
        } else {
            Redirect::to(&routes::follow(&code)).into_response()
        };
    };
    let past = PastSlide {
        slide,
        step,
        title: found.title.clone(),
        face: found.face(step).clone(),
    };
    let rendered = snapshot.as_ref().clone();
    let page = Page::Back {
        code,
        rendered,
        past,
    };
    render::page(shared, page).await
}

/// `GET /t/{code}/screen`
pub async fn project(
    State(shared): State<Shared>,
    TypedTalk(talk): TypedTalk,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let code = talk.code().clone();
    let page = Page::Project {
        rendered: talk.snapshot().as_ref().clone(),
        ways: host::talk_ways(&shared, &code, &headers),
        presents: visitor.presented(&code).is_ok(),
        code,
    };
    render::page(&shared, page).await
}

/// What programs take for the end of a link: a slash, and the punctuation behind it.
const LINK_ENDINGS: [&str; 16] = [
    "/", ".", ",", ";", ":", "!", ")", "]", "'", "*", "%3E", "%22", "%5D", "%3e", "%5d", ">",
];

/// Every path without a route. A talk's link with punctuation at its end is redirected to the link.
pub async fn not_found(State(shared): State<Shared>, request: Request) -> Response {
    let path = request.uri().path();
    let is_of_talk = routes::is_of_talk(path) && request.method().is_safe();
    let mut own = path;
    while let Some(shorter) = LINK_ENDINGS.iter().find_map(|end| own.strip_suffix(end)) {
        own = shorter;
    }
    if is_of_talk && own != path {
        let query = request.uri().query();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let clean = format!("{own}{query}");
        return Redirect::permanent(&clean).into_response();
    }
    problem(&shared, ProblemPage::NotFound).await
}

async fn problem(shared: &Shared, problem: ProblemPage) -> Response {
    render::page(shared, Page::Problem(problem)).await
}
