//! What the presenter is told about the room.

use crate::support::{Server, Stream};
use serde_json::Value;

/// Reads a presenter's stream until the room is as expected.
async fn until(stream: &mut Stream, expected: impl Fn(&Value) -> bool) -> Value {
    loop {
        let block = stream.block().await.expect("the stream goes on");
        let Some(data) = block.strip_prefix("event: presence\ndata: ") else {
            continue;
        };
        let room: Value = serde_json::from_str(data).expect("JSON");
        if expected(&room) {
            return room;
        }
    }
}

async fn presenter(server: &Server) -> Stream {
    let key = format!("authorization: Bearer {}\r\n", server.key);
    server.stream_from("", &key).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_presenter_hears_who_comes_who_has_the_newest_and_who_leaves() {
    let server = Server::start().await;
    let mut presenter = presenter(&server).await;
    until(&mut presenter, |room| room["followers"] == 0).await;

    let program = server.stream().await;
    let page = server.stream_from("?view=follow&seat=7", "").await;
    let projector = server.stream_from("?view=project&seat=8", "").await;
    let room = until(&mut presenter, |room| {
        room["followers"] == 2 && room["projectors"] == 1
    })
    .await;
    assert_eq!((&room["answering"], &room["seen"]), (&0.into(), &0.into()));

    let state = server.post("/api/next", "code=room").await.json();
    let epoch = state["epoch"].as_str().expect("an epoch");
    let seen = |seat: u32| format!("seat={seat}&id={epoch}-1&waited_ms=0");
    let answer = server.post_with("/t/room/seen", &[], seen(7)).await;
    assert_eq!(answer.status, 204);
    let room = until(&mut presenter, |room| room["seen"] == 1).await;
    assert_eq!(room["answering"], 1);
    assert_eq!(room["revision"], 1);
    assert!(room["lag_ms"].is_u64(), "{room}");

    let stranger = server.post_with("/t/room/seen", &[], seen(9)).await;
    assert_eq!(stranger.status, 204, "it is told nothing");

    drop((program, page, projector));
    let room = until(&mut presenter, |room| room["followers"] == 0).await;
    assert_eq!(room["answering"], 0);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_acknowledgement_is_refused() {
    let server = Server::start().await;
    for (form, status) in [
        ("", 422),
        ("seat=1", 422),
        ("seat=-1&id=a-1&waited_ms=0", 422),
        ("seat=1&id=A-1&waited_ms=0", 422),
        ("seat=1&id=a-1&waited_ms=1e9", 422),
        ("seat=1&id=a-1&waited_ms=0", 204),
    ] {
        let answer = server.post_with("/t/room/seen", &[], form).await;
        assert_eq!(answer.status, status, "{form}");
    }
    let long = "seat=1&id=a-1&waited_ms=".to_owned() + &"0".repeat(600);
    let answer = server.post_with("/t/room/seen", &[], long).await;
    assert_eq!(answer.status, 413);
    let answer = server
        .post_with("/t/nope/seen", &[], "seat=1&id=a-1&waited_ms=0")
        .await;
    assert_eq!(answer.status, 404);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_asked_unless_the_host_says_no() {
    let server = Server::start().await;
    assert_eq!(server.state().await["acknowledge_within_ms"], 0);
    let directory = server.end().await;
    let server = Server::start_in(directory, &["--no-acknowledgements"]).await;
    let state = server.state().await;
    assert!(state.get("acknowledge_within_ms").is_none());

    // A page of the earlier run, which still acknowledges, is not counted.
    let mut presenter = presenter(&server).await;
    let _page = server.stream_from("?view=follow&seat=7", "").await;
    until(&mut presenter, |room| room["followers"] == 1).await;
    let epoch = state["epoch"].as_str().expect("an epoch");
    let seen = format!("seat=7&id={epoch}-0&waited_ms=0");
    let answer = server.post_with("/t/room/seen", &[], seen).await;
    assert_eq!(answer.status, 204);
    let _another = server.stream().await;
    let room = until(&mut presenter, |room| room["followers"] == 2).await;
    assert_eq!((&room["answering"], &room["seen"]), (&0.into(), &0.into()));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_hears_nothing_of_the_room() {
    let server = Server::start().await;
    let mut presenter = presenter(&server).await;
    let mut follower = server.stream().await;
    until(&mut presenter, |room| room["followers"] == 1).await;
    server.post("/api/next", "code=room").await;
    let mut revision = 0;
    while revision < 1 {
        let block = follower.block().await.expect("the stream goes on");
        assert!(!block.contains("presence"), "{block}");
        if let Some((_, data)) = block.split_once("data: ") {
            let state: Value = serde_json::from_str(data).expect("JSON");
            revision = state["revision"].as_u64().expect("a revision");
        }
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presenters_projector_is_counted_and_hears_how_many_are_here() {
    let server = Server::start().await;
    let key = format!("authorization: Bearer {}\r\n", server.key);
    let mut projector = server.stream_from("?view=project&seat=8", &key).await;
    let _follower = server.stream_from("?view=follow&seat=7", "").await;
    let room = until(&mut projector, |room| room["followers"] == 1).await;
    assert_eq!(room["projectors"], 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_whose_key_is_not_good_any_more_is_told_and_is_no_follower() {
    let server = Server::start().await;
    let mut presenter = presenter(&server).await;
    until(&mut presenter, |room| room["followers"] == 0).await;
    for headers in ["", "authorization: Bearer nobodys\r\n"] {
        let mut remote = server.stream_from("?view=present&seat=7", headers).await;
        let word = remote.block().await.expect("a word");
        assert_eq!(word, "event: revoked\ndata: {}", "{headers}");
        assert_eq!(remote.block().await, None, "a clean end");
    }
    let head = b"HEAD /t/room/events HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\r\n";
    assert_eq!(server.send(head).await.status, 200, "nor is this one");
    let _follower = server.stream().await;
    let room = until(&mut presenter, |room| room["followers"] != 0).await;
    assert_eq!(room["followers"], 1, "the remotes were counted");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_asks_is_told_of_the_room_for_as_long_as_it_may_present() {
    let server = Server::start().await;
    let ask = async |query: &str, more: &str| {
        let request = format!(
            "GET /t/room/state{query} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n{more}\r\n"
        );
        server.send(request.as_bytes()).await.json()
    };
    let key = format!("authorization: Bearer {}\r\n", server.key);
    let _follower = server.stream().await;
    let told = ask("?view=present&seat=7", &key).await;
    let room = &told["presence"];
    assert_eq!((&told["slide"], &room["followers"]), (&1.into(), &1.into()));
    assert!(room["now"].as_u64().is_some_and(|now| now > 0), "{room}");
    // It is no follower for that.
    let again = ask("?view=present&seat=7", &key).await;
    assert_eq!(again["presence"]["followers"], 1);
    for (query, more) in [
        ("?view=present&seat=7", ""),
        ("?view=present&seat=7", "authorization: Bearer nobodys\r\n"),
        (
            "?view=present&seat=7",
            &*format!("{key}origin: http://other.example\r\n"),
        ),
        ("?view=follow&seat=8", &*key),
        ("", &*key),
    ] {
        let told = ask(query, more).await;
        assert_eq!(told["slide"], 1);
        assert!(told.get("presence").is_none(), "{query} {more}: {told}");
    }
    server.end().await;
}
