//! A page opens a stream, with `Last-Event-ID` as a header and in the query, and acknowledges its events.

use super::house::House;
use axum::{
    body::Body,
    extract::Query,
    http::{Request, StatusCode, Uri},
};
use model::talk::{EventId, Presence, Revision, SeatNumber, Timestamp};
use std::sync::{LazyLock, Mutex, PoisonError};

/// A server whose talk has moved once, and the epoch of that talk: there is an old id.
static HOUSE: LazyLock<Mutex<(House, String)>> = LazyLock::new(|| {
    let house = House::open();
    let state = house.command("next", "code=room");
    let epoch = state["epoch"].as_str().expect("an epoch").to_owned();
    Mutex::new((house, epoch))
});

/// The first line is the query, or nothing; EPOCH-1 is the current id. A body is sent to `seen`
/// while the stream is open. Whether it was answered with a ping: for the current id, and for
/// nothing else. The header wins.
pub fn resume(input: &[u8]) -> Option<bool> {
    let house = HOUSE.lock().unwrap_or_else(PoisonError::into_inner);
    let (house, epoch) = &*house;
    let current = format!("{epoch}-1");
    let said = house.read(input, &[("EPOCH", epoch)])?;
    if !said.first.is_empty() && !said.first.starts_with('?') {
        return None;
    }
    let uri: Uri = format!("/t/room/events{}", said.first).parse().ok()?;
    let opening = Opening::of(&uri);
    let by_header = said
        .headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default());
    let has_it = by_header.or(opening.last.as_deref()) == Some(&current);
    if let Some(id) = by_header.and_then(|id| Some((id, id.parse::<EventId>().ok()?))) {
        assert_eq!(id.0, id.1.to_string(), "an id has one spelling");
    }

    let mut request = Request::get(uri).body(Body::empty()).ok()?;
    *request.headers_mut() = said.headers.clone();
    let (status, [first, second], stream) = house.stream(request);
    assert_eq!(status, StatusCode::OK);
    let retry = first
        .strip_prefix(":\nretry: ")
        .and_then(|rest| rest.strip_suffix('\n'))
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

    if !said.body.is_empty() {
        say(house, &said.body);
    }
    let there = house.presence();
    drop(stream);
    let left = house.presence();
    let Presence {
        ready,
        now,
        projector_gone_ms,
        ..
    } = left;
    let nobody = Presence {
        ready,
        now,
        projector_gone_ms,
        ..NOBODY
    };
    assert_eq!(left, nobody, "somebody is left");
    let may_present = format!("{:?}", said.headers).contains(&house.key);
    opening.check(&there, may_present);
    let most = u32::from(opening.seat.is_some() && !said.body.is_empty());
    assert!(there.answering <= most, "{there:?}");
    assert!(there.seen + there.elsewhere <= there.answering, "{there:?}");
    assert_eq!(
        (there.revision, there.lag_ms),
        (NOBODY.revision, None),
        "nobody has waited"
    );
    Some(has_it)
}

/// Says twice what a page has painted: the second changes nothing.
fn say(house: &House, form: &[u8]) {
    let [first, second] = [(); 2].map(|()| {
        let request = Request::post("/t/room/seen").body(Body::from(form.to_vec()));
        let answer = house.ask(request.expect("a request"));
        match answer.status {
            StatusCode::NO_CONTENT => assert!(answer.body.is_empty()),
            _ => answer.expect_words(),
        }
        let Presence {
            answering,
            seen,
            elsewhere,
            ..
        } = house.presence();
        (answer.status, answering, seen, elsewhere)
    });
    assert_eq!(first, second);
    let expected = match first.0 {
        StatusCode::NO_CONTENT | StatusCode::UNPROCESSABLE_ENTITY => true,
        StatusCode::PAYLOAD_TOO_LARGE => form.len() > 512,
        _ => false,
    };
    assert!(expected, "answered {first:?}");
}

const NOBODY: Presence = Presence {
    followers: 0,
    projectors: 0,
    projectors_behind: 0,
    projector_gone_ms: None,
    answering: 0,
    revision: Revision::new(1),
    seen: 0,
    elsewhere: 0,
    late: 0,
    lag_ms: None,
    ready: 0,
    waiting: 0,
    request: None,
    now: Timestamp::from_unix_ms(0),
};

/// A query, parsed by other code than the server's. With a duplicate name all of it is ignored.
#[derive(Default)]
struct Opening {
    last: Option<String>,
    view: Option<String>,
    seat: Option<SeatNumber>,
}

impl Opening {
    fn of(uri: &Uri) -> Self {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Self::default();
        };
        let mut values = ["last_event_id", "view", "seat"].map(|name| {
            let mut values = pairs.iter().filter(move |pair| pair.0 == name);
            (values.next().map(|pair| pair.1.clone()), values.next())
        });
        if values.iter().any(|(_, again)| again.is_some()) {
            return Self::default();
        }
        let [last, view, seat] = values.each_mut().map(|(value, _)| value.take());
        Self {
            last,
            view,
            seat: seat.and_then(|seat| seat.parse().ok()),
        }
    }

    /// Whether the room is this one page. One that may be a presenter's is not counted, unless it
    /// says that it is a follower's.
    fn check(&self, there: &Presence, may_present: bool) {
        let counts = (there.followers, there.projectors);
        let expected: &[_] = match self.view.as_deref() {
            Some("project") => &[(0, 1)],
            Some("follow") => &[(1, 0)],
            _ if may_present => &[(1, 0), (0, 0)],
            _ => &[(1, 0)],
        };
        assert!(expected.contains(&counts), "{counts:?}");
    }
}
