//! The peers that are ours to write: axum's `Sse` as most would, and a bare epoll loop.

use axum::{
    Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::{get, post},
};
use futures_util::StreamExt;
use mio::{Events, Interest, Poll, Token, net::TcpListener, net::TcpStream};
use std::{
    convert::Infallible,
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    time::Duration,
};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

/// `name:port`
pub fn serve(peer: &str) {
    let (name, port) = peer.split_once(':').expect("a name and a port");
    let address = SocketAddr::from(([0, 0, 0, 0], port.parse().expect("a port")));
    match name {
        "epoll" => epoll(address),
        _ => tokio::runtime::Runtime::new()
            .expect("a runtime")
            .block_on(axum_sse(address)),
    }
}

async fn axum_sse(address: SocketAddr) {
    let newest = watch::Sender::new(String::new());
    let router = Router::new()
        .route("/events", get(axum_events))
        .route("/publish", post(axum_publish))
        .with_state(newest);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .expect("a port");
    axum::serve(listener, router).await.expect("it serves");
}

async fn axum_events(
    State(newest): State<watch::Sender<String>>,
) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let events =
        WatchStream::new(newest.subscribe()).map(|data| Ok(Event::default().id("x").data(data)));
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn axum_publish(State(newest): State<watch::Sender<String>>, event: String) {
    newest.send_replace(event);
}

const LISTENER: Token = Token(usize::MAX);

/// No parsing beyond what the bench sends, no timers, no limits: the floor, not a server.
fn epoll(address: SocketAddr) {
    let mut poll = Poll::new().expect("epoll");
    let mut listener = TcpListener::bind(address).expect("a port");
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)
        .expect("registered");
    let mut sockets: Vec<TcpStream> = Vec::new();
    let mut followers: Vec<usize> = Vec::new();
    let mut newest = Vec::new();
    let mut events = Events::with_capacity(4_096);
    loop {
        poll.poll(&mut events, None).expect("poll");
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut socket, _)) = listener.accept() {
                    let token = Token(sockets.len());
                    poll.registry()
                        .register(&mut socket, token, Interest::READABLE)
                        .expect("registered");
                    sockets.push(socket);
                }
                continue;
            }
            let Token(which) = event.token();
            let Some(request) = read(&mut sockets[which]) else {
                continue;
            };
            if request.starts_with("GET") {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n:\n\n";
                let first = [head.as_bytes(), &newest].concat();
                let _ = sockets[which].write_all(&first);
                followers.push(which);
            } else if let Some((_, body)) = request.split_once("\r\n\r\n") {
                newest = format!("id: x\ndata: {body}\n\n").into_bytes();
                for follower in &followers {
                    let _ = sockets[*follower].write_all(&newest);
                }
                let _ = sockets[which].write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        }
    }
}

fn read(socket: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => text.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return None,
        }
    }
    (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into_owned())
}
