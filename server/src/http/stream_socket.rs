//! A stream's socket, taken over from HTTP/1.
//!
//! Holds only what one follower needs during the talk: the socket and the pieces to send.

use super::deadline::Deadline;
use crate::{live::Pieces, observe::metrics::STREAMS_REFUSED};
use axum::http::{HeaderMap, Version};
use bytes::{Buf, Bytes};
use metrics::counter;
use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::SystemTime,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The size of the buffer for followers' further input, which is read and ignored.
const UNHEARD_BYTES: usize = 64;

/// Ends a chunked body.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Writes the response's head and then each piece. Completes when the stream or the connection ends.
pub struct Stream {
    socket: Deadline<TcpStream>,
    pieces: Pieces,
    /// HTTP/1.1 has chunks, so that clients can tell an end from a cut. HTTP/1.0, nginx's default, has
    /// none.
    is_chunked: bool,
    /// The rest of a partial write. No further piece is taken before it is written, so that a slow
    /// follower skips to the newest.
    unsent: Bytes,
    is_over: bool,
}

impl Stream {
    pub fn new(
        socket: Deadline<TcpStream>,
        headers: &HeaderMap,
        pieces: Pieces,
        version: Version,
    ) -> Self {
        let is_chunked = version == Version::HTTP_11;
        Self {
            socket,
            pieces,
            is_chunked,
            unsent: head(headers, is_chunked).into(),
            is_over: false,
        }
    }

    /// Ready when the stream or its socket has ended.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while self.unsent.has_remaining() {
                let written = Pin::new(&mut self.socket).poll_write(cx, &self.unsent);
                let written = ready!(written)?;
                self.unsent.advance(written.min(self.unsent.len()));
            }
            if self.is_over {
                return Pin::new(&mut self.socket).poll_shutdown(cx);
            }
            self.unsent = match ready!(self.pieces.poll_next(cx)) {
                Some(piece) if self.is_chunked => piece.chunk(),
                Some(piece) => piece.lines(),
                None => {
                    self.is_over = true;
                    Bytes::from_static(if self.is_chunked { LAST_CHUNK } else { b"" })
                }
            };
        }
    }

    /// Ready when the follower has left.
    fn left(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut unheard = [0; UNHEARD_BYTES];
        loop {
            let mut buffer = ReadBuf::new(&mut unheard);
            ready!(Pin::new(&mut self.socket).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl Future for Stream {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let ended = match self.write(cx) {
            Poll::Ready(ended) => ended,
            Poll::Pending => ready!(self.left(cx)),
        };
        if let Some(why) = ended.err().as_ref().and_then(why_let_go) {
            counter!(STREAMS_REFUSED, "why" => why).increment(1);
        }
        Poll::Ready(())
    }
}

/// Why a follower was disconnected, by its socket's error. `None` if it left by itself.
fn why_let_go(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{HostUnreachable, NetworkUnreachable, TimedOut};
    // Errors of the system have a number.
    let by_system = error.raw_os_error().is_some();
    match error.kind() {
        TimedOut if !by_system => Some("deaf"),
        TimedOut | HostUnreachable | NetworkUnreachable => Some("dead"),
        _ => None,
    }
}

fn head(headers: &HeaderMap, is_chunked: bool) -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let framing = if is_chunked {
        "transfer-encoding: chunked\r\n"
    } else {
        ""
    };
    // A stream is its connection's last response.
    let mut head =
        format!("HTTP/1.1 200 OK\r\ndate: {date}\r\nconnection: close\r\n{framing}").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn the_deaf_and_the_dead_are_told_from_those_that_left() {
        let by_system = |error: Errno| why_let_go(&error.into());
        for dead in [Errno::TIMEDOUT, Errno::HOSTUNREACH, Errno::NETUNREACH] {
            assert_eq!(by_system(dead), Some("dead"));
        }
        for left in [Errno::CONNRESET, Errno::PIPE] {
            assert_eq!(by_system(left), None);
        }
        let by_deadline = io::ErrorKind::TimedOut.into();
        assert_eq!(why_let_go(&by_deadline), Some("deaf"));
    }
}
