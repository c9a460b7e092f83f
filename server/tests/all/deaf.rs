//! A stalled follower: connected, and never reading.

use crate::support::{Server, soon};
use socket2::{Domain, SockAddr, Socket, Type};
use std::{fs, io::Write, net::SocketAddr};
use tempfile::TempDir;

/// With small socket buffers at both ends: small segments keep the kernel from growing the server's to
/// megabytes.
fn deaf(server: &Server) -> Socket {
    let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(1).expect("the least there is");
    socket.set_tcp_mss(536).expect("small segments");
    socket
        .connect(&SockAddr::from(server.address))
        .expect("a connection");
    socket
        .write_all(b"GET /t/room/events HTTP/1.1\r\nhost: room\r\n\r\n")
        .expect("it is written");
    socket
}

/// Bytes in the server's send queue; `None` once the server has closed the connection.
fn unread(server: &Server, deaf: &Socket) -> Option<u64> {
    let peer = deaf
        .local_addr()
        .expect("an address")
        .as_socket()
        .expect("of the internet");
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    let connections = fs::read_to_string("/proc/net/tcp").expect("it can be read");
    connections.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, ours, theirs, state, queues, ..] = fields[..] else {
            return None;
        };
        let is_it = ours.ends_with(&port(server.address)) && theirs.ends_with(&port(peer));
        let is_established = state == "01";
        let (waiting, _) = queues.split_once(':')?;
        (is_it && is_established).then(|| u64::from_str_radix(waiting, 16).expect("a number"))
    })
}

/// Causes one more event; returns its revision.
async fn event(server: &Server) -> serde_json::Value {
    // Always a change.
    let slide = if server.state().await["slide"] == 1 {
        2
    } else {
        1
    };
    let answer = server
        .post("/api/go_to", format!("code=room&slide={slide}"))
        .await;
    answer.json()["revision"].clone()
}

/// Causes events until the last twenty have not fitted into the socket.
async fn fill(server: &Server, deaf: &Socket) {
    let mut before = 0;
    loop {
        for _ in 0..20 {
            event(server).await;
        }
        let now = unread(server, deaf).expect("it is still there");
        if now > 0 && now == before {
            return;
        }
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_never_reads_holds_nobody_up() {
    let server = Server::start().await;
    let deaf = deaf(&server);
    fill(&server, &deaf).await;
    let mut followers = [server.stream().await, server.stream().await];
    for follower in &mut followers {
        follower.snapshot().await;
    }
    for _ in 0..50 {
        let revision = event(&server).await;
        for follower in &mut followers {
            assert_eq!(follower.snapshot().await["revision"], revision);
        }
    }
    let waiting = unread(&server, &deaf);
    assert!(waiting > Some(0), "it has taken it all: {waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_never_reads_is_let_go_and_its_seat_is_free() {
    let directory = TempDir::new().expect("a temporary directory");
    let options = ["--max-followers", "1", "--let-go-after", "3"];
    let server = Server::start_in(directory, &options).await;
    let deaf = deaf(&server);
    fill(&server, &deaf).await;
    soon(seated(&server)).await;
    assert_eq!(unread(&server, &deaf), None);
}

/// Reconnects until there is a seat.
async fn seated(server: &Server) {
    while !server.stream().await.is_seated().await {}
}

/// The connection itself stays up and answers pings; only the stream stalls.
#[tokio::test(flavor = "multi_thread")]
async fn one_who_takes_nothing_over_http_2_is_let_go_and_its_seat_is_free() {
    let directory = TempDir::new().expect("a temporary directory");
    let options = ["--max-followers", "1", "--let-go-after", "1"];
    let server = Server::start_in(directory, &options).await;
    let _deaf = server.get_with_window("/t/room/events", 100).await;
    let talk = async {
        loop {
            event(&server).await;
        }
    };
    tokio::select! {
        () = soon(seated(&server)) => {}
        () = talk => unreachable!(),
    }
}
