//! The slides that the room has seen.

use crate::deck::{Outline, Place, SlideNumber};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The slides that were shown, each with its furthest step. A set, not a maximum: what a presenter
/// skipped was not shown.
///
/// Written as `1-4,7.2`: all of slides 1 to 4, slide 7 up to its step 2.
///
/// ```
/// use model::{deck::SlideNumber, talk::Shown};
///
/// let shown = Shown::try_from("1-4,7.2".to_owned()).expect("valid");
/// let steps_of_seven = 3;
/// let seven = SlideNumber::new(7).expect("from 1");
/// assert_eq!(shown.step(seven, steps_of_seven), Some(2));
/// assert_eq!(shown.step(SlideNumber::new(5).expect("from 1"), 0), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shown(Vec<Run>);

/// Consecutive slides that were shown up to the same step. Runs are sorted, and adjacent runs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: SlideNumber,
    last: SlideNumber,
    /// `None`: all steps.
    step: Option<u16>,
}

/// Not the text of a [`Shown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidShown;

impl Shown {
    /// At the start of a talk: its first slide.
    pub fn first(outline: &Outline) -> Self {
        let mut shown = Self::default();
        let (slide, step) = (SlideNumber::FIRST, 0);
        shown.add(Place { slide, step }, outline.steps(slide).unwrap_or(0));
        shown
    }

    /// All of every slide before `reach`, and the first step of `reach`: older versions stored no more.
    pub fn up_to(reach: SlideNumber) -> Self {
        let whole = |last| Run {
            first: SlideNumber::FIRST,
            last,
            step: None,
        };
        let before = reach.previous().map(whole);
        let furthest = Run {
            first: reach,
            last: reach,
            step: Some(0),
        };
        Self(before.into_iter().chain([furthest]).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The furthest step that was shown of a slide that has `steps`; `None` if it was not shown.
    pub fn step(&self, slide: SlideNumber, steps: u16) -> Option<u16> {
        let run = self.run(slide)?;
        Some(run.step.map_or(steps, |step| step.min(steps)))
    }

    /// Records a place, on a slide that has `steps`.
    pub fn add(&mut self, Place { slide, step }: Place, steps: u16) {
        let before = self.run(slide);
        let is_more = match before.map(|run| run.step) {
            None => true,
            Some(None) => false,
            Some(Some(shown)) => shown < step,
        };
        if is_more {
            let step = Some(step).filter(|step| *step < steps);
            self.set(slide, step);
        }
    }

    /// Without the slides after `last`.
    #[must_use]
    pub fn within(&self, last: SlideNumber) -> Self {
        let runs = self.0.iter().filter(|run| run.first <= last);
        Self(
            runs.map(|run| Run {
                last: run.last.min(last),
                ..*run
            })
            .collect(),
        )
    }

    /// Only the slides after `last`.
    #[must_use]
    pub fn beyond(&self, last: SlideNumber) -> Self {
        let runs = self.0.iter().filter(|run| run.last > last);
        Self(
            runs.map(|run| Run {
                first: run.first.max(last.next()),
                ..*run
            })
            .collect(),
        )
    }

    /// Adds the slides of `rest` that come after the last one of this.
    #[must_use]
    pub fn followed_by(&self, rest: &Self) -> Self {
        let mut runs = self.0.clone();
        match self.0.last() {
            Some(own) => runs.extend(rest.beyond(own.last).0),
            None => runs.extend(&rest.0),
        }
        Self::joined(runs)
    }

    fn joined(mut runs: Vec<Run>) -> Self {
        runs.dedup_by(|next, before| {
            let joins = before.step == next.step && before.last.next() == next.first;
            if joins {
                before.last = next.last;
            }
            joins
        });
        Self(runs)
    }

    fn run(&self, slide: SlideNumber) -> Option<Run> {
        let after = self.0.partition_point(|run| run.last < slide);
        let run = self.0.get(after)?;
        (run.first <= slide).then_some(*run)
    }

    fn set(&mut self, slide: SlideNumber, step: Option<u16>) {
        let one = Run {
            first: slide,
            last: slide,
            step,
        };
        let mut runs = Vec::with_capacity(self.0.len() + 2);
        let mut placed = false;
        for run in &self.0 {
            if !placed && run.last >= slide {
                placed = true;
                if let Some(last) = slide.previous().filter(|last| run.first <= *last) {
                    runs.push(Run { last, ..*run });
                }
                runs.push(one);
                if run.first > slide {
                    runs.push(*run);
                } else if run.last > slide {
                    let first = slide.next();
                    runs.push(Run { first, ..*run });
                }
            } else {
                runs.push(*run);
            }
        }
        if !placed {
            runs.push(one);
        }
        *self = Self::joined(runs);
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, run) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            run.first.fmt(f)?;
            if run.last > run.first {
                write!(f, "-{}", run.last)?;
            }
            if let Some(step) = run.step {
                write!(f, ".{step}")?;
            }
        }
        Ok(())
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> Self {
        shown.to_string()
    }
}

impl FromStr for Run {
    type Err = InvalidShown;

    fn from_str(text: &str) -> Result<Self, InvalidShown> {
        let (slides, step) = match text.split_once('.') {
            Some((slides, step)) => (slides, Some(step.parse().map_err(|_| InvalidShown)?)),
            None => (text, None),
        };
        let (first, last) = slides.split_once('-').unwrap_or((slides, slides));
        let number = |text: &str| {
            let number = text.parse().ok().and_then(SlideNumber::new);
            number.ok_or(InvalidShown)
        };
        let (first, last) = (number(first)?, number(last)?);
        let run = Self { first, last, step };
        if first <= last {
            Ok(run)
        } else {
            Err(InvalidShown)
        }
    }
}

impl TryFrom<String> for Shown {
    type Error = InvalidShown;

    fn try_from(text: String) -> Result<Self, InvalidShown> {
        let mut runs: Vec<Run> = Vec::new();
        for run in text.split(',').filter(|run| !run.is_empty()) {
            let run: Run = run.parse()?;
            if runs.last().is_some_and(|before| before.last >= run.first) {
                return Err(InvalidShown);
            }
            runs.push(run);
        }
        Ok(Self(runs))
    }
}

impl fmt::Display for InvalidShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("slides are shown as in 1-4,7.2")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const STEPS: u16 = 2;

    fn number(number: u32) -> SlideNumber {
        SlideNumber::new(number).expect("from 1")
    }

    proptest! {
        /// It is the map that it stands for, through its text, too.
        #[test]
        fn every_place_that_was_shown_is_known_and_no_other(
            places in prop::collection::vec((1_u32..12, 0_u16..=STEPS), 0..40),
        ) {
            let mut shown = Shown::default();
            let mut expected = BTreeMap::new();
            for (slide, step) in places {
                shown.add(Place { slide: number(slide), step }, STEPS);
                let furthest = expected.entry(slide).or_insert(step);
                *furthest = step.max(*furthest);
                let text = shown.to_string();
                prop_assert_eq!(Shown::try_from(text), Ok(shown.clone()));
            }
            for slide in 1..14 {
                prop_assert_eq!(shown.step(number(slide), STEPS), expected.get(&slide).copied());
                let within = shown.within(number(5));
                let kept = expected.get(&slide).filter(|_| slide <= 5).copied();
                prop_assert_eq!(within.step(number(slide), STEPS), kept);
            }
            let parted = shown.within(number(5)).followed_by(&shown.beyond(number(5)));
            prop_assert_eq!(parted, shown);
        }
    }

    #[test]
    fn a_talk_in_its_order_takes_a_few_bytes() {
        let mut shown = Shown::default();
        for slide in 1..=2_000 {
            for step in 0..=STEPS {
                let slide = number(slide);
                shown.add(Place { slide, step }, STEPS);
            }
        }
        let (slide, step) = (number(2_001), 1);
        shown.add(Place { slide, step }, STEPS);
        assert_eq!(shown.to_string(), "1-2000,2001.1");
    }

    #[test]
    fn what_is_no_list_of_slides_is_refused() {
        for text in ["0", "2-1", "3,2", "1-3,3", "1.x", "a", "1-", "-1"] {
            assert_eq!(
                Shown::try_from(text.to_owned()),
                Err(InvalidShown),
                "{text}"
            );
        }
        assert_eq!(Shown::try_from(String::new()), Ok(Shown::default()));
    }
}
