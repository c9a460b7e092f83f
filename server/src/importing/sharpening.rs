//! Renders vector pages (of a PDF) for 4K screens, once the deck is complete and stored.
//!
//! The largest size takes three times as long as all smaller ones together. A client is not told about a
//! larger picture of the slide that it shows; it gets larger pictures from the next slide on.

use super::{
    DeckError,
    free_space::FreeSpace,
    growing::{Growing, Look},
    keeper::Keeper,
    rest::{UnderWay, read},
    workers::{Import, Need, Reason},
};
use model::deck::{Deck, Face};
use std::sync::Arc;

/// The width of a full-HD screen. Pages with wider pictures are done.
const ENOUGH: u32 = 1_920;
const LARGER: [u32; 1] = [3_840];

/// The sharpening of a complete deck. Dropping it ends its workers. Pages that are not stored by then are
/// rendered at the deck's next import.
pub struct Sharpening {
    import: Arc<Import>,
    growing: Growing,
    keeper: Keeper,
    room: FreeSpace,
    /// Keeps other imports of the deck from starting.
    _under_way: UnderWay,
}

/// Whether all pages of a deck have their largest size. A page that is narrower than [`ENOUGH`] can't be
/// rendered larger.
pub fn is_sharp(deck: &Deck) -> bool {
    let faces = deck.slides().iter().flat_map(|slide| &slide.faces);
    let mut pictures = faces.filter_map(Face::as_picture);
    !pictures.any(|picture| picture.size().width == ENOUGH)
}

impl Sharpening {
    /// `None` when all pages have their largest size.
    pub(super) fn new(
        import: Arc<Import>,
        mut growing: Growing,
        keeper: Keeper,
        room: FreeSpace,
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

    /// Renders one page after another, so that a core is left for the talk, and pauses while somebody waits
    /// for another deck. `at` returns the slide (from 0) that is needed next. `tell` is called with the
    /// stored deck whenever a slide that is needed soon is done, and at the end.
    ///
    /// # Errors
    /// When it can't be stored. The deck stays as it was.
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
                    if let Look::Picture(larger) = read.look {
                        self.growing.sharpen(page, larger);
                    }
                }
                // The page keeps its smaller pictures.
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

    /// Stores the deck before it is published. On a full disk a talk would otherwise name pictures that do
    /// not exist.
    async fn put(&mut self, tell: &mut impl FnMut(Deck)) -> Result<(), DeckError> {
        let deck = self.growing.finished()?;
        self.keeper.put(deck.clone()).await?;
        tell(deck);
        Ok(())
    }
}
