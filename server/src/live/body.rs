//! The body of `GET /t/{code}/events`.

use super::{
    Attendee, Channel, Frame,
    hub::{Newest, Seat},
};
use crate::metrics::{BYTES, FRAMES, STREAMS_OPENED, STREAMS_REFUSED};
use app::talk::{SeatNumber, View};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use metrics::counter;
use std::{convert::Infallible, sync::Arc};
use tokio::sync::watch;

/// Every answer of the stream has these. `no-transform` and `X-Accel-Buffering` keep proxies from
/// compressing and from collecting events before they pass them on.
pub const RESPONSE_HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    ),
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-transform"),
    ),
    (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    ),
];

/// Milliseconds after which a browser comes back by itself. Different for each connection, because
/// it is the only jitter that a native client has.
const RETRY_MS: std::ops::Range<u32> = 1_000..3_000;

/// The same for those that were all sent away at once, or found no seat: longer, so that they do
/// not come back at once.
const SENT_AWAY_MS: std::ops::Range<u32> = 1_000..5_000;
const NO_SEAT_MS: std::ops::Range<u32> = 5_000..15_000;

/// One follower's place in the stream.
struct Follower {
    newest: watch::Receiver<Newest>,
    phase: Phase,
    /// Only a presenter's stream tells who is there.
    presence: Option<watch::Receiver<Bytes>>,
    _seat: Seat,
    _attendee: Option<Attendee>,
}

/// Whose stream it is.
pub enum Audience {
    /// Hears of the room, and is not counted.
    Presenter,
    /// Is counted.
    Follower(View, Option<SeatNumber>),
}

/// What a presenter's stream waits for.
enum Told {
    News(Newest),
    Presence(Bytes),
}

enum Phase {
    /// Nothing was sent; `last` is what the follower says it has.
    Open {
        last: Option<String>,
    },
    /// The head was sent; the snapshot, or the ping in its place, follows.
    Greet {
        last: Option<String>,
    },
    Live {
        sent: Newest,
    },
    Over,
}

/// The stream for one follower: the first bytes at once, then where the talk is, then every
/// change. `last` is the id that the follower had last: the current one is answered with a ping,
/// whatever else (none, old, future, of another epoch, garbage) with the current snapshot.
///
/// The answer to HEAD is the same: the router takes the body off, unread.
pub fn events(
    channel: &Channel,
    seat: Seat,
    audience: &Audience,
    last: Option<String>,
) -> Response<Body> {
    let (presence, attendee) = match *audience {
        Audience::Presenter => (Some(channel.presence()), None),
        Audience::Follower(view, number) => (None, Some(channel.attendance().enter(view, number))),
    };
    // Subscribed before the snapshot is read: what is published in between is seen.
    let follower = Follower {
        newest: channel.subscribe(),
        phase: Phase::Open { last },
        presence,
        _seat: seat,
        _attendee: attendee,
    };
    let body = Body::from_stream(futures_util::stream::unfold(follower, |follower| async {
        let (bytes, follower) = follower.next().await?;
        FRAMES.increment(1);
        BYTES.increment(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Some((Ok::<_, Infallible>(bytes), follower))
    }));
    response(body)
}

/// For whom there is no seat: an end, and when to try again. Not an error: any status but 200 would
/// close a browser's stream for good.
pub fn no_seat() -> Response<Body> {
    counter!(STREAMS_REFUSED, "why" => "no_seat").increment(1);
    one_word(Bytes::from(format!(":\n{}", retry(NO_SEAT_MS))))
}

/// For whoever followed what is gone: the last there is to say, and an end.
pub fn farewell(last: &Frame) -> Response<Body> {
    let head = format!(":\n{}", retry(RETRY_MS));
    one_word([head.as_bytes(), &last.bytes].concat().into())
}

/// A stream of one, so that it looks like the other streams on the wire.
fn one_word(word: Bytes) -> Response<Body> {
    let word: Result<_, Infallible> = Ok(word);
    response(Body::from_stream(futures_util::stream::iter([word])))
}

fn response(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().extend(RESPONSE_HEADERS);
    response
}

/// Whether an answer is one of these.
pub fn is_stream(response: &Response<Body>) -> bool {
    let [(name, value), ..] = RESPONSE_HEADERS;
    response.status() == StatusCode::OK && response.headers().get(name) == Some(&value)
}

fn retry(within: std::ops::Range<u32>) -> String {
    format!("retry: {}\n\n", fastrand::u32(within))
}

/// Each publishing makes a frame of its own.
fn is_other(now: &Arc<Frame>, sent: &Arc<Frame>) -> bool {
    !Arc::ptr_eq(now, sent)
}

impl Follower {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let (bytes, phase) = match self.phase {
            Phase::Open { last } => {
                let head = format!(":\n{}", retry(RETRY_MS));
                (head.into(), Phase::Greet { last })
            }
            Phase::Greet { last } => {
                let sent = self.newest.borrow_and_update().clone();
                let had_some = last.is_some();
                let has_it = !sent.frame.says_more
                    && last.is_some_and(|last| last == sent.frame.id.to_string());
                let resume = match (had_some, has_it) {
                    (false, _) => "none",
                    (true, true) => "current",
                    (true, false) => "other",
                };
                counter!(STREAMS_OPENED, "resume" => resume).increment(1);
                let bytes = if has_it {
                    &sent.frame.ping
                } else {
                    &sent.frame.bytes
                };
                (
                    bytes.clone(),
                    if sent.ended || sent.last {
                        Phase::Over
                    } else {
                        Phase::Live { sent }
                    },
                )
            }
            Phase::Live { sent } => {
                let has_news = |now: &Newest| {
                    now.ended
                        || now.last
                        || now.beat != sent.beat
                        || is_other(&now.frame, &sent.frame)
                };
                // The sender is gone only with the talk itself.
                let now = match &mut self.presence {
                    None => self.newest.wait_for(has_news).await.ok()?.clone(),
                    Some(presence) => {
                        let told = Box::pin(async {
                            tokio::select! {
                                biased;
                                now = self.newest.wait_for(has_news) => Told::News(now.ok()?.clone()),
                                changed = presence.changed() => {
                                    changed.ok()?;
                                    Told::Presence(presence.borrow_and_update().clone())
                                }
                            }
                            .into()
                        });
                        let told: Option<Told> = told.await;
                        match told? {
                            Told::News(now) => now,
                            Told::Presence(bytes) => {
                                let phase = Phase::Live { sent };
                                return Some((bytes, Self { phase, ..self }));
                            }
                        }
                    }
                };
                let bytes = if now.ended && !now.last {
                    retry(SENT_AWAY_MS).into()
                } else if is_other(&now.frame, &sent.frame) {
                    now.frame.bytes.clone()
                } else {
                    now.frame.ping.clone()
                };
                (
                    bytes,
                    if now.ended || now.last {
                        Phase::Over
                    } else {
                        Phase::Live { sent: now }
                    },
                )
            }
            Phase::Over => return None,
        };
        Some((bytes, Self { phase, ..self }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{Hub, hub::PING_EVERY};
    use app::talk::{Epoch, EventId, Revision};
    use futures_util::StreamExt;
    use std::time::Duration;

    const FOLLOWER: Audience = Audience::Follower(View::Follow, None);

    fn frame(revision: u64) -> Frame {
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let id = EventId {
            epoch,
            revision: Revision::new(revision),
        };
        Frame::new(id, &serde_json::json!({ "revision": revision })).expect("a frame")
    }

    async fn next(
        body: &mut (impl StreamExt<Item = Result<Bytes, axum::Error>> + Unpin),
    ) -> String {
        let bytes = body
            .next()
            .await
            .expect("the stream goes on")
            .expect("it never fails");
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_talk_pings_every_15_seconds() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(7));
        let mut body = events(&channel, hub.seat(false).expect("a seat"), &FOLLOWER, None)
            .into_body()
            .into_data_stream();
        assert!(next(&mut body).await.starts_with(":\nretry: "));
        assert_eq!(
            next(&mut body).await,
            "id: test-7\ndata: {\"revision\":7}\n\n"
        );
        let start = tokio::time::Instant::now();
        for ping in 1..=3 {
            assert_eq!(
                next(&mut body).await,
                "event: ping\ndata: {\"revision\":7}\n\n"
            );
            assert_eq!(start.elapsed().as_secs(), (PING_EVERY * ping).as_secs());
        }
        assert_eq!(PING_EVERY, Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_slowly_gets_the_newest_and_skips_the_rest() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(0));
        let mut body = events(&channel, hub.seat(false).expect("a seat"), &FOLLOWER, None)
            .into_body()
            .into_data_stream();
        next(&mut body).await;
        next(&mut body).await;
        (1..=1_000).for_each(|revision| channel.publish(frame(revision), Duration::ZERO));
        assert!(next(&mut body).await.starts_with("id: test-1000\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_published_before_the_first_read_is_in_the_snapshot() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(0));
        let mut body = events(
            &channel,
            hub.seat(false).expect("a seat"),
            &FOLLOWER,
            Some("test-0".to_owned()),
        )
        .into_body()
        .into_data_stream();
        channel.publish(frame(1), Duration::ZERO);
        next(&mut body).await;
        assert!(next(&mut body).await.starts_with("id: test-1\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_says_more_comes_under_the_id_there_is() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(3));
        let body = |last: Option<&str>| {
            let seat = hub.seat(false).expect("a seat");
            events(&channel, seat, &FOLLOWER, last.map(str::to_owned))
                .into_body()
                .into_data_stream()
        };
        let mut waits = body(None);
        next(&mut waits).await;
        next(&mut waits).await;
        channel.refresh(frame(3), true);
        assert!(next(&mut waits).await.starts_with("id: test-3\n"));
        // To have the id is not to have it all.
        let mut comes_back = body(Some("test-3"));
        next(&mut comes_back).await;
        assert!(next(&mut comes_back).await.starts_with("id: test-3\n"));
        // Another one's content is not for this revision.
        channel.refresh(frame(2), true);
        let mut late = body(None);
        next(&mut late).await;
        assert!(next(&mut late).await.starts_with("id: test-3\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_last_frame_a_stream_ends() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(0));
        let seat = hub.seat(false).expect("a seat");
        let mut body = events(&channel, seat, &FOLLOWER, None)
            .into_body()
            .into_data_stream();
        next(&mut body).await;
        next(&mut body).await;
        channel.publish_last(frame(1));
        assert!(next(&mut body).await.starts_with("id: test-1\n"));
        assert!(body.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_ended_hub_ends_streams_that_open_later_too() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(0));
        hub.end();
        let late = hub.open(frame(0));
        for channel in [channel, late] {
            let mut body = events(&channel, hub.seat(false).expect("a seat"), &FOLLOWER, None)
                .into_body()
                .into_data_stream();
            next(&mut body).await;
            next(&mut body).await;
            assert!(body.next().await.is_none());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_presenter_who_comes_is_told_of_the_room_as_it_is() {
        let hub = Hub::start(10, true);
        let channel = hub.open(frame(0));
        let _somebody = channel.attendance().enter(View::Follow, None);
        let seat = hub.seat(true).expect("a seat");
        let mut body = events(&channel, seat, &Audience::Presenter, None)
            .into_body()
            .into_data_stream();
        next(&mut body).await;
        next(&mut body).await;
        let room = next(&mut body).await;
        assert!(room.contains("\"followers\":1,"), "{room}");
    }
}
