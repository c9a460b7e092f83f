//! Deadlines for single requests of HTTP/2, whose peers must read the response. While places are scarce,
//! a request whose peer neither reads nor sends is reset.
//!
//! With HTTP/2's flow control the socket itself never stalls, so its deadline doesn't apply. hyper polls a
//! body for its next piece before the window has room for it, and then not until it has.

use super::{Unsent, connection_limit::Scarcity, deadline::Patience, late_body::Owed};
use crate::{live::is_stream, observe::metrics::STREAMS_REFUSED};
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
    /// The state of this task's request.
    static WAITING: Waiting;
}

#[derive(Default)]
struct Waiting {
    /// When the piece that its peer has not read was taken from the body.
    since: Cell<Option<Instant>>,
    /// The rest of its body.
    owed: Owed,
    /// A stream has a seat, and may stay idle.
    is_stream: Cell<bool>,
    /// It is being reset.
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

/// The current request's [`Owed`], for the reader of its body.
pub fn owed() -> Owed {
    // Not set in tests without a connection.
    WAITING
        .try_with(|waiting| waiting.owed.clone())
        .unwrap_or_default()
}

/// Runs each request of a connection as a task, and ends it when its peer reads nothing; the library then
/// resets its stream.
#[derive(Clone)]
pub struct Requests {
    pub patience: Patience,
    pub scarcity: Scarcity,
    /// How long a peer may read nothing while places are scarce.
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

/// The number of running requests, or of event streams, of a connection. A cheap handle.
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

    /// A response that hands over one piece at a time. Counted here if it is a stream.
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

/// One of them, until it is dropped.
struct One(Going);

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that yields its next piece, or its end, only after the previous piece was written to the socket.
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

/// One piece's bytes. The library drops them after writing.
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
        // Not set in tests without a connection.
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
