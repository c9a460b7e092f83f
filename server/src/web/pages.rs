//! Pages: what a page shows is read first, so its status is known before a byte is rendered.

use super::{
    Shared,
    extract::{OpenTalk, OrPage, TypedCode, TypedTalk},
    host, render,
    uninterrupted::uninterrupted,
};
use crate::{
    access::{Key, Refusal},
    talks::{self, Talk, Visitor},
};
use app::{
    api::ErrorCode,
    pages::{Look, Page, Past, ProblemPage, RemotePage, TOO_LATE, step_to_look_at},
    routes,
};
use axum::{
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use cookie::Cookie;
use model::{deck::SlideNumber, talk::TalkCode};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct HomeQuery {
    code: Option<String>,
    key: Option<String>,
    /// A key was not good.
    refused: Option<String>,
}

/// A slide that a follower looks back at.
#[derive(Deserialize)]
pub struct FollowQuery {
    slide: Option<SlideNumber>,
    step: Option<u16>,
}

#[derive(Deserialize)]
pub struct PresentQuery {
    key: Option<String>,
    /// A tap without script came too late, or could not be stored.
    late: Option<String>,
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

/// `GET /`, and `GET /?code=` from its form. With `?key=`, the host's key is exchanged for a cookie and
/// leaves the URL.
pub async fn home(
    State(shared): State<Shared>,
    query: Result<Query<HomeQuery>, QueryRejection>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(HomeQuery { code, key, refused })) = query else {
        // It may hold a key all the same, such as one that was pasted twice.
        return host::enter(&shared, &visitor, None, &headers);
    };
    match code.map(|typed| TalkCode::typed(&typed)) {
        Some(Ok(code)) => Redirect::to(&routes::follow(&code)).into_response(),
        _ if key.is_some() => host::enter(&shared, &visitor, key.as_deref(), &headers),
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
    let past = Past {
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

/// `GET /t/{code}/present`; with `?key=`, the key leaves the URL, and the clean address asks whether
/// this device is to present.
pub async fn present(
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
        return problem(&shared, ProblemPage::NoSuchTalk).await;
    };
    let code = talk.code().clone();
    if visitor.opened_link(&talk).is_some() {
        let title = talk.title();
        return render::page(&shared, Page::Admit { code, title }).await;
    }
    if let Err(refusal) = visitor.presented(&code) {
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
        .filter(|(talk, key)| talk.is_link(&key.hash()));
    let cookie = linked.map(|(_, key)| {
        let secure = is_secure(shared, headers);
        shared.talks.cookies().give_link(code, key, secure)
    });
    to_clean(&routes::present(code), cookie)
}

/// `POST /t/{code}/present`: admits the device that has opened a presenter's link.
pub async fn admit(
    State(shared): State<Shared>,
    OpenTalk(talk): OpenTalk,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let address = routes::present(talk.code());
    let Some(link) = visitor.opened_link(&talk) else {
        // The page says what is missing, or shows the talk to a device that was admitted before.
        return Ok(to_clean(&address, None));
    };
    let device = host::device(&visitor, &headers);
    let talks = shared.talks.clone();
    let admitted = async move { talks.admit(&talk, &link, device).await };
    let key = uninterrupted(admitted, "a remote was not admitted").await?;
    let (cookies, secure) = (shared.talks.cookies(), is_secure(&shared, &headers));
    let given = [cookies.give_device(&key, secure), cookies.take_link(secure)];
    Ok(to_clean(&address, given))
}

/// Redirects to `address` with these cookies, and keeps the key of the current address out of caches and
/// referrers.
pub fn to_clean(address: &str, cookies: impl IntoIterator<Item = String>) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    let mut response = (headers, Redirect::to(address)).into_response();
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Whether a page came by https, as its proxy or the options say.
pub fn is_secure(shared: &Shared, headers: &HeaderMap) -> bool {
    let by_proxy = headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https");
    let public = shared.public.as_ref();
    by_proxy || public.is_some_and(|url| url.scheme_str() == Some("https"))
}

async fn problem(shared: &Shared, problem: ProblemPage) -> Response {
    render::page(shared, Page::Problem(problem)).await
}
