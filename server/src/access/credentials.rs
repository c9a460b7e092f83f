//! The keys that a request brings, and the cookies that browsers keep them in.
//!
//! A device has one key for all its talks, in one cookie named after the data directory: browsers send a
//! host's cookies to all its ports, and have little space for them.

use super::{Key, KeyHash};
use app::routes;
use axum::http::{HeaderMap, header};
use cookie::{Cookie, SameSite, time::Duration};
use model::talk::TalkCode;

/// How long a device that opened a presenter's link has to confirm that it is to present.
const LINK_MAX_AGE: Duration = Duration::minutes(10);
const KEY_MAX_AGE: Duration = Duration::days(30);

/// The keys of one request.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    bearer: Option<Key>,
    cookies: Vec<(String, String)>,
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
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            .collect();
        Self { bearer, cookies }
    }

    /// A program's key. With one, cookies do not count.
    pub fn bearer(&self) -> Option<&Key> {
        self.bearer.as_ref()
    }

    /// The keys for a talk, the likeliest first.
    pub fn keys(&self, code: &TalkCode, names: &CookieNames) -> Vec<Key> {
        if let Some(key) = &self.bearer {
            return vec![key.clone()];
        }
        let named = [names.device(), format!("webslides-{code}")];
        let kept = named.iter().filter_map(|name| self.cookie(name));
        // Of a device whose admission was carried out, and whose answer was lost.
        let promised = self.link(code, names).and_then(|link| link.device);
        kept.chain(promised).collect()
    }

    /// The key of the device. It has one for all of its talks.
    pub fn device(&self, names: &CookieNames) -> Option<Key> {
        self.cookie(&names.device())
    }

    /// The host's key.
    pub fn host_key(&self, names: &CookieNames) -> Option<Key> {
        let cookie = || self.cookie(&names.host());
        self.bearer
            .clone()
            .or_else(cookie)
            .or_else(|| self.cookie("webslides-HOST"))
    }

    /// The talk's presenter link, if this browser has opened it.
    pub fn link(&self, code: &TalkCode, names: &CookieNames) -> Option<OpenedLink> {
        let value = self.cookie_text(&names.link())?;
        let (of, keys) = value.split_once('.')?;
        let (link, device) = match keys.split_once('.') {
            Some((link, device)) => (
                link,
                Some(device).filter(|it| !it.is_empty()).map(Key::sent),
            ),
            // As earlier versions gave it.
            None => (keys, None),
        };
        (of == code.as_str()).then(|| OpenedLink {
            link: Key::sent(link),
            device,
        })
    }

    fn cookie(&self, name: &str) -> Option<Key> {
        self.cookie_text(name).map(Key::sent)
    }

    fn cookie_text(&self, name: &str) -> Option<&str> {
        let secure = format!("{SECURE_PREFIX}{name}");
        let value = |name: &str| self.cookies.iter().find(|(found, _)| found == name);
        let found = value(&secure).or_else(|| value(name))?;
        Some(found.1.as_str())
    }
}

/// A presenter's link that a browser has opened.
#[derive(Debug, Clone)]
pub struct OpenedLink {
    pub link: Key,
    /// The key that the device gets if it is admitted. It has the key before, so that an answer that is lost
    /// takes no admission with it. Only who has the link's key can name one here.
    pub device: Option<Key>,
}

/// Browsers take a cookie with this prefix over https only, and not from another host of the same domain.
const SECURE_PREFIX: &str = "__Host-";

/// The names of a server's cookies: one set for all of its talks. Browsers send cookies to every port of a
/// host, so the names contain an id of the data directory.
///
/// Earlier versions had a cookie for each talk, `webslides-CODE`, and `webslides-HOST`. These are still
/// read.
#[derive(Debug, Clone, Default)]
pub struct CookieNames {
    id: String,
}

impl CookieNames {
    /// `first` is the hash of the data directory's first host key.
    pub fn of(first: Option<&KeyHash>) -> Self {
        let id = first.map(KeyHash::short).unwrap_or_default();
        Self { id }
    }

    fn device(&self) -> String {
        format!("webslides-{}", self.id)
    }

    fn host(&self) -> String {
        format!("webslides-{}-host", self.id)
    }

    fn link(&self) -> String {
        format!("webslides-{}-link", self.id)
    }
}

/// Cookies for a browser. `secure` if its page came by https.
impl CookieNames {
    /// The key with which a device presents, for all of its talks.
    pub fn give_device(&self, key: &Key, secure: bool) -> String {
        cookie(self.device(), key.reveal().to_owned(), KEY_MAX_AGE, secure)
    }

    pub fn give_host(&self, key: &Key, secure: bool) -> String {
        cookie(self.host(), key.reveal().to_owned(), KEY_MAX_AGE, secure)
    }

    /// The presenter's link that a browser has opened. The cookie alone admits no device.
    pub fn give_link(&self, code: &TalkCode, opened: &OpenedLink, secure: bool) -> String {
        let device = opened.device.as_ref().map_or("", Key::reveal);
        let value = format!("{code}.{}.{device}", opened.link.reveal());
        cookie(self.link(), value, LINK_MAX_AGE, secure)
    }

    pub fn take_link(&self, secure: bool) -> String {
        cookie(self.link(), String::new(), Duration::ZERO, secure)
    }
}

/// For all paths, because server functions have paths of their own.
fn cookie(name: String, value: String, age: Duration, secure: bool) -> String {
    let name = if secure {
        format!("{SECURE_PREFIX}{name}")
    } else {
        name
    };
    Cookie::build((name, value))
        .path(routes::HOME)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(age)
        .build()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn names(of: &str) -> CookieNames {
        CookieNames::of(Some(&Key::sent(of).hash()))
    }

    fn brought(cookies: &[String]) -> Credentials {
        let pairs: Vec<_> = cookies
            .iter()
            .filter_map(|cookie| cookie.split(';').next())
            .collect();
        let line = HeaderValue::try_from(pairs.join("; ")).expect("a header");
        Credentials::of(&HeaderMap::from_iter([(header::COOKIE, line)]))
    }

    fn code(text: &str) -> TalkCode {
        text.parse().expect("a code")
    }

    #[test]
    fn two_servers_on_one_host_do_not_take_each_others_cookies() {
        let (one, other) = (names("one"), names("other"));
        let (a, b) = (Key::sent("a"), Key::sent("b"));
        let brought = brought(&[
            one.give_device(&a, false),
            other.give_device(&b, false),
            other.give_host(&b, false),
        ]);
        assert_eq!(brought.device(&one), Some(a));
        assert_eq!(brought.device(&other), Some(b.clone()));
        assert_eq!(brought.host_key(&one), None);
        assert_eq!(brought.host_key(&other), Some(b));
    }

    #[test]
    fn a_device_has_one_cookie_for_all_of_its_talks() {
        let names = names("one");
        let brought = brought(&[names.give_device(&Key::sent("a"), false)]);
        for talk in ["rust", "kafka"] {
            assert_eq!(brought.keys(&code(talk), &names), [Key::sent("a")]);
        }
    }

    #[test]
    fn cookies_of_earlier_versions_stay_good() {
        let names = names("one");
        let brought = brought(&["webslides-rust=a".to_owned(), "webslides-HOST=h".to_owned()]);
        assert_eq!(brought.keys(&code("rust"), &names), [Key::sent("a")]);
        assert_eq!(brought.keys(&code("kafka"), &names), []);
        assert_eq!(brought.host_key(&names), Some(Key::sent("h")));
    }

    #[test]
    fn over_https_a_neighbour_can_set_none_of_them() {
        let names = names("one");
        let given = names.give_device(&Key::sent("a"), true);
        assert!(given.starts_with("__Host-webslides-") && given.contains("; Secure"));
        let planted = names.give_device(&Key::sent("planted"), false);
        assert_eq!(
            brought(&[planted, given]).device(&names),
            Some(Key::sent("a"))
        );
    }

    #[test]
    fn an_opened_link_is_for_its_talk_only() {
        let names = names("one");
        let opened = OpenedLink {
            link: Key::sent("l"),
            device: Some(Key::sent("d")),
        };
        let brought = brought(&[names.give_link(&code("rust"), &opened, false)]);
        let found = brought.link(&code("rust"), &names).expect("opened");
        assert_eq!((found.link, found.device), (opened.link, opened.device));
        assert!(brought.link(&code("kafka"), &names).is_none());
        // The link's key is no device's.
        assert_eq!(brought.keys(&code("rust"), &names), [Key::sent("d")]);
        assert_eq!(brought.keys(&code("kafka"), &names), []);
    }

    #[test]
    fn an_opened_link_of_an_earlier_version_names_no_device() {
        let names = names("one");
        let given = cookie(names.link(), "rust.l".to_owned(), LINK_MAX_AGE, false);
        let brought = brought(&[given]);
        let found = brought.link(&code("rust"), &names).expect("opened");
        assert_eq!((found.link, found.device), (Key::sent("l"), None));
        assert_eq!(brought.keys(&code("rust"), &names), []);
    }
}
