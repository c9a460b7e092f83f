//! The forms of `POST /api/{next,previous,go_to,screen,clock,invite,back_to_room}`, and of `POST /t/room/seen`.

use super::house::House;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A server, and where its talk is.
static HOUSE: LazyLock<Mutex<(House, Value)>> = LazyLock::new(|| {
    let house = House::open();
    let state = house.state();
    Mutex::new((house, state))
});

/// The first line is the function, with a query if it likes; REV is the current revision. Whether
/// the talk moved: only with the key, only by one revision, and only when that was the answer.
pub fn commands(input: &[u8]) -> Option<bool> {
    let mut locked = HOUSE.lock().unwrap_or_else(PoisonError::into_inner);
    let (house, before) = &mut *locked;
    let revision = before["revision"].as_u64().expect("a revision");
    let said = house.read(input, &[("REV", &revision.to_string())])?;
    let has_key = said
        .headers
        .values()
        .any(|value| contains(value.as_bytes(), house.key.as_bytes()));
    let function = said.first.split('?').next()?;
    let address = match function {
        "next" | "previous" | "go_to" | "screen" | "clock" | "invite" | "scheme" | "transition"
        | "back_to_room" => {
            format!("/api/{}", said.first)
        }
        "seen" | "point" => format!("/t/room/{}", said.first),
        _ => return None,
    };
    let mut request = Request::post(address).body(Body::from(said.body)).ok()?;
    *request.headers_mut() = said.headers;

    let answer = house.ask(request);
    let after = house.state();
    let has_moved = after != *before;
    // At once: a find must not make finds of those that are replayed after it.
    before.clone_from(&after);
    match answer.status {
        // An acknowledgement changes nothing.
        StatusCode::NO_CONTENT => {
            assert!(matches!(function, "seen" | "point") && answer.body.is_empty() && !has_moved);
        }
        StatusCode::OK => {
            let told = answer.json();
            for field in ["epoch", "revision", "slide", "step", "screen", "reach"] {
                assert_eq!(told[field], after[field], "acknowledged is published");
            }
        }
        StatusCode::SEE_OTHER => {
            let back = answer.header(header::LOCATION);
            assert!(back.starts_with("/t/"), "a way back to {back:?}");
        }
        _ => {
            let status = answer.status.as_u16();
            // 403 is the origin check's, before anybody reads the form.
            let expected = match function {
                "seen" => [403, 408, 413, 422].contains(&status),
                _ => answer.status.is_client_error(),
            };
            assert!(expected, "{function} answered {status}");
            answer.expect_words();
        }
    }
    if !has_moved {
        return Some(false);
    }
    assert!(has_key, "moved without its key");
    assert_eq!(after["revision"], revision + 1);
    let is_told = [StatusCode::OK, StatusCode::SEE_OTHER].contains(&answer.status);
    assert!(is_told, "moved, and answered {}", answer.status);
    // Every input finds the talk in the same place.
    house.command("screen", "code=room&screen=live");
    house.command("go_to", "code=room&slide=2");
    *before = house.state();
    Some(true)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
