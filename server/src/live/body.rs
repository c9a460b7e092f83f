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

/// Milliseconds after which those that found no seat try again: longer, so that they do not all
/// come back at once.
const NO_SEAT_MS: std::ops::Range<u32> = 5_000..15_000;

/// What those are told. No page listens to it: the stream's end is enough for them.
const FULL: &str = "event: full\ndata: {}\n\n";

/// Asked whenever the room, or who may present, changes.
pub type StillPresents = Box<dyn Fn() -> bool + Send>;

/// Whose stream it is.
pub enum Audience {
    /// Hears of the room, and is not counted; for as long as this says that it still presents.
    Presenter(StillPresents),
    /// Is counted.
    Follower(View, Option<SeatNumber>),
}

/// The stream for one follower: the first bytes at once, then where the talk is, then every
/// change. `last` is the id that the follower had last: the current one is answered with a ping,
/// whatever else (none, old, future, of another epoch, garbage) with the current snapshot.
pub fn events(
    channel: &Channel,
    seat: Seat,
    audience: Audience,
    last: Option<String>,
) -> Response<Body> {
    let (presenter, attendee) = match audience {
        Audience::Presenter(is_still) => {
            let presence = channel.presence();
            (Some(Presenter { presence, is_still }), None)
        }
        Audience::Follower(view, number) => (None, Some(channel.enter(view, number))),
    };
    let follower = Follower::new(channel.subscribe(), presenter, seat, attendee, last);
    response(Pieces::Follower(follower))
}

/// The answer to HEAD: whoever asks takes no seat and is not counted.
pub fn head() -> Response<Body> {
    response(Pieces::Word(None))
}

/// For whom there is no seat: an end, and when to try again. Not an error: any status but 200 would
/// close a browser's stream for good.
pub fn no_seat() -> Response<Body> {
    counter!(STREAMS_REFUSED, "why" => "no_seat").increment(1);
    let word = Piece::new(&format!(":\n{}{FULL}", retry(NO_SEAT_MS)));
    // A stream of one, so that it looks like the other streams on the wire.
    response(Pieces::Word(Some(word)))
}

/// For a remote that does not present any more: a word, and an end.
pub fn revoked() -> Response<Body> {
    counter!(STREAMS_REFUSED, "why" => "revoked").increment(1);
    response(Pieces::Word(Some(Piece::new(REVOKED))))
}

/// For whoever followed what is gone: the last there is to say, and an end.
pub fn farewell(last: Frame) -> Response<Body> {
    response(Pieces::Farewell(Some(last)))
}

/// What a stream says, beside the answer whose body says it: whoever has the socket may write it
/// there, as the chunks that it is made of, and without what a body costs a follower. `None` once
/// somebody took them.
#[derive(Clone)]
struct Offer(Arc<Mutex<Option<Pieces>>>);

impl Offer {
    fn locked(&self) -> MutexGuard<'_, Option<Pieces>> {
        // Nothing panics while it holds this lock.
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

/// Whether an answer is one of these.
pub fn is_stream(response: &Response<Body>) -> bool {
    response.extensions().get::<Offer>().is_some()
}

/// What such an answer says. Its body says nothing any more.
pub fn take_pieces(response: &mut Response<Body>) -> Option<Pieces> {
    let offer = response.extensions_mut().remove::<Offer>()?;
    offer.locked().take()
}

#[cfg(test)]
mod tests;
