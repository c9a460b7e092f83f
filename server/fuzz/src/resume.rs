//! `Last-Event-ID`, as a header and in the query.

use super::house::House;
use app::talk::EventId;
use axum::{
    body::Body,
    extract::Query,
    http::{Request, StatusCode, Uri},
};
use std::sync::{LazyLock, Mutex, PoisonError};

/// A server whose talk has moved once, and the epoch of that talk: there is an old id.
static HOUSE: LazyLock<Mutex<(House, String)>> = LazyLock::new(|| {
    let house = House::open();
    let state = house.command("next", "code=room");
    let epoch = state["epoch"].as_str().expect("an epoch").to_owned();
    Mutex::new((house, epoch))
});

/// The first line is the query, or nothing; EPOCH-1 is the current id. Whether it was answered with
/// a ping: for the current id, and for nothing else. The header wins.
pub fn resume(input: &[u8]) -> Option<bool> {
    let house = HOUSE.lock().unwrap_or_else(PoisonError::into_inner);
    let (house, epoch) = &*house;
    let current = format!("{epoch}-1");
    let said = house.read(input, &[("EPOCH", epoch)])?;
    if !said.first.is_empty() && !said.first.starts_with('?') {
        return None;
    }
    let uri: Uri = format!("/t/room/events{}", said.first).parse().ok()?;
    let by_header = said
        .headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default());
    let has_it = match by_header {
        Some(id) => id == current,
        None => is_in_query(&uri, &current),
    };
    if let Some(id) = by_header.and_then(|id| Some((id, id.parse::<EventId>().ok()?))) {
        assert_eq!(id.0, id.1.to_string(), "an id has one spelling");
    }

    let mut request = Request::get(uri).body(Body::empty()).ok()?;
    *request.headers_mut() = said.headers;
    let (status, [first, second]) = house.stream(request);
    assert_eq!(status, StatusCode::OK);
    let retry = first
        .strip_prefix(":\nretry: ")
        .and_then(|rest| rest.strip_suffix("\n\n"))
        .and_then(|retry| retry.parse().ok());
    assert!(
        retry.is_some_and(|retry| (1_000..3_000).contains(&retry)),
        "{first:?}"
    );
    if has_it {
        assert_eq!(second, "event: ping\ndata: {\"revision\":1}\n\n");
    } else {
        let expected = format!("id: {current}\ndata: {{");
        assert!(second.starts_with(&expected), "{second:?}");
        assert!(second.ends_with("}\n\n"), "{second:?}");
        assert_eq!(second.matches('\n').count(), 3, "one event: {second:?}");
    }
    Some(has_it)
}

/// Whether the query says this id, once: two ids are none.
fn is_in_query(uri: &Uri, current: &str) -> bool {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return false;
    };
    let mut ids = pairs.iter().filter(|(name, _)| name == "last_event_id");
    let is_current = ids.next().is_some_and(|(_, id)| id == current);
    is_current && ids.next().is_none()
}
