//! Our accept loop. `axum::serve` would do, but is slower with many connections, costs more memory
//! for each, and has no answer to a full file table.

use super::deadline::Deadline;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use socket2::{SockRef, TcpKeepalive};
use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tower::ServiceExt;

/// How many connections the kernel holds until they are accepted. A room that reconnects at once
/// must not be refused; tokio's own default is 128.
const BACKLOG: u32 = 4_096;

/// How long a new connection may take to say its first byte, and then what it wants.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long to wait when the system has no more files or memory for a connection.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// How long connections may finish what they do once the end was called.
const DRAIN: Duration = Duration::from_millis(1_500);

/// After so long without a word the kernel asks whether the peer is there, and after four questions
/// without an answer it is not: a phone that lost its network says no goodbye.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEPALIVE_QUESTIONS: u32 = 4;

/// How long what was sent may stay without the peer's word that it came.
const UNANSWERED: Duration = Duration::from_secs(45);

/// The largest request head, and what a connection buffers. Small: it is paid for every follower.
const BUFFER_BYTES: usize = 8 * 1_024;

/// # Errors
/// When the address is taken, not ours, or not allowed.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // Started again at once, the address must not be held by the connections of before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `end` completes, then waits shortly for what is under way. Streams must be ended
/// by whoever calls the end: a connection with a running stream is cut after 1.5 s.
///
/// At most `most` connections are open; further ones wait in the kernel's queue. So there are
/// always files left for the store and the pages.
pub async fn accept(
    listener: TcpListener,
    most: usize,
    router: Router,
    end: impl Future<Output = ()>,
) {
    let (ending, _) = watch::channel(false);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = accept_one(&listener, &places) => accepted,
            () = &mut end => break,
        };
        match accepted {
            Ok((socket, place)) => {
                let ending = ending.subscribe();
                let router = router.clone();
                tokio::spawn(async move {
                    // One that says nothing at all is not worth its place.
                    let speaks = Box::pin(timeout(HEADER_TIMEOUT, socket.readable())).await;
                    if matches!(speaks, Ok(Ok(()))) {
                        serve(socket, router, ending).await;
                    }
                    drop(place);
                });
            }
            // Out of files or memory: those that leave make room. A peer that left already is
            // no reason to wait, but a short wait does no harm.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
    drop(listener);
    ending.send_replace(true);
    let _ = timeout(DRAIN, ending.closed()).await;
}

async fn accept_one(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, Option<OwnedSemaphorePermit>)> {
    // Only a closed semaphore refuses, and nobody closes it.
    let place = places.clone().acquire_owned().await.ok();
    let (socket, _) = listener.accept().await?;
    Ok((socket, place))
}

async fn serve(socket: TcpStream, router: Router, mut ending: watch::Receiver<bool>) {
    // Fails for a peer that has gone already.
    if prepare(&socket).is_err() {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEPALIVE_AFTER)
        .keep_alive_timeout(UNANSWERED);
    let peer = socket.peer_addr().ok().map(ConnectInfo);
    let service = service_fn(move |mut request: Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = builder.serve_connection(TokioIo::new(Deadline::new(socket)), service);
    tokio::pin!(connection);
    // How a connection ends is its peer's business: a phone that leaves is no error of ours.
    let ended = async {
        let _ = ending.wait_for(|ending| *ending).await;
    };
    tokio::select! {
        _ = connection.as_mut() => {}
        () = ended => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    // A frame is one write: without this, one in flight holds the next back.
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(KEEPALIVE_QUESTIONS);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(UNANSWERED))
}
