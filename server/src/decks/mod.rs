//! From what people have to a [`Deck`]: one source a file.

mod images;
mod titles;
mod welcome;

pub use welcome::welcome;

use crate::store::Store;
use app::deck::{Deck, NoSlides};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A deck, and what of its source was left out.
#[derive(Debug)]
pub struct Imported {
    pub deck: Deck,
    /// Sentences for the person, each naming a file.
    pub warnings: Vec<String>,
}

/// Sentences for the person who brought the deck.
#[derive(Debug, thiserror::Error)]
pub enum DeckError {
    #[error("{} does not exist. Give the folder that holds your slides as images.", .0.display())]
    Missing(PathBuf),
    #[error(
        "{} is not a folder. Give a folder of images (PNG, JPEG, WebP or GIF), one for each slide.",
        .0.display()
    )]
    NotAFolder(PathBuf),
    #[error("{} cannot be read: {}.", .0.display(), .1)]
    Unreadable(PathBuf, io::Error),
    #[error("{} is empty. Put your slides there as images (PNG, JPEG, WebP or GIF).", .0.display())]
    Empty(PathBuf),
    #[error(
        "{} has no image that can be shown. WebSlides shows PNG, JPEG, WebP and GIF.{}",
        .0.display(),
        listed(.1)
    )]
    NoImages(PathBuf, Vec<String>),
    #[error("a slide could not be stored: {0}")]
    Store(io::Error),
    #[error(transparent)]
    NoSlides(#[from] NoSlides),
}

/// Imports the deck at `path`.
///
/// # Errors
/// When there is nothing to show; the sentence says why and what to do.
pub fn import(path: &Path, store: &dyn Store) -> Result<Imported, DeckError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => images::from_folder(path, store),
        Ok(_) => Err(DeckError::NotAFolder(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(DeckError::Missing(path.to_owned()))
        }
        Err(error) => Err(DeckError::Unreadable(path.to_owned(), error)),
    }
}

fn listed(warnings: &[String]) -> String {
    warnings
        .iter()
        .map(|warning| format!("\n  {warning}"))
        .collect()
}
