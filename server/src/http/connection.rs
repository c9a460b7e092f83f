//! One connection: HTTP, until it becomes a stream. A stream over HTTP/1 is taken over from the HTTP
//! library before its head is written, and is then a small task of socket and follower: some 1.1 KiB
//! instead of 13. Over HTTP/2 it is not taken over.

use super::{
    connection_limit::Scarcity,
    deadline::{Deadline, Patience, Stuck},
    head_too_large::{self, HeadTooLarge},
    http2_flood::NoFlood,
    http2_requests::{Going, Requests, owed},
    late_body::{Owed, TimedBody},
    stream_socket::Stream,
};
use crate::live::{is_stream, take_pieces};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Method, Response, Version, header},
};
use hyper::{body::Incoming, server::conn::http1, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::{
    convert::Infallible,
    future::{Future, pending, poll_fn},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// How long a new connection may take for its first byte, and then for its request head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may stay idle while places are scarce: without a first byte (a phone sends its
/// request right after connecting), with an incomplete head, and without reading.
const SILENT: Duration = Duration::from_millis(100);
const UNASKED: Duration = Duration::from_millis(500);
const UNREAD: Duration = Duration::from_secs(2);

/// How long an idle connection of HTTP/2 may take to close after GOAWAY.
const UNHEARD: Duration = Duration::from_millis(500);

/// HTTP/2 pings an idle peer after the first time, and waits the second for the answer.
const PING_AFTER: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(45);

/// Concurrent requests on a connection of HTTP/2, each of which may be a stream with a seat. Browsers and
/// proxies delay further ones, or open another connection.
const MOST_REQUESTS: u32 = 32;

/// The largest request head, and a connection's buffer. Browsers send a host's cookies to all ports:
/// 32 KB of other programs' cookies fit.
const BUFFER_BYTES: usize = 40 * 1_024;

/// How much of a head HTTP/2 reads, so that larger ones than [`BUFFER_BYTES`] get a page that explains it;
/// above this, the library sends an empty 431. Half of the window, and not kept.
const HEAD_BYTES: u32 = 128 * 1_024;

/// HTTP/2's flow control windows.
const WINDOW_BYTES: u32 = 256 * 1_024;

/// The kernel's send buffer for a stream: some twenty events.
const SEND_BUFFER_BYTES: usize = 32 * 1_024;

/// The first four bytes tell it from HTTP/1.
const HTTP2_PREFACE: &[u8; 4] = b"PRI ";

/// The response that turns a connection into a stream, passed from the service to the connection.
type Taken = Arc<Mutex<Option<(Response<Body>, Version)>>>;

/// Serves until the peer leaves, or asks for a stream over HTTP/1. The stream is returned, because the HTTP
/// library's buffers would cost memory for each follower during the whole talk.
pub async fn serve(
    socket: TcpStream,
    patience: Patience,
    router: Router,
    mut ending: watch::Receiver<bool>,
    scarcity: Scarcity,
) -> Option<Stream> {
    // A silent connection is closed before it costs more.
    let mut start = [0; HTTP2_PREFACE.len()];
    let said = Box::pin(async {
        tokio::select! {
            biased;
            said = socket.peek(&mut start) => matches!(said, Ok(1..)),
            () = too_late(scarcity.clone(), SILENT) => false,
        }
    });
    if !said.await {
        return None;
    }
    let peer = socket.peer_addr().ok();
    let ended = async move {
        let _ = ending.wait_for(|ending| *ending).await;
    };
    if start == *HTTP2_PREFACE {
        Box::pin(http2(socket, patience, peer, router, ended, scarcity)).await;
        None
    } else {
        http1(socket, patience, peer, router, ended, scarcity).await
    }
}

/// Completes when a request should have begun.
async fn too_late(mut scarcity: Scarcity, grace: Duration) {
    let is_scarce = async {
        scarcity.heard().await;
        sleep(grace).await;
    };
    tokio::select! {
        () = sleep(HEADER_TIMEOUT) => {}
        () = is_scarce => {}
    }
}

/// Completes when places are scarce and the connection `does_nothing`, now and after `grace`.
async fn overdue(mut scarcity: Scarcity, grace: Duration, does_nothing: impl Fn() -> bool) {
    loop {
        scarcity.heard().await;
        if does_nothing() {
            sleep(grace).await;
            if does_nothing() {
                return;
            }
        }
    }
}

/// Completes when places are scarce and the rest of a request's body is late.
async fn stalled(mut scarcity: Scarcity, owed: &Owed) {
    while !owed.is_late() {
        scarcity.heard().await;
    }
}

async fn http1(
    socket: TcpStream,
    patience: Patience,
    peer: Option<SocketAddr>,
    router: Router,
    ended: impl Future<Output = ()>,
    scarcity: Scarcity,
) -> Option<Stream> {
    let taken = Taken::default();
    let offered = taken.clone();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let owed = Owed::default();
    let owes = owed.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let request = request.map(|body| TimedBody::new(body, owes.clone()));
        let (is_get, version) = (request.method() == Method::GET, request.version());
        let answer = answer(router.clone(), request, peer);
        let offered = offered.clone();
        async move {
            let response = answer.await?;
            if is_get && is_stream(&response) {
                *offered.lock().unwrap_or_else(PoisonError::into_inner) = Some((response, version));
                // The connection is taken over; this request never completes.
                return pending().await;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let stuck = Stuck::default();
    let socket = Deadline::new(socket, patience, stuck.clone());
    let io = TokioIo::new(HeadTooLarge::explained(socket));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(io, service);
    let mut has_to_close = pin!(async {
        let mut scarcity = scarcity.clone();
        tokio::select! {
            () = ended => {}
            () = scarcity.heard() => {}
        }
    });
    let mut is_closing = false;
    let has_not_asked = || !asked.load(Ordering::Relaxed);
    let mut overdue = pin!(async {
        tokio::select! {
            () = overdue(scarcity.clone(), UNASKED, has_not_asked) => {}
            () = overdue(scarcity.clone(), UNREAD, || stuck.is_stuck()) => {}
            () = stalled(scarcity.clone(), &owed) => {}
        }
    });
    // Errors are ignored: a phone that leaves is not our error.
    let (mut response, version) = loop {
        let served = poll_fn(|cx| {
            if Pin::new(&mut connection).poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            // The peer has not read the previous response yet, which comes first.
            if stuck.is_stuck() {
                return Poll::Pending;
            }
            match taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(taken) => Poll::Ready(Some(taken)),
                None => Poll::Pending,
            }
        });
        tokio::select! {
            // A request that has begun is answered, even if the connection has to close.
            biased;
            taken = served => break taken?,
            () = &mut has_to_close, if !is_closing => {
                is_closing = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            () = &mut overdue => return None,
        }
    };
    let pieces = take_pieces(&mut response)?;
    let mut socket = connection.into_parts().io.into_inner().into_inner();
    socket.forget_stuck();
    // The default is up to 4 MB for a slow reader.
    let small = SockRef::from(socket.get_ref()).set_send_buffer_size(SEND_BUFFER_BYTES);
    small.is_ok().then_some(())?;
    Some(Stream::new(socket, response.headers(), pieces, version))
}

async fn http2(
    socket: TcpStream,
    patience: Patience,
    peer: Option<SocketAddr>,
    router: Router,
    ended: impl Future<Output = ()>,
    scarcity: Scarcity,
) {
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let (going, streams) = (Going::default(), Going::default());
    let (counted, unsent) = (streams.clone(), patience.unsent().clone());
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let (head, body) = request.into_parts();
        let refused = head_too_large::refusal(&head, BUFFER_BYTES);
        let refused = refused.or_else(|| unsent.refusal(&head.method));
        let asked = match refused {
            // Drop its head.
            Some(refused) => Err(refused),
            None => Ok((head, body, router.clone())),
        };
        let (counted, unsent) = (counted.clone(), unsent.clone());
        async move {
            let response = match asked {
                Err(refused) => refused,
                Ok((head, body, router)) => {
                    let body = TimedBody::new(body, owed());
                    answer(router, Request::from_parts(head, body), peer).await?
                }
            };
            Ok::<_, Infallible>(counted.answer(response, &unsent))
        }
    });
    let requests = Requests {
        patience: patience.clone(),
        scarcity: scarcity.clone(),
        unread: UNREAD,
        going: going.clone(),
    };
    let socket = Deadline::new(socket, patience, Stuck::default());
    let io = TokioIo::new(NoFlood::on(socket));
    let connection = http2::Builder::new(requests)
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_REQUESTS)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .max_header_list_size(HEAD_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .keep_alive_interval(PING_AFTER)
        .keep_alive_timeout(PING_TIMEOUT)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let begun = async {
        too_late(scarcity.clone(), UNASKED).await;
        if asked.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
    };
    let mut heard = scarcity.clone();
    let is_idle = async {
        loop {
            heard.heard().await;
            if asked.load(Ordering::Relaxed) && streams.is_empty() {
                return;
            }
        }
    };
    let served = async {
        tokio::select! {
            _ = connection.as_mut() => {}
            // It sent the preface of HTTP/2, and then nothing.
            () = begun => {}
            () = ended => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
            () = is_idle => {
                connection.as_mut().graceful_shutdown();
                // Requests that are running, or came meanwhile, are finished.
                while timeout(UNHEARD, connection.as_mut()).await.is_err() && !going.is_empty() {}
            }
        }
    };
    served.await;
}

fn answer(
    router: Router,
    mut request: Request<TimedBody>,
    peer: Option<SocketAddr>,
) -> impl Future<Output = Result<Response<Body>, Infallible>> {
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    // HTTP/2 has the host only in the URI. Handlers read the header, whatever the version.
    let host = request.uri().authority();
    let host = host.and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    router.oneshot(request.map(Body::new))
}
