use super::*;
use proptest::prelude::*;
use tokio::time::advance;

fn id(revision: u64) -> EventId {
    format!("test-{revision}").parse().expect("an id")
}

fn seen(seat: u32, revision: u64) -> Seen {
    Seen {
        seat: SeatNumber::made_up(0, seat),
        id: id(revision),
        waited_ms: 0,
        elsewhere: false,
    }
}

fn elsewhere(seat: u32, revision: u64) -> Seen {
    Seen {
        elsewhere: true,
        ..seen(seat, revision)
    }
}

fn enter(room: &Attendance, seat: u32) -> Attendee {
    room.enter(View::Follow, Some(SeatNumber::made_up(0, seat)))
}

#[tokio::test(start_paused = true)]
async fn who_has_painted_the_newest_is_counted_once() {
    let room = Attendance::new(id(0));
    let _one = enter(&room, 1);
    let _two = enter(&room, 2);
    let _program = room.enter(View::Follow, None);
    let _projector = room.enter(View::Project, None);
    room.published(id(1), Duration::ZERO);
    advance(Duration::from_millis(240)).await;
    let waited = Seen {
        waited_ms: 200,
        ..seen(1, 1)
    };
    room.acknowledge(&waited);
    room.acknowledge(&seen(1, 1));
    room.acknowledge(&seen(2, 0));
    // A stranger.
    room.acknowledge(&seen(3, 1));
    let presence = room.presence();
    assert_eq!((presence.followers, presence.projectors), (3, 1));
    assert_eq!((presence.answering, presence.seen), (2, 1));
    assert_eq!(presence.late, 0, "it has time yet");
    assert_eq!(presence.lag_ms, Some(40));

    assert!(room.news().is_some_and(|news| news.late == 0));
    assert_eq!(room.news(), None, "nothing is new");
    advance(GRACE).await;
    assert!(room.news().is_some_and(|news| news.late == 1));
    assert_eq!(room.news(), None);
}

fn project(room: &Attendance, seat: u32) -> Attendee {
    room.enter(View::Project, Some(SeatNumber::made_up(0, seat)))
}

#[tokio::test(start_paused = true)]
async fn a_projector_that_is_hidden_or_late_is_told_apart() {
    let room = Attendance::new(id(0));
    let _follower = enter(&room, 1);
    let _projector = project(&room, 2);
    let behind = |room: &Attendance| room.presence().projectors_behind;
    for seat in [1, 2] {
        room.acknowledge(&seen(seat, 0));
    }
    assert_eq!(behind(&room), 0);
    room.acknowledge(&elsewhere(1, 0));
    assert_eq!(behind(&room), 0, "a follower is no projector");
    room.acknowledge(&elsewhere(2, 0));
    assert_eq!(behind(&room), 1);
    room.acknowledge(&seen(2, 0));
    room.published(id(1), Duration::ZERO);
    assert_eq!(behind(&room), 0, "it has time yet");
    room.news();
    advance(GRACE).await;
    assert!(room.news().is_some_and(|news| news.projectors_behind == 1));
    room.acknowledge(&seen(2, 1));
    assert_eq!(behind(&room), 0);
}

#[tokio::test(start_paused = true)]
async fn it_is_known_since_when_the_last_projector_is_gone() {
    let room = Attendance::new(id(0));
    let gone = |room: &Attendance| room.presence().projector_gone_ms;
    assert_eq!(gone(&room), None, "there was none");
    let one = project(&room, 1);
    let two = room.enter(View::Project, None);
    drop(one);
    advance(Duration::from_secs(1)).await;
    assert_eq!(gone(&room), None, "the other one is there");
    drop(two);
    advance(Duration::from_secs(4)).await;
    assert_eq!(gone(&room), Some(4_000));
    let _again = project(&room, 1);
    assert_eq!(gone(&room), None);
}

#[tokio::test(start_paused = true)]
async fn the_future_and_other_lives_are_not_believed() {
    let room = Attendance::new(id(5));
    let _one = enter(&room, 1);
    room.acknowledge(&seen(1, 6));
    let foreign = Seen {
        id: "other-5".parse().expect("an id"),
        ..seen(1, 5)
    };
    room.acknowledge(&foreign);
    assert_eq!(room.presence().answering, 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_joiner_has_no_lag() {
    let room = Attendance::new(id(5));
    advance(Duration::from_secs(60)).await;
    let _one = enter(&room, 1);
    room.acknowledge(&seen(1, 5));
    assert_eq!((room.presence().seen, room.presence().lag_ms), (1, None));
}

#[tokio::test(start_paused = true)]
async fn who_looks_elsewhere_is_not_behind() {
    let room = Attendance::new(id(0));
    let (_one, two) = (enter(&room, 1), enter(&room, 2));
    room.acknowledge(&seen(1, 0));
    room.acknowledge(&seen(2, 0));
    room.published(id(1), Duration::ZERO);
    room.acknowledge(&seen(1, 1));
    room.acknowledge(&elsewhere(2, 1));
    advance(GRACE).await;
    let counts = |room: &Attendance| {
        let presence = room.presence();
        (presence.seen, presence.elsewhere, presence.late)
    };
    assert_eq!(counts(&room), (1, 1, 0));
    // It stays elsewhere until it says more: a tab that nobody looks at is put to sleep.
    room.published(id(2), Duration::ZERO);
    room.acknowledge(&seen(1, 2));
    advance(GRACE).await;
    assert_eq!(counts(&room), (1, 1, 0));
    // Looked at again, it has not been slow.
    room.acknowledge(&elsewhere(2, 2));
    room.acknowledge(&seen(2, 2));
    assert_eq!(counts(&room), (2, 0, 0));
    assert_eq!(room.presence().lag_ms, Some(0));
    room.acknowledge(&elsewhere(2, 2));
    assert_eq!(counts(&room), (1, 1, 0));
    drop(two);
    assert_eq!(counts(&room), (1, 0, 0));
}

proptest! {
    #[test]
    fn an_empty_room_counts_nobody(steps in prop::collection::vec((0_u8..5, 0_u32..5, 0_u64..5), 0..100)) {
        let room = Attendance::new(id(0));
        let mut there = Vec::new();
        let mut newest = 0;
        for (step, seat, revision) in steps {
            match step {
                0 => there.push(enter(&room, seat)),
                1 => drop(there.pop()),
                2 => {
                    newest += 1;
                    room.published(id(newest), Duration::ZERO);
                }
                3 => room.acknowledge(&seen(seat, revision.min(newest))),
                _ => room.acknowledge(&elsewhere(seat, revision.min(newest))),
            }
            let presence = room.presence();
            prop_assert!(presence.seen + presence.elsewhere <= presence.answering);
            prop_assert!(presence.answering <= presence.followers);
        }
        drop(there);
        let presence = room.presence();
        prop_assert_eq!((presence.followers, presence.answering, presence.seen), (0, 0, 0));
    }
}
