//! The presenter's pointer: broadcast over the stream, and never stored.

use crate::deck::SlideNumber;
use serde::{Deserialize, Serialize};

/// A position of the pointer, with the whole drawing. Never a difference: the next one makes up for one
/// that is lost.
///
/// ```
/// use model::talk::Pointing;
///
/// assert!(Pointing::is_ink("0,0 100,100;500,500"));
/// assert!(!Pointing::is_ink("<script>"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointing {
    /// The slide that is pointed at. Pages that show another one ignore it.
    pub slide: SlideNumber,
    pub tool: Tool,
    /// Ten-thousandths of the slide's width, from its left edge: 0 to 10,000.
    pub x: u16,
    /// Ten-thousandths of its height, from its upper edge: 0 to 10,000.
    pub y: u16,
    /// The pencil's strokes: points as in SVG's `points`, `;` between strokes. At most
    /// [`Pointing::MOST_INK`] bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ink: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// A spot of light.
    #[default]
    Spot,
    Pencil,
    /// Everything around the pointer gets dark.
    Spotlight,
    Magnifier,
    /// The pointer was lifted, and the drawing wiped.
    None,
}

impl Pointing {
    /// The right and lower edge.
    pub const FAR: u16 = 10_000;
    /// Enough for a few circles and arrows. Everybody gets all of it with each move of the pencil.
    pub const MOST_INK: usize = 6_000;

    /// Lifts the pointer and wipes the drawing.
    pub fn nothing(slide: SlideNumber) -> Self {
        Self {
            slide,
            tool: Tool::None,
            x: 0,
            y: 0,
            ink: String::new(),
        }
    }

    /// Whether `ink` has only the characters of ink, and at most [`Pointing::MOST_INK`] bytes.
    pub fn is_ink(ink: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b';');
        ink.len() <= Self::MOST_INK && ink.bytes().all(fits)
    }
}

impl Tool {
    pub const CHOICE: [Self; 4] = [Self::Spot, Self::Pencil, Self::Spotlight, Self::Magnifier];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Pencil => "pencil",
            Self::Spotlight => "spotlight",
            Self::Magnifier => "magnifier",
            Self::None => "none",
        }
    }
}
