//! What the host does with a talk: end it, show it again, rename it, delete it.

use super::{answer_page, hosted, presented, wants_json};
use crate::{
    access::{refusal, refusal_in_words},
    talks::{Talk, TalkTitle},
    web::{Shared, commands, pages::render},
};
use app::{
    api::ErrorCode,
    pages::{Change, Page, ProblemPage},
    routes,
};
use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Response, StatusCode},
    response::{IntoResponse, Redirect},
};
use model::talk::TalkCode;
use serde::Deserialize;
use std::sync::Arc;
use tokio::spawn;
use tracing::error;

type CodePath = Result<Path<String>, PathRejection>;

#[derive(Deserialize)]
pub struct Renaming {
    title: String,
}

/// `POST /t/{code}/end`: also for whoever presents it.
pub async fn end(
    State(shared): State<Shared>,
    path: CodePath,
    headers: HeaderMap,
) -> Response<Body> {
    let talk = match presented(&shared, path, &headers) {
        Ok((talk, _)) => talk,
        Err(problem) => return refusal(problem.code()),
    };
    // A task of its own, here and below: a browser that leaves must not stop it half-way.
    let ended = spawn(async move { shared.talks.end(&talk).await });
    match ended.await {
        Ok(Ok(())) => Redirect::to(routes::HOME).into_response(),
        _ => refusal(ErrorCode::NotStored),
    }
}

/// `POST /t/{code}/again`: another talk of the same deck, from its beginning.
pub async fn again(
    State(shared): State<Shared>,
    path: CodePath,
    headers: HeaderMap,
) -> Response<Body> {
    let talk = match hosted(&shared, path, &headers) {
        Ok(talk) => talk,
        Err(problem) => return refusal(problem.code()),
    };
    let talks = shared.talks.clone();
    let decks = shared.host.as_ref().map(|host| host.decks.clone());
    let opened = spawn(async move {
        let awaited = decks.and_then(|decks| decks.awaited(&talk.deck().id));
        let opened = talks.open_again(&talk).await;
        drop(awaited);
        opened
    });
    match opened.await {
        Ok(Ok(talk)) => Redirect::to(&routes::links(talk.code())).into_response(),
        _ => refusal(ErrorCode::NotStored),
    }
}

/// `GET /t/{code}/rename`
pub async fn ask_title(
    State(shared): State<Shared>,
    path: CodePath,
    request: Request,
) -> Response<Body> {
    let page = match hosted(&shared, path, request.headers()) {
        Ok(talk) => Page::Rename(change(&talk, None)),
        Err(problem) => Page::Problem(problem),
    };
    render(&shared, page, request).await
}

/// `POST /t/{code}/rename`
pub async fn rename(
    State(shared): State<Shared>,
    path: CodePath,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let headers = head.headers;
    let talk = match hosted(&shared, path, &headers) {
        Ok(talk) => talk,
        Err(problem) => return refusal(problem.code()),
    };
    let form = match commands::form(body, commands::MAX_FORM_BYTES).await {
        Ok(form) => serde_urlencoded::from_bytes(&form),
        Err(code) => return refusal(code),
    };
    let typed = form.map(|Renaming { title }| title).unwrap_or_default();
    let (code, words) = match typed.parse::<TalkTitle>() {
        Ok(title) => {
            let (talks, talk) = (shared.talks.clone(), talk.clone());
            let renamed = spawn(async move { talks.rename(&talk, title).await });
            match renamed.await {
                Ok(Ok(())) => return done(&headers),
                failed => {
                    error!(?failed, "a talk was not renamed");
                    let code = ErrorCode::NotStored;
                    (code, code.sentence().to_owned())
                }
            }
        }
        Err(invalid) => (ErrorCode::BadRequest, invalid.to_string()),
    };
    if wants_json(&headers) {
        return refusal_in_words(code, words);
    }
    answer_page(&shared, Page::Rename(change(&talk, Some(words))), code).await
}

/// `GET /t/{code}/delete`: are you sure?
pub async fn ask_delete(
    State(shared): State<Shared>,
    path: CodePath,
    request: Request,
) -> Response<Body> {
    let page = match doomed(&shared, path, request.headers()) {
        Ok(doomed) => Page::Delete(doomed.change(None)),
        Err(problem) => Page::Problem(problem),
    };
    render(&shared, page, request).await
}

/// `POST /t/{code}/delete`
pub async fn delete(
    State(shared): State<Shared>,
    path: CodePath,
    headers: HeaderMap,
) -> Response<Body> {
    let doomed = match doomed(&shared, path, &headers) {
        Ok(doomed) => doomed,
        Err(problem) => return refusal(problem.code()),
    };
    let again = doomed.change(Some(ErrorCode::NotStored.sentence().to_owned()));
    let talks = shared.talks.clone();
    let deleted = spawn(async move {
        match doomed {
            Doomed::Talk(talk) => talks.delete(&talk).await,
            Doomed::Lost(code, _) => Ok(talks.delete_lost(&code).await?),
        }
    });
    match deleted.await {
        Ok(Ok(())) => done(&headers),
        failed => {
            error!(?failed, "a talk was not deleted");
            if wants_json(&headers) {
                return refusal(ErrorCode::NotStored);
            }
            answer_page(&shared, Page::Delete(again), ErrorCode::NotStored).await
        }
    }
}

/// A talk that may be deleted: one that lost its deck, too.
enum Doomed {
    Talk(Arc<Talk>),
    Lost(TalkCode, Option<TalkTitle>),
}

impl Doomed {
    fn change(&self, wrong: Option<String>) -> Change {
        match self {
            Self::Talk(talk) => change(talk, wrong),
            Self::Lost(code, title) => Change {
                title: title
                    .as_ref()
                    .map_or(code.as_str(), TalkTitle::as_str)
                    .to_owned(),
                code: code.clone(),
                over: false,
                wrong,
            },
        }
    }
}

fn doomed(shared: &Shared, path: CodePath, headers: &HeaderMap) -> Result<Doomed, ProblemPage> {
    let typed = path.as_ref().map(|Path(typed)| typed.parse().ok());
    let code: Option<TalkCode> = typed.ok().flatten();
    match hosted(shared, path, headers) {
        Ok(talk) => Ok(Doomed::Talk(talk)),
        Err(ProblemPage::NoSuchTalk) => {
            let mut lost = shared.talks.lost().into_iter();
            let lost = lost.find(|(lost, _)| Some(lost) == code.as_ref());
            let (code, title) = lost.ok_or(ProblemPage::NoSuchTalk)?;
            Ok(Doomed::Lost(code, title))
        }
        Err(problem) => Err(problem),
    }
}

fn done(headers: &HeaderMap) -> Response<Body> {
    if wants_json(headers) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to(routes::HOME).into_response()
    }
}

fn change(talk: &Talk, wrong: Option<String>) -> Change {
    Change {
        code: talk.code().clone(),
        title: talk.title(),
        over: talk.is_over(),
        wrong,
    }
}
