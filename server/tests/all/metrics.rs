//! Metrics after a known sequence of events.

use crate::support::{
    path,
    program::{Place, ask, ask_with, connected, key, parts, post, state},
};
use socket2::{Domain, SockAddr, Socket, Type};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

/// Longer than anything here takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

fn scraped(printed: &str) -> String {
    let answer = ask(printed, "GET /metrics HTTP/1.1");
    let (status, body) = parts(&answer);
    assert_eq!(status, 200, "{answer}");
    body.to_owned()
}

/// The value of a metric, by its name with labels; 0 if it is absent.
fn number(scraped: &str, metric: &str) -> u64 {
    let mut numbers = scraped
        .lines()
        .filter_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    numbers.next().map_or(0, |number| {
        number
            .parse()
            .unwrap_or_else(|_| panic!("{metric} is {number}"))
    })
}

/// Polls until the metrics are as expected; runs `meanwhile` before each try.
fn until(printed: &str, mut meanwhile: impl FnMut(), expected: impl Fn(&str) -> bool) -> String {
    let start = Instant::now();
    loop {
        meanwhile();
        let text = scraped(printed);
        if expected(&text) {
            return text;
        }
        assert!(start.elapsed() < PATIENCE, "it stays {text}");
    }
}

fn command(printed: &str, name: &str, key: &str, form: &str) -> u16 {
    post(printed, &format!("/api/{name}"), key, form).0
}

/// An open stream from which `said` events were read.
fn stream(printed: &str, query: &str, said: usize) -> BufReader<TcpStream> {
    let mut socket = connected(printed);
    let request = format!("GET /t/room/events{query} HTTP/1.0\r\nhost: room\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("it is written");
    let mut stream = BufReader::new(socket);
    // The head ends with an empty line too.
    hear(&mut stream, said + 1);
    stream
}

fn hear(stream: &mut BufReader<TcpStream>, mut blocks: usize) {
    let mut line = String::new();
    while blocks > 0 {
        line.clear();
        assert_ne!(stream.read_line(&mut line).expect("a line"), 0, "it ended");
        blocks -= usize::from(line.trim_end().is_empty());
    }
}

#[test]
fn what_happened_is_counted_and_nothing_else() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--max-followers", "3"]);
    let key = key(&printed);
    let before = scraped(&printed);
    let state = state(&printed);
    let epoch = state["epoch"].as_str().expect("an epoch");

    let mut streams = [
        stream(&printed, "?view=follow&seat=7", 1),
        stream(&printed, &format!("?last_event_id={epoch}-0"), 1),
        stream(&printed, "?last_event_id=garbage", 1),
    ];
    drop(stream(&printed, "", 1));
    drop(stream(&printed, "?view=present", 1));

    assert_eq!(command(&printed, "next", &key, "code=room"), 200);
    streams.iter_mut().for_each(|stream| hear(stream, 1));
    let seen = format!("seat=7&id={epoch}-1&waited_ms=0");
    let seen = ask_with(&printed, "POST /t/room/seen HTTP/1.1", seen);
    assert_eq!(parts(&seen).0, 204);
    assert_eq!(
        command(&printed, "next", &key, "code=room&if_revision=0"),
        409
    );
    assert_eq!(command(&printed, "next", "", "code=room"), 401);
    assert_eq!(command(&printed, "go_to", &key, "code=room&slide=99"), 422);
    assert_eq!(command(&printed, "go_to", &key, "code=room&slide=x"), 422);
    assert_eq!(command(&printed, "go_to", &key, "slide=2"), 422);
    assert_eq!(command(&printed, "screen", &key, &"a".repeat(20_000)), 413);
    assert_eq!(command(&printed, "nonsense", &key, "code=room"), 404);

    let after = scraped(&printed);
    for (metric, expected) in [
        ("streams_opened_total{resume=\"none\"}", 1),
        ("streams_opened_total{resume=\"current\"}", 1),
        ("streams_opened_total{resume=\"other\"}", 1),
        ("streams_refused_total{why=\"no_seat\"}", 1),
        ("streams_refused_total{why=\"revoked\"}", 1),
        ("streams_refused_total{why=\"deaf\"}", 0),
        ("streams_refused_total{why=\"dead\"}", 0),
        ("commands_total{command=\"next\",outcome=\"ok\"}", 1),
        ("commands_total{command=\"next\",outcome=\"stale\"}", 1),
        ("commands_total{command=\"next\",outcome=\"no_key\"}", 1),
        (
            "commands_total{command=\"go_to\",outcome=\"out_of_range\"}",
            1,
        ),
        (
            "commands_total{command=\"go_to\",outcome=\"bad_request\"}",
            2,
        ),
        (
            "commands_total{command=\"screen\",outcome=\"too_large\"}",
            1,
        ),
        ("commit_seconds_count", 1),
        ("publish_seconds_count", 1),
        ("lag_seconds_count", 1),
        ("store_transactions_total", 1),
        ("followers{talk=\"room\",state=\"seen\"}", 1),
        ("followers{talk=\"room\",state=\"elsewhere\"}", 0),
        ("followers{talk=\"room\",state=\"behind\"}", 0),
        ("followers{talk=\"room\",state=\"silent\"}", 2),
    ] {
        let metric = format!("webslides_{metric}");
        let grown = number(&after, &metric) - number(&before, &metric);
        assert_eq!(grown, expected, "{metric} in {after}");
    }
    assert!(!after.contains("nonsense"), "{after}");
    // Three streams with three pieces each, and one for each that was refused; more only if this took
    // long enough for pings.
    let frames = number(&after, "webslides_frames_total");
    assert!((11..30).contains(&frames), "{after}");
    assert!(
        number(&after, "webslides_stream_bytes_total") > 20 * frames,
        "{after}"
    );
}

#[test]
fn a_stream_that_is_deaf_is_counted_once() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--let-go-after", "1"]);
    let key = key(&printed);
    let address = connected(&printed).peer_addr().expect("its address");
    let mut deaf = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    deaf.set_recv_buffer_size(1).expect("the least there is");
    deaf.set_tcp_mss(536).expect("small segments");
    deaf.connect(&SockAddr::from(address))
        .expect("a connection");
    deaf.write_all(b"GET /t/room/events HTTP/1.1\r\nhost: room\r\n\r\n")
        .expect("it is written");
    let talk = || {
        command(&printed, "next", &key, "code=room");
        command(&printed, "previous", &key, "code=room");
    };
    let is_counted = |text: &str| number(text, "webslides_streams_refused_total{why=\"deaf\"}") > 0;
    let text = until(&printed, talk, is_counted);
    assert!(text.contains("{why=\"deaf\"} 1\n"), "{text}");
}

#[test]
fn a_deleted_talk_is_counted_no_more() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    assert!(scraped(&printed).contains("talk=\"room\""));
    let deleted = Command::new(env!("CARGO_BIN_EXE_webslides"))
        .args(["talks", "delete", "room", "--data"])
        .arg(path(&place.path("data")))
        .status();
    assert!(deleted.expect("it runs").success());
    until(&printed, || (), |text| !text.contains("talk=\"room\""));
}
