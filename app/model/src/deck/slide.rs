//! A deck and its slides.

use super::{Face, Outline, Size, SlideNumber};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A deck's name: the hash of its source.
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

/// At least one slide, with a title. Immutable once it is imported.
///
/// ```
/// use model::deck::{Deck, DeckId, Face, NoSlides, Slide};
///
/// let id = DeckId::new("c0ffee".to_owned());
/// let slide = Slide::new("Welcome".to_owned(), Face::pending(1_920, 1_080));
/// let deck = Deck::new(id.clone(), "My talk".to_owned(), vec![slide])?;
/// assert_eq!(deck.outline().last().get(), 1);
/// assert_eq!(Deck::new(id, "Empty".to_owned(), vec![]), Err(NoSlides));
/// # Ok::<(), NoSlides>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DeckFields")]
pub struct Deck {
    pub id: DeckId,
    pub title: String,
    slides: Vec<Slide>,
    #[serde(
        default,
        rename = "missing",
        skip_serializing_if = "Reading::is_complete"
    )]
    pub reading: Reading,
}

/// How much of a deck's source was read.
///
/// Stored as one string: `missing`, or a fixed sentence while the deck is being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Reading {
    /// Slides, or pictures in them, are still to come.
    Underway,
    /// The import has ended. `missing` tells the presenter what could not be read, a sentence a line;
    /// empty when nothing is missing.
    Done { missing: String },
}

/// How [`Reading::Underway`] is stored.
const UNDERWAY: &str = "It is still being read.";

/// A deck as it is stored, before its slides are counted.
#[derive(Deserialize)]
struct DeckFields {
    id: DeckId,
    title: String,
    slides: Vec<Slide>,
    #[serde(default, rename = "missing")]
    reading: Reading,
}

/// A deck needs at least one slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSlides;

/// A part of a deck, up to the next one, and how long it should take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    pub from: SlideNumber,
    pub minutes: u16,
}

/// One page of a deck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// Also the picture's alternative text.
    pub title: String,
    /// The number of builds: how often Next stays on this slide.
    pub steps: u16,
    /// One face for each step from 0 on, or one for all steps.
    pub faces: Vec<Face>,
    /// The speaker notes. Never sent to followers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// The same as HTML, if they are Markdown: emphasis, lists, code and links. It comes from the worker, and
    /// was checked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes_html: String,
    /// The minutes of the section that begins here, if its author said so; from 1 to 1,440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
    /// The words on the slide, in reading order, for search.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The face of a slide of which nothing is known yet.
static UNKNOWN: Face = Face::Pending(Size::FULL_HD);

impl Slide {
    /// A slide with one picture, and without steps, notes and words.
    pub fn new(title: String, face: Face) -> Self {
        Self {
            title,
            steps: 0,
            faces: vec![face],
            notes: String::new(),
            notes_html: String::new(),
            minutes: None,
            text: String::new(),
        }
    }

    /// The face at a step, from 0; the last one for steps without a face of their own.
    pub fn face(&self, step: u16) -> &Face {
        let own = self.faces.get(usize::from(step));
        own.or_else(|| self.faces.last()).unwrap_or(&UNKNOWN)
    }
}

impl Deck {
    /// # Errors
    /// [`NoSlides`] when `slides` is empty, or longer than `u32::MAX`.
    pub fn new(id: DeckId, title: String, slides: Vec<Slide>) -> Result<Self, NoSlides> {
        let countable = u32::try_from(slides.len()).is_ok_and(|count| count > 0);
        if countable {
            Ok(Self {
                id,
                title,
                slides,
                reading: Reading::default(),
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

    pub fn is_being_read(&self) -> bool {
        self.reading == Reading::Underway
    }

    /// The number of slides whose steps all have a face. While the deck is being read, at least one is
    /// not counted.
    pub fn ready(&self) -> usize {
        let is_ready = |slide: &&Slide| !slide.faces.iter().any(Face::is_pending);
        let ready = self.slides.iter().filter(is_ready).count();
        ready.min(self.slides.len() - usize::from(self.is_being_read()))
    }

    /// Whether every slide is as its author made it: the import has ended, and nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.reading.is_complete() && self.ready() == self.slides.len()
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

    /// The sections whose length its author said, in order.
    pub fn sections(&self) -> Vec<Section> {
        let number = |index: usize| u32::try_from(index + 1).ok().and_then(SlideNumber::new);
        let slides = self.slides.iter().enumerate();
        slides
            .filter_map(|(index, slide)| {
                Some(Section {
                    from: number(index)?,
                    minutes: slide.minutes?,
                })
            })
            .collect()
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
            reading: fields.reading,
            ..deck
        })
    }
}

impl Reading {
    /// Whether the whole source was read.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Done { missing } if missing.is_empty())
    }
}

impl Default for Reading {
    fn default() -> Self {
        let missing = String::new();
        Self::Done { missing }
    }
}

impl From<String> for Reading {
    fn from(missing: String) -> Self {
        if missing == UNDERWAY {
            Self::Underway
        } else {
            Self::Done { missing }
        }
    }
}

impl From<Reading> for String {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Underway => UNDERWAY.to_owned(),
            Reading::Done { missing } => missing,
        }
    }
}

impl fmt::Display for NoSlides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a deck needs at least one slide")
    }
}

impl std::error::Error for NoSlides {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_was_read_is_stored_as_it_always_was() {
        for (stored, reading) in [
            (r#""""#, Reading::default()),
            (r#""It is still being read.""#, Reading::Underway),
            (
                r#""Page 3 is missing.""#,
                Reading::Done {
                    missing: "Page 3 is missing.".to_owned(),
                },
            ),
        ] {
            let read: Reading = serde_json::from_str(stored).expect("read");
            assert_eq!(read, reading);
            assert_eq!(serde_json::to_string(&reading).expect("JSON"), stored);
        }
    }
}
