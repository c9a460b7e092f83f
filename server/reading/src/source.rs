//! The trait that every importer implements, and its types. Sources live in the worker process only.

use super::worker::{
    bounded::{self, PAGES},
    check::{MAX_CLASSES, MAX_SEGMENTS, MAX_WARNINGS},
};
use crate::segments::{self, Segment};
use serde::{Deserialize, Serialize};

/// Limits of a deck, from the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub pages: u32,
    /// The largest width times height of one picture.
    pub pixels: u64,
}

impl Default for Bounds {
    /// No talk has 2,000 pages, and a camera has up to 60 megapixels.
    fn default() -> Self {
        Self {
            pages: 2_000,
            pixels: 64_000_000,
        }
    }
}

/// An open deck. Pages are requested in the order in which they are needed.
pub trait Source {
    /// The deck's structure, as far as it is known without rendering a page. Cheap.
    fn outline(&self) -> Outline;
    /// Renders one page. `index` is from 0 and below the outline's number of pages. A picture need not
    /// be wider than `width` pixels.
    fn page(&mut self, index: u32, width: u32) -> Result<Page, SourceError>;

    /// Decodes a picture by its name in [`Html::files`].
    fn picture(&mut self, _name: &str) -> Result<Picture, SourceError> {
        Err(SourceError::Damaged("there is no such picture".to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    pub title: Option<String>,
    /// In order. Each page 0..n belongs to exactly one slide.
    #[serde(deserialize_with = "bounded::slides")]
    pub slides: Vec<SlideOutline>,
    #[serde(deserialize_with = "bounded::at_most::<MAX_WARNINGS, _, _>")]
    pub warnings: Vec<Warning>,
    /// Whether its pages are vector graphics. Their largest size is rendered once the deck is complete.
    pub any_size: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlideOutline {
    /// Indices of its pages. If there are several, each is a step of the slide (a PDF's builds).
    #[serde(deserialize_with = "bounded::at_most::<PAGES, _, _>")]
    pub pages: Vec<u32>,
    /// The minutes of the section that begins here, if the author said so; from 1 to 1,440.
    pub minutes: Option<u16>,
}

impl SlideOutline {
    /// A slide of one page.
    pub fn of(page: u32) -> Self {
        Self {
            pages: vec![page],
            minutes: None,
        }
    }
}

/// The most minutes of a section: a day.
pub const MAX_MINUTES: u16 = 1_440;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub title: Option<String>,
    /// Plain text in reading order, lines separated by '\n'.
    pub text: String,
    pub notes: Option<String>,
    /// Whether the notes' marks are Markdown's, and not the author's own.
    pub notes_are_markdown: bool,
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

/// A picture in a page's HTML, with warnings about missing parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub pixels: Pixels,
    pub warnings: Vec<Warning>,
}

/// A slide as sanitised HTML at the fixed design size 1280 x 720.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Html {
    /// The server imports the pictures' files and puts the addresses of their renditions in.
    #[serde(deserialize_with = "bounded::at_most::<MAX_SEGMENTS, _, _>")]
    pub segments: Vec<Segment>,
    /// Number of builds. Elements with `data-step="k"` are hidden before step k, those with
    /// `data-until="k"` from step k on.
    pub steps: u16,
    /// Classes of the theme for the slide's root. Never the author's.
    #[serde(deserialize_with = "bounded::at_most::<MAX_CLASSES, _, _>")]
    pub classes: Vec<String>,
}

impl Html {
    /// As one string, with the names of files as `data-file`: for tests and the fuzzer.
    pub fn markup(&self) -> String {
        segments::join(&self.segments)
    }

    /// Whether a picture of that name is on the slide.
    pub fn shows(&self, file: &str) -> bool {
        self.segments.iter().any(|it| it.file() == Some(file))
    }

    /// The names of the pictures' files, each once.
    pub fn files(&self) -> Vec<&str> {
        segments::files(&self.segments)
    }
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
    /// Only http, https or mailto.
    Url(String),
    /// A page's index.
    Page(u32),
}

/// A sentence for the user about something that was left out or not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// From 1.
    pub line: Option<u32>,
    /// From 0.
    pub page: Option<u32>,
    pub reason: String,
}

/// Sentences for the user: what is wrong, and what to do about it.
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
