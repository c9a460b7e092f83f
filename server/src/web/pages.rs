//! Pages: what is shown is read first, so the status is known before a byte is rendered.

use crate::{
    access::{Credentials, Key, content_security_policy, refusal},
    talks::{self, Talk, Visitor},
    web::{Shared, host},
};
use app::{
    api::ErrorCode,
    document,
    pages::{Look, Page, Past, ProblemPage, RemotePage, TOO_LATE, step_to_look_at},
    routes,
};
use axum::{
    body::Body,
    extract::{Path, Query, Request, State, rejection::PathRejection, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use cookie::Cookie;
use leptos_axum::ResponseOptions;
use model::{deck::SlideNumber, talk::TalkCode};
use serde::Deserialize;
use std::sync::Arc;

type CodePath = Result<Path<String>, PathRejection>;

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
    request: Request,
) -> Response<Body> {
    // As below: one that can't be read may hold a key.
    let is_odd = query.is_err();
    let query = query.ok().map(|Query(query)| query);
    let (typed, key, refused) = query.map_or((None, None, None), |query| {
        (query.code, query.key, query.refused)
    });
    match typed.map(|typed| TalkCode::typed(&typed)) {
        Some(Ok(code)) => Redirect::to(&routes::follow(&code)).into_response(),
        _ if is_odd || key.is_some() => host::enter(&shared, key.as_deref(), request.headers()),
        None if refused.is_some() => problem(&shared, ProblemPage::NoHostKey, request).await,
        None => host::home(&shared, request).await,
        Some(Err(_)) => problem(&shared, ProblemPage::NoSuchTalk, request).await,
    }
}

/// `GET /t/{code}`; with `?slide=`, that slide, when it was shown before.
pub async fn follow(
    State(shared): State<Shared>,
    path: CodePath,
    query: Result<Query<FollowQuery>, QueryRejection>,
    request: Request,
) -> Response<Body> {
    if let Ok(Query(query)) = query
        && let Some(slide) = query.slide
        && let Ok(Path(typed)) = &path
        && let Some(talk) = meant(&shared, typed)
    {
        let code = talk.code().clone();
        return look_back(&shared, code, &talk, (slide, query.step), request).await;
    }
    talk_page(&shared, path, request, routes::follow, |code, rendered| {
        Page::Follow { code, rendered }
    })
    .await
}

/// What was not shown yet stays so: a link to it does nothing, and any other way to its address
/// leads to the live page.
async fn look_back(
    shared: &Shared,
    code: TalkCode,
    talk: &Talk,
    (slide, step): (SlideNumber, Option<u16>),
    request: Request,
) -> Response<Body> {
    let (deck, snapshot) = (talk.deck(), talk.snapshot());
    let found = deck.slide(slide);
    let at = found.and_then(|it| step_to_look_at(&snapshot.state, slide, step, it.steps));
    let (Some(found), Some(step)) = (found, at) else {
        // Only pages of ours say where they come from. A browser that gets no content stays where
        // it is.
        let is_link = request.headers().contains_key(header::REFERER);
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
    render(shared, page, request).await
}

/// `GET /t/{code}/screen`
pub async fn project(
    State(shared): State<Shared>,
    path: CodePath,
    request: Request,
) -> Response<Body> {
    let headers = request.headers().clone();
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(&headers));
    talk_page(&shared, path, request, routes::project, |code, rendered| {
        let ways = host::talk_ways(&shared, &code, &headers);
        let presents = visitor.presented(&code).is_ok();
        Page::Project {
            code,
            rendered,
            ways,
            presents,
        }
    })
    .await
}

/// `GET /t/{code}/present`; with `?key=`, the key leaves the URL, and the clean address asks whether
/// this device is to present.
pub async fn present(
    State(shared): State<Shared>,
    path: CodePath,
    query: Result<Query<PresentQuery>, QueryRejection>,
    request: Request,
) -> Response<Body> {
    let typed = path.map(|Path(typed)| typed).unwrap_or_default();
    let Ok(code) = TalkCode::typed(&typed) else {
        return problem(&shared, ProblemPage::NoSuchTalk, request).await;
    };
    let code = meant(&shared, &typed).map_or(code, |talk| talk.code().clone());
    // A query that can't be read may hold a key all the same, such as one that was pasted twice.
    let is_odd = query.is_err();
    let query = query.ok().map(|Query(query)| query);
    let hint = query.as_ref().map_or("", PresentQuery::hint).to_owned();
    let key = query.and_then(|query| query.key);
    if is_odd || key.is_some() || code.as_str() != typed {
        let key = key.map(|key| Key::of_link(&key));
        return to_clean_address(&shared, &code, key.as_ref(), request.headers());
    }
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(request.headers()));
    let talk = shared.talks.find(&code);
    if let Some(talk) = talk.filter(|talk| visitor.opened_link(talk).is_some()) {
        let title = talk.title();
        return render(&shared, Page::Admit { code, title }, request).await;
    }
    match visitor.presented(&code) {
        Ok(talk) => {
            let page = Page::Present(Box::new(RemotePage {
                code,
                rendered: talk.snapshot().as_ref().clone(),
                deck: talk.deck().as_ref().clone(),
                rendered_at: talks::now(),
                hint,
                look: look(request.headers()),
                links: host::talk_ways(&shared, talk.code(), request.headers()),
            }));
            let mut response = render(&shared, page, request).await;
            let private = HeaderValue::from_static("private, no-cache");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, private);
            response
        }
        Err(ErrorCode::NoSuchTalk) => problem(&shared, ProblemPage::NoSuchTalk, request).await,
        Err(_) if let Some(number) = waiting(&shared, &visitor, &code) => {
            // Nobody lets it in any more: it sees where the talk ended, as the room does.
            if shared.talks.find(&code).is_some_and(|talk| talk.is_over()) {
                return Redirect::to(&routes::follow(&code)).into_response();
            }
            render(&shared, Page::Waiting(number), request).await
        }
        Err(ErrorCode::WrongKey) => problem(&shared, ProblemPage::WrongKey, request).await,
        Err(_) => problem(&shared, ProblemPage::NoKey, request).await,
    }
}

/// The number of a device that has to be let in first.
fn waiting(shared: &Shared, visitor: &Visitor, code: &TalkCode) -> Option<u64> {
    let remote = visitor.remote(shared.talks.find(code)?.as_ref())?;
    remote.waits.then_some(remote.number)
}

/// What programs take for the end of a link: a slash, and the punctuation behind it.
const NO_END: [&str; 16] = [
    "/", ".", ",", ";", ":", "!", ")", "]", "'", "*", "%3E", "%22", "%5D", "%3e", "%5d", ">",
];

/// Whatever has no route; a link that is longer than it was leads to where it should.
pub async fn not_found(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let path = request.uri().path();
    let is_of_talk = path.starts_with("/t/") && request.method().is_safe();
    let mut own = path;
    while let Some(shorter) = NO_END.iter().find_map(|end| own.strip_suffix(end)) {
        own = shorter;
    }
    if is_of_talk && own != path {
        let query = request.uri().query();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let clean = format!("{own}{query}");
        return Redirect::permanent(&clean).into_response();
    }
    problem(&shared, ProblemPage::NotFound, request).await
}

/// The talk that a page's address means, however its code is typed.
fn meant(shared: &Shared, typed: &str) -> Option<Arc<Talk>> {
    shared.talks.meant(&TalkCode::typed(typed).ok()?)
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

async fn talk_page(
    shared: &Shared,
    path: CodePath,
    request: Request,
    address: impl Fn(&TalkCode) -> String,
    page: impl Fn(TalkCode, model::talk::Snapshot) -> Page,
) -> Response<Body> {
    let typed = path.map(|Path(typed)| typed).unwrap_or_default();
    match meant(shared, &typed) {
        None => problem(shared, ProblemPage::NoSuchTalk, request).await,
        // One talk, one address: a code typed in capitals leads to the plain one. Not for good: it may
        // be the exact code of a talk to come.
        Some(talk) if talk.code().as_str() != typed => {
            Redirect::to(&address(talk.code())).into_response()
        }
        Some(talk) => {
            let (code, rendered) = (talk.code().clone(), talk.snapshot().as_ref().clone());
            render(shared, page(code, rendered), request).await
        }
    }
}

/// The browser comes back to the clean address, and keeps a good key meanwhile: it stays in no URL.
/// Nothing else changes. Whatever follows a link, such as a chat that makes a preview of it, would be
/// a remote else.
fn to_clean_address(
    shared: &Shared,
    code: &TalkCode,
    key: Option<&Key>,
    headers: &HeaderMap,
) -> Response<Body> {
    let talk = shared.talks.find(code);
    let linked = talk
        .zip(key)
        .filter(|(talk, key)| talk.is_link(&key.hash()));
    let link = linked.map(|(_, key)| {
        let secure = is_secure(shared, headers);
        shared.talks.cookies().give_link(code, key, secure)
    });
    to_clean(&routes::present(code), link)
}

/// `POST /t/{code}/present`: admits the device that has opened a presenter's link.
pub async fn admit(
    State(shared): State<Shared>,
    path: CodePath,
    headers: HeaderMap,
) -> Response<Body> {
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let Some(talk) = code.and_then(|code: TalkCode| shared.talks.find(&code)) else {
        return refusal(ErrorCode::NoSuchTalk);
    };
    let address = routes::present(talk.code());
    let visitor = Visitor::new(shared.talks.clone(), Credentials::of(&headers));
    let Some(link) = visitor.opened_link(&talk) else {
        // The page says what is missing, or shows the talk to a device that came before.
        return to_clean(&address, None);
    };
    let talks = shared.talks.clone();
    let device = host::device(&visitor, &headers);
    // A task of its own: a browser that leaves must not stop it half-way.
    let admitted = tokio::spawn(async move { talks.admit(&talk, &link, device).await });
    match admitted.await {
        Ok(Ok(key)) => {
            let (cookies, secure) = (shared.talks.cookies(), is_secure(&shared, &headers));
            let given = [cookies.give_device(&key, secure), cookies.take_link(secure)];
            to_clean(&address, given)
        }
        failed => {
            tracing::error!(?failed, "a remote was not admitted");
            refusal(ErrorCode::NotStored)
        }
    }
}

/// Sends the browser to `address`, with the cookies that its key was good for.
pub fn to_clean(address: &str, cookies: impl IntoIterator<Item = String>) -> Response<Body> {
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

async fn problem(shared: &Shared, problem: ProblemPage, request: Request) -> Response<Body> {
    render(shared, Page::Problem(problem), request).await
}

/// The page as a whole document, with its status, its policy, and no copy kept on the way.
pub async fn render(shared: &Shared, page: Page, request: Request) -> Response<Body> {
    let status = match &page {
        Page::Problem(problem) => problem.code().status(),
        _ => 200,
    };
    let options = shared.leptos.clone();
    let watched = std::env::var_os("LEPTOS_WATCH").is_some();
    let headers = move || {
        let nonce = leptos::nonce::use_nonce()
            .map(|nonce| nonce.to_string())
            .unwrap_or_default();
        let policy = content_security_policy(&nonce, watched);
        let Some(response) = leptos::prelude::use_context::<ResponseOptions>() else {
            return;
        };
        if let Ok(policy) = HeaderValue::try_from(policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        // Not `no-store`: it would keep the page out of the back/forward cache.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(status) = StatusCode::from_u16(status) {
            response.set_status(status);
        }
    };
    let page = move || document(options.clone(), page.clone());
    leptos_axum::render_app_async_with_context(headers, page)(request).await
}
