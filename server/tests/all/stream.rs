//! The stream over a raw socket, byte by byte.

use crate::support::{Server, soon};
use axum::{body::Body, http::Request};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use std::collections::HashSet;
use tokio::task::JoinSet;

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

    let first = stream.block().await.expect("the first event");
    let (retry, event) = opening(&first);
    assert!((1_000..3_000).contains(&retry), "{first}");
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

/// The retry time, and the event in the same block: some clients take a block with `retry` alone for an event
/// without data.
fn opening(block: &str) -> (u32, &str) {
    let retry = block.strip_prefix(":\nretry: ").expect("first bytes");
    let (retry, event) = retry.split_once('\n').expect("an event in the same block");
    (retry.parse().expect("milliseconds"), event)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_connection_has_its_own_retry() {
    let server = Server::start().await;
    let mut retries = HashSet::new();
    for _ in 0..20 {
        let first = server.stream().await.block().await;
        retries.insert(opening(&first.expect("the first event")).0);
    }
    assert!(retries.len() > 10, "{retries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_resumes_gets_the_current_snapshot_or_hears_that_it_has_it() {
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
        let first = stream.event().await.expect("an event");
        let told = if has_it {
            "event: ping\ndata: {\"revision\":2}"
        } else {
            &format!("id: {current}\n")
        };
        assert!(first.starts_with(told), "{query:?} {header:?} got {first}");
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
    let (retry, ping) = last.split_once('\n').expect("two lines");
    assert!(retry.starts_with("retry: "), "{last}");
    assert_eq!(ping, "event: ping\ndata: {\"revision\":0}");
    assert_eq!(stream.block().await, None, "a clean end");

    // A server on the same data has the same talk.
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
async fn by_http_2_links_are_made_by_the_address_that_was_asked_for() {
    let server = Server::start().await;
    let mut sender = server.by_http_2(u16::MAX).await;
    let request = Request::get("http://laptop.local:3000/t/room/ways");
    let request = request.body(Body::empty()).expect("a request");
    let answer = soon(sender.send_request(request)).await.expect("an answer");
    let body = answer.into_body().collect().await.expect("a body");
    let ways: serde_json::Value = serde_json::from_slice(&body.to_bytes()).expect("JSON");
    let audience = &ways["audience"]["url"];
    assert_eq!(audience, "http://laptop.local:3000/t/room");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_2_a_stream_has_the_same_lines_and_leaving_it_frees_its_seat() {
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
    assert!(
        said.contains("\nid: ") && !said.contains("\n\nid: "),
        "{said}"
    );
    drop(answer);
    // The server notices the disconnect a moment later.
    let seated = async {
        loop {
            let mut stream = server.stream().await;
            let event = stream.event().await.expect("a word");
            if event.starts_with("id: ") {
                return;
            }
        }
    };
    soon(seated).await;
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
    let (retry, full) = opening(&word);
    assert!((5_000..15_000).contains(&retry), "{word}");
    assert_eq!(full, "event: full\ndata: {}");
    assert_eq!(third.block().await, None, "a clean end");

    let key = format!("authorization: Bearer {}\r\n", server.key);
    let mut presenter = server.stream_from("", &key).await;
    assert_eq!(presenter.snapshot().await["slide"], 1);

    // Seats become free when the server notices the disconnects.
    drop(presenter);
    drop(second);
    while !server.stream().await.is_seated().await {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parser_that_others_wrote_reads_it() {
    let server = Server::start().await;
    let mut stream = server.stream().await;
    let mut text = String::new();
    text.push_str(&stream.block().await.expect("it goes on"));
    text.push_str("\n\n");
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

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_of_http_2_takes_few_seats() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let server = Server::start_in(directory, &["--max-followers", "40"]).await;
    let sender = server.by_http_2(u16::MAX).await;
    let mut asked = JoinSet::new();
    for _ in 0..60 {
        let (mut sender, request) = (sender.clone(), server.request("/t/room/events"));
        asked.spawn(async move { sender.send_request(request).await });
    }
    let mut streams = Vec::new();
    while streams.len() < 32 {
        let answer = soon(asked.join_next()).await.expect("more were asked for");
        // Requests sent before the client knew the limit are refused.
        streams.extend(answer.expect("it ran").ok());
    }
    assert!(server.stream().await.is_seated().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_followers_have_all_seats_a_projector_gets_one() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let server = Server::start_in(directory, &["--max-followers", "1"]).await;
    let mut follower = server.stream().await;
    follower.snapshot().await;
    assert!(!server.stream().await.is_seated().await);
    assert!(
        server
            .stream_from("?view=project", "")
            .await
            .is_seated()
            .await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_may_read_what_a_follower_sees_and_never_more() {
    let server = Server::start().await;
    let ask = async |method: &str, what: &str, more: &str| {
        let request = format!(
            "{method} /t/room/{what} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\
             authorization: Bearer {}\r\n{more}\r\n",
            server.key
        );
        server.send(request.as_bytes()).await
    };
    let by_presenter = ask("GET", "slides", "").await.json();
    for origin in ["http://other.example", "null"] {
        let origin = format!("origin: {origin}\r\n");
        for what in ["state", "slides"] {
            let answer = ask("GET", what, &origin).await;
            assert_eq!(answer.status, 200);
            assert!(
                answer.head.contains("access-control-allow-origin: *"),
                "{what}"
            );
            assert!(!answer.head.contains("allow-credentials"), "{what}");
        }
        let seen = ask("GET", "slides", &origin).await.json();
        assert_eq!(seen["slides"].as_array().expect("slides").len(), 1);
        assert_ne!(seen, by_presenter);
        let mut stream = server.stream_from("", &origin).await;
        assert!(stream.head.contains("access-control-allow-origin: *"));
        assert!(stream.is_seated().await);
        let asks = "access-control-request-method: GET\r\n\
            access-control-request-headers: last-event-id\r\n";
        let asked = ask("OPTIONS", "events", &format!("{origin}{asks}")).await;
        assert_eq!(asked.status, 200);
        assert!(
            asked
                .head
                .contains("access-control-allow-headers: last-event-id")
        );
        assert!(!asked.head.contains("authorization"), "{}", asked.head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_programs_cookies_pass_up_to_32_kb_and_more_of_them_are_explained() {
    let server = Server::start().await;
    let with = async |bytes: usize| {
        let cookies = format!("a={}", "x".repeat(bytes));
        server.ask("GET", "/t/room/state", &cookies).await
    };
    assert_eq!(with(32 << 10).await.status, 200);
    let refused = with(60 << 10).await;
    assert_eq!(refused.status, 431);
    assert!(
        refused.head.contains("content-type: text/html"),
        "{}",
        refused.head
    );
    assert!(refused.body.contains("private window"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_2_too_many_cookies_are_explained_as_well_and_keep_no_other_request_from_its_answer()
 {
    let server = Server::start().await;
    let mut sender = server.by_http_2(u16::MAX).await;
    let mut with = async |kilobytes: usize| {
        let mut request = server.request("/t/room/state");
        for number in 0..kilobytes {
            let cookie = format!("a{number}={}", "x".repeat(1_024));
            let cookie = cookie.parse().expect("a header");
            request.headers_mut().append("cookie", cookie);
        }
        let answer = soon(sender.send_request(request)).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let body = soon(body.collect()).await.expect("a body").to_bytes();
        let kind = head.headers.get("content-type").cloned();
        let body = String::from_utf8_lossy(&body).into_owned();
        (head.status.as_u16(), kind, body)
    };
    assert_eq!(with(32).await.0, 200);
    for kilobytes in [48, 64, 100] {
        let (status, kind, body) = with(kilobytes).await;
        assert_eq!(status, 431, "{kilobytes}");
        assert!(body.contains("private window"), "{kilobytes}: {body}");
        assert_eq!(kind.expect("its kind"), "text/html; charset=utf-8");
    }
    assert_eq!(with(0).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_of_a_talks_address_leads_to_the_one_without() {
    let server = Server::start().await;
    for (path, expected) in [
        ("/t/room/", Some("/t/room")),
        ("/t/room//", Some("/t/room")),
        ("/t/room/screen/?a=b", Some("/t/room/screen?a=b")),
        ("/t/room/screen.", Some("/t/room/screen")),
        ("/t/room/present).?a=b", Some("/t/room/present?a=b")),
        ("/t/room/screen%3E", Some("/t/room/screen")),
        ("/t//", Some("/t")),
        ("/x.", None),
        ("//other.example/", None),
    ] {
        let answer = server.get(path).await;
        let location = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        assert_eq!(location, expected, "{path}");
        assert_eq!(
            answer.status,
            if expected.is_some() { 308 } else { 404 },
            "{path}"
        );
    }
    // Full-width, as a Japanese keyboard writes it.
    let answer = server.get("/t/%EF%BD%92%EF%BD%8F%EF%BD%8F%EF%BD%8D").await;
    assert!(
        answer.head.contains("location: /t/room\r\n"),
        "{}",
        answer.head
    );
}
