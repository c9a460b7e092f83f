//! Lets go of peers that stopped reading.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// A socket on which a write that gets nowhere fails. Around the IO and not in the body: hyper
/// stops asking a body when the socket is full, so a timer there would never be looked at.
pub struct Deadline<IO> {
    io: IO,
    /// How long a write may make no progress at all.
    patience: Duration,
    /// Only while a write waits: a follower that reads costs nothing here.
    waits: Option<Pin<Box<Sleep>>>,
    stuck: Stuck,
}

/// Whether a socket has no room for what is to be written, for whoever does not hold the socket.
#[derive(Debug, Clone, Default)]
pub struct Stuck(Arc<AtomicBool>);

impl Stuck {
    pub fn is_stuck(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, stuck: bool) {
        self.0.store(stuck, Ordering::Relaxed);
    }
}

impl<IO> Deadline<IO> {
    pub const fn new(io: IO, patience: Duration, stuck: Stuck) -> Self {
        Self {
            io,
            patience,
            waits: None,
            stuck,
        }
    }

    pub const fn get_ref(&self) -> &IO {
        &self.io
    }

    fn guard<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.waits.take().is_some() {
                self.stuck.set(false);
            }
            return written;
        }
        self.stuck.set(true);
        let waits = self
            .waits
            .get_or_insert_with(|| Box::pin(sleep(self.patience)));
        ready!(waits.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Deadline<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Deadline<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.guard(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bytes);
        self.guard(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.guard(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.guard(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        time::{Instant, advance},
    };

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn one_who_reads_nothing_for_30_seconds_is_let_go() {
        let (ours, _theirs) = duplex(8);
        let mut socket = Deadline::new(ours, PATIENCE, Stuck::default());
        let start = Instant::now();
        let error = socket
            .write_all(b"more than eight bytes")
            .await
            .expect_err("it is stuck");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_reads_slowly_is_not() {
        let (ours, mut theirs) = duplex(1);
        let mut socket = Deadline::new(ours, PATIENCE, Stuck::default());
        let slow = tokio::spawn(async move {
            for _ in 0..10 {
                advance(PATIENCE - Duration::from_secs(1)).await;
                theirs.read_u8().await.expect("a byte");
            }
        });
        socket.write_all(&[0; 10]).await.expect("it gets on");
        slow.await.expect("all of it was read");
    }
}
