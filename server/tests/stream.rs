//! The stream over a raw socket, byte by byte.

mod support;

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use std::collections::HashSet;
use support::{Server, soon};

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_says_at_once_that_it_is_open_and_then_where_the_talk_is() {
    let server = Server::start().await;
    let mut stream = server.stream().await;
    let head = stream.head.to_lowercase();
    assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
    for line in [
        "content-type: text/event-stream\r\n",
        "cache-control: no-store, no-transform\r\n",
        "x-accel-buffering: no\r\n",
        "transfer-encoding: chunked\r\n",
    ] {
        assert!(head.contains(line), "{line:?} in {head}");
    }
    assert!(!head.contains("content-encoding"), "{head}");

    let first = stream.block().await.expect("the first bytes");
    let retry = first
        .strip_prefix(":\nretry: ")
        .expect("a comment and a retry");
    assert!(
        (1_000..3_000).contains(&retry.parse::<u32>().expect("milliseconds")),
        "{first}"
    );

    let event = stream.block().await.expect("the snapshot");
    let (id, data) = event.split_once('\n').expect("two lines");
    let state: serde_json::Value =
        serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("JSON");
    let epoch = state["epoch"].as_str().expect("an epoch");
    assert_eq!(id, format!("id: {epoch}-0"));
    assert_eq!(state["slide"], 1);
    assert_eq!(state["step"], 0);
    assert_eq!(state["slides"], 6);
    assert_eq!(state["screen"], "live");
    assert_eq!(
        state,
        server.state().await,
        "the stream and the state are one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_connection_has_its_own_retry() {
    let server = Server::start().await;
    let mut retries = HashSet::new();
    for _ in 0..20 {
        retries.insert(
            server
                .stream()
                .await
                .block()
                .await
                .expect("the first bytes"),
        );
    }
    assert!(retries.len() > 10, "{retries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_resumes_gets_the_current_snapshot_or_hears_that_they_have_it() {
    let server = Server::start().await;
    server.post("/api/next", "code=room").await;
    server.post("/api/next", "code=room").await;
    let epoch = server.state().await["epoch"]
        .as_str()
        .expect("an epoch")
        .to_owned();
    let current = format!("{epoch}-2");
    let old = format!("{epoch}-1");
    let future = format!("{epoch}-3");
    let endless = format!("{epoch}-{}", "9".repeat(400));
    let long = "x".repeat(4_000);
    let others = [
        "",
        &old,
        &future,
        &endless,
        &long,
        "other-2",
        "garbage",
        "-",
        "2",
        "%00",
        "%0A",
        "%FF",
        "%F0%9F%99%82",
    ];

    let check = async |query: Option<&str>, header: Option<&str>, has_it: bool| {
        let query = query
            .map(|id| format!("?last_event_id={id}"))
            .unwrap_or_default();
        let header = header
            .map(|id| format!("last-event-id: {id}\r\n"))
            .unwrap_or_default();
        let mut stream = server.stream_from(&query, &header).await;
        stream.block().await.expect("the first bytes");
        let second = stream.block().await.expect("an event");
        let told = if has_it {
            "event: ping\ndata: {\"revision\":2}"
        } else {
            &format!("id: {current}\n")
        };
        assert!(
            second.starts_with(told),
            "{query:?} {header:?} got {second}"
        );
    };
    check(None, None, false).await;
    check(Some(&current), None, true).await;
    check(None, Some(&current), true).await;
    check(Some(&current), Some(&current), true).await;
    // The header wins: it is newer than the address that was opened.
    check(Some(&old), Some(&current), true).await;
    for other in others {
        check(Some(other), None, false).await;
        check(None, Some(other), false).await;
        check(Some(&current), Some(other), false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_not_even_text_gets_the_snapshot() {
    let server = Server::start().await;
    let mut request = b"GET /t/room/events HTTP/1.1\r\nhost: room\r\nlast-event-id: ".to_vec();
    request.extend_from_slice(b"\xff\xfe\x80\r\n\r\n");
    let mut socket = tokio::net::TcpStream::connect(server.address)
        .await
        .expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut socket, &request)
        .await
        .expect("it is written");
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("\"revision\":0") {
        let mut buffer = [0; 1_024];
        let read = soon(tokio::io::AsyncReadExt::read(&mut socket, &mut buffer))
            .await
            .expect("read");
        assert!(read > 0, "closed after {seen:?}");
        seen.extend_from_slice(&buffer[..read]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_follower_gets_every_newest_state() {
    let server = Server::start().await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        streams.push(server.stream().await);
    }
    for stream in &mut streams {
        assert_eq!(stream.snapshot().await["revision"], 0);
    }
    for revision in 1..=5 {
        let answer = server.post("/api/next", "code=room").await.json();
        assert_eq!(answer["revision"], revision);
        for stream in &mut streams {
            let told = stream.snapshot().await;
            assert_eq!(told["revision"], revision);
            assert_eq!(told["slide"], answer["slide"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_with_the_headers_only() {
    let server = Server::start().await;
    let answer = server
        .send(b"HEAD /t/room/events HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("content-type: text/event-stream"),
        "{answer:?}"
    );
    assert_eq!(answer.body, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_that_does_not_exist_is_404_before_any_stream() {
    let server = Server::start().await;
    for code in ["nope", "x", "%ff", "%00", "..%2f..", &"a".repeat(5_000)] {
        let answer = server.get(&format!("/t/{code}/events")).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert_eq!(answer.error_code(), "no_such_talk");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_server_ends_every_stream_cleanly() {
    let server = Server::start().await;
    let mut stream = server.stream().await;
    stream.snapshot().await;
    let directory = server.end().await;
    let last = stream.block().await.expect("a last word");
    assert!(last.starts_with("retry: "), "{last}");
    assert_eq!(stream.block().await, None, "a clean end");

    // And on the same data it is the same talk.
    let again = Server::start_in(directory, &[]).await;
    assert_eq!(again.state().await["revision"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_without_tls_is_spoken() {
    let server = Server::start().await;
    let answer = server.get_by_http_2("/t/room/state").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.version(), axum::http::Version::HTTP_2);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_2_a_stream_has_the_same_lines_and_whoever_leaves_it_frees_its_seat() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let server = Server::start_in(directory, &["--max-followers", "1"]).await;
    let mut answer = server.get_by_http_2("/t/room/events").await;
    let mut said = String::new();
    while !said.contains("data: ") {
        let frame = soon(answer.body_mut().frame()).await.expect("it goes on");
        let data = frame.expect("it is whole").into_data().expect("data");
        said += &String::from_utf8_lossy(&data);
    }
    assert!(said.starts_with(":\nretry: "), "{said}");
    assert!(said.contains("\n\nid: "), "{said}");
    drop(answer);
    // It is heard of the leaving in a moment.
    let seated = async {
        loop {
            let mut stream = server.stream().await;
            stream.block().await.expect("the first bytes");
            if let Some(snapshot) = stream.block().await {
                return snapshot;
            }
        }
    };
    assert!(soon(seated).await.starts_with("id: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_seats_are_taken_a_follower_is_asked_to_come_again_and_a_presenter_gets_in() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let server = Server::start_in(directory, &["--max-followers", "2"]).await;
    let mut first = server.stream().await;
    let mut second = server.stream().await;
    first.snapshot().await;
    second.snapshot().await;

    let mut third = server.stream().await;
    assert!(
        third.head.starts_with("HTTP/1.1 200"),
        "a status would close it for good"
    );
    let word = third.block().await.expect("a word");
    let retry = word.strip_prefix(":\nretry: ").expect("when to come again");
    assert!((5_000..15_000).contains(&retry.parse::<u32>().expect("milliseconds")));
    assert_eq!(third.block().await, None, "a clean end");

    let key = format!("authorization: Bearer {}\r\n", server.key);
    let mut presenter = server.stream_from("", &key).await;
    assert_eq!(presenter.snapshot().await["slide"], 1);

    // Those who leave make room; the server notices in its own time.
    drop(presenter);
    drop(second);
    loop {
        let mut again = server.stream().await;
        again.block().await.expect("a word");
        if again.block().await.is_some() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parser_that_others_wrote_reads_it() {
    let server = Server::start().await;
    let mut stream = server.stream().await;
    let mut text = String::new();
    for _ in 0..2 {
        text.push_str(&stream.block().await.expect("it goes on"));
        text.push_str("\n\n");
    }
    server.post("/api/next", "code=room").await;
    text.push_str(&stream.block().await.expect("it goes on"));
    text.push_str("\n\n");
    // Cut anywhere, as a network would.
    for size in [1, 7, 64, text.len()] {
        let pieces = text
            .as_bytes()
            .chunks(size)
            .map(Ok::<_, std::convert::Infallible>);
        let events: Vec<_> = futures_util::stream::iter(pieces)
            .eventsource()
            .collect()
            .await;
        let read: Vec<_> = events
            .into_iter()
            .map(|event| event.expect("it can be read"))
            .filter(|event| !event.data.is_empty())
            .map(|event| {
                let data: serde_json::Value = serde_json::from_str(&event.data).expect("JSON");
                assert!(
                    event.id.ends_with(&format!("-{}", data["revision"])),
                    "{event:?}"
                );
                (event.event, data["slide"].as_u64())
            })
            .collect();
        let message = "message".to_owned();
        assert_eq!(read, [(message.clone(), Some(1)), (message, Some(2))]);
    }
}
