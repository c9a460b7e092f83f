//! The shape of a deck, and the places in it.

use super::SlideNumber;
use serde::{Deserialize, Serialize};

/// How many steps each slide has. All that moving through a deck needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline(Vec<u16>);

/// A slide and how far it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub slide: SlideNumber,
    /// From 0 to the slide's steps.
    pub step: u16,
}

impl Outline {
    /// `None` without slides.
    pub fn new(steps: Vec<u16>) -> Option<Self> {
        let countable = u32::try_from(steps.len()).is_ok_and(|count| count > 0);
        countable.then_some(Self(steps))
    }

    /// Of a deck, which has slides.
    pub(super) fn of(steps: impl Iterator<Item = u16>) -> Self {
        Self(steps.collect())
    }

    /// How many slides, and so also the last one's number.
    pub fn last(&self) -> SlideNumber {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        SlideNumber::new(count).unwrap_or(SlideNumber::FIRST)
    }

    /// The steps of a slide; `None` beyond the deck's end.
    pub fn steps(&self, slide: SlideNumber) -> Option<u16> {
        self.0.get(slide.index().as_usize()).copied()
    }

    /// One step on: the slide's next build, or the following slide. At the end: there.
    pub fn after(&self, Place { slide, step }: Place) -> Place {
        if step < self.steps(slide).unwrap_or(0) {
            let step = step + 1;
            Place { slide, step }
        } else if slide < self.last() {
            let slide = slide.next();
            Place { slide, step: 0 }
        } else {
            Place { slide, step }
        }
    }

    /// One step back: the build before, or the slide before, wholly built. At the start: there.
    pub fn before(&self, Place { slide, step }: Place) -> Place {
        match (step.checked_sub(1), slide.previous()) {
            (Some(step), _) => Place { slide, step },
            (None, Some(slide)) => {
                let step = self.steps(slide).unwrap_or(0);
                Place { slide, step }
            }
            (None, None) => Place { slide, step },
        }
    }

    /// The same place, as far as this deck reaches.
    pub fn nearest(&self, Place { slide, step }: Place) -> Place {
        match self.steps(slide) {
            Some(steps) => Place {
                slide,
                step: step.min(steps),
            },
            None => Place {
                slide: self.last(),
                step: 0,
            },
        }
    }
}
