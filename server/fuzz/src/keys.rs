//! Requests that claim to be the presenter's, by a cookie, a header or the query.

use super::house::{Answer, House, Said};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use std::sync::{LazyLock, Mutex, PoisonError};

static HOUSE: LazyLock<Mutex<House>> = LazyLock::new(|| Mutex::new(House::open()));

/// Never true, so a request with the key is refused as late, and nothing moves.
const STALE: &str = "code=room&if_revision=18446744073709551615";

/// The first line is the query of the presenter's page, or nothing for a command. Whether the
/// request was taken for the presenter's, or its key kept for the question whether this device is to
/// present: never without the talk's own key.
pub fn keys(input: &[u8]) -> Option<bool> {
    let house = HOUSE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut said = house.read(input, &[])?;
    // The answer is searched for keys, so it must not be compressed.
    said.headers.remove(header::ACCEPT_ENCODING);
    let brought = format!("{}\n{:?}", said.first, said.headers);
    let (answer, is_granted) = if said.first.is_empty() {
        command(&house, said)?
    } else if said.first.starts_with('?') {
        page(&house, said)?
    } else {
        return None;
    };
    assert!(
        !is_granted || brought.contains(&house.key),
        "granted without the key: {} to {brought}",
        answer.status
    );
    // No answer repeats a key.
    let body = String::from_utf8_lossy(&answer.body);
    for key in [&house.key, &house.other_key] {
        assert!(!body.contains(key), "a key came back: {body}");
    }
    Some(is_granted)
}

fn command(house: &House, said: Said) -> Option<(Answer, bool)> {
    let mut request = Request::post("/api/next").body(Body::from(STALE)).ok()?;
    *request.headers_mut() = said.headers;
    let answer = house.ask(request);
    let is_granted = match answer.status {
        StatusCode::CONFLICT => true,
        // A form without script is redirected to its page, which says when a command came too late.
        StatusCode::SEE_OTHER => answer.header(header::LOCATION).ends_with("?late"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            answer.expect_words();
            false
        }
        other => panic!("answered {other}"),
    };
    Some((answer, is_granted))
}

fn page(house: &House, said: Said) -> Option<(Answer, bool)> {
    let mut request = Request::get(format!("/t/room/present{}", said.first))
        .body(Body::empty())
        .ok()?;
    *request.headers_mut() = said.headers;
    let answer = house.ask(request);
    let cookie = answer.header(header::SET_COOKIE);
    let is_granted = match answer.status {
        StatusCode::OK => true,
        StatusCode::SEE_OTHER => {
            assert_eq!(answer.header(header::LOCATION), "/t/room/present");
            let has_cookie = !cookie.is_empty();
            let is_link = cookie.contains(&format!("-link=room.{}", house.key));
            assert!(!has_cookie || is_link, "{cookie}");
            has_cookie
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => false,
        other => panic!("answered {other}"),
    };
    Some((answer, is_granted))
}
