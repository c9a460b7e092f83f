//! The page for requests with too large a head (431).
//!
//! hyper answers them by itself, with an empty response. Over HTTP/1.1 nothing else has that status, so
//! hyper's response is recognised and replaced. HTTP/2 reads larger heads than are served, and this
//! module refuses them.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header, request},
};
use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::LazyLock,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

const STATUS: &[u8] = b"HTTP/1.1 431 ";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
];

const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n<title>Too many cookies</title>\n\
    <h1>Too many cookies</h1>\n\
    <p>Your browser sent more than 32 KB of cookies. Programs at the same address have set them, on \
    whatever port.</p>\n\
    <p>Open this page in a private window, or delete the cookies of this address in your browser&#8217;s \
    settings.</p>\n";

/// Over HTTP/1.1. Its body ends with the connection, so it needs no length.
static ANSWER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let begin = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n";
    let mut answer = begin.to_vec();
    for (name, value) in &HEADERS {
        let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
        answer.extend(line.concat());
    }
    answer.extend(b"\r\n");
    answer.extend(PAGE.as_bytes());
    answer
});

/// The same over HTTP/2, for a head that would take more than `most` bytes in HTTP/1.1.
pub fn refusal(head: &request::Parts, most: usize) -> Option<Response<Body>> {
    const BETWEEN: usize = ": \r\n".len();
    let path = head
        .uri
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    let lines = head.headers.iter();
    let lines = lines.map(|(name, value)| name.as_str().len() + value.len() + BETWEEN);
    (path + lines.sum::<usize>() > most).then(|| {
        let mut answer = Response::new(Body::from(PAGE));
        *answer.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        answer.headers_mut().extend(HEADERS);
        answer
    })
}

/// Closing a socket with unread input resets it, and the page may be lost. So the rest of the request is
/// read, up to these limits.
const UNREAD_BYTES: usize = 1 << 20;
const UNREAD_FOR: Duration = Duration::from_secs(2);

pub struct HeadTooLarge<IO> {
    io: IO,
    /// Written; the rest of the request is read until then.
    told: Option<Pin<Box<Sleep>>>,
    unread: usize,
}

impl<IO> HeadTooLarge<IO> {
    pub const fn explained(io: IO) -> Self {
        Self {
            io,
            told: None,
            unread: UNREAD_BYTES,
        }
    }

    pub fn into_inner(self) -> IO {
        self.io
    }
}

impl<IO: AsyncWrite + Unpin> HeadTooLarge<IO> {
    /// Replaces a response that begins with this status line by the page, which fits into the socket's buffer.
    fn poll_replace(&mut self, begin: &[u8], cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.told.is_none() && begin.starts_with(STATUS) {
            ready!(Pin::new(&mut self.io).poll_write(cx, &ANSWER))?;
            self.told = Some(Box::pin(sleep(UNREAD_FOR)));
        }
        Poll::Ready(Ok(self.told.is_some()))
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for HeadTooLarge<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for HeadTooLarge<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if ready!(self.poll_replace(bytes, cx))? {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let begin = bytes.first().map_or(&[][..], |begin| begin);
        if ready!(self.poll_replace(begin, cx))? {
            return Poll::Ready(Ok(bytes.iter().map(|bytes| bytes.len()).sum()));
        }
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        let Self { io, told, unread } = &mut *self;
        while let Some(told) = told.as_mut().filter(|_| *unread > 0) {
            let mut unheard = [0; 4_096];
            let mut buffer = ReadBuf::new(&mut unheard);
            match Pin::new(&mut *io).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    *unread = unread.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => break,
                Poll::Pending => return told.as_mut().poll(cx).map(Ok),
            }
        }
        Poll::Ready(Ok(()))
    }
}
