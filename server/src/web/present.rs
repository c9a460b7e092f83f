//! `/t/{code}/present`: the way of a device from a presenter's link to the remote.
//!
//! The link's key becomes a cookie, and the browser is redirected to the clean address. That asks whether
//! this device is to present, and a POST admits it.

use super::{
    Shared,
    extract::{OpenTalk, OrPage, TypedCode},
    host, render,
    stored::stored,
};
use crate::{
    access::{Key, Refusal},
    talks::{self, LinkState, Visitor},
};
use app::{
    api::ErrorCode,
    pages::{Look, Page, ProblemPage, RemotePage, TOO_LATE},
    routes,
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use cookie::Cookie;
use model::talk::TalkCode;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct PresentQuery {
    key: Option<String>,
    /// A tap without script came too late.
    late: Option<String>,
    /// Such a tap could not be stored.
    not_stored: Option<String>,
}

impl PresentQuery {
    const fn hint(&self) -> &'static str {
        match (&self.late, &self.not_stored) {
            (Some(_), _) => TOO_LATE,
            (None, Some(_)) => ErrorCode::NotStored.sentence(),
            (None, None) => "",
        }
    }
}

/// `GET /t/{code}/present`; with `?key=`, the key leaves the URL, and the clean address asks whether
/// this device is to present.
pub async fn remote(
    State(shared): State<Shared>,
    OrPage(typed): OrPage<TypedCode>,
    query: Result<Query<PresentQuery>, QueryRejection>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let talk = shared.talks.meant(&typed.code);
    let code = talk.as_ref().map_or(&typed.code, |talk| talk.code());
    // A query that can't be read may hold a key all the same, such as one that was pasted twice.
    let is_odd = query.is_err();
    let query = query.ok().map(|Query(query)| query);
    let hint = query.as_ref().map_or("", PresentQuery::hint).to_owned();
    let key = query.and_then(|query| query.key);
    if is_odd || key.is_some() || !typed.is_exactly(code) {
        let key = key.map(|key| Key::of_link(&key));
        return to_clean_address(&shared, code, key.as_ref(), &headers);
    }
    let Some(talk) = talk else {
        return render::refused(&shared, ErrorCode::NoSuchTalk.into()).await;
    };
    let code = talk.code().clone();
    let link = visitor.opened_link(&talk).map(|(_, state)| state);
    if link == Some(LinkState::Open) {
        let title = talk.title();
        return render::page(&shared, Page::Admit { code, title }).await;
    }
    if let Err(refusal) = visitor.presented(&code) {
        let void = match link {
            Some(LinkState::Used) => Some(ProblemPage::LinkUsed),
            Some(LinkState::Expired) => Some(ProblemPage::LinkExpired),
            Some(LinkState::Open) | None => None,
        };
        if let Some(void) = void {
            return render::page(&shared, Page::Problem(void)).await;
        }
        return match visitor.remote(&talk).filter(|remote| remote.waits) {
            // Nobody admits it any more: it sees where the talk ended, as the room does.
            Some(_) if talk.is_over() => Redirect::to(&routes::follow(&code)).into_response(),
            Some(remote) => render::page(&shared, Page::Waiting(remote.number)).await,
            None => render::refused(&shared, refusal.into()).await,
        };
    }
    let page = Page::Present(Box::new(RemotePage {
        rendered: talk.snapshot().as_ref().clone(),
        deck: talk.deck().as_ref().clone(),
        rendered_at: talks::now(),
        hint,
        look: look(&headers),
        links: host::talk_ways(&shared, &code, &headers),
        code,
    }));
    let mut response = render::page(&shared, page).await;
    let private = HeaderValue::from_static("private, no-cache");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, private);
    response
}

/// Redirects to the clean address, and gives a good key as a cookie: it stays in no URL. Nothing else
/// changes, or whatever follows links, such as a chat that makes previews, would become a remote.
fn to_clean_address(
    shared: &Shared,
    code: &TalkCode,
    key: Option<&Key>,
    headers: &HeaderMap,
) -> Response {
    let talk = shared.talks.find(code);
    let linked = talk
        .zip(key)
        // Also one that is void by now: the clean address says why.
        .filter(|(talk, key)| talk.link_state(&key.hash()).is_some());
    let cookie = linked.map(|(_, key)| {
        let secure = shared.is_secure(headers);
        shared.talks.cookies().give_link(code, key, secure)
    });
    render::to_clean(&routes::present(code), cookie)
}

/// `POST /t/{code}/present`: admits the device that has opened a presenter's link.
pub async fn admit(
    State(shared): State<Shared>,
    OpenTalk(talk): OpenTalk,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let address = routes::present(talk.code());
    // The page says what is missing, or shows the talk to a device that was admitted before.
    let elsewhere = || Ok(render::to_clean(&address, None));
    let Some((link, _)) = visitor.opened_link(&talk) else {
        return elsewhere();
    };
    let device = host::device(&visitor, &headers);
    let admitted = if talk.is_link(&link.hash()) {
        shared.talks.admit(&talk, &link, device).await.map(Some)
    } else {
        shared.talks.admit_once(&talk, &link, device).await
    };
    let Some(key) = stored(admitted, "a remote was not admitted")? else {
        return elsewhere();
    };
    let (cookies, secure) = (shared.talks.cookies(), shared.is_secure(&headers));
    let given = [cookies.give_device(&key, secure), cookies.take_link(secure)];
    Ok(render::to_clean(&address, given))
}

/// How the remote was left.
fn look(headers: &HeaderMap) -> Look {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == Look::COOKIE)
        .map_or_else(Look::default, |cookie| Look::read(cookie.value()))
}
