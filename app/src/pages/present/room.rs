use crate::{components::words, talk::Presence};
use leptos::prelude::*;

/// From here on a room is told to be slow: until then, that is how networks are.
const SLOW_MS: u32 = 1_000;

/// How many follow, and when it is not all well, how many are behind.
#[component]
pub fn Room(presence: ReadSignal<Option<Presence>>) -> impl IntoView {
    let room = words(move || presence.read().as_ref().map_or_else(String::new, in_words));
    view! { <p class="room">{room}</p> }
}

fn in_words(presence: &Presence) -> String {
    if presence.waiting > 0 {
        return "A remote asks to present: see More".to_owned();
    }
    let screens = presence.followers + presence.projectors;
    let mut words = match screens {
        0 => "Nobody follows yet".to_owned(),
        1 => "1 screen follows".to_owned(),
        _ => format!("{screens} screens follow"),
    };
    if presence.late > 0 {
        words += &format!(", {} behind", presence.late);
    } else if presence.seen < presence.answering {
        return format!("{} of {} show it", presence.seen, presence.answering);
    } else if let Some(lag) = presence.lag_ms.filter(|lag| *lag >= SLOW_MS) {
        words += &format!(", the slowest took {} s", lag.div_ceil(1_000));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::Revision;

    fn room(followers: u32, seen: u32, lag_ms: Option<u32>) -> String {
        in_words(&Presence {
            followers,
            projectors: 1,
            answering: followers,
            revision: Revision::new(7),
            seen,
            late: followers - seen,
            lag_ms,
            ready: 7,
            waiting: 0,
        })
    }

    #[test]
    fn a_room_is_quiet_when_all_is_well() {
        assert_eq!(room(24, 24, Some(400)), "25 screens follow");
        assert_eq!(room(24, 22, Some(400)), "25 screens follow, 2 behind");
        assert_eq!(
            room(24, 24, Some(1_400)),
            "25 screens follow, the slowest took 2 s"
        );
        assert_eq!(room(0, 0, None), "1 screen follows");
    }
}
