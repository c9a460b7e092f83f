//! Server functions over real sockets: answers, statuses, error bodies, and hostile input.

use crate::support::{Answer, Server};
use proptest::{prelude::*, test_runner::TestRunner};
use std::collections::HashSet;

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
    // The room sees nothing of it until the screen is live again.
    check("/api/go_to", "code=room&slide=1&if_revision=5", 6, 6).await;
    check("/api/screen", "code=room&screen=live", 1, 7).await;
    check("/api/previous", "code=room", 1, 7).await;
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

/// The names of a slide's pictures, or of all slides'.
fn media(slides: &serde_json::Value) -> HashSet<String> {
    let text = slides.to_string();
    let names = text.split("/media/").skip(1);
    names
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_presenter_jumps_over_and_what_is_done_in_the_dark_reaches_no_follower() {
    let server = Server::start().await;
    let request = format!(
        "GET /t/room/slides HTTP/1.1\r\nhost: room\r\nauthorization: Bearer {}\r\n\
         connection: close\r\n\r\n",
        server.key
    );
    let all = server.send(request.as_bytes()).await.json()["slides"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(6));
    let seen = async || server.get("/t/room/slides").await.json()["slides"].clone();
    let follow = async |slide: usize| {
        let request = format!(
            "GET /t/room?slide={slide} HTTP/1.1\r\nhost: room\r\n\
             referer: http://room/t/room\r\nconnection: close\r\n\r\n"
        );
        server.send(request.as_bytes()).await.status
    };
    let jumped = server.post("/api/go_to", "code=room&slide=6").await;
    assert_eq!(jumped.status, 200, "{jumped:?}");
    let shown = seen().await;
    assert_eq!(shown.as_array().map(Vec::len), Some(2), "{shown}");
    assert_eq!(shown[0]["title"], all[0]["title"]);
    assert_eq!(shown[1]["title"], all[5]["title"]);
    let state = server.state().await;
    assert_eq!(state["shown"], "1,6", "{state}");
    assert_eq!(follow(1).await, 200);
    for slide in 2..=5 {
        assert_eq!(follow(slide).await, 204, "slide {slide} leads nowhere");
    }
    let pages = [
        server.get("/t/room").await,
        server.get("/t/room/screen").await,
    ];
    let told = pages.map(|page| page.body).concat() + &shown.to_string() + &state.to_string();
    let of_both = &media(&all[0]) | &media(&all[5]);
    for name in &media(&all) - &of_both {
        assert!(!told.contains(&name), "{name}");
    }

    let mut stream = server.stream().await;
    assert_eq!(stream.snapshot().await["slide"], 6);
    server.post("/api/screen", "code=room&screen=black").await;
    let dark = server.state().await;
    assert_eq!(
        (&dark["screen"], &dark["slide"]),
        (&"black".into(), &6.into())
    );
    let moved = server.post("/api/go_to", "code=room&slide=3").await;
    assert_eq!(moved.status, 200, "{moved:?}");
    // Nothing but that something was done, and the number that remotes go by.
    let without = |mut state: serde_json::Value| {
        state["revision"].take();
        state["cue"].take();
        state
    };
    assert_eq!(without(server.state().await), without(dark.clone()));
    assert_eq!(seen().await, shown);
    assert_eq!(follow(3).await, 204);
    server.post("/api/screen", "code=room&screen=live").await;
    let light = loop {
        let state = stream.snapshot().await;
        if state["screen"] == "live" {
            break state;
        }
        assert_eq!(without(state), without(dark.clone()));
    };
    assert_eq!(
        (&light["slide"], &light["shown"]),
        (&3.into(), &"1,3,6".into())
    );
    assert_eq!(light, server.state().await);
    let titles = |slides: &serde_json::Value| {
        let slides = slides.as_array().expect("slides");
        let titles: Vec<_> = slides.iter().map(|it| it["title"].clone()).collect();
        titles
    };
    let [first, third, sixth] = [0, 2, 5].map(|at| all[at]["title"].clone());
    assert_eq!(titles(&seen().await), [first, third, sixth]);
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
    let link = format!("/t/room/present?key={}", server.key);
    let opened = server.ask("GET", &link, "").await.cookies();
    let by_link = [("cookie", opened.as_str())];
    let by_link = server.post_with("/api/next", &by_link, "code=room").await;
    assert_eq!(by_link.status, 401, "a link that was opened: {by_link:?}");
    let admitted = server.ask("POST", "/t/room/present", &opened).await;
    let cookie = format!("other=1; {}", admitted.cookies());
    let by_cookie = [("cookie", cookie.as_str())];
    let by_cookie = server.post_with("/api/next", &by_cookie, "code=room").await;
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
async fn a_code_that_is_typed_as_it_is_spoken_leads_to_the_talk() {
    let server = Server::start().await;
    let check = async |path: &str, expected: &str| {
        let answer = server.get(path).await;
        let location = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        assert_eq!(location, Some(expected), "{path}");
        // No browser may keep it: another talk may have this very code later.
        assert_eq!(answer.status, 303, "{path}");
    };
    for typed in ["ro-om", "RO_OM", "ro%20om", "room.", "%22room%22", "-room"] {
        for page in ["", "/screen", "/present"] {
            check(&format!("/t/{typed}{page}"), &format!("/t/room{page}")).await;
        }
    }
    for pasted in [
        "http://laptop:3000/t/room%3Fslide=2",
        "%3Claptop/t/room/%3E.",
        "(room)",
    ] {
        check(&format!("/?code={pasted}"), "/t/room").await;
    }
    // A program knows the code of its talk.
    for path in ["/t/ro-om/state", "/t/room./state", "/t/roo", "/t/room-2"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_spelling_of_a_code_is_one_guess() {
    let server = Server::start().await;
    let look = async |typed: &str| server.get(&format!("/t/{typed}")).await.status;
    assert_eq!(look("r-oom").await, 303);
    let mut guesses = 0;
    while look(&format!("guess-{guesses}")).await == 404 {
        guesses += 1;
    }
    assert!((30..40).contains(&guesses), "{guesses}");
    for guess in ["ro-om", "ro_om", "roo-m)"] {
        assert_eq!(look(guess).await, 429, "{guess}");
    }
    assert_eq!(look("r-oom").await, 303, "it was found before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_ends_with_its_sentence_is_good() {
    let server = Server::start().await;
    for end in [".", ")", ").", "%3E", "%E2%80%A6"] {
        let link = format!("/t/room/present?key={}{end}", server.key);
        let opened = server.ask("GET", &link, "").await.cookies();
        let page = server.ask("GET", "/t/room/present", &opened).await;
        assert_eq!(page.status, 200, "{end}: {page:?}");
    }
}

/// A chat that makes a preview of a link follows its redirects and keeps its cookies.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_followed_admits_nobody() {
    let server = Server::start().await;
    let link = format!("/t/room/present?key={}", server.key);
    for method in ["HEAD", "GET"] {
        let followed = server.ask(method, &link, "").await;
        assert_eq!(followed.status, 303, "{followed:?}");
        assert!(followed.head.contains("\r\nlocation: /t/room/present\r\n"));
        let cookies = followed.cookies();
        let page = server.ask(method, "/t/room/present", &cookies).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.cookies(), "");
        assert!(!page.body.contains(&server.key), "the key is in the page");
    }
    assert_eq!(server.remotes().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_admitted_by_the_button_of_the_page_and_once() {
    let server = Server::start().await;
    let link = format!("/t/room/present?key={}", server.key);
    let opened = server.ask("GET", &link, "").await.cookies();
    let admitted = server.ask("POST", "/t/room/present", &opened).await;
    assert_eq!(admitted.status, 303, "{admitted:?}");
    let device = admitted.cookies();
    assert!(!device.contains(&server.key), "a key of its own: {device}");
    // The button pressed twice, or the page opened again.
    let both = format!("{opened}; {device}");
    let again = server.ask("POST", "/t/room/present", &both).await;
    assert_eq!((again.status, again.cookies().as_str()), (303, ""));
    let page = server.ask("GET", "/t/room/present", &device).await;
    assert!(page.body.contains("data-view=\"present\""));
    assert_eq!(server.remotes().await, 1);

    let nothing = server.ask("POST", "/t/room/present", "").await;
    assert_eq!((nothing.status, nothing.cookies().as_str()), (303, ""));
    assert_eq!(server.remotes().await, 1);
}

/// A server that was suspended or busy reads a command long after its sender reported a failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_comes_after_its_senders_patience_moves_nothing() {
    let server = Server::start().await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("after 1970").as_millis();
    let late = server
        .post("/api/next", format!("code=room&begin_by={}", now - 1))
        .await;
    assert_eq!((late.status, late.error_code().as_str()), (408, "too_slow"));
    assert_eq!(server.state().await["slide"], 1);
    let in_time = server
        .post("/api/next", format!("code=room&begin_by={}", now + 60_000))
        .await;
    assert_eq!(in_time.status, 200, "{in_time:?}");
    assert_eq!(server.state().await["slide"], 2);
}

/// DNS rebinding: for a browser, a site whose name resolves to this server has the same origin.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_ours_changes_nothing() {
    let server = Server::start().await;
    let key = &server.key;
    let request = format!(
        "POST /api/next HTTP/1.1\r\nhost: evil.org\r\norigin: http://evil.org\r\n\
         authorization: Bearer {key}\r\ncontent-length: 9\r\nconnection: close\r\n\r\ncode=room"
    );
    let answer = server.send(request.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.error_code().as_str()),
        (403, "other_origin")
    );
    let request = "GET /metrics HTTP/1.1\r\nhost: evil.org\r\nconnection: close\r\n\r\n";
    assert_eq!(server.send(request.as_bytes()).await.status, 404);
    assert_eq!(server.state().await["revision"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_many_codes_is_told_to_wait_and_others_at_the_venue_are_not() {
    let server = Server::start().await;
    assert_eq!(server.get("/t/room/state").await.status, 200);
    let mut refused = 0;
    for number in 0..60 {
        // However the code is written and wherever it is asked for.
        let path = ["/t/gu%65ss-", "/t/guess-"][number % 2];
        let page = ["", "/state", "/events", "/present"][number % 4];
        let answer = server.get(&format!("{path}{number}{page}")).await;
        refused += usize::from(answer.status == 429);
    }
    assert!((25..=35).contains(&refused), "{refused} of 60");
    let form = server.post("/api/next", "code=guess-77").await;
    assert_eq!((form.status, form.error_code().as_str()), (429, "too_fast"));
    assert_eq!(server.get("/t/room").await.status, 200);
    assert_eq!(server.post("/api/next", "code=room").await.status, 200);
}

/// Any bytes in a form or a code get a status below 500, and nothing moves.
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
            // A slash with nothing behind it leads to the address without it.
            prop_assume!(!noise.is_empty());
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
