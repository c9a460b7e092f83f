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
    access::{Key, OpenedLink, Refusal},
    talks::{self, LinkState, Remote, RequestState, Talk, Visitor},
};
use app::{
    api::ErrorCode,
    pages::{AskPage, AskState, Look, Page, ProblemPage, RemotePage, TOO_LATE},
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
        return to_clean_address(&shared, code, key, &visitor, &headers);
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
    if visitor.presented(&code).is_err() {
        let waits = visitor.remote(&talk).is_some() || visitor.request(&talk).is_some();
        if waits && talk.is_over() {
            // Nobody admits it any more: it sees where the talk ended, as the room does.
            return Redirect::to(&routes::follow(&code)).into_response();
        }
        let mut page = render::page(&shared, asking_page(&visitor, &talk, None)).await;
        give_again(&mut page, &shared, &visitor, &talk, &headers);
        return page;
    }
    let page = Page::Present(Box::new(RemotePage {
        rendered: talk.snapshot().as_ref().clone(),
        deck: talk.deck().as_ref().clone(),
        rendered_at: talks::now(),
        hint,
        look: look(&headers),
        links: host::talk_ways(&shared, &code, &headers),
        request: talk.channel().attendance().presence().request,
        code,
    }));
    let mut response = render::page(&shared, page).await;
    let private = HeaderValue::from_static("private, no-cache");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, private);
    give_again(&mut response, &shared, &visitor, &talk, &headers);
    response
}

/// Gives a device the key that it was admitted with, if the first answer that gave it was lost. A device of
/// a link that admits one could not come in again.
fn give_again(
    page: &mut Response,
    shared: &Shared,
    visitor: &Visitor,
    talk: &Talk,
    headers: &HeaderMap,
) {
    let key = visitor.key_not_given(talk);
    let given = key.map(|key| admitted_cookies(shared, &key, headers));
    for cookie in given.into_iter().flatten() {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            page.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// The device's key, in place of the link that it has opened.
fn admitted_cookies(shared: &Shared, key: &Key, headers: &HeaderMap) -> [String; 2] {
    let (cookies, secure) = (shared.talks.cookies(), shared.is_secure(headers));
    [cookies.give_device(key, secure), cookies.take_link(secure)]
}

/// The page of a device that may not present, which says why, and what became of its request for the
/// remote. `wrong` says why it could not ask just now.
pub fn asking_page(visitor: &Visitor, talk: &Talk, wrong: Option<String>) -> Page {
    let code = talk.code().clone();
    let link = visitor.opened_link(talk).map(|(_, state)| state);
    let why = match (link, visitor.presented(&code)) {
        (Some(LinkState::Used), _) => ProblemPage::LinkUsed,
        (Some(LinkState::Expired), _) => ProblemPage::LinkExpired,
        (_, Err(ErrorCode::WrongKey)) => ProblemPage::WrongKey,
        _ => ProblemPage::NoKey,
    };
    if talk.is_over() {
        return Page::Problem(why);
    }
    let state = match (visitor.remote(talk), visitor.request(talk)) {
        (Some(Remote { name, number, .. }), _) => AskState::Waits { name, number },
        (None, Some(RequestState::Waits { name, number })) => AskState::Waits {
            name,
            number: number.into(),
        },
        (None, Some(RequestState::Declined { again_in })) => AskState::Declined {
            again_in_s: again_in.as_secs(),
        },
        (None, None) => AskState::May {
            why,
            wrong,
            left: visitor.left(talk).map(|own| own.number),
        },
    };
    Page::Ask(AskPage { code, state })
}

/// Redirects to the clean address, and gives a good key as a cookie: it stays in no URL. Nothing else
/// changes, or whatever follows links, such as a chat that makes previews, would become a remote.
fn to_clean_address(
    shared: &Shared,
    code: &TalkCode,
    key: Option<Key>,
    visitor: &Visitor,
    headers: &HeaderMap,
) -> Response {
    let talk = shared.talks.find(code);
    let linked = talk
        .zip(key)
        // Also one that has expired: the page at the clean address says why.
        .filter(|(talk, key)| talk.link_state(&key.hash()).is_some());
    let cookie = linked.map(|(talk, link)| {
        // Opened once more, it is the same device's.
        let before = visitor.link_opened(&talk).filter(|it| it.link == link);
        let device = before.and_then(|before| before.device);
        // Without random numbers it gets a key later, or none.
        let device = device.or_else(|| Key::made_up().ok());
        let opened = OpenedLink { link, device };
        let secure = shared.is_secure(headers);
        shared.talks.cookies().give_link(code, &opened, secure)
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
    let Some((OpenedLink { link, device }, _)) = visitor.opened_link(&talk) else {
        return elsewhere();
    };
    let promised = device;
    let mut device = host::device(&visitor, &headers);
    // It has this key already: a lost answer does not matter.
    device.key = device.key.or(promised);
    let admitted = if talk.is_link(&link.hash()) {
        shared.talks.admit(&talk, &link, device).await.map(Some)
    } else {
        shared.talks.admit_once(&talk, &link, device).await
    };
    let Some(key) = stored(admitted, "a remote was not admitted")? else {
        return elsewhere();
    };
    let given = admitted_cookies(&shared, &key, &headers);
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
