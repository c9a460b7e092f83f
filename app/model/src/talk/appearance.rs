//! How slides look on every screen, where the presenter decides it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The colours of Markdown slides. A slide keeps a ground of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// As the deck says.
    #[default]
    Deck,
    Light,
    Dark,
}

/// How a slide takes another's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transition {
    #[default]
    Cut,
    /// A cross-fade. A cut for people whose system asks for reduced motion.
    Fade,
}

/// No scheme or transition has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAppearance;

impl Scheme {
    pub const ALL: [Self; 3] = [Self::Deck, Self::Light, Self::Dark];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deck => "deck",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Transition {
    pub const ALL: [Self; 2] = [Self::Cut, Self::Fade];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Fade => "fade",
        }
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl FromStr for Scheme {
    type Err = UnknownAppearance;

    fn from_str(word: &str) -> Result<Self, UnknownAppearance> {
        let mut all = Self::ALL.into_iter();
        all.find(|scheme| scheme.as_str() == word)
            .ok_or(UnknownAppearance)
    }
}

impl FromStr for Transition {
    type Err = UnknownAppearance;

    fn from_str(word: &str) -> Result<Self, UnknownAppearance> {
        let mut all = Self::ALL.into_iter();
        all.find(|transition| transition.as_str() == word)
            .ok_or(UnknownAppearance)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
