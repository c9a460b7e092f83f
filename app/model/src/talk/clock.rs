//! A talk's clock: its running time, plan and pace.

use crate::deck::{Section, SlideNumber};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Milliseconds since 1970, UTC, by the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    pub const fn from_unix_ms(ms: u64) -> Self {
        Self(ms)
    }

    pub const fn unix_ms(self) -> u64 {
        self.0
    }

    /// Zero if `earlier` is later: clocks are set back now and then.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The planned length of a talk: 1 minute to 24 hours.
///
/// ```
/// use model::talk::Minutes;
///
/// assert_eq!("45".parse::<Minutes>().map(Minutes::get), Ok(45));
/// assert!("0".parse::<Minutes>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Minutes(u16);

/// Not 1 to 1,440 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMinutes;

/// A talk's clock. Starts by itself when the talk leaves its first slide.
///
/// ```
/// use model::talk::{Clock, Timestamp};
///
/// let clock = Clock { since: Some(Timestamp::from_unix_ms(10_000)), ..Clock::default() };
/// assert_eq!(clock.elapsed(Timestamp::from_unix_ms(70_000)).as_secs(), 60);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Milliseconds of earlier runs.
    pub ran_ms: u64,
    /// The start of the current run; `None` if it waits or is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Minutes>,
}

/// A command to the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    Run,
    Pause,
    /// Back to 0:00. It starts again with the next slide.
    Reset,
    /// Sets or removes the planned length.
    Plan,
}

/// A talk's position against its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Ahead(Duration),
    OnTime,
    Behind(Duration),
}

/// Nobody speaks to the second: a smaller difference is on time.
const UNHURRIED: Duration = Duration::from_secs(30);

impl Minutes {
    const MOST: u16 = 24 * 60;

    pub const fn get(self) -> u16 {
        self.0
    }

    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 60)
    }
}

impl Clock {
    pub fn is_running(self) -> bool {
        self.since.is_some()
    }

    pub fn elapsed(self, now: Timestamp) -> Duration {
        let running = self.since.map_or(Duration::ZERO, |since| now.since(since));
        Duration::from_millis(self.ran_ms).saturating_add(running)
    }

    /// Whether it is past 0:00 or running.
    pub fn has_started(self) -> bool {
        self.is_running() || self.ran_ms > 0
    }

    /// The rest of the planned time; `None` without a plan.
    pub fn remaining(self, now: Timestamp) -> Option<Remaining> {
        let planned = self.planned?.duration();
        let elapsed = self.elapsed(now);
        Some(if elapsed <= planned {
            Remaining::Left(planned.saturating_sub(elapsed))
        } else {
            Remaining::Over(elapsed.saturating_sub(planned))
        })
    }

    /// pdfpc's rule: half-way through slide n of N, (n - 0.5) / N of the planned time should have
    /// passed; within each section, where the deck has some. A difference of up to half a slide's time, or
    /// 30 s if that is longer, is on time. `None` without a plan, or before the start.
    pub fn pace(
        self,
        now: Timestamp,
        slide: SlideNumber,
        slides: u32,
        sections: &[Section],
    ) -> Option<Pace> {
        let planned = self.planned.filter(|_| self.has_started())?.duration();
        let (expected, half_slide) = in_section(planned, slide, slides, sections)
            .or_else(|| in_middle(planned, slide.get(), slides))?;
        let elapsed = self.elapsed(now);
        let slack = half_slide.max(UNHURRIED);
        Some(if elapsed > expected.saturating_add(slack) {
            Pace::Behind(elapsed.saturating_sub(expected))
        } else if elapsed.saturating_add(slack) < expected {
            Pace::Ahead(expected.saturating_sub(elapsed))
        } else {
            Pace::OnTime
        })
    }

    pub(super) fn run(&mut self, now: Timestamp) {
        self.since.get_or_insert(now);
    }

    pub(super) fn pause(&mut self, now: Timestamp) {
        let ran = self.elapsed(now).as_millis();
        self.ran_ms = u64::try_from(ran).unwrap_or(u64::MAX);
        self.since = None;
    }

    pub(super) fn reset(&mut self) {
        self.ran_ms = 0;
        self.since = None;
    }

    /// Whether two clocks are equal apart from their times: a remote only estimates the server's time.
    pub(super) fn is_like(self, other: Self) -> bool {
        // `ran_ms` differs too: one of the two may have run for no time at all.
        self.is_running() == other.is_running() && self.planned == other.planned
    }
}

/// The time until the middle of the `nth` of `slides`, and half of its own time.
fn in_middle(planned: Duration, nth: u32, slides: u32) -> Option<(Duration, Duration)> {
    let half_slide = planned.checked_div(slides.checked_mul(2)?)?;
    let expected = half_slide.checked_mul(nth.checked_mul(2)?.checked_sub(1)?)?;
    Some((expected, half_slide))
}

/// The same in a deck with sections. They share the planned time by their lengths, should it be another
/// one than theirs together. `None` without sections.
fn in_section(
    planned: Duration,
    slide: SlideNumber,
    slides: u32,
    sections: &[Section],
) -> Option<(Duration, Duration)> {
    let sum = |sections: &[Section]| -> u32 {
        sections
            .iter()
            .map(|section| u32::from(section.minutes))
            .sum()
    };
    let all = sum(sections);
    let share = |minutes: u32| Some(planned.checked_mul(minutes)? / all);
    let reached = sections.partition_point(|section| section.from <= slide);
    if all == 0 {
        return None;
    }
    // What stands before the first section has no time of its own.
    let Some(at) = reached.checked_sub(1) else {
        return Some((Duration::ZERO, Duration::ZERO));
    };
    let section = sections.get(at)?;
    let before = share(sum(sections.get(..at)?))?;
    let end = sections
        .get(reached)
        .map_or(slides.saturating_add(1), |next| next.from.get());
    let nth = slide.get() - section.from.get() + 1;
    let own = share(u32::from(section.minutes))?;
    let (expected, half_slide) = in_middle(own, nth, end.saturating_sub(section.from.get()))?;
    Some((before.saturating_add(expected), half_slide))
}

/// The planned time that is left, or by how much it is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    Left(Duration),
    Over(Duration),
}

impl TryFrom<u16> for Minutes {
    type Error = InvalidMinutes;

    fn try_from(minutes: u16) -> Result<Self, InvalidMinutes> {
        if (1..=Self::MOST).contains(&minutes) {
            Ok(Self(minutes))
        } else {
            Err(InvalidMinutes)
        }
    }
}

impl std::str::FromStr for Minutes {
    type Err = InvalidMinutes;

    fn from_str(minutes: &str) -> Result<Self, InvalidMinutes> {
        let minutes: u16 = minutes.parse().map_err(|_| InvalidMinutes)?;
        minutes.try_into()
    }
}

impl From<Minutes> for u16 {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

impl std::fmt::Display for InvalidMinutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a talk is planned for 1 to 1440 minutes")
    }
}

impl std::error::Error for InvalidMinutes {}

impl Timing {
    /// The name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Pause => "pause",
            Self::Reset => "reset",
            Self::Plan => "plan",
        }
    }
}

/// No command to the clock has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownTiming;

impl std::str::FromStr for Timing {
    type Err = UnknownTiming;

    fn from_str(word: &str) -> Result<Self, UnknownTiming> {
        [Self::Run, Self::Pause, Self::Reset, Self::Plan]
            .into_iter()
            .find(|timing| timing.as_str() == word)
            .ok_or(UnknownTiming)
    }
}

impl std::fmt::Display for Timing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000 + seconds * 1_000)
    }

    fn started(planned: u16) -> Clock {
        let planned = Some(Minutes::try_from(planned).expect("a plan"));
        Clock {
            since: Some(at(0)),
            planned,
            ran_ms: 0,
        }
    }

    #[test]
    fn a_pause_is_not_counted() {
        let mut clock = started(20);
        clock.pause(at(60));
        assert_eq!(clock.elapsed(at(600)).as_secs(), 60);
        clock.run(at(600));
        assert_eq!(clock.elapsed(at(630)).as_secs(), 90);
        clock.reset();
        assert_eq!(
            (clock.elapsed(at(700)).as_secs(), clock.has_started()),
            (0, false)
        );
    }

    #[test]
    fn a_clock_that_is_set_back_runs_on_from_where_it_was() {
        let clock = started(20);
        assert_eq!(clock.elapsed(Timestamp::from_unix_ms(5)).as_secs(), 0);
    }

    #[test]
    fn what_is_left_turns_into_what_is_over() {
        let clock = started(20);
        let check = |seconds, expected| {
            assert_eq!(clock.remaining(at(seconds)), Some(expected), "{seconds}");
        };
        check(0, Remaining::Left(Duration::from_secs(1_200)));
        check(1_200, Remaining::Left(Duration::ZERO));
        check(1_261, Remaining::Over(Duration::from_secs(61)));
        assert_eq!(Clock::default().remaining(at(0)), None);
    }

    #[test]
    fn the_pace_is_pdfpcs() {
        // 20 slides in 20 minutes: slide 11 is half through at 10:30.
        let check = |seconds, slide, expected| {
            let slide = SlideNumber::new(slide).expect("from 1");
            let pace = started(20).pace(at(seconds), slide, 20, &[]);
            assert_eq!(pace, expected, "slide {slide} at {seconds} s");
        };
        check(630, 11, Some(Pace::OnTime));
        check(660, 11, Some(Pace::OnTime));
        check(661, 11, Some(Pace::Behind(Duration::from_secs(31))));
        check(599, 11, Some(Pace::Ahead(Duration::from_secs(31))));
        check(1_230, 20, Some(Pace::Behind(Duration::from_secs(60))));
        check(0, 1, Some(Pace::OnTime));
        let slide = SlideNumber::FIRST;
        assert_eq!(
            Clock::default().pace(at(5), slide, 20, &[]),
            None,
            "no plan"
        );
        let waiting = Clock {
            since: None,
            ..started(20)
        };
        assert_eq!(waiting.pace(at(5), slide, 20, &[]), None, "not begun");
    }

    #[test]
    fn sections_have_their_own_time() {
        // A beginning of 2 minutes, then 10 for 5 slides, then 8 for the other 8.
        let section = |from, minutes| Section {
            from: SlideNumber::new(from).expect("from 1"),
            minutes,
        };
        let sections = [section(1, 2), section(2, 10), section(7, 8)];
        let check = |seconds, slide, expected| {
            let slide = SlideNumber::new(slide).expect("from 1");
            let pace = started(20).pace(at(seconds), slide, 14, &sections);
            assert_eq!(pace, expected, "slide {slide} at {seconds} s");
        };
        check(60, 1, Some(Pace::OnTime));
        // The middle of slide 2 is at 3:00, and it has 2 minutes.
        check(240, 2, Some(Pace::OnTime));
        check(241, 2, Some(Pace::Behind(Duration::from_secs(61))));
        check(600, 7, Some(Pace::Ahead(Duration::from_secs(150))));
        // By hand half of that time: all sections are half as long.
        let half = started(10).pace(at(120), SlideNumber::new(2).expect("2"), 14, &sections);
        assert_eq!(half, Some(Pace::OnTime));
        // A deck whose sections begin later.
        let late = [section(3, 10)];
        let before = started(10).pace(at(20), SlideNumber::FIRST, 14, &late);
        assert_eq!(before, Some(Pace::OnTime));
    }

    proptest! {
        #[test]
        fn no_clock_and_no_plan_overflows(
            ran_ms in any::<u64>(),
            since in any::<u64>(),
            now in any::<u64>(),
            minutes in 1_u16..=1_440,
            slide in 1_u32..=u32::MAX,
            slides in 1_u32..=u32::MAX,
            sections in prop::collection::vec((1_u32..=u32::MAX, 1_u16..=1_440), 0..9),
        ) {
            let planned = Minutes::try_from(minutes).ok();
            let since = Some(Timestamp::from_unix_ms(since));
            let mut clock = Clock { ran_ms, since, planned };
            let now = Timestamp::from_unix_ms(now);
            let slide = SlideNumber::new(slide).expect("from 1");
            let mut sections: Vec<_> = sections
                .into_iter()
                .map(|(from, minutes)| Section {
                    from: SlideNumber::new(from).expect("from 1"),
                    minutes,
                })
                .collect();
            sections.sort_by_key(|section| section.from);
            let _ = (
                clock.pace(now, slide, slides, &sections),
                clock.remaining(now),
            );
            clock.pause(now);
            prop_assert!(clock.ran_ms >= ran_ms);
        }
    }
}
