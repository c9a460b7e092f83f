//! More connections than the server has places for: a presenter still gets in.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in a test a panic is a finding"
)]

#[expect(dead_code, reason = "crowds use a part of it")]
mod support;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use socket2::{Domain, SockAddr, Socket, Type};
use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use support::{
    program::{Place, Running, ask, connected, host_key, key, parts},
    soon,
};
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinSet,
};

/// Held by each test, so that `cargo test` measures one crowd at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Well below the 15 s after which silent connections are closed anyway.
const SOON: Duration = Duration::from_secs(10);

/// With 200 files, 160 connections are possible, and 144 of those may be followers' streams.
const FILES: usize = 200;
const SEATS: usize = 144;

fn crowded(place: &Place) -> (Running, String) {
    rlimit::increase_nofile_limit(4_096).expect("files for the crowd");
    with_few_files(place, FILES, &[])
}

/// Starts a server that may have `most` files open.
fn with_few_files(place: &Place, most: usize, options: &[&str]) -> (Running, String) {
    let any = ["--listen", "127.0.0.1:0"];
    let options = [&any, options].concat();
    Place::start(&mut place.in_shell(&format!("ulimit -n {most}"), &options))
}

/// A presenter's tap on a connection of its own.
fn tap(printed: &str) {
    let mut socket = connected(printed);
    socket.set_read_timeout(Some(SOON)).expect("a timeout");
    let key = key(printed);
    let request = format!(
        "POST /api/next HTTP/1.1\r\nhost: room\r\nauthorization: Bearer {key}\r\n\
         connection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 9\r\n\r\ncode=room"
    );
    socket.write_all(request.as_bytes()).expect("it is written");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer soon");
    assert_eq!(parts(&answer).0, 200, "{answer}");
}

/// Reads the head of an answer; `false` if the connection was closed instead.
fn is_answered(socket: &mut BufReader<TcpStream>) -> bool {
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if !matches!(socket.read_line(&mut line), Ok(1..)) {
            return false;
        }
    }
    true
}

fn asked(printed: &str, request: &str) -> BufReader<TcpStream> {
    let mut socket = connected(printed);
    socket.write_all(request.as_bytes()).expect("it is written");
    BufReader::new(socket)
}

#[test]
fn connections_that_say_nothing_keep_no_presenter_out() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = crowded(&place);
    let _silent: Vec<_> = (0..400).map(|_| connected(&printed)).collect();
    tap(&printed);
}

/// With the usual limit of 1,024 open files.
#[test]
fn three_thousand_silent_connections_hold_a_tap_up_for_less_than_a_second() {
    let _alone = ALONE.blocking_lock();
    rlimit::increase_nofile_limit(8_192).expect("files for the crowd");
    let place = Place::new();
    let (_running, printed) = with_few_files(&place, 1_024, &[]);
    let _silent: Vec<_> = (0..3_000).map(|_| connected(&printed)).collect();
    let start = Instant::now();
    tap(&printed);
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(1), "{waited:?}");
}

/// The preface of an HTTP/2 connection, with empty SETTINGS.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// HEADERS of the first request on such a connection, to the host `room`.
fn head_by_http_2(flags: u8, method: u8, path: &str) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("a short one");
    let path = [&[4, length(path.as_bytes())], path.as_bytes()].concat();
    let block = [&[method, 0x86, 0x41, 4], &b"room"[..], &path].concat();
    [&[0, 0, length(&block), 1, flags, 0, 0, 0, 1], &block[..]].concat()
}

/// Each gets a short grace period, because the next packet of a phone may be under way, and a thousand at a
/// time have a place.
#[test]
fn three_thousand_connections_that_do_not_go_on_hold_a_tap_up_for_seconds_at_most() {
    const GET: u8 = 0x82;
    const POST: u8 = 0x83;
    const HEAD_ENDS: u8 = 4;
    const ALL_ENDS: u8 = 5;
    let _alone = ALONE.blocking_lock();
    rlimit::increase_nofile_limit(8_192).expect("files for the crowd");
    let by_http_2 = |head: Vec<u8>| [PREFACE, &head].concat();
    for (what, begin) in [
        ("half of a head", b"GET / HTTP/1.1\r\n".to_vec()),
        (
            "a form that does not come",
            b"POST /api/next HTTP/1.1\r\nhost: room\r\ncontent-length: 9\r\n\r\n".to_vec(),
        ),
        ("HTTP/2 and no request", by_http_2(Vec::new())),
        (
            "half of a head by HTTP/2",
            by_http_2(head_by_http_2(0, GET, "/healthz")),
        ),
        (
            "by HTTP/2 an answer, and then nothing",
            by_http_2(head_by_http_2(ALL_ENDS, GET, "/healthz")),
        ),
        (
            "by HTTP/2 a form that does not come",
            by_http_2(head_by_http_2(HEAD_ENDS, POST, "/api/next")),
        ),
    ] {
        let place = Place::new();
        let (_running, printed) = with_few_files(&place, 1_024, &[]);
        let mut waiting = Vec::new();
        for _ in 0..3_000 {
            let mut socket = connected(&printed);
            socket.write_all(&begin).expect("it is written");
            waiting.push(socket);
        }
        let tapped = thread::scope(|scope| scope.spawn(|| tap(&printed)).join());
        assert!(tapped.is_ok(), "{what}");
    }
}

#[test]
fn pictures_that_nobody_takes_over_http_2_keep_no_presenter_out() {
    /// SETTINGS with an initial window of 0: the server may send no body.
    const NO_WINDOW: [u8; 15] = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = crowded(&place);
    let asks = head_by_http_2(5, 0x82, &large_picture(&place));
    let begin = [PREFACE, &NO_WINDOW, &asks].concat();
    let mut unread = Vec::new();
    for _ in 0..300 {
        let mut socket = connected(&printed);
        socket.write_all(&begin).expect("it is written");
        unread.push(socket);
    }
    tap(&printed);
}

/// Puts a picture of 2 MB into the media folder; returns its path.
fn large_picture(place: &Place) -> String {
    let name = format!("{}.png", "a".repeat(64));
    let file = place.path("data/media").join(&name);
    fs::write(file, vec![0; 2 << 20]).expect("it is written");
    format!("/media/{name}")
}

/// Taps 11 times: the median is below 100 ms, and the slowest below 1 s.
fn assert_taps_are_fast(printed: &str) {
    let mut waits: Vec<_> = (0..11)
        .map(|_| {
            let start = Instant::now();
            tap(printed);
            start.elapsed()
        })
        .collect();
    waits.sort();
    assert!(waits[5] < Duration::from_millis(100), "{waits:?}");
    assert!(waits[10] < Duration::from_secs(1), "{waits:?}");
}

/// A client that stops reading after the first bytes of its answer.
fn deaf(address: SocketAddr, request: &str) -> Socket {
    let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(1).expect("the least there is");
    socket.connect(&address.into()).expect("a connection");
    socket.write_all(request.as_bytes()).expect("it is written");
    let mut begin = [0; 12];
    socket.read_exact(&mut begin).expect("an answer");
    assert_eq!(&begin, b"HTTP/1.1 200");
    socket
}

#[test]
fn five_hundred_readers_that_take_nothing_cost_little_and_hold_no_tap_up() {
    let _alone = ALONE.blocking_lock();
    rlimit::increase_nofile_limit(8_192).expect("files for the crowd");
    let place = Place::new();
    let (running, printed) = place.started(&[]);
    let picture = large_picture(&place);
    let address = connected(&printed).peer_addr().expect("its address");
    tap(&printed);
    let before = running.peak_memory();
    let request = format!("GET {picture} HTTP/1.1\r\nhost: room\r\n\r\n");
    let _readers: Vec<_> = (0..500).map(|_| deaf(address, &request)).collect();
    assert_taps_are_fast(&printed);
    let more = running.peak_memory() - before;
    assert!(more < 64, "{more} MiB");
}

/// With an open file for each reader of the script that every page loads, none were left for connections.
#[test]
fn readers_of_scripts_that_take_nothing_hold_no_files() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    fs::write(place.path("site/pkg/large.js"), vec![b'x'; 4 << 20]).expect("it is written");
    let (running, printed) = place.started(&[]);
    let address = connected(&printed).peer_addr().expect("its address");
    tap(&printed);
    let before = running.peak_memory();
    let request = "GET /pkg/large.js HTTP/1.1\r\nhost: room\r\n\r\n";
    let readers: Vec<_> = (0..100).map(|_| deaf(address, request)).collect();
    let files = fs::read_dir(format!("/proc/{}/fd", running.pid())).expect("it runs");
    let files = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let open = files.filter(|file| file.ends_with("large.js")).count();
    assert_eq!(open, 0);
    let more = running.peak_memory() - before;
    assert!(more < 64, "{more} MiB for {} readers", readers.len());
}

/// A deck of 8 MB.
fn long_deck() -> String {
    let slide = format!("# Long\n\n{}\n", "words ".repeat(7_000));
    vec![slide; 90].join("\n---\n\n")
}

/// As many slides as a deck may have, and titles as long as they are kept.
fn many_titles() -> String {
    let slides = (0..2_000).map(|at| format!("# {at} {}\n", "title ".repeat(100)));
    slides.collect::<Vec<_>>().join("\n---\n\n")
}

/// `readers` clients ask for at least `least` bytes each, and read nothing.
fn assert_bounded(deck: &str, question: &str, least: usize, readers: usize) {
    let place = Place::new();
    let file = place.path("long.md");
    fs::write(&file, deck).expect("a deck");
    let (mut running, printed) = place.started(&[support::path(&file)]);
    running.until_imported();
    let address = connected(&printed).peer_addr().expect("its address");
    let head = format!("{question}\r\nauthorization: Bearer {}", key(&printed));
    let whole = ask(&printed, &head);
    assert!(whole.len() > least, "{} bytes", whole.len());
    let before = running.peak_memory();
    let request = format!("{head}\r\nhost: room\r\n\r\n");
    let readers: Vec<_> = (0..readers)
        .map(|_| {
            let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.set_recv_buffer_size(1).expect("the least there is");
            socket.connect(&address.into()).expect("a connection");
            socket.write_all(request.as_bytes()).expect("it is written");
            socket
        })
        .collect();
    // It takes a moment until the answers to all of them are made.
    let start = Instant::now();
    let refused = loop {
        let answer = ask(&printed, &head);
        if parts(&answer).0 == 429 {
            break answer;
        }
        assert!(start.elapsed() < SOON, "{} readers", readers.len());
    };
    assert!(refused.contains("retry-after: 5"), "{refused}");
    tap(&printed);
    let more = running.peak_memory() - before;
    assert!(more < 256, "{more} MiB");
    // Stalled readers are disconnected soon, and then others are served.
    let start = Instant::now();
    while parts(&ask(&printed, &head)).0 != 200 {
        assert!(start.elapsed() < SOON, "it stays full");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Only a presenter may read a whole deck.
#[test]
fn answers_that_nobody_takes_are_bounded_in_all_and_what_is_read_is_not() {
    let _alone = ALONE.blocking_lock();
    let question = "GET /t/room/slides HTTP/1.1";
    assert_bounded(&long_deck(), question, 7 << 20, 60);
}

#[test]
fn lists_of_slides_that_nobody_takes_are_bounded_in_all() {
    let _alone = ALONE.blocking_lock();
    let question = "GET /t/room/import HTTP/1.1";
    assert_bounded(&many_titles(), question, 1 << 20, 200);
}

/// An HTTP/2 connection with an initial window of 0.
async fn deaf_by_http_2(address: SocketAddr) -> http2::SendRequest<Body> {
    let socket = tokio::net::TcpStream::connect(address).await;
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(0);
    let shaken = client.handshake(TokioIo::new(socket.expect("it listens")));
    let (sender, connection) = shaken.await.expect("a handshake");
    tokio::spawn(connection);
    sender
}

/// As over HTTP/1. Pictures are refused, too: a connection of HTTP/1 holds one piece of one picture, one of
/// HTTP/2 a piece for each of its requests.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_takes_over_http_2_are_bounded_in_all() {
    let _alone = ALONE.lock().await;
    let place = Place::new();
    let file = place.path("long.md");
    fs::write(&file, long_deck()).expect("a deck");
    let (mut running, printed) = place.started(&[support::path(&file)]);
    running.until_imported();
    let picture = large_picture(&place);
    let address = connected(&printed).peer_addr().expect("its address");
    let presenter = format!("Bearer {}", key(&printed));
    let asked = async |sender: &mut http2::SendRequest<Body>, path: &str| {
        let request = Request::get(format!("http://{address}{path}"));
        let request = request.header("authorization", &presenter);
        let request = request.body(Body::empty()).expect("a request");
        soon(sender.send_request(request)).await.expect("an answer")
    };
    tap(&printed);
    let before = running.peak_memory();
    let mut answers = Vec::new();
    for _ in 0..3 {
        let mut sender = deaf_by_http_2(address).await;
        for _ in 0..20 {
            answers.push(asked(&mut sender, "/t/room/slides").await);
        }
    }
    let (whole, busy): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status() == 200);
    assert!((5..30).contains(&whole.len()), "{} are made", whole.len());
    assert!(busy.iter().all(|it| it.status() == 429));
    let mut sender = deaf_by_http_2(address).await;
    for path in ["/t/room/slides", "/t/room", &picture] {
        let refused = asked(&mut sender, path).await;
        assert_eq!(refused.status(), 429, "{path}");
        let again = refused.headers().get("retry-after");
        assert_eq!(again.and_then(|it| it.to_str().ok()), Some("5"), "{path}");
    }
    tap(&printed);
    let more = running.peak_memory() - before;
    assert!(more < 256, "{more} MiB");
    // Stalled readers are disconnected soon, and then others are served.
    let start = Instant::now();
    while asked(&mut sender, "/t/room/slides").await.status() != 200 {
        assert!(start.elapsed() < SOON, "it stays full");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// 640 pictures of 2 MB: 1.3 GB if all were buffered.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_nobody_takes_over_http_2_cost_little_hold_no_tap_up_and_are_let_go() {
    let _alone = ALONE.lock().await;
    let place = Place::new();
    let (running, printed) = place.started(&["--let-go-after", "3"]);
    let picture = large_picture(&place);
    let address = connected(&printed).peer_addr().expect("its address");
    tap(&printed);
    let before = running.peak_memory();
    let answered = Arc::new(Semaphore::new(0));
    let mut asked = JoinSet::new();
    for _ in 0..10 {
        let sender = deaf_by_http_2(address).await;
        for _ in 0..64 {
            let (mut sender, answered) = (sender.clone(), answered.clone());
            let request = Request::get(format!("http://{address}{picture}"));
            let request = request.body(Body::empty()).expect("a request");
            asked.spawn(async move {
                match sender.send_request(request).await {
                    Ok(answer) => {
                        answered.add_permits(1);
                        answer.into_body().collect().await.is_ok()
                    }
                    // Above the limit of concurrent requests.
                    Err(_) => false,
                }
            });
        }
    }
    // By now every connection has answers that wait to be read.
    let waiting = soon(answered.acquire_many(100)).await;
    drop(waiting.expect("it is open"));
    let taps = tokio::task::spawn_blocking(move || assert_taps_are_fast(&printed));
    taps.await.expect("they were taken");
    while let Some(is_whole) = soon(asked.join_next()).await {
        assert!(!is_whole.expect("it ran"), "nobody has taken it");
    }
    let more = running.peak_memory() - before;
    assert!(more < 128, "{more} MiB");
}

/// PING, SETTINGS and reset requests are cheap to send, and cost an answer each.
#[test]
fn a_connection_that_sends_control_frames_without_end_is_closed() {
    let _alone = ALONE.blocking_lock();
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const PING: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    // GET / of room, in HPACK.
    const ASKED: [u8; 9] = [0x82, 0x86, 0x84, 0x41, 4, b'r', b'o', b'o', b'm'];
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    // Each request is reset at once.
    let asked_and_reset = (0..5_000_u32).flat_map(|number| {
        let stream = (2 * number + 1).to_be_bytes();
        let asks = [&[0, 0, 9, 1, 5], &stream[..], &ASKED].concat();
        [
            asks,
            [&[0, 0, 4, 3, 0], &stream[..], &[0, 0, 0, 8]].concat(),
        ]
        .concat()
    });
    let floods = [
        PING.repeat(5_000),
        SETTINGS.repeat(5_000),
        asked_and_reset.collect(),
    ];
    for frames in floods {
        let mut socket = connected(&printed);
        socket.set_read_timeout(Some(SOON)).expect("a timeout");
        let flood = [PREFACE, &frames].concat();
        // The server may close the connection before all is sent.
        let _ = socket.write_all(&flood);
        let mut answered = Vec::new();
        match socket.read_to_end(&mut answered) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
    tap(&printed);
}

#[test]
fn connections_that_were_answered_and_stay_keep_no_presenter_out() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = crowded(&place);
    let request = "GET /healthz HTTP/1.1\r\nhost: room\r\n\r\n";
    let _idle: Vec<_> = (0..300).map(|_| asked(&printed, request)).collect();
    tap(&printed);
}

#[test]
fn downloads_that_nobody_reads_keep_no_presenter_out() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = crowded(&place);
    let address = connected(&printed).peer_addr().expect("its address");
    let slides = ask(&printed, "GET /t/room/slides HTTP/1.1");
    let (_, picture) = slides.split_once("/media/").expect("a picture");
    let (picture, _) = picture.split_once(['"', '\\', ' ']).expect("its end");
    let request = format!("GET /media/{picture} HTTP/1.1\r\nhost: room\r\n\r\n").repeat(100);
    let _unread: Vec<_> = (0..170)
        .map(|_| {
            let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            // More than both sockets can buffer.
            socket.set_recv_buffer_size(1).expect("the least there is");
            socket.set_tcp_mss(536).expect("small segments");
            socket
                .connect(&SockAddr::from(address))
                .expect("a connection");
            socket.write_all(request.as_bytes()).expect("it is written");
            socket
        })
        .collect();
    tap(&printed);
}

#[test]
fn more_followers_than_there_are_places_for_are_promised_to_nobody() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (mut running, _) = with_few_files(&place, FILES, &["--max-followers", "150"]);
    let said = running.until_it_says("ulimit");
    assert!(said.contains("144 get a seat"), "{said}");
}

/// Opens a projector's stream; `None` when there is no seat for it.
fn projector(printed: &str, header: &str) -> Option<BufReader<TcpStream>> {
    let request =
        format!("GET /t/room/events?view=project HTTP/1.1\r\nhost: room\r\n{header}\r\n\r\n");
    let mut stream = asked(printed, &request);
    let mut line = String::new();
    while !line.starts_with("id: ") {
        line.clear();
        let read = stream.read_line(&mut line).expect("it is read");
        if read == 0 || line.starts_with("event: full") {
            return None;
        }
    }
    Some(stream)
}

/// The `cookie` header for what an answer sets.
fn given(answer: &str) -> String {
    let (_, cookie) = answer.split_once("set-cookie: ").expect("a cookie");
    let (cookie, _) = cookie.split_once(';').expect("its end");
    format!("cookie: {cookie}")
}

#[test]
fn a_device_that_says_it_is_many_projectors_leaves_a_seat_to_another() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = place.started(&["--max-followers", "1"]);
    let mut follower = asked(
        &printed,
        "GET /t/room/events HTTP/1.1\r\nhost: room\r\n\r\n",
    );
    assert!(is_answered(&mut follower));
    let from = |device: u8| projector(&printed, &format!("x-forwarded-for: 192.0.2.{device}"));
    let flood = [from(1), from(1), from(1)];
    assert_eq!(flood.iter().flatten().count(), 1);
    let other = from(2);
    assert!(other.is_some());
    assert!(from(3).is_none(), "all are taken");
    // The seats are free again.
    drop(flood);
    let start = Instant::now();
    while from(1).is_none() {
        assert!(start.elapsed() < SOON, "its seat stays taken");
    }
}

#[test]
fn a_presenters_and_a_hosts_own_projector_get_in_whatever_is_taken() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = place.started(&["--max-followers", "1"]);
    let link = format!("GET /t/room/present?key={} HTTP/1.1", key(&printed));
    let opened = given(&ask(&printed, &link));
    let admits = format!("POST /t/room/present HTTP/1.1\r\n{opened}");
    let presenters = given(&ask(&printed, &admits));
    let link = format!("GET /?key={} HTTP/1.1", host_key(&printed));
    let hosts = given(&ask(&printed, &link));
    let nobodys: Vec<_> = (1..=9)
        .filter_map(|device| projector(&printed, &format!("x-forwarded-for: 192.0.2.{device}")))
        .collect();
    assert_eq!(nobodys.len(), 3, "one seat, and two for projectors");
    assert!(projector(&printed, &hosts).is_some());
    assert!(projector(&printed, &presenters).is_some());
}

#[test]
fn a_full_room_and_pages_that_ask_again_and_again_keep_no_presenter_out() {
    let _alone = ALONE.blocking_lock();
    let place = Place::new();
    let (_running, printed) = crowded(&place);
    let stream = "GET /t/room/events HTTP/1.1\r\nhost: room\r\n\r\n";
    let mut streams: Vec<_> = (0..SEATS).map(|_| asked(&printed, stream)).collect();
    assert!(streams.iter_mut().all(is_answered), "each has a seat");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                // HEAD: the next answer's head follows directly.
                let request = "HEAD /t/room/state HTTP/1.1\r\nhost: room\r\n\r\n";
                while !is_over.load(Ordering::Relaxed) {
                    let mut socket = asked(&printed, request);
                    while is_answered(&mut socket) && !is_over.load(Ordering::Relaxed) {
                        if socket.get_mut().write_all(request.as_bytes()).is_err() {
                            break;
                        }
                    }
                }
            });
        }
        (0..5).for_each(|_| tap(&printed));
        is_over.store(true, Ordering::Relaxed);
    });
}
