//! Closes connections of HTTP/2 that flood us with control frames: resets, pings, settings, priorities,
//! which cost the sender less than us (CVE-2019-9512, -9514, -9515; CVE-2023-44487).
//!
//! The library bounds the memory that they take, not the CPU time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// The connection preface (RFC 9113, section 3.4).
const PREFACE_BYTES: usize = 24;
const HEADER_BYTES: usize = 9;

const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;

/// Token bucket: its size, and the interval at which it gets another token. A browser that leaves 32 streams sends
/// 32 resets.
const MOST: u32 = 500;
const ONE_EACH: Duration = Duration::from_millis(20);

pub struct NoFlood<IO> {
    io: IO,
    frames: Frames,
}

impl<IO> NoFlood<IO> {
    pub fn on(io: IO) -> Self {
        let frames = Frames::from(Instant::now());
        Self { io, frames }
    }
}

/// A parser of frame headers, and the recent number of control frames.
struct Frames {
    /// Bytes until the next frame.
    skip: usize,
    header: [u8; HEADER_BYTES],
    /// Bytes of the header so far.
    read: usize,
    lately: u32,
    since: Instant,
}

impl From<Instant> for Frames {
    fn from(since: Instant) -> Self {
        Self {
            skip: PREFACE_BYTES,
            header: [0; HEADER_BYTES],
            read: 0,
            lately: 0,
            since,
        }
    }
}

impl Frames {
    /// Returns `false` on a flood.
    fn may_come(&mut self, mut bytes: &[u8], now: Instant) -> bool {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.split_at(skipped).1;
            let Some((byte, rest)) = bytes.split_first() else {
                return true;
            };
            bytes = rest;
            if let Some(place) = self.header.get_mut(self.read) {
                *place = *byte;
            }
            self.read += 1;
            if self.read < HEADER_BYTES {
                continue;
            }
            self.read = 0;
            let [a, b, c, kind, ..] = self.header;
            self.skip = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX);
            let is_control = matches!(kind, PRIORITY | RST_STREAM | SETTINGS | PING);
            if is_control && !self.has_room(now) {
                return false;
            }
        }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        let each = ONE_EACH.as_millis();
        let forgotten = now.duration_since(self.since).as_millis() / each;
        if forgotten > 0 {
            self.since = now;
            let forgotten = u32::try_from(forgotten).unwrap_or(u32::MAX);
            self.lately = self.lately.saturating_sub(forgotten);
        }
        self.lately += 1;
        self.lately <= MOST
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for NoFlood<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or_default();
        if !self.frames.may_come(new, Instant::now()) {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for NoFlood<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: usize) -> Vec<u8> {
        let length = u8::try_from(payload).expect("a short one");
        let mut frame = vec![0, 0, length, kind, 0, 0, 0, 0, 1];
        frame.resize(HEADER_BYTES + payload, 0xff);
        frame
    }

    #[test]
    fn control_frames_without_end_are_too_much_however_they_are_cut() {
        for kind in [PRIORITY, RST_STREAM, SETTINGS, PING] {
            for size in [1, 7, 4_096] {
                let now = Instant::now();
                let mut frames = Frames::from(now);
                let most = frame(kind, 8).repeat(usize::try_from(MOST).expect("it fits"));
                let sent = [vec![b' '; PREFACE_BYTES], most].concat();
                assert!(sent.chunks(size).all(|part| frames.may_come(part, now)));
                let more = frame(kind, 8);
                assert!(!frames.may_come(&more, now), "{kind} in parts of {size}");
                assert!(frames.has_room(now + 2 * ONE_EACH), "later it may");
            }
        }
    }

    #[test]
    fn data_and_heads_are_never_too_many() {
        let now = Instant::now();
        let mut frames = Frames::from(now);
        assert!(frames.may_come(&[b' '; PREFACE_BYTES], now));
        for kind in [0, 1, 8, 9] {
            assert!(frames.may_come(&frame(kind, 100).repeat(10_000), now));
        }
    }
}
