//! Server functions over real sockets: answers, statuses, error bodies, and hostile input.

mod support;

use proptest::{prelude::*, test_runner::TestRunner};
use support::{Answer, Server};

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_command_is_answered_with_the_new_state() {
    let server = Server::start().await;
    let check = async |path: &str, form: &str, slide: u32, revision: u32| {
        let answer = server.post(path, form).await;
        assert_eq!(answer.status, 200, "{path} {form}: {answer:?}");
        let state = answer.json();
        assert_eq!(
            (&state["slide"], &state["revision"]),
            (&slide.into(), &revision.into())
        );
        assert_eq!(
            server.state().await["revision"],
            revision,
            "acknowledged is published"
        );
    };
    check("/api/next", "code=room", 2, 1).await;
    check("/api/next", "code=ROO%20m&if_revision=1", 3, 2).await;
    check("/api/previous", "code=room&if_revision=2", 2, 3).await;
    check("/api/go_to", "code=room&slide=6", 6, 4).await;
    check("/api/go_to", "code=room&slide=6&step=0", 6, 4).await;
    check("/api/next", "code=room&if_revision=4", 6, 4).await;
    check("/api/screen", "code=room&screen=black", 6, 5).await;
    check("/api/go_to", "code=room&slide=1&if_revision=5", 1, 6).await;
    check("/api/previous", "code=room", 1, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_command_is_refused_with_the_current_state() {
    let server = Server::start().await;
    server.post("/api/next", "code=room&if_revision=0").await;
    for revision in ["0", "2", "18446744073709551615"] {
        let answer = server
            .post("/api/next", format!("code=room&if_revision={revision}"))
            .await;
        assert_eq!(answer.status, 409, "{answer:?}");
        assert_eq!(answer.error_code(), "stale");
        assert_eq!(answer.json()["state"]["slide"], 2);
        assert_eq!(answer.json()["state"]["revision"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_against_one_revision_move_once() {
    let server = Server::start().await;
    let taps = (0..100).map(|_| server.post("/api/next", "code=room&if_revision=0"));
    let answers = futures_util::future::join_all(taps).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    let stale = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((accepted, stale), (1, 99));
    assert_eq!(server.state().await["slide"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_command_counts_once() {
    let server = Server::start().await;
    let taps = (0..60).map(|tap| {
        let slide = tap % 2 + 2;
        let server = &server;
        async move {
            server
                .post("/api/go_to", format!("code=room&slide={slide}"))
                .await
                .json()
        }
    });
    let mut revisions: Vec<_> = futures_util::future::join_all(taps)
        .await
        .iter()
        .map(|state| state["revision"].as_u64().expect("a revision"))
        .collect();
    revisions.sort_unstable();
    revisions.dedup();
    let newest = server.state().await["revision"].as_u64();
    assert_eq!(
        newest,
        revisions.last().copied(),
        "no revision but those that were answered"
    );
    assert_eq!(
        revisions,
        (1..=newest.expect("a revision")).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_talk_s_key_commands() {
    let server = Server::start().await;

    let none = server.post_with("/api/next", &[], "code=room").await;
    assert_eq!((none.status, none.error_code().as_str()), (401, "no_key"));
    let unknown = [("authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaa")];
    let unknown = server.post_with("/api/next", &unknown, "code=room").await;
    assert_eq!(
        (unknown.status, unknown.error_code().as_str()),
        (401, "no_key")
    );
    let cookie = format!("other=1; webslides-room={}", server.key);
    let by_cookie = server
        .post_with("/api/next", &[("cookie", &cookie)], "code=room")
        .await;
    assert_eq!(by_cookie.status, 200, "{by_cookie:?}");
    let nowhere = server.post("/api/next", "code=nowhere").await;
    assert_eq!(
        (nowhere.status, nowhere.error_code().as_str()),
        (404, "no_such_talk")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_talk_is_403() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let first = Server::start_in(directory, &["--code", "first"]).await;
    let key = first.key.clone();
    let second = Server::start_in(first.end().await, &[]).await;
    let bearer = format!("Bearer {key}");
    let answer = second
        .post_with("/api/next", &[("authorization", &bearer)], "code=room")
        .await;
    assert_eq!(
        (answer.status, answer.error_code().as_str()),
        (403, "wrong_key")
    );
    let own = second
        .post_with("/api/next", &[("authorization", &bearer)], "code=first")
        .await;
    assert_eq!(own.status, 200, "the earlier talk goes on: {own:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_s_page_is_refused() {
    let server = Server::start().await;
    let cookie = format!("webslides-room={}", server.key);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil"),
        ("origin", "null"),
    ] {
        let headers = [("cookie", cookie.as_str()), (name, value)];
        let answer = server.post_with("/api/next", &headers, "code=room").await;
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (403, "other_origin")
        );
    }
    assert_eq!(server.state().await["revision"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_input_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let long = format!("code={}", "a".repeat(10_000));
    let large = "x".repeat(100_000);
    let refused: [(&str, &[u8], u16); 23] = [
        ("/api/go_to", b"code=room&slide=0", 422),
        ("/api/go_to", b"code=room&slide=7", 422),
        ("/api/go_to", b"code=room&slide=-1", 422),
        ("/api/go_to", b"code=room&slide=4294967295", 422),
        (
            "/api/go_to",
            b"code=room&slide=99999999999999999999999999",
            422,
        ),
        ("/api/go_to", b"code=room&slide=two", 422),
        ("/api/go_to", b"code=room&slide=2.5", 422),
        ("/api/go_to", b"code=room&slide=", 422),
        ("/api/go_to", b"code=room&slide=2&step=1", 422),
        ("/api/go_to", b"code=room&slide=2&step=-1", 422),
        ("/api/go_to", b"code=room", 422),
        ("/api/screen", b"code=room&screen=pink", 422),
        ("/api/screen", b"code=room", 422),
        ("/api/next", b"code=room&if_revision=-1", 422),
        ("/api/next", b"code=room&if_revision=one", 422),
        ("/api/next", b"code=../etc/passwd", 422),
        ("/api/next", long.as_bytes(), 422),
        ("/api/next", b"", 422),
        ("/api/next", b"\xff\xfe\x00", 422),
        ("/api/next", b"code=%ff%fe", 422),
        ("/api/next", b"{\"code\":\"room\"}", 422),
        ("/api/next", large.as_bytes(), 413),
        ("/api/nothing", b"code=room", 404),
    ];
    for (path, form, status) in refused {
        let answer = server.post(path, form).await;
        assert_eq!(answer.status, status, "{path} {form:?}: {answer:?}");
        answer.error_code();
    }
    assert_eq!(server.state().await["revision"], 0, "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_addresses_are_refused_and_never_break_the_server() {
    let server = Server::start().await;
    let pages = [
        "/t/nope",
        "/t/%ff",
        "/t/%00/screen",
        "/t/a%2fb",
        "/t/.../present",
        "/nowhere",
        "//x",
    ];
    for path in pages {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert!(
            answer.body.contains("data-view=\"problem\""),
            "{path}: {answer:?}"
        );
    }
    for path in [
        "/t/%ff/state",
        "/t/nope/state",
        "/media/x",
        "/media/..%2f..%2fwebslides.redb",
        "/media/%ff",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        answer.error_code();
    }
    for (method, path) in [
        ("POST", "/t/room/events"),
        ("GET", "/api/next"),
        ("DELETE", "/t/room"),
    ] {
        let answer = server
            .send(
                format!("{method} {path} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\r\n")
                    .as_bytes(),
            )
            .await;
        assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
        assert_eq!(answer.error_code(), "method_not_allowed");
    }
}

/// The host's link that was pasted twice, or behind a code that is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_stays_in_no_address_whatever_else_is_in_it() {
    let server = Server::start().await;
    for query in [
        "key=secret",
        "key=secret&key=secret",
        "code=%F0%9F%99%82&key=secret",
        "code=a&code=b&key=secret",
    ] {
        let answer = server.get(&format!("/?{query}")).await;
        assert_eq!(answer.status, 303, "{query}: {answer:?}");
        assert!(
            answer.head.contains("\r\nlocation: /?refused=key\r\n"),
            "{query}: {answer:?}"
        );
    }
    let refused = server.get("/?refused=key").await;
    assert_eq!(refused.status, 401, "{refused:?}");
    let followed = server.get("/?code=room&key=secret").await;
    assert!(
        followed.head.contains("\r\nlocation: /t/room\r\n"),
        "{followed:?}"
    );
    assert_eq!(server.get("/?code=%F0%9F%99%82").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_looks_whether_a_presenters_link_leads_somewhere_is_no_remote() {
    let server = Server::start().await;
    let ask = async |method: &str| {
        let link = format!("/t/room/present?key={}", server.key);
        let request =
            format!("{method} {link} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\r\n");
        let answer = server.send(request.as_bytes()).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.head.contains("set-cookie: ")
    };
    assert!(!ask("HEAD").await, "it got a key of its own");
    assert!(ask("GET").await);
}

/// Any bytes at all in a form or in a code: an answer below 500, and nothing moved.
#[test]
fn any_bytes_are_answered_below_500() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start());
    let noise = || prop::collection::vec(any::<u8>(), 0..60);
    // Never the talk's own code, so nothing may move.
    let form = (prop::option::of("code=[^r&]{0,12}&"), noise())
        .prop_map(|(code, noise)| [code.unwrap_or_default().into_bytes(), noise].concat());
    let function = prop::sample::select(vec!["next", "previous", "go_to", "screen"]);
    let page = prop::sample::select(vec!["", "/screen", "/present", "/events", "/state"]);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(150));
    let result = runner.run(
        &(function, form, page, noise()),
        |(function, form, page, noise)| {
            let answer: Answer = runtime.block_on(server.post(&format!("/api/{function}"), form));
            prop_assert!((400..500).contains(&answer.status), "{:?}", answer);
            let code: String = noise.iter().map(|byte| format!("%{byte:02x}")).collect();
            let answer = runtime.block_on(server.get(&format!("/t/{code}{page}")));
            prop_assert!(
                (400..500).contains(&answer.status),
                "{}: {:?}",
                code,
                answer
            );
            Ok(())
        },
    );
    result.expect("below 500");
    let state = runtime.block_on(server.state());
    assert_eq!(state["revision"], 0, "nothing changed");
}
