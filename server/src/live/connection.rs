//! One connection: HTTP until it becomes a stream.

use super::{
    body::{is_stream, take_pieces},
    deadline::{Deadline, Patience, Stuck},
    flood::NoFlood,
    head_too_large::{self, HeadTooLarge},
    owed::{Coming, Owed},
    scarcity::Scarcity,
    stream::Stream,
    taken::{Going, Requests, owed},
};
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

/// How long a new connection may take to say its first byte, and then what it wants.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may go on doing nothing when places are scarce: one that says nothing at all,
/// though a phone asks in the moment in which it has connected; one whose head is not whole; and one
/// that reads nothing.
const SILENT: Duration = Duration::from_millis(100);
const UNASKED: Duration = Duration::from_millis(500);
const UNREAD: Duration = Duration::from_secs(2);

/// How long one of HTTP/2 that has nothing in hand may take to hear that it is closed.
const UNHEARD: Duration = Duration::from_millis(500);

/// HTTP/2 asks an idle peer so often whether it is there, and waits so long for the answer.
const PING_AFTER: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(45);

/// Requests at once over one connection of HTTP/2, each of which may be a stream with a seat. A browser
/// and a proxy that have more ask the rest later, or over another connection.
const MOST_REQUESTS: u32 = 32;

/// The largest request head, and what a connection buffers. Browsers send the cookies of all programs
/// on a host to each of them, whatever their ports: 32 KB of those are let in.
const BUFFER_BYTES: usize = 40 * 1_024;

/// What HTTP/2 reads of a head, so that one that is too large is told so; above it, the library answers
/// with nothing to read. Half of what a connection may have sent before it is read, and not kept.
const HEAD_BYTES: u32 = 128 * 1_024;

/// What a peer may send over HTTP/2 before it is read.
const WINDOW_BYTES: u32 = 256 * 1_024;

/// What the kernel keeps of a stream that its follower has not taken: some twenty events.
const SEND_BUFFER_BYTES: usize = 32 * 1_024;

/// What a connection of HTTP/1 begins with differs from this within the first four bytes.
const HTTP2_PREFACE: &[u8; 4] = b"PRI ";

/// The answer that makes a connection a stream, on its way from the service to the connection.
type Taken = Arc<Mutex<Option<(Response<Body>, Version)>>>;

/// Serves until the peer leaves, or until it asked for a stream over HTTP/1: that is given back
/// instead of being served by the HTTP library, whose buffers would be paid for every follower for
/// as long as the talk is.
pub async fn serve(
    socket: TcpStream,
    patience: Patience,
    router: Router,
    mut ending: watch::Receiver<bool>,
    scarcity: Scarcity,
) -> Option<Stream> {
    // One that says nothing at all is not worth its place.
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

/// Completes when it is too late to begin to ask.
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

/// Completes for one that keeps its place for nothing while places are scarce: it `does_nothing` when
/// it hears of it, and after a while still does.
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

/// Completes for one that has announced more than it sends, while places are scarce.
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
        let request = request.map(|body| Coming::new(body, owes.clone()));
        let (is_get, version) = (request.method() == Method::GET, request.version());
        let answer = answer(router.clone(), request, peer);
        let offered = offered.clone();
        async move {
            let response = answer.await?;
            if is_get && is_stream(&response) {
                *offered.lock().unwrap_or_else(PoisonError::into_inner) = Some((response, version));
                // The connection is taken away from under this request.
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
    // How a connection ends is its peer's business: a phone that leaves is no error of ours.
    let (mut response, version) = loop {
        let served = poll_fn(|cx| {
            if Pin::new(&mut connection).poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            // Whoever asks for the stream before it has read the answer before: that one first.
            if stuck.is_stuck() {
                return Poll::Pending;
            }
            match taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(taken) => Poll::Ready(Some(taken)),
                None => Poll::Pending,
            }
        });
        tokio::select! {
            // What was asked already is answered, even if the connection has to close.
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
    // Left to itself, the kernel keeps up to 4 MB for a follower that reads slowly.
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
            // Its head is not kept.
            Some(refused) => Err(refused),
            None => Ok((head, body, router.clone())),
        };
        let (counted, unsent) = (counted.clone(), unsent.clone());
        async move {
            let response = match asked {
                Err(refused) => refused,
                Ok((head, body, router)) => {
                    let body = Coming::new(body, owed());
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
            // It said that it speaks HTTP/2, and then nothing.
            () = begun => {}
            () = ended => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
            () = is_idle => {
                connection.as_mut().graceful_shutdown();
                // What is in hand, or was asked for meanwhile, goes on.
                while timeout(UNHEARD, connection.as_mut()).await.is_err() && !going.is_empty() {}
            }
        }
    };
    served.await;
}

fn answer(
    router: Router,
    mut request: Request<Coming>,
    peer: Option<SocketAddr>,
) -> impl Future<Output = Result<Response<Body>, Infallible>> {
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    // HTTP/2 says it in the address only. What reads a request need not know by which version it came.
    let host = request.uri().authority();
    let host = host.and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    router.oneshot(request.map(Body::new))
}
