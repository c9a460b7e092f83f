use super::*;
use futures_util::FutureExt;

/// Ten guests' slow decks kept the host's first slide waiting for 80 s.
#[tokio::test]
async fn first_slides_come_before_pages_and_the_hosts_before_guests() {
    let schedule = Schedule::new(1);
    let brought = |by, need| {
        let guest = schedule.guest(by);
        guest.needs(need);
        guest
    };
    // In the order in which they arrive, the opposite of the right one.
    let guests = [
        brought(BroughtBy::Guest, Need::LargerPicture),
        brought(BroughtBy::Host, Need::LargerPicture),
        brought(BroughtBy::Guest, Need::Page),
        brought(BroughtBy::Host, Need::Page),
        brought(BroughtBy::Guest, Need::FirstSlide),
        brought(BroughtBy::Guest, Need::FirstSlide),
        brought(BroughtBy::Host, Need::FirstSlide),
    ];
    let first = guests.first().expect("one");
    let mut taken = Some(schedule.seat(first).await);
    let mut waiting: Vec<_> = guests
        .iter()
        .map(|it| Box::pin(schedule.seat(it)))
        .collect();
    for one in &mut waiting {
        assert!(one.now_or_never().is_none(), "there is one seat");
    }
    let mut order = Vec::new();
    let mut left: Vec<_> = waiting.into_iter().enumerate().collect();
    while !left.is_empty() {
        drop(taken.take());
        let mut still = Vec::new();
        for (number, mut one) in left {
            match (&mut one).now_or_never() {
                Some(seat) => {
                    order.push(number);
                    taken = Some(seat);
                }
                None => still.push((number, one)),
            }
        }
        left = still;
    }
    assert_eq!(order, [6, 4, 5, 3, 2, 1, 0]);
}

/// Otherwise two decks that open slowly would do little but open.
#[test]
fn a_worker_keeps_its_seat_from_its_equals_for_some_times_its_opening() {
    let schedule = Schedule::new(1);
    let of = |need| {
        let guest = schedule.guest(BroughtBy::Guest);
        guest.needs(need);
        guest
    };
    let seconds = Duration::from_secs;
    let own = of(Need::Page);
    let gives_way = |sat, opening| schedule.desk().gives_way(&own, sat, opening);
    assert!(!gives_way(seconds(90), seconds(2)), "nobody else waits");
    let equal = of(Need::Page);
    let waits = Waiting::new(&schedule, &equal);
    assert!(gives_way(seconds(0), seconds(2)), "it has nothing to do");
    let _more = Waiting::new(&schedule, &own);
    for (sat, opening, is_over) in [(3, 2, false), (9, 2, true), (0, 0, false), (2, 0, true)] {
        let gives_way = gives_way(seconds(sat), seconds(opening));
        assert_eq!(gives_way, is_over, "{sat} s, opened in {opening} s");
    }
    drop(waits);
    let _less = Waiting::new(&schedule, &of(Need::LargerPicture));
    assert!(!gives_way(seconds(90), seconds(2)), "it is less urgent");
    let _first = Waiting::new(&schedule, &of(Need::FirstSlide));
    assert!(
        gives_way(seconds(0), seconds(2)),
        "a first slide comes first"
    );
}

#[tokio::test]
async fn the_last_seat_is_kept_for_the_hosts_slides() {
    let schedule = Schedule::new(2);
    let brought = |by, need| {
        let guest = schedule.guest(by);
        guest.needs(need);
        guest
    };
    let others = [
        brought(BroughtBy::Guest, Need::FirstSlide),
        brought(BroughtBy::Guest, Need::Page),
        brought(BroughtBy::Host, Need::LargerPicture),
        brought(BroughtBy::Guest, Need::LargerPicture),
    ];
    for first in &others {
        let held = schedule.seat(first).now_or_never();
        assert!(held.is_some(), "both are free");
        let mut waiting: Vec<_> = others
            .iter()
            .map(|it| Box::pin(schedule.seat(it)))
            .collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        // Those who may not have it don't hold up the host.
        for need in [Need::FirstSlide, Need::Page] {
            let host = brought(BroughtBy::Host, need);
            assert!(schedule.seat(&host).now_or_never().is_some(), "{need:?}");
        }
        drop(held);
        for one in waiting {
            assert!(one.now_or_never().is_some(), "it has its turn");
        }
    }
}

/// Without this, guests would wait until the host's whole deck is read.
#[tokio::test]
async fn beside_the_hosts_slides_a_guest_has_a_seat() {
    let schedule = Schedule::new(2);
    let host = schedule.guest(BroughtBy::Host);
    let guests = [BroughtBy::Guest; 2].map(|by| schedule.guest(by));
    let held = schedule.seat(&host).await;
    let mut waiting = guests.each_ref().map(|it| Box::pin(schedule.seat(it)));
    let seated = waiting.each_mut().map(FutureExt::now_or_never);
    assert_eq!(seated.each_ref().map(Option::is_some), [true, false]);
    // Its seat is the last one by now.
    drop(held);
    let [_, second] = &mut waiting;
    assert!(second.now_or_never().is_none());
    drop(seated);
    assert!(second.now_or_never().is_some(), "it has its turn");
}

/// Otherwise it would open its deck again for each page, and its seat would be empty meanwhile.
#[tokio::test]
async fn a_worker_of_the_hosts_gives_no_seat_up_that_is_kept_for_it() {
    let schedule = Schedule::new(2);
    let guest = schedule.guest(BroughtBy::Guest);
    let host = schedule.guest(BroughtBy::Host);
    host.needs(Need::Page);
    let _slow = schedule.seat(&guest).await;
    let first = schedule.guest(BroughtBy::Guest);
    let _waits = Waiting::new(&schedule, &first);
    let _more = Waiting::new(&schedule, &host);
    let gives_way = |of| {
        let desk = schedule.desk();
        desk.gives_way(of, Duration::from_secs(90), Duration::ZERO)
    };
    assert!(!gives_way(&host));
    host.needs(Need::LargerPicture);
    let another = schedule.guest(BroughtBy::Host);
    let _slides = Waiting::new(&schedule, &another);
    assert!(gives_way(&host), "its slides come before that");
}

#[tokio::test]
async fn a_seat_that_was_not_taken_is_the_next_ones() {
    let schedule = Schedule::new(1);
    let guest = schedule.guest(BroughtBy::Host);
    let seat = schedule.seat(&guest).await;
    let mut gone = Box::pin(schedule.seat(&guest));
    let mut next = Box::pin(schedule.seat(&guest));
    assert!((&mut gone).now_or_never().is_none());
    assert!((&mut next).now_or_never().is_none());
    drop(seat);
    // It was offered the seat, and left before it took it.
    drop(gone);
    assert!(next.now_or_never().is_some(), "the seat is lost");
}
