//! What the presenter points at: said over the stream, and never stored.

use crate::deck::SlideNumber;
use serde::{Deserialize, Serialize};

/// The presenter's finger on a slide. Whole, never a difference: one that is lost is made good by the
/// next. So a drawing comes with all of its strokes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointing {
    /// The slide that is pointed at; on another one it means nothing.
    pub slide: SlideNumber,
    pub tool: Tool,
    /// Ten-thousandths of the slide's width, from its left edge: 0 to 10,000.
    pub x: u16,
    /// Ten-thousandths of its height, from its upper edge: 0 to 10,000.
    pub y: u16,
    /// The pencil's strokes as SVG writes a line's points, `;` between strokes; at most
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
    /// All but what it is held at gets dark.
    Spotlight,
    Magnifier,
    /// Nothing is pointed at any more; and what was drawn is gone.
    None,
}

impl Pointing {
    pub const FAR: u16 = 10_000;
    /// A few circles and arrows. It goes to everybody again with each move of the pencil.
    pub const MOST_INK: usize = 6_000;

    /// Nothing is pointed at.
    pub fn nothing(slide: SlideNumber) -> Self {
        Self {
            slide,
            tool: Tool::None,
            x: 0,
            y: 0,
            ink: String::new(),
        }
    }

    /// Whether it is ink as this program writes it.
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
