//! Our accept loop. `axum::serve` would do, but is slower with many connections, costs more memory
//! for each, and has no answer to a full file table.

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use std::{future::Future, io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};
use tower::ServiceExt;

/// How many connections the kernel holds until they are accepted. A room that reconnects at once
/// must not be refused; tokio's own default is 128.
const BACKLOG: u32 = 4_096;

/// How long a new connection may take to say what it wants.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long to wait when the system has no more files or memory for a connection.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// How long connections may finish what they do once the end was called.
const DRAIN: Duration = Duration::from_millis(1_500);

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
pub async fn accept(listener: TcpListener, router: Router, end: impl Future<Output = ()>) {
    let (ending, _) = watch::channel(false);
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        match accepted {
            Ok((socket, _)) => {
                let ending = ending.subscribe();
                tokio::spawn(serve(socket, router.clone(), ending));
            }
            // Out of files or memory: those that leave make room. A peer that left already is
            // no reason to wait, but a short wait does no harm.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
    drop(listener);
    ending.send_replace(true);
    let _ = tokio::time::timeout(DRAIN, ending.closed()).await;
}

async fn serve(socket: TcpStream, router: Router, mut ending: watch::Receiver<bool>) {
    // A frame is one write: without this, one in flight holds the next back.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER_BYTES);
    builder.http2().timer(TokioTimer::new());
    let service = service_fn(move |request: Request<Incoming>| {
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = builder.serve_connection(TokioIo::new(socket), service);
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
