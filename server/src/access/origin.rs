//! Whatever changes something must come from our own pages, or from a program.

use crate::access::{refusal, refusal_in_words};
use app::api::ErrorCode;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header, uri::Authority},
    middleware::Next,
    response::Response,
};
use std::{net::Ipv4Addr, sync::Arc};

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
    if changes && !is_own_host(request.headers(), request.uri(), public.as_deref()) {
        return refusal_in_words(ErrorCode::OtherOrigin, OTHER_HOST.to_owned());
    }
    next.run(request).await
}

/// For the host, who reads it on a page or in a program's answer.
const OTHER_HOST: &str = "WebSlides does not know this address as its own. Start it with \
    --public-url and this address, or open it by the computer's number or name.";

/// Endings of names that nobody can buy, or that belong to a maker of home routers: a machine that has
/// such a name is in this network.
const NEAR: [&str; 14] = [
    "local",
    "localhost",
    "localdomain",
    "lan",
    "home",
    "internal",
    "intranet",
    "private",
    "corp",
    "test",
    "example",
    "invalid",
    "home.arpa",
    "fritz.box",
];

/// Whether a request was sent to an address that can be this server's. A page of another site can make
/// its own name lead here (DNS rebinding), and then is, for a browser, of the same origin as we are.
/// It can't do that with a number, nor with a name that is nobody's.
pub fn is_own_host(headers: &HeaderMap, uri: &Uri, public: Option<&Uri>) -> bool {
    let Some(host) = host(headers, uri).map(|host| host.to_ascii_lowercase()) else {
        // No browser sends nothing.
        return true;
    };
    let Ok(host) = host.parse::<Authority>() else {
        return false;
    };
    let name = host.host().trim_end_matches('.');
    let is_number = name.starts_with('[') || name.parse::<Ipv4Addr>().is_ok();
    let is_near = !name.contains('.')
        || NEAR.iter().any(|near| {
            let before = name.strip_suffix(near);
            before.is_some_and(|before| before.ends_with('.'))
        });
    let is_public = public
        .and_then(Uri::host)
        .is_some_and(|public| public.eq_ignore_ascii_case(name));
    is_number || is_near || is_public
}

/// HTTP/2 says the host in the address, HTTP/1.1 in a header.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    uri.authority()
        .map(Authority::as_str)
        .or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// Browsers say where a request comes from: `Sec-Fetch-Site` on secure origins, `Origin` with
/// every POST. A request with neither is a program's.
pub fn is_own(headers: &HeaderMap, uri: &Uri, public: Option<&Uri>) -> bool {
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
    let host = host(headers, uri);
    let public = public.and_then(Uri::authority).map(Authority::as_str);
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

    #[test]
    fn a_name_that_others_can_own_is_not_ours_unless_the_host_says_so() {
        let public = Uri::from_static("https://slides.example.org");
        let check = |name: &'static str, expected| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(name))]);
            let own = is_own_host(&headers, &Uri::from_static("/api/next"), Some(&public));
            assert_eq!(own, expected, "{name}");
        };
        for own in [
            "192.168.1.7:3000",
            "[fd00::7]:3000",
            "localhost:3000",
            "laptop:3000",
            "Laptop.local",
            "laptop.local.",
            "laptop.fritz.box:3000",
            "slides.EXAMPLE.org",
        ] {
            check(own, true);
        }
        for other in [
            "evil.org:3000",
            "192.168.1.7.evil.org",
            "local.evil.org",
            "evillocal.org",
            "not a host",
        ] {
            check(other, false);
        }
        let nothing = is_own_host(&HeaderMap::new(), &Uri::from_static("/"), None);
        assert!(nothing, "a program of long ago");
    }
}
