//! Decks: titled, ordered lists of slides. Pure data that knows nothing of talks.

mod face;
mod outline;
mod slide;
mod slide_number;

pub use face::{Face, Link, Markup, Picture, Rendition, Size};
pub use outline::{Outline, Place};
pub use slide::{Deck, DeckId, NoSlides, Reading, Section, Slide};
pub use slide_number::{SlideIndex, SlideNumber};
