//! A deck and its slides.

use super::{Face, Outline, SlideNumber};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a deck by the hash of its content: the same slides are the same deck.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeckId(String);

impl DeckId {
    pub fn new(hash: String) -> Self {
        Self(hash)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Immutable once imported. Has at least one slide: a deck without any can't be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DeckFields")]
pub struct Deck {
    pub id: DeckId,
    pub title: String,
    slides: Vec<Slide>,
    /// What is not in it and should be, in sentences for the presenter, a line each: pages that
    /// needed more memory than they may have, or all that is still to be read. (One text, because
    /// reading a list of them would cost the browser half a kilobyte.)
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub missing: String,
}

/// A deck as it is written, before it is known to have slides.
#[derive(Deserialize)]
struct DeckFields {
    id: DeckId,
    title: String,
    slides: Vec<Slide>,
    #[serde(default)]
    missing: String,
}

/// A deck needs at least one slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSlides;

/// What one page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// What a person would call it; also the picture's alternative text.
    pub title: String,
    /// How many times Next builds on this slide before it goes to the following one.
    pub steps: u16,
    /// What it looks like: one face for each step from 0 on, or one for all of them.
    pub faces: Vec<Face>,
    /// What the presenter wants to say. Never a follower's to see.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Its words, in reading order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What is missing of a deck until the end of its import.
pub const STILL_READ: &str = "It is still being read.";

/// The shape of a slide that nothing is known of yet.
static USUAL: Face = Face::pending(1_920, 1_080);

impl Slide {
    /// One picture, and nothing said about it.
    pub fn new(title: String, face: Face) -> Self {
        Self {
            title,
            steps: 0,
            faces: vec![face],
            notes: String::new(),
            text: String::new(),
        }
    }

    pub fn face(&self, step: u16) -> &Face {
        let own = self.faces.get(usize::from(step));
        own.or_else(|| self.faces.last()).unwrap_or(&USUAL)
    }
}

impl Deck {
    /// # Errors
    /// [`NoSlides`] when there are none (or more than a slide number can count).
    pub fn new(id: DeckId, title: String, slides: Vec<Slide>) -> Result<Self, NoSlides> {
        let countable = u32::try_from(slides.len()).is_ok_and(|count| count > 0);
        if countable {
            Ok(Self {
                id,
                title,
                slides,
                missing: String::new(),
            })
        } else {
            Err(NoSlides)
        }
    }

    pub fn slides(&self) -> &[Slide] {
        &self.slides
    }

    pub fn slide(&self, number: SlideNumber) -> Option<&Slide> {
        self.slides.get(number.index().as_usize())
    }

    /// Whether more of it comes: slides, or pictures in them.
    pub fn is_being_read(&self) -> bool {
        self.missing == STILL_READ
    }

    /// How many slides can be seen, with all of their steps: all of them, but while the deck is
    /// still being read.
    pub fn ready(&self) -> usize {
        let is_ready = |slide: &&Slide| !slide.faces.iter().any(Face::is_pending);
        let ready = self.slides.iter().filter(is_ready).count();
        ready.min(self.slides.len() - usize::from(self.is_being_read()))
    }

    /// Whether every slide can be seen as it should be; not while the deck is still being imported,
    /// nor when a part of it could not be read.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.ready() == self.slides.len()
    }

    /// The same deck without the slides' [words](Slide::text), which can be as long as a book.
    #[must_use]
    pub fn without_words(&self) -> Self {
        let mut deck = self.clone();
        for slide in &mut deck.slides {
            slide.text.clear();
        }
        deck
    }

    pub fn outline(&self) -> Outline {
        Outline::of(self.slides.iter().map(|slide| slide.steps))
    }
}

impl TryFrom<DeckFields> for Deck {
    type Error = NoSlides;

    fn try_from(fields: DeckFields) -> Result<Self, NoSlides> {
        let deck = Self::new(fields.id, fields.title, fields.slides)?;
        Ok(Self {
            missing: fields.missing,
            ..deck
        })
    }
}

impl fmt::Display for NoSlides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a deck needs at least one slide")
    }
}

impl std::error::Error for NoSlides {}
