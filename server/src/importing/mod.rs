//! Imports decks: turns a user's files into a [`Deck`](model::deck::Deck) that a talk shows.
//!
//! [`bring`] imports the decks of the command line, and [`watched`] imports them again when they change.
//! [`staging`] copies a deck's files, the [`workers`] open them and return pages, and [`growing`] makes
//! slides of the pages. The first slide can be shown before the others are read ([`rest`]). The sizes
//! that few screens need come last ([`sharpening`]). Untrusted files are decoded only in the readers'
//! processes, by the crate `reading`.

pub mod bring;
mod earlier_import;
pub mod faces;
mod free_space;
mod growing;
mod import;
mod keeper;
pub mod limits;
mod pictures;
mod rest;
mod sharpening;
mod staging;
pub mod watched;
mod welcome;
pub mod workers;

pub use import::{Awaited, Begun, Decks};
pub use limits::DeckLimits;
pub use rest::{Progress, Rest};
pub use sharpening::Sharpening;
pub use staging::Interrupted;
pub use welcome::welcome;
pub use workers::BroughtBy;

use crate::store::StoreError;
use model::deck::NoSlides;
use reading::source::SourceError;
use std::{io, path::PathBuf};

/// Sentences for the user.
#[derive(Debug, thiserror::Error)]
pub enum DeckError {
    #[error("{} does not exist. Give a PDF, a Markdown file or a folder of images.", .0.display())]
    Missing(PathBuf),
    #[error(
        "WebSlides can't show {}. Give a PDF, a Markdown file (.md) or a folder of \
         images (PNG, JPEG, WebP, GIF, SVG).",
        .0.display()
    )]
    Unknown(PathBuf),
    #[error(
        "{} ends in .txt, as notes of an image do. If it has the slides, in Markdown, call it \
         slides.md.",
        .0.display()
    )]
    PlainText(PathBuf),
    #[error("{} cannot be read: {}.", .0.display(), .1)]
    Unreadable(PathBuf, io::Error),
    #[error(
        "{} is empty. Put your slides there as images (PNG, JPEG, WebP, GIF, SVG).",
        .0.display()
    )]
    Empty(PathBuf),
    #[error("{} is empty: there is not one byte in it. Save or download it again.", .0.display())]
    NoBytes(PathBuf),
    #[error(
        "{} has several Markdown files. Give the one that has the slides, or call it slides.md.",
        .0.display()
    )]
    ManyTexts(PathBuf),
    #[error("{} has several PDFs. Give the one that has the slides.", .0.display())]
    ManyPdfs(PathBuf),
    #[error("{} has more than {} files. Leave out what is no slide.", .0.display(), .1)]
    TooMany(PathBuf, usize),
    #[error("{} is larger than {} MB. Make it smaller.", .0.display(), .1)]
    TooLarge(PathBuf, u64),
    #[error("{}: {}.", .0.display(), .1)]
    Locked(PathBuf, SourceError),
    /// What the reader said about the deck, or how its process ended.
    #[error("{}: {}.", .0.display(), .1)]
    Refused(PathBuf, String),
    #[error(
        "the disk has no room for more slides: {0} MiB stay free on it for the talks. Make room on \
         the computer that shows them"
    )]
    NoRoom(u64),
    #[error("decks cannot be read: {0}")]
    NoWorkers(io::Error),
    #[error("a slide could not be stored: {0}")]
    Media(#[from] io::Error),
    #[error("the deck could not be stored: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    NoSlides(#[from] NoSlides),
}

impl DeckError {
    /// The same error about an uploaded file, without its path on the server.
    #[must_use]
    pub fn about(self, name: &str) -> Self {
        let name = || PathBuf::from(name);
        match self {
            Self::Missing(_) => Self::Missing(name()),
            Self::Unknown(_) => Self::Unknown(name()),
            Self::PlainText(_) => Self::PlainText(name()),
            Self::Unreadable(_, error) => Self::Unreadable(name(), error),
            Self::Empty(_) => Self::Empty(name()),
            Self::NoBytes(_) => Self::NoBytes(name()),
            Self::ManyTexts(_) => Self::ManyTexts(name()),
            Self::ManyPdfs(_) => Self::ManyPdfs(name()),
            Self::TooMany(_, most) => Self::TooMany(name(), most),
            Self::TooLarge(_, most) => Self::TooLarge(name(), most),
            Self::Locked(_, why) => Self::Locked(name(), why),
            Self::Refused(_, words) => Self::Refused(name(), words),
            Self::NoRoom(_)
            | Self::NoWorkers(_)
            | Self::Media(_)
            | Self::Store(_)
            | Self::NoSlides(_) => self,
        }
    }
}
