use crate::components::text;
use leptos::prelude::*;
use model::talk::Presence;

/// From here on a room is told to be slow: until then, that is how networks are.
const SLOW_MS: u32 = 1_000;

/// Pages of a room take turns to say what they show, 500 a second. From this many on it takes so long
/// that a count of them is worth reading; in a smaller room it would flash with each tap.
const WORTH_COUNTING: u32 = 500;

/// How many follow, and when it is not all well, how many are behind.
#[component]
pub fn Room(presence: ReadSignal<Option<Presence>>) -> impl IntoView {
    let room = text(move || presence.read().as_ref().map_or_else(String::new, in_words));
    view! { <p class="room" inner_html=room></p> }
}

/// The value of `data-asked`: whether a device asks to present. More and Remotes, which are the way
/// to it, show it too.
pub fn is_asked(presence: ReadSignal<Option<Presence>>) -> bool {
    let presence = presence.read();
    presence.as_ref().is_some_and(|room| room.waiting > 0)
}

fn in_words(presence: &Presence) -> String {
    // Short: on a phone it stands beside the clock.
    match presence.waiting {
        0 => {}
        1 => return "1 asks to present".to_owned(),
        waiting => return format!("{waiting} ask to present"),
    }
    let screens = presence.followers + presence.projectors;
    let mut words = match screens {
        // Whoever was slow has left.
        0 => return "Nobody follows".to_owned(),
        1 => "1 screen follows".to_owned(),
        _ => format!("{screens} screens follow"),
    };
    let told = presence.seen + presence.elsewhere + presence.late;
    if told < presence.answering && presence.answering >= WORTH_COUNTING {
        return format!("{} of {} show it", presence.seen, presence.answering);
    }
    if presence.late > 0 {
        // What matters comes first: a phone may have no room for more.
        words = format!("{} of {screens} behind", presence.late);
    } else if let Some(lag) = presence.lag_ms.filter(|lag| *lag >= SLOW_MS) {
        words += &format!(", the slowest took {} s", lag.div_ceil(1_000));
    }
    if presence.elsewhere > 0 {
        words += &format!(", {} looking elsewhere", presence.elsewhere);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::talk::Revision;

    fn room(followers: u32, seen: u32, lag_ms: Option<u32>) -> String {
        in_words(&presence(followers, seen, lag_ms))
    }

    fn presence(followers: u32, seen: u32, lag_ms: Option<u32>) -> Presence {
        Presence {
            followers,
            projectors: 1,
            answering: followers,
            revision: Revision::new(7),
            seen,
            elsewhere: 0,
            late: followers - seen,
            lag_ms,
            ready: 7,
            waiting: 0,
            now: model::talk::Timestamp::default(),
        }
    }

    #[test]
    fn a_room_is_quiet_when_all_is_well() {
        assert_eq!(room(24, 24, Some(400)), "25 screens follow");
        assert_eq!(room(24, 22, Some(400)), "2 of 25 behind");
        assert_eq!(
            room(24, 24, Some(1_400)),
            "25 screens follow, the slowest took 2 s"
        );
        assert_eq!(room(0, 0, None), "1 screen follows");
        let left = Presence {
            projectors: 0,
            ..presence(0, 0, Some(2_000))
        };
        assert_eq!(in_words(&left), "Nobody follows");
        let away = Presence {
            elsewhere: 3,
            late: 0,
            ..presence(24, 21, Some(400))
        };
        assert_eq!(in_words(&away), "25 screens follow, 3 looking elsewhere");
        let both = Presence { late: 1, ..away };
        assert_eq!(in_words(&both), "1 of 25 behind, 3 looking elsewhere");
        let counting = Presence {
            seen: 300,
            late: 0,
            ..presence(900, 900, None)
        };
        assert_eq!(in_words(&counting), "300 of 900 show it");
        let quick = Presence {
            seen: 0,
            late: 0,
            ..presence(2, 2, None)
        };
        assert_eq!(in_words(&quick), "3 screens follow");
        let asked = Presence { waiting: 1, ..both };
        assert_eq!(in_words(&asked), "1 asks to present");
    }
}
