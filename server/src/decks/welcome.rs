//! The deck that WebSlides brings, shown when it is started without one.

use super::{DeckError, staging::short_name, titles};
use crate::store::Store;
use app::deck::{Deck, DeckId, Face, Rendition, Slide};
use sha2::{Digest, Sha256};

macro_rules! slides {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../welcome/", $name, ".png")))),*]
    };
}

/// How `welcome/draw.mjs` draws them.
const SIZE: (u32, u32) = (1_920, 1_080);

/// # Errors
/// When its slides can't be stored.
pub fn welcome(store: &dyn Store) -> Result<Deck, DeckError> {
    let files: [(&str, &[u8]); 6] = slides![
        "1-WebSlides",
        "2-One-tap-every-screen",
        "3-Everybody-has-the-slide-in-hand",
        "4-Three-links",
        "5-Come-late-come-back",
        "6-Bring-your-own-deck",
    ];
    let mut hash = Sha256::new();
    let mut slides = Vec::new();
    for (stem, png) in files {
        let digest = Sha256::digest(png);
        hash.update(digest);
        let name = format!("{}.png", short_name(&digest));
        store.put_media(&name, png)?;
        let rendition = Rendition {
            url: format!("/media/{name}"),
            width: SIZE.0,
            height: SIZE.1,
        };
        let title = titles::of_slide(stem, slides.len() + 1);
        slides.push(Slide::new(title, Face::picture(rendition)));
    }
    let deck = Deck::new(
        DeckId::new(short_name(&hash.finalize())),
        "Welcome to WebSlides".to_owned(),
        slides,
    )?;
    store.put_deck(&deck)?;
    Ok(deck)
}
