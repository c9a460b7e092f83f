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
    // In the order in which they come, which is the wrong one.
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

/// Two decks that open slowly would do little but open.
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
async fn one_seat_is_kept_for_first_slides_and_for_the_host() {
    let schedule = Schedule::new(2);
    let brought = |by, need| {
        let guest = schedule.guest(by);
        guest.needs(need);
        guest
    };
    let less_urgent = [
        brought(BroughtBy::Guest, Need::Page),
        brought(BroughtBy::Host, Need::LargerPicture),
        brought(BroughtBy::Guest, Need::LargerPicture),
    ];
    let page = brought(BroughtBy::Guest, Need::Page);
    let held = schedule.seat(&page).now_or_never();
    assert!(held.is_some(), "both are free");
    let mut waiting: Vec<_> = less_urgent
        .iter()
        .map(|it| Box::pin(schedule.seat(it)))
        .collect();
    for one in &mut waiting {
        assert!(one.now_or_never().is_none());
    }
    for urgent in [
        brought(BroughtBy::Guest, Need::FirstSlide),
        brought(BroughtBy::Host, Need::Page),
    ] {
        assert!(schedule.seat(&urgent).now_or_never().is_some());
    }
    drop(held);
    for one in waiting {
        assert!(one.now_or_never().is_some(), "it has its turn");
    }
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
    // Called, and gone before it came.
    drop(gone);
    assert!(next.now_or_never().is_some(), "the seat is lost");
}
