use super::remote::Remote;
use crate::components::text;
use leptos::prelude::*;
use model::{
    deck::Section,
    talk::{Clock, Pace, Remaining, SlideState, Timestamp},
};
use std::time::Duration;

/// The talk's running time, the time left, and the pace. Opens the clock's panel.
#[component]
pub fn ClockFace(remote: Remote) -> impl IntoView {
    let elapsed = text(move || in_minutes(remote.shown().clock.elapsed(remote.now().get())));
    let pace = text(move || {
        in_words(
            &remote.shown(),
            remote.now().get(),
            &remote.sections.read_value(),
        )
    });
    view! {
        <button class="clock" popovertarget="clock">
            <span class="visually-hidden" inner_html="Clock: "></span>
            <span class="elapsed" translate="no" inner_html=elapsed></span>
            <span
                class="time-of-day"
                translate="no"
                inner_html=text(move || remote.time_of_day().get())
            ></span>
            <span class="pace" inner_html=pace></span>
        </button>
    }
}

/// The value of `data-clock`: the clock's state, by which CSS shows its buttons.
pub fn running(clock: Clock) -> &'static str {
    match (clock.is_running(), clock.has_started()) {
        (true, _) => "running",
        (false, true) => "paused",
        (false, false) => "waiting",
    }
}

/// The value of `data-pace`.
pub fn pace(state: &SlideState, now: Timestamp, sections: &[Section]) -> &'static str {
    match state
        .clock
        .pace(now, state.place().slide, state.slides, sections)
    {
        None => "none",
        Some(Pace::Ahead(_)) => "ahead",
        Some(Pace::OnTime) => "on-time",
        Some(Pace::Behind(_)) => "behind",
    }
}

fn in_words(state: &SlideState, now: Timestamp, sections: &[Section]) -> String {
    let clock = state.clock;
    // Before all else: a talk that is over has no time left, even if its clock never ran.
    if state.over {
        return "Over".to_owned();
    }
    if clock.has_started() && !clock.is_running() {
        return "Paused".to_owned();
    }
    let left = match clock.remaining(now) {
        None => return String::new(),
        Some(Remaining::Left(left)) => format!("{} left", in_minutes(left)),
        Some(Remaining::Over(over)) => format!("{} over", in_minutes(over)),
    };
    match clock.pace(now, state.place().slide, state.slides, sections) {
        None => left,
        Some(Pace::OnTime) => left + ", on time",
        Some(Pace::Ahead(by)) => format!("{left}, {} ahead", in_minutes(by)),
        Some(Pace::Behind(by)) => format!("{left}, {} behind", in_minutes(by)),
    }
}

/// "7:05", or "1:07:05".
pub fn in_minutes(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        deck::Outline,
        talk::{Command, Epoch, Minutes, Timing},
    };

    #[test]
    fn a_clock_says_what_is_left_and_how_far_one_is_off() {
        let outline = Outline::new(vec![0; 20]).expect("slides");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let at = |seconds: u64| Timestamp::from_unix_ms(1_000_000 + seconds * 1_000);
        let mut state = SlideState::start(epoch, &outline);
        assert_eq!(in_words(&state, at(0), &[]), "");
        let minutes = Minutes::try_from(20).ok();
        for command in [
            Command::Clock(Timing::Plan, minutes),
            Command::Clock(Timing::Run, None),
        ] {
            state = state.apply(&outline, command, None, at(0)).expect("done");
        }
        assert_eq!(in_words(&state, at(20), &[]), "19:40 left, on time");
        assert_eq!(in_words(&state, at(100), &[]), "18:20 left, 1:10 behind");
        assert_eq!(in_words(&state, at(1_261), &[]), "1:01 over, 20:31 behind");
        let pause = Command::Clock(Timing::Pause, None);
        state = state.apply(&outline, pause, None, at(60)).expect("done");
        assert_eq!(in_words(&state, at(100), &[]), "Paused");
        assert_eq!(in_minutes(Duration::from_secs(4_025)), "1:07:05");
        let mut ended = SlideState::start(state.epoch, &outline);
        let plan = Command::Clock(Timing::Plan, minutes);
        ended = ended.apply(&outline, plan, None, at(0)).expect("done");
        ended = ended.ended(at(0));
        assert_eq!(in_words(&ended, at(100), &[]), "Over");
    }
}
