//! Disconnects peers that stopped reading.

use super::Unsent;
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
    time::{Instant, Sleep, sleep_until},
};

/// How long a peer may read nothing while the total of unread bytes is large. Also how often that total
/// is checked.
const SHORT: Duration = Duration::from_secs(2);

/// How long a peer may read nothing.
#[derive(Debug, Clone)]
pub struct Patience {
    most: Duration,
    unsent: Unsent,
}

impl Patience {
    pub const fn new(most: Duration, unsent: Unsent) -> Self {
        Self { most, unsent }
    }

    pub const fn unsent(&self) -> &Unsent {
        &self.unsent
    }

    /// Ready when a peer that has read nothing `since` then is to be disconnected. The timer in `waits`
    /// exists only meanwhile: a follower that reads costs nothing here.
    pub fn poll_exhausted(
        &self,
        waits: &mut Option<Pin<Box<Sleep>>>,
        since: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(since) = since else {
            *waits = None;
            return Poll::Pending;
        };
        loop {
            let now = Instant::now();
            let waited = now.duration_since(since);
            if waited >= self.most || (waited >= SHORT && self.unsent.is_much()) {
                return Poll::Ready(());
            }
            let next = (now + SHORT).min(since + self.most);
            let timer = waits.get_or_insert_with(|| Box::pin(sleep_until(next)));
            ready!(timer.as_mut().poll(cx));
            *waits = None;
        }
    }
}

/// A socket on which a stalled write fails. The timer is here and not in the body, because hyper stops
/// polling a body while the socket is full.
pub struct Deadline<IO> {
    io: IO,
    patience: Patience,
    /// When the stalled write began.
    since: Option<Instant>,
    waits: Option<Pin<Box<Sleep>>>,
    /// None for a follower's socket, which saves its memory.
    stuck: Option<Stuck>,
}

/// Tells others than the socket's owner whether it is full.
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
    pub const fn new(io: IO, patience: Patience, stuck: Stuck) -> Self {
        Self {
            io,
            patience,
            since: None,
            waits: None,
            stuck: Some(stuck),
        }
    }

    /// Drops the flag that others read.
    pub fn forget_stuck(&mut self) {
        self.stuck = None;
    }

    fn set_stuck(&self, is_stuck: bool) {
        if let Some(stuck) = &self.stuck {
            stuck.set(is_stuck);
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
            if self.since.take().is_some() {
                self.waits = None;
                self.set_stuck(false);
            }
            return written;
        }
        self.set_stuck(true);
        let since = self.since.get_or_insert_with(Instant::now);
        let since = Some(*since);
        ready!(self.patience.poll_exhausted(&mut self.waits, since, cx));
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
        time::advance,
    };

    const PATIENCE: Duration = Duration::from_secs(30);

    fn guarded<IO>(io: IO, unsent: &Unsent) -> Deadline<IO> {
        let patience = Patience::new(PATIENCE, unsent.clone());
        Deadline::new(io, patience, Stuck::default())
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_reads_nothing_for_30_seconds_is_let_go() {
        let (ours, _theirs) = duplex(8);
        let mut socket = guarded(ours, &Unsent::default());
        let start = Instant::now();
        let error = socket
            .write_all(b"more than eight bytes")
            .await
            .expect_err("it is stuck");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn while_too_much_is_unsent_one_who_reads_nothing_is_let_go_soon() {
        let unsent = Unsent::default();
        let (ours, _theirs) = duplex(8);
        let mut socket = guarded(ours, &unsent);
        let start = Instant::now();
        let filling = async {
            tokio::time::sleep(PATIENCE / 2).await;
            let held = unsent.hold(vec![0; 65 << 20].into());
            std::future::pending::<()>().await;
            drop(held);
        };
        tokio::select! {
            failed = socket.write_all(b"more than eight bytes") => failed.expect_err("it is stuck"),
            () = filling => unreachable!(),
        };
        assert!(
            start.elapsed() <= PATIENCE / 2 + SHORT,
            "{:?}",
            start.elapsed()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_reads_slowly_is_not() {
        let (ours, mut theirs) = duplex(1);
        let mut socket = guarded(ours, &Unsent::default());
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
