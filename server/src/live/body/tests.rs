use super::*;
use crate::live::{Channel, Frame, Hub, hub::PING_EVERY};
use axum::body::BodyDataStream;
use bytes::Bytes;
use futures_util::StreamExt;
use model::talk::{Epoch, EventId, Revision};
use std::time::Duration;

const FOLLOWER: Audience = Audience::Follower(View::Follow, None);

fn frame(revision: u64) -> Frame {
    let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
    let id = EventId {
        epoch,
        revision: Revision::new(revision),
    };
    Frame::new(id, &serde_json::json!({ "revision": revision })).expect("a frame")
}

/// A follower's stream. The client has the event `last` already.
fn follow(hub: &Hub, channel: &Channel, last: Option<&str>) -> BodyDataStream {
    let seat = hub.seats().for_follower().expect("a seat");
    let response = events(channel, seat, FOLLOWER, last.map(str::to_owned));
    response.into_body().into_data_stream()
}

async fn next(body: &mut (impl StreamExt<Item = Result<Bytes, axum::Error>> + Unpin)) -> String {
    let bytes = body
        .next()
        .await
        .expect("the stream goes on")
        .expect("it never fails");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test(start_paused = true)]
async fn a_silent_talk_pings_every_15_seconds() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(7));
    let mut body = follow(&hub, &channel, None);
    assert!(next(&mut body).await.starts_with(":\nretry: "));
    assert_eq!(
        next(&mut body).await,
        "id: test-7\ndata: {\"revision\":7}\n\n"
    );
    let start = tokio::time::Instant::now();
    for ping in 1..=3 {
        assert_eq!(
            next(&mut body).await,
            "event: ping\ndata: {\"revision\":7}\n\n"
        );
        assert_eq!(start.elapsed().as_secs(), (PING_EVERY * ping).as_secs());
    }
    assert_eq!(PING_EVERY, Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_newest_and_skips_the_rest() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let mut body = follow(&hub, &channel, None);
    next(&mut body).await;
    next(&mut body).await;
    (1..=1_000).for_each(|revision| channel.publish(frame(revision), Duration::ZERO));
    assert!(next(&mut body).await.starts_with("id: test-1000\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_published_before_the_first_read_is_in_the_snapshot() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let mut body = follow(&hub, &channel, Some("test-0"));
    channel.publish(frame(1), Duration::ZERO);
    next(&mut body).await;
    assert!(next(&mut body).await.starts_with("id: test-1\n"));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_says_more_comes_under_the_id_there_is() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(3));
    let body = |last: Option<&str>| {
        let seat = hub.seats().for_follower().expect("a seat");
        events(&channel, seat, FOLLOWER, last.map(str::to_owned))
            .into_body()
            .into_data_stream()
    };
    let mut waits = body(None);
    next(&mut waits).await;
    next(&mut waits).await;
    channel.complete(frame(3));
    assert!(next(&mut waits).await.starts_with("id: test-3\n"));
    // To have the id is not to have it all.
    let mut comes_back = body(Some("test-3"));
    next(&mut comes_back).await;
    assert!(next(&mut comes_back).await.starts_with("id: test-3\n"));
    // Another one's content is not for this revision.
    channel.complete(frame(2));
    let mut late = body(None);
    next(&mut late).await;
    assert!(next(&mut late).await.starts_with("id: test-3\n"));
}

#[tokio::test(start_paused = true)]
async fn after_the_last_frame_a_stream_ends() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let seat = hub.seats().for_follower().expect("a seat");
    let mut body = events(&channel, seat, FOLLOWER, None)
        .into_body()
        .into_data_stream();
    next(&mut body).await;
    next(&mut body).await;
    channel.publish_last(frame(1));
    assert!(next(&mut body).await.starts_with("id: test-1\n"));
    assert!(body.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_ended_hub_ends_streams_that_open_later_too() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    hub.end();
    let late = hub.open(frame(0));
    for channel in [channel, late] {
        let mut body = follow(&hub, &channel, None);
        next(&mut body).await;
        next(&mut body).await;
        assert!(body.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_presenter_who_comes_is_told_of_the_room_as_it_is() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let _somebody = channel.attendance().enter(View::Follow, None);
    let seat = hub.seats().for_presenter();
    let mut body = events(&channel, seat, Audience::Presenter(Box::new(|| true)), None)
        .into_body()
        .into_data_stream();
    next(&mut body).await;
    next(&mut body).await;
    let room = next(&mut body).await;
    assert!(room.contains("\"followers\":1,"), "{room}");
}

#[tokio::test(start_paused = true)]
async fn who_may_present_no_longer_is_told_so_and_let_go() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let presents = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let still = presents.clone();
    let still = Box::new(move || still.load(std::sync::atomic::Ordering::SeqCst));
    let seat = hub.seats().for_presenter();
    let mut body = events(&channel, seat, Audience::Presenter(still), None)
        .into_body()
        .into_data_stream();
    for _ in 0..3 {
        next(&mut body).await;
    }
    presents.store(false, std::sync::atomic::Ordering::SeqCst);
    channel.say_presence();
    assert_eq!(next(&mut body).await, "event: revoked\ndata: {}\n\n");
    assert!(body.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_pointed_at_comes_after_the_slide_and_is_forgotten_with_it() {
    let hub = Hub::new(10).start();
    let channel = hub.open(frame(0));
    let follow = || {
        let seat = hub.seats().for_follower().expect("a seat");
        events(&channel, seat, FOLLOWER, None)
            .into_body()
            .into_data_stream()
    };
    let mut early = follow();
    next(&mut early).await;
    next(&mut early).await;
    let at = |x| {
        let slide = model::deck::SlideNumber::FIRST;
        let nothing = model::talk::Pointing::nothing(slide);
        crate::live::pointer(&model::talk::Pointing { x, ..nothing })
    };
    channel.point(at(1));
    channel.publish(frame(1), Duration::ZERO);
    channel.point(at(2));
    assert!(next(&mut early).await.starts_with("id: test-1\n"));
    assert!(
        next(&mut early).await.contains("\"x\":2,"),
        "the newest, once"
    );
    let mut late = follow();
    next(&mut late).await;
    assert!(next(&mut late).await.starts_with("id: test-1\n"));
    assert!(next(&mut late).await.contains("\"x\":2,"));
    // The finger is gone: a late joiner must not see its light.
    tokio::time::advance(Duration::from_secs(1)).await;
    let mut later = follow();
    next(&mut later).await;
    assert!(next(&mut later).await.starts_with("id: test-1\n"));
    channel.draw(at(3));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(next(&mut later).await.contains("\"x\":3,"));
    for body in [&mut early, &mut late, &mut follow()] {
        while !next(body).await.contains("\"x\":3,") {}
    }
    channel.forget_pointing();
    channel.publish(frame(2), Duration::ZERO);
    for body in [&mut early, &mut late, &mut later] {
        assert!(next(body).await.starts_with("id: test-2\n"));
        assert!(next(body).await.starts_with("event: ping\n"));
    }
}
