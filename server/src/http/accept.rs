//! Our accept loop. `axum::serve` is slower with many connections, needs more memory for each, and
//! can't handle a full file table.

use super::{Unsent, connection, connection_limit::ConnectionLimit, deadline::Patience};
use axum::Router;
use socket2::{SockRef, TcpKeepalive};
use std::{
    future::{Future, poll_fn},
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, watch},
    time::timeout,
};

/// How many connections the kernel queues. A room that reconnects at once must not be refused; tokio's
/// default is 128.
const BACKLOG: u32 = 4_096;

/// How long to wait when the system has no more files or memory for a connection.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// How long connections may finish their requests at shutdown.
const DRAIN: Duration = Duration::from_millis(1_500);

/// TCP keepalive: after four unanswered probes the peer is gone. A phone that lost its network doesn't
/// close its connection.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEPALIVE_QUESTIONS: u32 = 4;

/// How long sent data may stay unacknowledged (TCP_USER_TIMEOUT).
const UNANSWERED: Duration = Duration::from_secs(45);

/// How many unsent bytes the kernel buffers (TCP_NOTSENT_LOWAT). Its default is up to 4 MB for a slow
/// reader.
const UNSENT_BYTES: u32 = 64 * 1_024;

#[derive(Debug, Clone)]
pub struct Limits {
    /// How many connections are open at once.
    pub connections: usize,
    /// How long a peer may read nothing.
    pub patience: Duration,
    /// Counts unread bytes. While there are many, peers that read nothing are disconnected sooner.
    pub unsent: Unsent,
}

/// Listens at `address`. `[::]` includes all IPv4 addresses; on a system without IPv6 it means those only.
///
/// # Errors
/// When the address is taken, not ours, or not allowed.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let is_everywhere = address.is_ipv6() && address.ip().is_unspecified();
    match listen_at(address) {
        Err(error) if is_everywhere && error.kind() != io::ErrorKind::AddrInUse => {
            listen_at(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port())))
        }
        result => result,
    }
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        let socket = TcpSocket::new_v6()?;
        // The default differs between systems.
        SockRef::from(&socket).set_only_v6(!address.ip().is_unspecified())?;
        socket
    };
    // After a restart, old connections in TIME_WAIT must not hold the address.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `end` completes, then lets running requests finish. The caller must end the streams:
/// a connection with a running stream is cut after 1.5 s.
///
/// Connections beyond `limits` wait in the kernel's queue, so that files are left for the store and the
/// pages. They don't wait long: when places are scarce, idle connections are closed.
pub async fn accept(
    listener: TcpListener,
    limits: Limits,
    router: Router,
    end: impl Future<Output = ()>,
) {
    let (ending, _) = watch::channel(false);
    let mut limit = ConnectionLimit::new(limits.connections);
    let patience = Patience::new(limits.patience, limits.unsent);
    tokio::pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = accept_one(&listener, &mut limit) => accepted,
            () = &mut end => break,
        };
        match accepted {
            Ok((socket, permit)) => {
                let (ending, scarcity) = (ending.subscribe(), limit.scarcity());
                let (router, patience) = (router.clone(), patience.clone());
                tokio::spawn(async move {
                    // Fails if the peer has left.
                    if prepare(&socket).is_err() {
                        return;
                    }
                    let over = ending.clone();
                    let served = connection::serve(socket, patience, router, ending, scarcity);
                    if let Some(mut stream) = served.await {
                        let held = (over, permit);
                        // A new task, so that the larger one of the HTTP connection is freed. Not an
                        // async block, which would reserve space for the stream twice.
                        tokio::spawn(poll_fn(move |cx| {
                            let _held = &held;
                            Pin::new(&mut stream).poll(cx)
                        }));
                    }
                });
            }
            // Out of files or memory: wait until others leave. If only this peer has left, a short wait
            // does no harm.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
    drop(listener);
    ending.send_replace(true);
    let _ = timeout(DRAIN, ending.closed()).await;
}

async fn accept_one(
    listener: &TcpListener,
    limit: &mut ConnectionLimit,
) -> io::Result<(TcpStream, Option<OwnedSemaphorePermit>)> {
    let permit = limit.permit().await;
    let (socket, _) = listener.accept().await?;
    Ok((socket, permit))
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    // A frame is one write: Nagle's algorithm would delay it while another is in flight.
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(KEEPALIVE_QUESTIONS);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_notsent_lowat(UNSENT_BYTES)?;
    socket.set_tcp_user_timeout(Some(UNANSWERED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_that_is_not_there_any_more_is_found_out() {
        let any = "127.0.0.1:0".parse().expect("an address");
        let listener = listen(any).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let _peer = TcpStream::connect(address).await.expect("a connection");
        let (socket, _) = listener.accept().await.expect("a connection");
        prepare(&socket).expect("it is prepared");
        assert!(socket.nodelay().expect("an option"));
        let socket = SockRef::from(&socket);
        assert!(socket.keepalive().expect("an option"));
        let seconds = [
            socket.tcp_keepalive_time().expect("an option"),
            socket.tcp_keepalive_interval().expect("an option"),
            socket.tcp_user_timeout().expect("an option").expect("set"),
        ];
        assert_eq!(seconds.map(|time| time.as_secs()), [30, 10, 45]);
        assert_eq!(socket.tcp_keepalive_retries().expect("an option"), 4);
    }
}
