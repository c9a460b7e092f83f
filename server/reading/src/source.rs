//! What an importer gives: the same for every kind of deck. Runs in the worker process only.

use super::worker::{
    bounded::{self, PAGES},
    check::{MAX_CLASSES, MAX_FILES, MAX_WARNINGS},
};
use serde::{Deserialize, Serialize};

/// What a deck may have, as the options of the command line say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub pages: u32,
    /// Width times height of one picture.
    pub pixels: u64,
}

impl Default for Bounds {
    /// Two thousand pages are far more than any talk has, 64 megapixels more than a camera of 60
    /// makes.
    fn default() -> Self {
        Self {
            pages: 2_000,
            pixels: 64_000_000,
        }
    }
}

/// One deck, opened for reading. Lives in the worker; `page` is asked in the order of need.
pub trait Source {
    /// Cheap: what can be said before any page is drawn.
    fn outline(&self) -> Outline;
    /// Draws or writes one page. `index` is from 0, below the outline's number of pages; a picture
    /// needs to be `width` pixels wide at most.
    fn page(&mut self, index: u32, width: u32) -> Result<Page, SourceError>;

    /// A picture that a page's HTML shows, by the name that it has there.
    fn picture(&mut self, _name: &str) -> Result<Picture, SourceError> {
        Err(SourceError::Damaged("there is no such picture".to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    pub title: Option<String>,
    /// In their order. The pages 0..n each belong to exactly one slide.
    #[serde(deserialize_with = "bounded::slides")]
    pub slides: Vec<SlideOutline>,
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub warnings: Vec<Warning>,
    /// Its pages can be drawn in any size: the largest is made once the deck is whole.
    pub any_size: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlideOutline {
    /// Indices of its pages. More than one: each is a step of this slide (a PDF's builds).
    #[serde(deserialize_with = "bounded::at_most::<PAGES, _, _>")]
    pub pages: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub title: Option<String>,
    /// Plain text in reading order, lines separated by '\n'.
    pub text: String,
    pub notes: Option<String>,
    pub links: Vec<Link>,
    pub face: Face,
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Face {
    Picture(Pixels),
    Html(Html),
}

/// Straight (not premultiplied) RGBA, 8 bits, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// A picture that a page's HTML shows, and what of it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub pixels: Pixels,
    pub warnings: Vec<Warning>,
}

/// A slide as HTML at the fixed design size 1280 x 720. Sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Html {
    pub markup: String,
    /// How many builds: elements with `data-step="1"`.. are hidden before their step, those with
    /// `data-until="k"` from step k on.
    pub steps: u16,
    /// Classes for the slide's root, of our own theme (layout names); never the author's.
    #[serde(deserialize_with = "bounded::at_most::<MAX_CLASSES, _, _>")]
    pub classes: Vec<String>,
    /// Files beside the Markdown that `markup` shows, as written there (`<img data-file="...">`),
    /// to be imported as pictures and replaced by their renditions' addresses.
    #[serde(deserialize_with = "bounded::at_most::<MAX_FILES, _, _>")]
    pub files: Vec<String>,
}

/// A clickable area, in fractions of the page from its top left: 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub target: Target,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// http, https or mailto only.
    Url(String),
    /// A page's index.
    Page(u32),
}

/// Something that was left out or could not be understood. Words for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// From 1.
    pub line: Option<u32>,
    /// From 0.
    pub page: Option<u32>,
    pub reason: String,
}

/// Sentences for the person who brought the deck: what is wrong, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SourceError {
    #[error("this file is protected by a password; give it with --password, or on the upload page")]
    NeedsPassword,
    #[error("this is not its password")]
    WrongPassword,
    #[error("it is empty: there is no slide in it")]
    Empty,
    #[error("{0}")]
    Damaged(String),
    #[error("{0}")]
    TooLarge(String),
}
