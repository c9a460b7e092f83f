//! Bounds the memory of responses that peers have not read yet: whole responses, and the pieces that
//! HTTP/2 has taken.
//!
//! Pictures are not counted: a connection of HTTP/1 holds a small piece of one (`media`).

use crate::access::Refusal;
use app::api::ErrorCode;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

/// Above this many bytes, peers that read nothing are disconnected soon. A whole page is 60 KB.
const MUCH: usize = 64 << 20;
/// Above this many bytes, requests to read are refused.
const MOST: usize = 128 << 20;

const BUSY: &str = "Too many slow connections just now. Try again in a few seconds.";

/// Counts unread bytes. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct Unsent(Arc<AtomicUsize>);

impl Unsent {
    /// Counts these bytes until their last copy is dropped.
    pub fn hold(&self, bytes: Bytes) -> Bytes {
        self.0.fetch_add(bytes.len(), Ordering::Relaxed);
        let unsent = self.clone();
        Bytes::from_owner(Held { bytes, unsent })
    }

    pub fn is_much(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MUCH
    }

    fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MOST
    }

    /// The refusal of a request to read while there is too much. Changes have small responses and are let
    /// through.
    pub fn refusal(&self, method: &Method) -> Option<Response> {
        (method.is_safe() && self.is_full()).then(|| {
            let busy = Refusal::with_message(ErrorCode::TooFast, BUSY.to_owned());
            let mut busy = busy.into_response();
            let soon = HeaderValue::from_static("5");
            busy.headers_mut().insert(header::RETRY_AFTER, soon);
            busy
        })
    }
}

struct Held {
    bytes: Bytes,
    unsent: Unsent,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.unsent.0.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// Middleware that counts responses, and refuses requests to read while there is too much.
pub async fn bound_unsent(State(unsent): State<Unsent>, request: Request, next: Next) -> Response {
    if let Some(busy) = unsent.refusal(request.method()) {
        return busy;
    }
    let answer = next.run(request).await;
    answer.map(|body| Body::new(Counted { body, unsent }))
}

struct Counted {
    body: Body,
    unsent: Unsent,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let hold = |bytes| self.unsent.hold(bytes);
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(hold))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_until_their_last_copy_is_gone() {
        let unsent = Unsent::default();
        let held = unsent.hold(Bytes::from(vec![0; MUCH + 1]));
        let part = held.slice(..1);
        drop(held);
        assert!(unsent.is_much() && !unsent.is_full());
        let more = unsent.hold(Bytes::from(vec![0; MOST]));
        assert!(unsent.is_full());
        drop((part, more));
        assert!(!unsent.is_much());
    }
}
