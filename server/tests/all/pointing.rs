//! What the presenter points at, on its way to the room.

use crate::support::{Server, path};
use axum::{
    body::{Body, Bytes},
    http::{Request, header},
};
use clap::Parser;
use futures_util::stream;
use leptos::config::LeptosOptions;
use server::{cli::Options, in_process};
use std::{convert::Infallible, time::Duration};
use tempfile::TempDir;
use tokio::time::timeout;
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pointed_at_is_told_and_what_is_no_pointing_is_refused() {
    let server = Server::start().await;
    let place = "seat=7&count=1&slide=1&tool=spot&x=5000&y=5000";
    for (form, status) in [
        (place.to_owned(), 204),
        (String::new(), 422),
        (format!("{place}&ink=<"), 422),
        (format!("{place}&ink={}", "1,".repeat(12_000)), 413),
    ] {
        let answer = server.post("/t/room/point", &form).await;
        assert_eq!(answer.status, status, "{form:.80}: {answer:?}");
    }
    let nowhere = server.post("/t/nope/point", place).await;
    assert_eq!(nowhere.error_code(), "no_such_talk");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_it_is_refused_before_its_form_comes() {
    let server = Server::start().await;
    let head = "POST /t/room/point HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\
        content-type: application/x-www-form-urlencoded\r\ncontent-length: 90\r\n\r\n";
    let answer = server.send(head.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.error_code().as_str()),
        (401, "no_key")
    );
    server.end().await;
}

#[tokio::test]
async fn a_form_that_does_not_come_is_not_waited_for() {
    let directory = TempDir::new().expect("a temporary directory");
    let data = directory.path().join("data");
    let options = ["webslides", "--code", "room", "--data", path(&data)];
    let leptos = LeptosOptions::builder().output_name("webslides").build();
    let started = in_process(Options::parse_from(options), leptos).await;
    let (router, links) = started.expect("it starts");
    let link = links
        .first()
        .and_then(|talk| talk.presenter.split_once("?key="));
    let (_, key) = link.expect("a key");
    // From here on only timers are pending, and paused time skips to them.
    tokio::time::pause();
    let nothing = stream::pending::<Result<Bytes, Infallible>>();
    let request = Request::post("/t/room/point")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from_stream(nothing))
        .expect("a request");
    let answer = timeout(Duration::from_secs(60), router.oneshot(request)).await;
    let answer = answer.expect("it is answered").expect("never an error");
    assert_eq!(answer.status(), 408);
}
