//! A talk's code, as typed and as a part of an address.

use super::house::House;
use app::routes;
use axum::{
    body::Body,
    http::{Request, StatusCode, Uri},
};
use model::talk::{EventId, TalkCode};
use std::{
    str::from_utf8,
    sync::{LazyLock, Mutex, PoisonError},
};

static HOUSE: LazyLock<Mutex<House>> = LazyLock::new(|| Mutex::new(House::open()));

/// The input is what somebody typed. Returns whether it is a code. Then it must have the documented form, and
/// be the same code in every spelling and in an address.
pub fn codes(input: &[u8]) -> Option<bool> {
    if let Some(random) = input.first_chunk() {
        let code = TalkCode::made_up(*random);
        check(&code);
        let letters = code.as_str().bytes();
        assert_eq!(letters.len(), 6);
        assert!(
            letters.into_iter().all(|c| TalkCode::ALPHABET.contains(&c)),
            "{code}"
        );
    }
    let typed = from_utf8(input).ok();
    let code = typed.and_then(|typed| typed.parse::<TalkCode>().ok());
    if let Some(code) = &code {
        check(code);
    }
    if let Some(id) = typed.and_then(|typed| typed.parse::<EventId>().ok()) {
        assert_eq!(Some(id.to_string().as_str()), typed);
    }

    let house = HOUSE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_open = code
        .as_ref()
        .is_some_and(|code| code.as_str() == "room" || code.as_str() == house.other);
    let expected = if is_open {
        // The second is the answer to an empty form.
        [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]
    } else {
        [StatusCode::NOT_FOUND; 2]
    };
    let encoded: String = input.iter().map(|byte| format!("%{byte:02x}")).collect();
    assert_eq!(statuses(&house, &encoded), Some(expected), "{typed:?}");
    // As it stands, where an address can hold it and it is one part of a path.
    if let Some(typed) = typed.filter(|typed| !typed.contains(['/', '?', '#', '%'])) {
        let statuses = statuses(&house, typed);
        assert!(statuses.is_none_or(|told| told == expected), "{typed:?}");
    }
    Some(code.is_some())
}

/// What the documentation of a code promises.
fn check(code: &TalkCode) {
    let text = code.as_str();
    assert!((3..=32).contains(&text.len()), "{text:?}");
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    assert!(text.bytes().all(allowed), "{text:?}");
    let spaced: String = text.chars().flat_map(|c| [' ', c, '\u{a0}']).collect();
    for spelling in [
        text.to_owned(),
        code.to_string(),
        text.to_uppercase(),
        spaced,
    ] {
        assert_eq!(spelling.parse().as_ref(), Ok(code), "{spelling:?}");
    }
    let json = serde_json::to_string(code).expect("JSON");
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(
        serde_json::from_str::<TalkCode>(&json).ok().as_ref(),
        Some(code)
    );
    for (address, rest) in [
        (routes::follow(code), ""),
        (routes::project(code), "/screen"),
        (routes::present(code), "/present"),
        (routes::events(code), "/events"),
        (routes::seen(code), "/seen"),
    ] {
        let uri: Uri = address.parse().expect("an address");
        let typed = uri
            .path()
            .strip_prefix("/t/")
            .and_then(|path| path.strip_suffix(rest));
        assert_eq!(typed, Some(text), "{address}");
    }
}

/// The answers at two of a talk's addresses; `None` if they are no addresses.
fn statuses(house: &House, typed: &str) -> Option<[StatusCode; 2]> {
    let state = Request::get(format!("/t/{typed}/state"))
        .body(Body::empty())
        .ok()?;
    let seen = Request::post(format!("/t/{typed}/seen"))
        .body(Body::empty())
        .ok()?;
    Some([house.ask(state).status, house.ask(seen).status])
}
