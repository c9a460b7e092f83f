//! A stream's socket, once HTTP/1 has done its part.
//!
//! Holds what one follower needs for as long as the talk is: the socket, the body, and nothing else.

use super::deadline::Deadline;
use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, Response, Version},
};
use bytes::Bytes;
use std::{
    future::Future,
    io::{self, IoSlice},
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

/// Writes an answer's head and then its body, piece by piece, until one of both ends. Completes
/// when the connection is done.
pub struct Stream {
    socket: Deadline<TcpStream>,
    body: Body,
    /// HTTP/1.1 counts each piece, so that an end can be told from a cut. HTTP/1.0, which nginx
    /// speaks unless told otherwise, does not know how.
    is_chunked: bool,
    /// What the socket had no room for. Nothing more is asked of the body before it is gone: so a
    /// slow follower skips to the newest.
    unsent: Bytes,
    is_over: bool,
}

impl Stream {
    pub fn new(socket: Deadline<TcpStream>, response: Response<Body>, version: Version) -> Self {
        let (parts, body) = response.into_parts();
        let is_chunked = version == Version::HTTP_11;
        Self {
            socket,
            body,
            is_chunked,
            unsent: head(&parts.headers, is_chunked).into(),
            is_over: false,
        }
    }

    /// Ready when the stream is over, or its socket is.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while !self.unsent.is_empty() {
                let written = Pin::new(&mut self.socket).poll_write(cx, &self.unsent);
                let written = ready!(written)?;
                self.unsent = self.unsent.split_off(written.min(self.unsent.len()));
            }
            if self.is_over {
                return Pin::new(&mut self.socket).poll_shutdown(cx);
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.send(cx, bytes)?;
                    }
                }
                Some(Err(_)) | None => {
                    self.is_over = true;
                    if self.is_chunked {
                        self.unsent = Bytes::from_static(b"0\r\n\r\n");
                    }
                }
            }
        }
    }

    /// One write in nearly every case: the bytes are everybody's and are not copied.
    fn send(&mut self, cx: &mut Context<'_>, bytes: Bytes) -> io::Result<()> {
        if !self.is_chunked {
            self.unsent = bytes;
            return Ok(());
        }
        let size = format!("{:x}\r\n", bytes.len());
        let parts = [size.as_bytes(), &bytes, b"\r\n"];
        let slices = parts.map(IoSlice::new);
        let written = match Pin::new(&mut self.socket).poll_write_vectored(cx, &slices) {
            Poll::Ready(written) => written?,
            Poll::Pending => 0,
        };
        let whole: usize = parts.iter().map(|part| part.len()).sum();
        if written < whole {
            let all = parts.into_iter().flatten().copied();
            self.unsent = all.skip(written).collect();
        }
        Ok(())
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
