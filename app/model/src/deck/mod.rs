//! What is shown: a deck is an ordered list of slides with its title.
//!
//! Pure data. Nothing here does IO, knows a framework or knows that a talk exists.

mod face;
mod outline;
mod slide;
mod slide_number;

pub use face::{Face, Link, Rendition};
pub use outline::{Outline, Place};
pub use slide::{Deck, DeckId, NoSlides, STILL_READ, Slide};
pub use slide_number::{SlideIndex, SlideNumber};
