//! What a request brings to prove its role.

use super::PresenterKey;
use app::talk::TalkCode;
use axum::http::{HeaderMap, header};
use cookie::{Cookie, SameSite, time::Duration};

/// The keys of one request.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    bearer: Option<PresenterKey>,
    cookies: Vec<(String, PresenterKey)>,
}

impl Credentials {
    pub fn of(headers: &HeaderMap) -> Self {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| PresenterKey::sent(key.trim()));
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .map(|cookie| (cookie.name().to_owned(), PresenterKey::sent(cookie.value())))
            .collect();
        Self { bearer, cookies }
    }

    /// The key that this request brings for a talk. A program's `Authorization` comes first.
    pub fn key(&self, code: &TalkCode) -> Option<&PresenterKey> {
        let name = cookie_name(code);
        let cookie = || {
            self.cookies
                .iter()
                .find(|(found, _)| *found == name)
                .map(|(_, key)| key)
        };
        self.bearer.as_ref().or_else(cookie)
    }
}

/// The cookie that a presenter's link is exchanged for: one for each talk, for all paths because
/// server functions live under `/api`. `secure` when the page came by https.
pub fn presenter_cookie(code: &TalkCode, key: &PresenterKey, secure: bool) -> String {
    Cookie::build((cookie_name(code), key.reveal()))
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
