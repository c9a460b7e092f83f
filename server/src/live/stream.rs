//! The body of `GET /t/{code}/events`.

use super::{Channel, hub::Signal};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, header},
};
use bytes::Bytes;
use std::convert::Infallible;
use tokio::sync::watch;

/// Every answer of the stream has these. `no-transform` and `X-Accel-Buffering` keep proxies from
/// compressing and from collecting events before they pass them on.
pub const RESPONSE_HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// Milliseconds after which a browser comes back by itself. Different for each connection, because
/// it is the only jitter that a native client has.
const RETRY_MS: std::ops::Range<u32> = 1_000..3_000;

/// One follower's place in the stream.
struct Follower {
    signals: watch::Receiver<Signal>,
    stage: Stage,
}

enum Stage {
    /// Nothing was sent; `last` is what the follower says it has.
    Open { last: Option<String> },
    /// The head was sent; the snapshot, or the ping in its place, follows.
    Greet { last: Option<String> },
    Live { sent: Signal },
    Over,
}

/// The stream for one follower: the first bytes at once, then where the talk is, then every
/// change. `last` is the id that the follower had last: the current one is answered with a ping,
/// whatever else (none, old, future, of another epoch, garbage) with the current snapshot.
///
/// The answer to HEAD is the same: the router takes the body off, unread.
pub fn events(channel: &Channel, last: Option<String>) -> Response<Body> {
    // Subscribed before the snapshot is read: what is published in between is seen.
    let follower = Follower { signals: channel.subscribe(), stage: Stage::Open { last } };
    let body = Body::from_stream(futures_util::stream::unfold(follower, |follower| async {
        let (bytes, follower) = follower.next().await?;
        Some((Ok::<_, Infallible>(bytes), follower))
    }));
    let mut response = Response::new(body);
    response.headers_mut().extend(RESPONSE_HEADERS);
    response
}

impl Follower {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let (bytes, stage) = match self.stage {
            Stage::Open { last } => {
                let retry = fastrand::u32(RETRY_MS);
                let head = format!(":\nretry: {retry}\n\n").into();
                (head, Stage::Greet { last })
            }
            Stage::Greet { last } => {
                let sent = self.signals.borrow_and_update().clone();
                let has_it = last.is_some_and(|last| last == sent.frame.id.to_string());
                let bytes = if has_it { &sent.frame.ping } else { &sent.frame.bytes };
                (bytes.clone(), if sent.ended { Stage::Over } else { Stage::Live { sent } })
            }
            Stage::Live { sent } => {
                // The sender is gone only with the talk itself.
                self.signals.changed().await.ok()?;
                let now = self.signals.borrow_and_update().clone();
                let bytes = if now.ended {
                    // Spreads the return of those that were all sent away at once.
                    let retry = fastrand::u32(RETRY_MS);
                    format!("retry: {retry}\n\n").into()
                } else if now.frame.id != sent.frame.id {
                    now.frame.bytes.clone()
                } else {
                    now.frame.ping.clone()
                };
                (bytes, if now.ended { Stage::Over } else { Stage::Live { sent: now } })
            }
            Stage::Over => return None,
        };
        Some((bytes, Self { signals: self.signals, stage }))
    }
}
