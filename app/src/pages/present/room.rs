use super::{clock::in_minutes, remote::Remote};
use crate::components::{Icon, words};
use leptos::prelude::*;
use model::talk::{Presence, Timestamp};
use std::time::Duration;

/// From this delay on the presenter is told that the room is slow. Less is normal for networks.
const SLOW_MS: u32 = 1_000;

/// Pages acknowledge 500 a second. From this many on that takes long enough to show progress; in a
/// smaller room the count would only flash with each tap.
const WORTH_COUNTING: u32 = 500;

/// A projector that is gone for a shorter time may only be reconnecting.
const GONE_MS: u64 = 3_000;

/// The projector and the people who follow, and how many are behind. A small phone shows only numbers; a
/// screen reader reads the words in any case.
#[component]
pub fn Room(remote: Remote, presence: ReadSignal<Option<Presence>>) -> impl IntoView {
    let said = move || {
        let room = presence.read();
        room.as_ref().map(|room| Said::of(room, remote.now().get()))
    };
    let whole = words(move || said().map_or_else(String::new, |said| said.markup()));
    let brief = words(move || said().map_or_else(String::new, |said| said.brief));
    let alarm = words(move || said().is_some_and(|said| said.is_alarm).to_string());
    view! {
        <p class="room" data-alarm=alarm>
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

/// The value of `data-beat`: empty until every screen has painted the newest revision, then another one than for
/// the revision before. CSS lets the dot beat once each time.
pub fn beat(presence: Option<&Presence>) -> &'static str {
    let painted = |room: &&Presence| room.answering > 0 && room.seen == room.answering;
    match presence.filter(painted) {
        Some(room) if room.revision.get().is_multiple_of(2) => "even",
        Some(_) => "odd",
        None => "",
    }
}

/// The words about a room. They contain no user's text, so they need no escaping.
struct Said {
    /// On a phone, two lines beside the clock.
    lines: [String; 2],
    /// Hidden on a phone.
    rest: String,
    /// The only part on the smallest phones.
    brief: String,
    /// Its lines are two things, not one sentence.
    is_list: bool,
    /// The projector needs someone.
    is_alarm: bool,
}

impl Said {
    fn new(first: impl Into<String>, second: impl Into<String>, brief: String) -> Self {
        Self {
            lines: [first.into(), second.into()],
            rest: String::new(),
            brief,
            is_list: false,
            is_alarm: false,
        }
    }

    /// The most urgent first: the projector, then those who are behind.
    fn of(presence: &Presence, now: Timestamp) -> Self {
        let screens = presence.followers + presence.projectors;
        if let Some(alarm) = Self::of_the_projector(presence, now) {
            return alarm;
        }
        let (seen, answering) = (presence.seen, presence.answering);
        let told = seen + presence.elsewhere + presence.late;
        if told < answering && answering >= WORTH_COUNTING {
            let brief = format!("{seen}/{answering}");
            return Self::new(format!("{seen} of {answering}"), "show it", brief);
        }
        let mut said = if presence.late > 0 {
            // The important part first.
            let late = presence.late;
            let brief = format!("{}/{screens}", screens.saturating_sub(late));
            Self::new(format!("{late} of {screens}"), "behind", brief)
        } else {
            let brief = screens.to_string();
            match (presence.projectors, people(presence.followers)) {
                // Nobody is left to be slow.
                (0, None) => return Self::new("Nobody", "follows", brief),
                (0, Some(people)) if presence.followers == 1 => Self::new(people, "follows", brief),
                (0, Some(people)) => Self::new(people, "follow", brief),
                (projectors, people) => {
                    let first = match projectors {
                        1 => "Projector".to_owned(),
                        _ => format!("{projectors} projectors"),
                    };
                    let mut said = Self::new(first, people.unwrap_or_default(), brief);
                    said.is_list = true;
                    said
                }
            }
        };
        if presence.late == 0
            && let Some(lag) = presence.lag_ms.filter(|lag| *lag >= SLOW_MS)
        {
            said.rest = format!(", the slowest took {} s", lag.div_ceil(1_000));
        }
        if presence.elsewhere > 0 {
            said.rest += &format!(", {} looking elsewhere", presence.elsewhere);
        }
        said
    }

    fn of_the_projector(presence: &Presence, now: Timestamp) -> Option<Self> {
        let brief = (presence.followers + presence.projectors).to_string();
        let mut said = if let Some(gone_ms) = presence.projector_gone_ms {
            let since_told = now.since(presence.now).as_millis();
            let gone_ms = gone_ms.saturating_add(u64::try_from(since_told).unwrap_or(u64::MAX));
            if gone_ms < GONE_MS {
                return None;
            }
            let gone = in_minutes(Duration::from_millis(gone_ms));
            Self::new("Projector lost", format!("for {gone}"), brief)
        } else if presence.projectors_behind > 0 {
            Self::new("Projector", "is elsewhere", brief)
        } else {
            return None;
        };
        said.is_alarm = true;
        Some(said)
    }

    fn markup(&self) -> String {
        let Self { lines, rest, .. } = self;
        let [first, second] = lines;
        let second = match (second.as_str(), self.is_list) {
            ("", _) => String::new(),
            (second, true) => format!(" <span class=\"listed\">{second}</span>"),
            (second, false) => format!(" <span>{second}</span>"),
        };
        format!("<span>{first}</span>{second}<span class=\"rest\">{rest}</span>")
    }
}

/// `None` for nobody.
fn people(followers: u32) -> Option<String> {
    match followers {
        0 => None,
        1 => Some("1 person".to_owned()),
        _ => Some(format!("{followers} people")),
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
        let Said { lines, rest, .. } = Said::of(presence, presence.now);
        lines.join(" ").trim_end().to_owned() + &rest
    }

    fn presence(followers: u32, seen: u32, lag_ms: Option<u32>) -> Presence {
        Presence {
            followers,
            projectors: 1,
            projectors_behind: 0,
            projector_gone_ms: None,
            answering: followers,
            revision: Revision::new(7),
            seen,
            elsewhere: 0,
            late: followers - seen,
            lag_ms,
            ready: 7,
            waiting: 0,
            request: None,
            now: model::talk::Timestamp::default(),
        }
    }

    #[test]
    fn the_dot_beats_once_when_every_screen_has_painted_a_slide() {
        let beat_of = |seen, revision| {
            let revision = Revision::new(revision);
            let room = Presence {
                revision,
                ..presence(24, seen, None)
            };
            beat(Some(&room))
        };
        assert_eq!((beat_of(23, 7), beat_of(24, 7)), ("", "odd"));
        assert_eq!((beat_of(24, 7), beat_of(24, 8)), ("odd", "even"));
        assert_eq!((beat(Some(&presence(0, 0, None))), beat(None)), ("", ""));
    }

    #[test]
    fn a_room_is_quiet_when_all_is_well() {
        assert_eq!(room(24, 24, Some(400)), "Projector 24 people");
        assert_eq!(room(24, 22, Some(400)), "2 of 25 behind");
        assert_eq!(
            room(24, 24, Some(1_400)),
            "Projector 24 people, the slowest took 2 s"
        );
        assert_eq!(room(0, 0, None), "Projector");
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
        assert_eq!(in_words(&away), "Projector 24 people, 3 looking elsewhere");
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
        assert_eq!(in_words(&quick), "Projector 2 people");
        let without = Presence {
            projectors: 0,
            ..presence(1, 1, None)
        };
        assert_eq!(in_words(&without), "1 person follows");
    }

    #[test]
    fn a_projector_that_is_lost_or_wrong_comes_before_the_people() {
        let gone = |ms| Presence {
            projectors: 0,
            projector_gone_ms: Some(ms),
            ..presence(24, 24, None)
        };
        assert_eq!(
            in_words(&gone(2_999)),
            "24 people follow",
            "it may reconnect"
        );
        assert_eq!(in_words(&gone(3_000)), "Projector lost for 0:03");
        let told = gone(3_000);
        let later = Timestamp::from_unix_ms(told.now.unix_ms() + 62_000);
        let said = Said::of(&told, later);
        assert_eq!(said.lines, ["Projector lost", "for 1:05"]);
        assert!(said.is_alarm);
        let wrong = Presence {
            projectors_behind: 1,
            late: 1,
            ..presence(24, 24, None)
        };
        assert_eq!(in_words(&wrong), "Projector is elsewhere");
    }

    #[test]
    fn a_phone_without_room_for_words_shows_numbers() {
        let brief = |followers, seen| {
            let room = presence(followers, seen, None);
            Said::of(&room, room.now).brief
        };
        assert_eq!(brief(24, 24), "25");
        assert_eq!(brief(24, 22), "23/25");
    }
}
