//! Pictures for 4K screens of what is sharp in any size: a PDF's pages.
//!
//! One takes three times as long as all smaller ones together, so a deck is whole, stored and told
//! of as such before. No page is told of a larger picture of what it shows; the next slide has it.

use super::{
    DeckError,
    growing::{Growing, Look, is_picture_up_to},
    keeper::Keeper,
    readers::{Import, Need, Reason},
    rest::{UnderWay, read},
    room::Room,
};
use model::deck::{Deck, Face};
use std::sync::Arc;

/// As wide as a full-HD screen: pages that have more are done.
const ENOUGH: u32 = 1_920;
const LARGER: [u32; 1] = [3_840];

/// What may be done of a deck that is whole. Dropped, it ends its workers; what is not stored by
/// then is done when the deck is given again.
pub struct Sharpening {
    import: Arc<Import>,
    growing: Growing,
    keeper: Keeper,
    room: Room,
    /// Nobody else begins the deck meanwhile.
    _under_way: UnderWay,
}

/// Whether a deck that can be drawn in any size has its largest. A page that was not even drawn
/// [`ENOUGH`] is one that has no more.
pub fn is_sharp(deck: &Deck) -> bool {
    let mut faces = deck.slides().iter().flat_map(|slide| &slide.faces);
    !faces.any(|face: &Face| is_picture_up_to(face, ENOUGH) && face.width == ENOUGH)
}

impl Sharpening {
    /// `None` when there is nothing to do.
    pub(super) fn new(
        import: Arc<Import>,
        mut growing: Growing,
        keeper: Keeper,
        room: Room,
        under_way: UnderWay,
    ) -> Option<Self> {
        import.needs(Need::LargerPicture);
        growing.ask_again_up_to(ENOUGH).then_some(Self {
            import,
            growing,
            keeper,
            room,
            _under_way: under_way,
        })
    }

    /// One page after the other, so that a core is left for the talk, and none while somebody waits
    /// for another deck. `at` says which slide (from 0) is needed next; `tell` is given the deck as
    /// it is stored, whenever a slide that is needed soon is done, and at the end.
    ///
    /// # Errors
    /// When it can't be stored: the deck stays as it was.
    pub async fn sharpen(
        mut self,
        at: impl Fn() -> usize,
        mut tell: impl FnMut(Deck),
    ) -> Result<(), DeckError> {
        loop {
            self.import.until_nobody_waits().await;
            self.room.wait(|_| {}).await;
            let Some(page) = self.growing.next_page(at()) else {
                break;
            };
            match read(&self.import, page, &LARGER, &self.keeper).await? {
                Ok(read) => {
                    if let Look::Picture(face) = read.look {
                        self.growing.sharpen(page, face);
                    }
                }
                // It stays as it is, and nobody misses anything.
                Err(error) => {
                    tracing::info!(%error, "no picture for 4K screens");
                    if matches!(error.reason, Reason::NotTried(_)) {
                        break;
                    }
                }
            }
            let near = at()..=at().saturating_add(1);
            let slide = self.growing.slide_of(page);
            if slide.is_some_and(|slide| near.contains(&slide)) {
                self.put(&mut tell).await?;
            }
        }
        self.put(&mut tell).await
    }

    /// Stored before it is told of: else a full disk would leave a talk that names what is gone.
    async fn put(&mut self, tell: &mut impl FnMut(Deck)) -> Result<(), DeckError> {
        let deck = self.growing.finished()?;
        self.keeper.put(&deck).await?;
        tell(deck);
        Ok(())
    }
}
