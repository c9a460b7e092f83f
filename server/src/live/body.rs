//! The answer to `GET /t/{code}/events`.

use super::{
    Channel, Frame,
    follower::{Follower, Pieces, Presenter, REVOKED, retry},
    frame::Piece,
    seats::Seat,
};
use crate::observe::metrics::STREAMS_REFUSED;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, header},
};
use futures_util::stream;
use metrics::counter;
use model::talk::{SeatNumber, View};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, ready},
};

/// Headers of every stream. `no-transform` and `X-Accel-Buffering` keep proxies from compressing and
/// buffering events.
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

/// Milliseconds until pages that found no seat try again: a wide range, so that they don't all come
/// back at once.
const NO_SEAT_MS: std::ops::Range<u32> = 5_000..15_000;

/// The event for streams that get no seat. Pages ignore it: the stream's end is enough for them.
const FULL: &str = "event: full\ndata: {}\n\n";

/// Called whenever the room or the presenters change.
pub type StillPresents = Box<dyn Fn() -> bool + Send>;

/// Whose stream it is.
pub enum Audience {
    /// Receives presence and is not counted, while this returns true.
    Presenter(StillPresents),
    /// Is counted.
    Follower(View, Option<SeatNumber>),
    /// A projector in a presenter's browser: is counted, and receives presence while this returns true.
    PresentersProjector(StillPresents, Option<SeatNumber>),
}

/// One follower's stream: the first bytes at once, then the snapshot, then every change. `last` is the
/// follower's last event id: the current one gets a ping in place of the snapshot; any other (none, old,
/// future, of another epoch, garbage) gets the snapshot.
pub fn events(
    channel: &Channel,
    seat: Seat,
    audience: Audience,
    last: Option<String>,
) -> Response<Body> {
    let (presenter, attendee) = match audience {
        Audience::Presenter(is_still) => {
            let presenter = Presenter {
                presence: channel.presence(),
                is_still,
                projects: false,
            };
            (Some(presenter), None)
        }
        Audience::Follower(view, number) => (None, Some(channel.enter(view, number))),
        Audience::PresentersProjector(is_still, number) => {
            let presenter = Presenter {
                presence: channel.presence(),
                is_still,
                projects: true,
            };
            (Some(presenter), Some(channel.enter(View::Project, number)))
        }
    };
    let follower = Follower::new(channel.subscribe(), presenter, seat, attendee, last);
    response(Pieces::Follower(follower))
}

/// The answer to HEAD, which takes no seat and is not counted.
pub fn head() -> Response<Body> {
    response(Pieces::Word(None))
}

/// For a follower without a seat: a retry time and the end. Not an error status: a browser's EventSource
/// closes for good on any status but 200.
pub fn no_seat() -> Response<Body> {
    counter!(STREAMS_REFUSED, "why" => "no_seat").increment(1);
    let word = Piece::new(&format!(":\n{}{FULL}", retry(NO_SEAT_MS)));
    // Looks like the other streams on the wire.
    response(Pieces::Word(Some(word)))
}

/// For a remote that may no longer present: one event, and the end.
pub fn revoked() -> Response<Body> {
    counter!(STREAMS_REFUSED, "why" => "revoked").increment(1);
    response(Pieces::Word(Some(Piece::new(REVOKED))))
}

/// For followers of a deleted talk: its last event, and the end. Without it their pages would retry for
/// ever.
pub fn farewell(last: Frame) -> Response<Body> {
    response(Pieces::Farewell(Some(last)))
}

/// The pieces of a stream, as an extension of its response. A connection that takes them writes them to
/// its socket as chunks, without the memory of a body for each follower. `None` once taken.
#[derive(Clone)]
struct Offer(Arc<Mutex<Option<Pieces>>>);

impl Offer {
    fn locked(&self) -> MutexGuard<'_, Option<Pieces>> {
        // Nothing panics under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn response(pieces: Pieces) -> Response<Body> {
    let offer = Offer(Arc::new(Mutex::new(Some(pieces))));
    let says = offer.clone();
    let body = stream::poll_fn(move |cx| {
        let piece = match says.locked().as_mut() {
            Some(pieces) => ready!(pieces.poll_next(cx)),
            None => None,
        };
        Poll::Ready(piece.map(|piece| Ok::<_, Infallible>(piece.lines())))
    });
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().extend(RESPONSE_HEADERS);
    response.extensions_mut().insert(offer);
    response
}

/// Whether a response is a stream.
pub fn is_stream(response: &Response<Body>) -> bool {
    response.extensions().get::<Offer>().is_some()
}

/// Takes the stream's pieces; its body is empty from then on.
pub fn take_pieces(response: &mut Response<Body>) -> Option<Pieces> {
    let offer = response.extensions_mut().remove::<Offer>()?;
    offer.locked().take()
}

#[cfg(test)]
mod tests;
