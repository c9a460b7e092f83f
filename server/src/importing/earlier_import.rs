//! Reads decks of earlier imports, and finds pictures that the disk has lost since.

use super::faces::is_a_pictures_name;
use crate::store::{Store, StoreError, media_of};
use model::deck::{Deck, DeckId, Face};

/// Reads a stored deck. A page whose picture is missing or damaged becomes pending, so that an import
/// reads it again.
///
/// # Errors
/// When the store can't be read.
pub async fn kept(store: &Store, id: &DeckId) -> Result<Option<Deck>, StoreError> {
    let Some(deck) = store.deck(id).await? else {
        return Ok(None);
    };
    let mut slides = deck.slides().to_vec();
    let mut is_whole = true;
    for face in slides.iter_mut().flat_map(|slide| &mut slide.faces) {
        if !has_its_pictures(store, face).await? {
            *face = Face::Pending(face.size());
            is_whole = false;
        }
    }
    if is_whole {
        return Ok(Some(deck));
    }
    tracing::warn!(
        deck = deck.title,
        "some of its pictures are damaged: they are made again"
    );
    Ok(Deck::new(deck.id, deck.title, slides).ok())
}

async fn has_its_pictures(store: &Store, face: &Face) -> Result<bool, StoreError> {
    for name in media_of(&serde_json::to_vec(face)?) {
        // An author's text may contain the address of something else.
        if is_a_pictures_name(&name) && !matches!(store.media(&name, 0, 1).await, Ok(Some(_))) {
            return Ok(false);
        }
    }
    Ok(true)
}
