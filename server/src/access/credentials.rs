//! What a request brings to prove its role.

use super::Key;
use app::talk::TalkCode;
use axum::http::{HeaderMap, header};
use cookie::{Cookie, SameSite, time::Duration};

/// The keys of one request.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    bearer: Option<Key>,
    cookies: Vec<(String, Key)>,
}

impl Credentials {
    pub fn of(headers: &HeaderMap) -> Self {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| Key::sent(key.trim()));
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .map(|cookie| (cookie.name().to_owned(), Key::sent(cookie.value())))
            .collect();
        Self { bearer, cookies }
    }

    /// The key that this request brings for a talk. A program's `Authorization` comes first.
    pub fn key(&self, code: &TalkCode) -> Option<&Key> {
        let name = cookie_name(code);
        let cookie = || {
            self.cookies
                .iter()
                .find(|(found, _)| *found == name)
                .map(|(_, key)| key)
        };
        self.bearer.as_ref().or_else(cookie)
    }

    /// The host's own key.
    pub fn host_key(&self) -> Option<&Key> {
        let cookie = self.cookies.iter().find(|(name, _)| name == HOST_COOKIE);
        self.bearer.as_ref().or(cookie.map(|(_, key)| key))
    }
}

/// No talk's code has a capital.
const HOST_COOKIE: &str = "webslides-HOST";

/// The cookie that a presenter's link is exchanged for: one for each talk, for all paths because
/// server functions live under `/api`. `secure` when the page came by https.
pub fn presenter_cookie(code: &TalkCode, key: &Key, secure: bool) -> String {
    cookie(cookie_name(code), key, secure)
}

/// The cookie that the host's link is exchanged for.
pub fn host_cookie(key: &Key, secure: bool) -> String {
    cookie(HOST_COOKIE.to_owned(), key, secure)
}

fn cookie(name: String, key: &Key, secure: bool) -> String {
    Cookie::build((name, key.reveal()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(Duration::days(30))
        .build()
        .to_string()
}

fn cookie_name(code: &TalkCode) -> String {
    format!("webslides-{code}")
}
