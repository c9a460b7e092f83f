//! The deck that WebSlides brings, shown when it is started without one.

use super::{
    DeckError, Imported,
    images::{self, Content, Source},
};
use crate::store::Store;

macro_rules! slides {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../welcome/", $name)))),*]
    };
}

/// # Errors
/// When its slides can't be stored.
pub fn welcome(store: &dyn Store) -> Result<Imported, DeckError> {
    let files: [(&str, &[u8]); 6] = slides![
        "1-WebSlides.png",
        "2-One-tap-every-screen.png",
        "3-Everybody-has-the-slide-in-hand.png",
        "4-Three-links.png",
        "5-Come-late-come-back.png",
        "6-Bring-your-own-deck.png",
    ];
    let sources = files.map(|(name, bytes)| Source {
        name: name.to_owned(),
        content: Content::Bytes(bytes),
    });
    let (slides, warnings) = images::slides(&sources, store)?;
    Ok(Imported {
        deck: images::deck("Welcome to WebSlides".to_owned(), slides)?,
        warnings,
    })
}
