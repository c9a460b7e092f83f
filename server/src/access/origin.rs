//! Whatever changes something must come from our own pages, or from a program.

use crate::answers::refusal;
use app::api::ErrorCode;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// Refuses requests that change something and were made by another site's page. Leptos' server
/// functions have no such check of their own (leptos-rs/leptos#3786).
///
/// `public` is the address that people use when it is not the one that the server sees.
pub async fn refuse_other_origins(
    State(public): State<Option<Arc<Uri>>>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if changes && !is_own(request.headers(), request.uri(), public.as_deref()) {
        return refusal(ErrorCode::OtherOrigin);
    }
    next.run(request).await
}

/// Browsers say where a request comes from: `Sec-Fetch-Site` on secure origins, `Origin` with
/// every POST. A request with neither is a program's.
fn is_own(headers: &HeaderMap, uri: &Uri, public: Option<&Uri>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        // "none" is a person's own doing, such as a bookmark.
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Some(origin) = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.parse::<Uri>().ok())
    else {
        return false;
    };
    let Some(origin) = origin.authority() else {
        return false;
    };
    // HTTP/2 says the host in the address, HTTP/1.1 in a header.
    let host = uri
        .authority()
        .map(axum::http::uri::Authority::as_str)
        .or_else(|| headers.get(header::HOST)?.to_str().ok());
    let public = public
        .and_then(Uri::authority)
        .map(axum::http::uri::Authority::as_str);
    let same = |address: Option<&str>| {
        address.is_some_and(|address| address.eq_ignore_ascii_case(origin.as_str()))
    };
    same(host) || same(public)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let map = headers
            .iter()
            .map(|(name, value)| {
                let name = name.parse::<header::HeaderName>().expect("a header's name");
                (name, HeaderValue::from_static(value))
            })
            .collect();
        let public = Uri::from_static("https://slides.example");
        let own = is_own(&map, &Uri::from_static("/api/next"), Some(&public));
        assert_eq!(own, expected, "{headers:?}");
    }

    #[test]
    fn only_our_pages_and_programs_change_anything() {
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(
            &[("origin", "http://room:3000"), ("host", "room:3000")],
            true,
        );
        check(
            &[("origin", "http://ROOM:3000"), ("host", "room:3000")],
            true,
        );
        check(
            &[("origin", "http://evil:3000"), ("host", "room:3000")],
            false,
        );
        check(&[("origin", "http://room"), ("host", "room:3000")], false);
        check(
            &[("origin", "https://slides.example"), ("host", "upstream")],
            true,
        );
        check(&[("origin", "null"), ("host", "room:3000")], false);
        check(&[("origin", "http://room:3000")], false);
    }
}
