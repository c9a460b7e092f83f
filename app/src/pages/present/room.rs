use crate::components::{Icon, words};
use leptos::prelude::*;
use model::talk::Presence;

/// From this delay on the presenter is told that the room is slow. Less is normal for networks.
const SLOW_MS: u32 = 1_000;

/// Pages acknowledge 500 a second. From this many on that takes long enough to show progress; in a
/// smaller room the count would only flash with each tap.
const WORTH_COUNTING: u32 = 500;

/// The number of followers, and how many are behind. A small phone shows only numbers; a screen reader
/// reads the words in any case.
#[component]
pub fn Room(presence: ReadSignal<Option<Presence>>) -> impl IntoView {
    let said = move || presence.read().as_ref().map(Said::of);
    let whole = words(move || said().map_or_else(String::new, |said| said.markup()));
    let brief = words(move || said().map_or_else(String::new, |said| said.brief));
    view! {
        <p class="room">
            <span class="brief" aria-hidden="true" data-brief=brief>
                {Icon::Screen.view()}
            </span>
            <span class="whole" inner_html=whole></span>
        </p>
    }
}

/// The value of `data-asked`: whether a device asks to present. Also marks More and Remotes, which lead
/// to it.
pub fn is_asked(presence: ReadSignal<Option<Presence>>) -> bool {
    let presence = presence.read();
    presence.as_ref().is_some_and(|room| room.waiting > 0)
}

/// The words about a room. They contain no user's text, so they need no escaping.
struct Said {
    /// On a phone, two lines beside the clock.
    lines: [String; 2],
    /// Hidden on a phone.
    rest: String,
    /// The only part on the smallest phones.
    brief: String,
}

impl Said {
    fn new(first: String, second: &str, brief: String) -> Self {
        Self {
            lines: [first, second.to_owned()],
            rest: String::new(),
            brief,
        }
    }

    fn of(presence: &Presence) -> Self {
        match presence.waiting {
            0 => {}
            1 => return Self::new("1 asks".to_owned(), "to present", "1".to_owned()),
            waiting => {
                return Self::new(format!("{waiting} ask"), "to present", waiting.to_string());
            }
        }
        let screens = presence.followers + presence.projectors;
        let brief = screens.to_string();
        let mut said = match screens {
            // Nobody is left to be slow.
            0 => return Self::new("Nobody".to_owned(), "follows", brief),
            1 => Self::new("1 screen".to_owned(), "follows", brief),
            _ => Self::new(format!("{screens} screens"), "follow", brief),
        };
        let (seen, answering) = (presence.seen, presence.answering);
        let told = seen + presence.elsewhere + presence.late;
        if told < answering && answering >= WORTH_COUNTING {
            let brief = format!("{seen}/{answering}");
            return Self::new(format!("{seen} of {answering}"), "show it", brief);
        }
        if presence.late > 0 {
            // The important part first.
            let late = presence.late;
            let brief = format!("{}/{screens}", screens.saturating_sub(late));
            said = Self::new(format!("{late} of {screens}"), "behind", brief);
        } else if let Some(lag) = presence.lag_ms.filter(|lag| *lag >= SLOW_MS) {
            said.rest = format!(", the slowest took {} s", lag.div_ceil(1_000));
        }
        if presence.elsewhere > 0 {
            said.rest += &format!(", {} looking elsewhere", presence.elsewhere);
        }
        said
    }

    fn markup(&self) -> String {
        let Self { lines, rest, .. } = self;
        let [first, second] = lines;
        format!("<span>{first}</span> <span>{second}</span><span class=\"rest\">{rest}</span>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::talk::Revision;

    fn room(followers: u32, seen: u32, lag_ms: Option<u32>) -> String {
        in_words(&presence(followers, seen, lag_ms))
    }

    /// What a screen reader says.
    fn in_words(presence: &Presence) -> String {
        let Said { lines, rest, .. } = Said::of(presence);
        lines.join(" ") + &rest
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

    #[test]
    fn a_phone_without_room_for_words_shows_numbers() {
        let brief = |followers, seen| Said::of(&presence(followers, seen, None)).brief;
        assert_eq!(brief(24, 24), "25");
        assert_eq!(brief(24, 22), "23/25");
    }
}
