//! Protection against requests that other sites' pages make (CSRF, DNS rebinding).

use super::Refusal;
use app::api::ErrorCode;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::Ipv4Addr, sync::Arc};

/// Middleware that refuses requests that may change something and come from another site's page. Leptos'
/// server functions have no such check (leptos-rs/leptos#3786). tower-http's CSRF layer would not do: its
/// rule, [`is_own`], is also needed for requests that only read, and compares origins byte by byte.
///
/// `public` is the address that browsers use, if the server is behind a proxy.
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
        return Refusal::from(ErrorCode::OtherOrigin).into_response();
    }
    if changes && !is_own_address(request.headers(), request.uri(), public.as_deref()) {
        let refusal = Refusal::with_message(ErrorCode::OtherOrigin, UNKNOWN_ADDRESS.to_owned());
        return refusal.into_response();
    }
    next.run(request).await
}

/// For the host, who reads it on a page or in a program's answer.
const UNKNOWN_ADDRESS: &str = "WebSlides does not know this address as its own. Start it with \
    --public-url and this address, or open it by the computer's IP address or name.";

/// Domains that nobody can register, or that makers of home routers own: their names belong to machines in
/// this network.
const LOCAL_DOMAINS: [&str; 14] = [
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

/// Whether a request was sent to a host that can be this server. Another site can let its own name resolve to
/// this address (DNS rebinding), and then a browser takes its page for one of ours. It can't do that with an
/// IP address, nor with a name that nobody can register.
pub fn is_own_address(headers: &HeaderMap, uri: &Uri, public: Option<&Uri>) -> bool {
    let Some(host) = authority(headers, uri).map(str::to_ascii_lowercase) else {
        // Every browser sends one.
        return true;
    };
    let Ok(host) = host.parse::<Authority>() else {
        return false;
    };
    let name = host.host().trim_end_matches('.');
    let is_number = name.starts_with('[') || name.parse::<Ipv4Addr>().is_ok();
    let is_local = !name.contains('.')
        || LOCAL_DOMAINS.iter().any(|domain| {
            let before = name.strip_suffix(domain);
            before.is_some_and(|before| before.ends_with('.'))
        });
    let is_public = public
        .and_then(Uri::host)
        .is_some_and(|public| public.eq_ignore_ascii_case(name));
    is_number || is_local || is_public
}

/// Host and port that a request was sent to. HTTP/2 has them in the URI, HTTP/1.1 in a header.
fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    uri.authority()
        .map(Authority::as_str)
        .or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// Whether a request comes from one of our pages or from a program. Browsers send `Sec-Fetch-Site` on secure
/// origins and `Origin` with every POST; a request with neither is a program's.
pub fn is_own(headers: &HeaderMap, uri: &Uri, public: Option<&Uri>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        // "none" is a person's own action, such as a bookmark.
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
    let sent_to = authority(headers, uri);
    let public = public.and_then(Uri::authority).map(Authority::as_str);
    let same = |address: Option<&str>| {
        address.is_some_and(|address| address.eq_ignore_ascii_case(origin.as_str()))
    };
    same(sent_to) || same(public)
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
            let own = is_own_address(&headers, &Uri::from_static("/api/next"), Some(&public));
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
        let nothing = is_own_address(&HeaderMap::new(), &Uri::from_static("/"), None);
        assert!(nothing, "a program of long ago");
    }
}
