//! A stream's socket, once HTTP/1 has done its part.
//!
//! Holds what one follower needs for as long as the talk is: the socket, what is to be said, and nothing
//! else.

use super::{deadline::Deadline, follower::Pieces};
use axum::http::{HeaderMap, Version};
use bytes::{Buf, Bytes};
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

/// What a follower still says is not listened to: so many bytes at a time.
const UNHEARD_BYTES: usize = 64;

/// After it, nothing of the answer is missing.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Writes an answer's head and then what the stream says, piece by piece, until one of both ends. Completes
/// when the connection is done.
pub struct Stream {
    socket: Deadline<TcpStream>,
    pieces: Pieces,
    /// HTTP/1.1 counts each piece, so that an end can be told from a cut. HTTP/1.0, which nginx
    /// speaks unless told otherwise, does not know how.
    is_chunked: bool,
    /// What the socket had no room for. Nothing more is asked for before it is gone: so a
    /// slow follower skips to the newest.
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

    /// Ready when the stream is over, or its socket is.
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
    fn left(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut unheard = [0; UNHEARD_BYTES];
        loop {
            let mut buffer = ReadBuf::new(&mut unheard);
            match ready!(Pin::new(&mut self.socket).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                Ok(()) | Err(_) => return Poll::Ready(()),
            }
        }
    }
}

impl Future for Stream {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // How it ended is its peer's business: a phone that leaves is no error of ours.
        if self.write(cx).is_ready() {
            return Poll::Ready(());
        }
        self.left(cx)
    }
}

fn head(headers: &HeaderMap, is_chunked: bool) -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let framing = if is_chunked {
        "transfer-encoding: chunked\r\n"
    } else {
        ""
    };
    // Nothing can follow a stream on its connection.
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
