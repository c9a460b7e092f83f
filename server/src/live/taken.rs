//! What HTTP/2 has in hand for one request, and the deadline by which its peer must have taken it.
//! While places are scarce, a request whose peer neither takes nor sends what is to come is let go.
//!
//! Flow control holds it up: the socket never waits, so the socket's deadline is never met. hyper
//! asks a body for its next piece before there is room for it, and then not at all until there is.

use super::{Unsent, body::is_stream, deadline::Patience, owed::Owed, scarcity::Scarcity};
use crate::observe::metrics::STREAMS_REFUSED;
use axum::{body::Body, http::Response};
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use hyper::{
    body::{Body as HttpBody, Frame, SizeHint},
    rt::Executor,
};
use metrics::counter;
use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{task_local, time::Instant};

task_local! {
    /// Of the request that this task answers.
    static WAITING: Waiting;
}

#[derive(Default)]
struct Waiting {
    /// Since when its peer has not taken the piece that is in hand.
    since: Cell<Option<Instant>>,
    /// What its peer has still to send.
    owed: Owed,
    /// It has a seat, which is its right to stay.
    is_stream: Cell<bool>,
    /// The peer is let go for that.
    is_over: Cell<bool>,
}

impl Waiting {
    fn is_stalled(&self, unread: Duration) -> bool {
        let untaken = self
            .since
            .get()
            .map_or(Duration::ZERO, |since| since.elapsed());
        !self.is_stream.get() && (untaken >= unread || self.owed.is_late())
    }
}

/// Of the request that is being answered, for whoever reads its body.
pub fn owed() -> Owed {
    // Outside of a connection, as in a test, nobody asks.
    WAITING
        .try_with(|waiting| waiting.owed.clone())
        .unwrap_or_default()
}

/// Runs each request of a connection as a task, and ends the one whose peer takes nothing: the
/// library resets its stream.
#[derive(Clone)]
pub struct Requests {
    pub patience: Patience,
    pub scarcity: Scarcity,
    /// How long a peer may take nothing while places are scarce.
    pub unread: Duration,
    pub going: Going,
}

impl<F> Executor<F> for Requests
where
    F: Future + Send + 'static,
{
    fn execute(&self, request: F) {
        let Self {
            patience,
            mut scarcity,
            unread,
            going,
        } = self.clone();
        let one = going.one();
        tokio::spawn(WAITING.scope(Waiting::default(), async move {
            let _one = one;
            let mut request = pin!(request);
            let mut stalled = pin!(async {
                loop {
                    scarcity.heard().await;
                    if WAITING.with(|waiting| waiting.is_stalled(unread)) {
                        return;
                    }
                }
            });
            let mut waits = None;
            poll_fn(|cx| {
                if request.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                let since = WAITING.with(|waiting| waiting.since.get());
                let exhausted = patience.poll_exhausted(&mut waits, since, cx);
                if exhausted.is_pending() {
                    ready!(stalled.as_mut().poll(cx));
                }
                WAITING.with(|waiting| waiting.is_over.set(true));
                Poll::Ready(())
            })
            .await;
        }));
    }
}

/// How many requests go on over one connection, or how many event streams. A cheap handle.
#[derive(Clone, Default)]
pub struct Going(Arc<AtomicUsize>);

impl Going {
    pub fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn one(&self) -> One {
        self.0.fetch_add(1, Ordering::Relaxed);
        One(self.clone())
    }

    /// An answer, one piece of which is in hand at a time. Counted here if it is a stream.
    pub fn answer(&self, response: Response<Body>, unsent: &Unsent) -> Response<Pieces> {
        let stream = is_stream(&response).then(|| self.one());
        let _ = WAITING.try_with(|waiting| waiting.is_stream.set(stream.is_some()));
        response.map(|body| Pieces {
            body,
            in_hand: None,
            stream,
            unsent: unsent.clone(),
        })
    }
}

/// One of those; dropped, it is over.
struct One(Going);

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that gives the next piece, and its end, once the piece before has been written to the
/// socket.
pub struct Pieces {
    body: Body,
    in_hand: Option<Arc<InHand>>,
    stream: Option<One>,
    unsent: Unsent,
}

#[derive(Default)]
struct InHand {
    is_written: AtomicBool,
    waker: AtomicWaker,
}

/// The bytes of one piece, which the library drops when it has written them.
struct Piece {
    bytes: Bytes,
    in_hand: Arc<InHand>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.in_hand.is_written.store(true, Ordering::Release);
        self.in_hand.waker.wake();
    }
}

impl InHand {
    fn poll_written(&self, cx: &Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.is_written.load(Ordering::Acquire) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(in_hand) = &self.in_hand {
            ready!(in_hand.poll_written(cx));
        }
        self.in_hand = None;
        // Outside of a connection, as in a test, nobody asks.
        let _ = WAITING.try_with(|waiting| waiting.since.set(None));
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| {
                frame.map_data(|bytes| {
                    let in_hand = Arc::<InHand>::default();
                    self.in_hand = Some(in_hand.clone());
                    let now = Some(Instant::now());
                    let _ = WAITING.try_with(|waiting| waiting.since.set(now));
                    let bytes = self.unsent.hold(bytes);
                    Bytes::from_owner(Piece { bytes, in_hand })
                })
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.in_hand.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let is_deaf = WAITING.try_with(|waiting| waiting.is_over.get());
        if self.stream.is_some() && is_deaf == Ok(true) {
            counter!(STREAMS_REFUSED, "why" => "deaf").increment(1);
        }
    }
}
