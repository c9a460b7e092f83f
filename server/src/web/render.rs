//! Answers for browsers: pages, refusals as pages, and redirects from addresses with keys.

use super::{Shared, controls};
use crate::access::{Refusal, content_security_policy};
use app::{
    api::ErrorCode,
    document,
    pages::{Page, ProblemPage},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos_axum::ResponseOptions;

/// The page as a whole document, with its status and its policy. Nobody keeps a copy of it on the way.
pub async fn page(shared: &Shared, page: Page) -> Response {
    let code = match &page {
        Page::Problem(problem) => Some(problem.code()),
        Page::Ask(page) => page.problem().map(ProblemPage::code),
        _ => None,
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
    };
    let document = move || document(options.clone(), page.clone(), &controls::ADDRESS);
    // A page has all that it shows, and reads nothing of the request.
    let request = Request::new(Body::empty());
    let response = leptos_axum::render_app_async_with_context(headers, document)(request).await;
    match code {
        Some(code) => with_status(response, code),
        None => response,
    }
}

/// A form's page again, which says what was wrong.
pub async fn form_again(shared: &Shared, form: Page, code: ErrorCode) -> Response {
    with_status(page(shared, form).await, code)
}

/// A refusal as a page for people. One that has no page of its own stays JSON.
pub async fn refused(shared: &Shared, refusal: Refusal) -> Response {
    match ProblemPage::of(refusal.code()) {
        Some(problem) => page(shared, Page::Problem(problem)).await,
        None => refusal.into_response(),
    }
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

fn with_status(mut response: Response, code: ErrorCode) -> Response {
    if let Ok(status) = StatusCode::from_u16(code.status()) {
        *response.status_mut() = status;
    }
    response
}
