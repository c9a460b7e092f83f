//! The built-in deck, shown when WebSlides is started without one.

use super::{DeckError, staging::short_name};
use crate::store::{Claim, Store};
use bytes::Bytes;
use model::deck::{Deck, DeckId, Face, Rendition, Slide};
use reading::titles;
use sha2::{Digest, Sha256};

macro_rules! slides {
    ($($name:literal: $notes:literal),* $(,)?) => {
        [$(($name, $notes, include_bytes!(concat!("../../welcome/", $name, ".png")))),*]
    };
}

/// The sizes in which `welcome/draw.mjs` draws the slides.
const SIZE: (u32, u32) = (1_920, 1_080);

/// # Errors
/// When its slides can't be stored.
pub async fn welcome(store: &Store, claim: &Claim) -> Result<Deck, DeckError> {
    // Notes show what a remote is for.
    let files: [(&str, &str, &'static [u8]); 6] = slides![
        "1-WebSlides": "These are your notes: only you see them.\n\nTap Next, or swipe. A keyboard and a clicker do the same; ? lists the keys.",
        "2-One-tap-every-screen": "Look up: every screen has changed with your tap.\n\nHold the slide to point at something. Under More, choose a pencil or a magnifier.",
        "3-Everybody-has-the-slide-in-hand": "People read at their own size.\n\nFreeze keeps this slide in the room while you look ahead.",
        "4-Three-links": "More, then Links: QR codes for the audience and the projector.\n\nRemotes makes a link for a second phone.",
        "5-Come-late-come-back": "Lock your phone and wake it: it first finds out where the talk is, then takes taps.",
        "6-Bring-your-own-deck": "A PDF, Markdown, pictures.\n\nTap the clock to say how long you have: it tells whether you are ahead or behind.",
    ];
    let mut hash = Sha256::new();
    let mut slides = Vec::new();
    for (stem, notes, png) in files {
        let digest = Sha256::digest(png);
        hash.update(digest);
        hash.update(notes);
        let name = format!("{}.png", short_name(&digest));
        store
            .put_media(&name, Bytes::from_static(png), claim)
            .await?;
        let rendition = Rendition {
            url: app::routes::media(&name),
            width: SIZE.0,
            height: SIZE.1,
        };
        let title = titles::of_slide(stem, slides.len() + 1);
        slides.push(Slide {
            notes: notes.to_owned(),
            ..Slide::new(title, Face::picture(rendition))
        });
    }
    let deck = Deck::new(
        DeckId::new(short_name(&hash.finalize())),
        "Welcome to WebSlides".to_owned(),
        slides,
    )?;
    store.put_deck(deck.clone()).await?;
    Ok(deck)
}
