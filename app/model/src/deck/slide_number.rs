//! Numbers (from 1) and indices (from 0) of slides, as two types that can't be mixed up.

use serde::{Deserialize, Serialize};
use std::{fmt, num::NonZeroU32};

/// A slide's number, from 1, as on the screen, in URLs and in JSON.
///
/// ```
/// use model::deck::SlideNumber;
///
/// assert_eq!(SlideNumber::new(0), None);
/// assert_eq!(SlideNumber::FIRST.next().index().as_usize(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlideNumber(NonZeroU32);

/// A slide's index in the deck's list, from 0. Never leaves the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlideIndex(u32);

impl SlideNumber {
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// `None` for 0.
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    pub const fn get(self) -> u32 {
        self.0.get()
    }

    pub const fn index(self) -> SlideIndex {
        SlideIndex(self.0.get() - 1)
    }

    /// The next number, whether or not a deck has such a slide.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// `None` before the first.
    pub fn previous(self) -> Option<Self> {
        Self::new(self.get() - 1)
    }
}

impl SlideIndex {
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for SlideNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
