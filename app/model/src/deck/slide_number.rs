//! The two ways to say which slide, kept apart so that they can't be mixed up.

use serde::{Deserialize, Serialize};
use std::{fmt, num::NonZeroU32};

/// A slide as people count: from 1. What the screen, a URL and JSON say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlideNumber(NonZeroU32);

/// A slide as the deck's list counts: from 0. Never leaves the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlideIndex(u32);

impl SlideNumber {
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// `None` for 0: no person calls a slide that.
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

    /// The slide after this one, whether or not the deck reaches so far.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The slide before this one; none before the first.
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
