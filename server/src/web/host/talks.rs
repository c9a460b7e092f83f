//! What the host does with a talk: end it, open it again, rename it, delete it.

use super::{Hosting, wants_json};
use crate::{
    access::Refusal,
    talks::{Talk, TalkTitle},
    web::{
        Shared,
        extract::{HostOnly, OpenTalk, OrPage, Presenter, exact_code},
        form::{BoundedForm, Form},
        render,
        stored::stored,
    },
};
use app::{
    api::ErrorCode,
    pages::{Change, Page},
    routes,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use model::talk::TalkCode;
use serde::Deserialize;
use std::sync::Arc;

/// `POST /t/{code}/end`
pub async fn end(Presenter { talk, .. }: Presenter) -> Result<Redirect, Refusal> {
    stored(talk.end().await, "a talk was not ended")?;
    Ok(Redirect::to(routes::HOME))
}

/// `POST /t/{code}/again`: another talk of the same deck, from its beginning.
pub async fn again(
    State(shared): State<Shared>,
    _: HostOnly,
    OpenTalk(talk): OpenTalk,
    hosting: Hosting,
) -> Result<Redirect, Refusal> {
    // Until the new talk shows the deck, nothing else keeps its import going.
    let awaited = hosting.decks.awaited(&talk.deck().id);
    let opened = shared.talks.open_again(&talk, awaited).await;
    let talk = stored(opened, "a talk was not opened again")?;
    Ok(Redirect::to(&routes::links(talk.code())))
}

/// `GET /t/{code}/rename`
pub async fn ask_title(
    State(shared): State<Shared>,
    _: OrPage<HostOnly>,
    OrPage(OpenTalk(talk)): OrPage<OpenTalk>,
) -> Response {
    render::page(&shared, Page::Rename(change(&talk, None))).await
}

#[derive(Deserialize)]
pub struct Renaming {
    #[serde(default)]
    title: String,
}

impl Form for Renaming {}

/// `POST /t/{code}/rename`
pub async fn rename(
    State(shared): State<Shared>,
    _: HostOnly,
    OpenTalk(talk): OpenTalk,
    headers: HeaderMap,
    BoundedForm(Renaming { title }): BoundedForm<Renaming>,
) -> Result<Response, Refusal> {
    let (code, words) = match title.parse::<TalkTitle>() {
        Ok(title) => match stored(talk.rename(title).await, "a talk was not renamed") {
            Ok(()) => return Ok(done(&headers)),
            Err(code) => (code, code.sentence().to_owned()),
        },
        Err(invalid) => (ErrorCode::BadRequest, invalid.to_string()),
    };
    if wants_json(&headers) {
        return Err(Refusal::with_message(code, words));
    }
    let form = Page::Rename(change(&talk, Some(words)));
    Ok(render::form_again(&shared, form, code).await)
}

/// `GET /t/{code}/delete`: are you sure?
pub async fn ask_delete(
    State(shared): State<Shared>,
    _: OrPage<HostOnly>,
    OrPage(doomed): OrPage<Doomed>,
) -> Response {
    render::page(&shared, Page::Delete(doomed.change(None))).await
}

/// `POST /t/{code}/delete`
pub async fn delete(
    State(shared): State<Shared>,
    _: HostOnly,
    doomed: Doomed,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let again = doomed.change(Some(ErrorCode::NotStored.sentence().to_owned()));
    let deleted = match doomed {
        Doomed::Open(talk) => shared.talks.delete(&talk).await,
        Doomed::Lost(code, _) => shared.talks.delete_lost(&code).await.map_err(Into::into),
    };
    match stored(deleted, "a talk was not deleted") {
        Ok(()) => Ok(done(&headers)),
        Err(code) if wants_json(&headers) => Err(code.into()),
        Err(code) => Ok(render::form_again(&shared, Page::Delete(again), code).await),
    }
}

/// A talk that may be deleted: an open one, or one that lost its deck.
pub enum Doomed {
    Open(Arc<Talk>),
    Lost(TalkCode, Option<TalkTitle>),
}

impl FromRequestParts<Shared> for Doomed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let code = exact_code(parts).await?;
        if let Some(talk) = shared.talks.find(&code) {
            return Ok(Self::Open(talk));
        }
        let mut lost = shared.talks.lost().into_iter();
        let lost = lost.find(|(lost, _)| *lost == code);
        let (code, title) = lost.ok_or(ErrorCode::NoSuchTalk)?;
        Ok(Self::Lost(code, title))
    }
}

impl Doomed {
    fn change(&self, wrong: Option<String>) -> Change {
        match self {
            Self::Open(talk) => change(talk, wrong),
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

fn done(headers: &HeaderMap) -> Response {
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
