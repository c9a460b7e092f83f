//! The rest of a request's body (a form, a deck) that its peer has not sent yet.

use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

/// How late it may be while places are scarce. A phone sends a tap's form with its head.
const LATE: Duration = Duration::from_secs(1);

/// When the wait for its next part began. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct Owed(Arc<Mutex<Option<Instant>>>);

impl Owed {
    /// Whether it is late.
    pub fn is_late(&self) -> bool {
        self.locked().is_some_and(|since| since.elapsed() >= LATE)
    }

    fn locked(&self) -> MutexGuard<'_, Option<Instant>> {
        // Nothing panics under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request's body that records how long it is awaited.
pub struct TimedBody {
    body: Incoming,
    owed: Owed,
}

impl TimedBody {
    pub const fn new(body: Incoming, owed: Owed) -> Self {
        Self { body, owed }
    }
}

impl HttpBody for TimedBody {
    type Data = <Incoming as HttpBody>::Data;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        let mut since = self.owed.locked();
        if frame.is_ready() {
            *since = None;
        } else {
            since.get_or_insert_with(Instant::now);
        }
        drop(since);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        *self.owed.locked() = None;
    }
}
