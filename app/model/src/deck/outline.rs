//! The shape of a deck, and places in it.

use super::SlideNumber;
use serde::{Deserialize, Serialize};

/// The number of steps of each slide: all that moving through a deck needs.
///
/// ```
/// use model::deck::{Outline, Place, SlideNumber};
///
/// // The first slide has one build.
/// let outline = Outline::new(vec![1, 0]).expect("slides");
/// let start = Place { slide: SlideNumber::FIRST, step: 0 };
/// let built = outline.after(start);
/// let next = outline.after(built);
/// assert_eq!((built.slide.get(), built.step), (1, 1));
/// assert_eq!((next.slide.get(), next.step), (2, 0));
/// assert_eq!(outline.after(next), next);
/// assert_eq!(outline.before(next), built);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline(Vec<u16>);

/// A slide and its build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub slide: SlideNumber,
    /// From 0 to the slide's number of steps.
    pub step: u16,
}

impl Outline {
    /// `None` without slides.
    pub fn new(steps: Vec<u16>) -> Option<Self> {
        let countable = u32::try_from(steps.len()).is_ok_and(|count| count > 0);
        countable.then_some(Self(steps))
    }

    /// For a deck, which always has slides.
    pub(super) fn of(steps: impl Iterator<Item = u16>) -> Self {
        Self(steps.collect())
    }

    /// The number of the last slide, and so of slides.
    pub fn last(&self) -> SlideNumber {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        SlideNumber::new(count).unwrap_or(SlideNumber::FIRST)
    }

    /// The number of steps of a slide; `None` beyond the end.
    pub fn steps(&self, slide: SlideNumber) -> Option<u16> {
        self.0.get(slide.index().as_usize()).copied()
    }

    /// One step forward: the slide's next build, or the following slide. Stays at the end.
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

    /// One step back: the previous build, or the previous slide fully built. Stays at the start.
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

    /// The same place, or the nearest one that this deck has.
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
