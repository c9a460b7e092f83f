//! The stream's event: everything a page needs to be right, whatever it missed before.

use super::SlideState;
use crate::deck::{Deck, DeckId, Rendition};
use serde::{Deserialize, Serialize};

/// One whole event of the stream. Never a difference: whoever missed any number of events is
/// right again with the next one.
///
/// The same bytes go to everybody, so it holds no more than a follower may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    #[serde(flatten)]
    pub state: SlideState,
    /// The deck that the talk shows. A page that holds another one has to be loaded anew.
    pub deck: DeckId,
    /// The talk's title.
    pub talk: String,
    /// The current slide's title.
    pub title: String,
    pub rendition: Rendition,
    /// What may be fetched before it is shown: the next slide, so that it is there at once.
    pub preload: Vec<Rendition>,
    /// A page that has painted this says so within so many milliseconds, at random: a large room
    /// takes its time. `None` when nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_within_ms: Option<u32>,
}

impl Snapshot {
    /// `None` when the state points out of the deck, which [`SlideState::apply`] never does.
    pub fn new(state: SlideState, deck: &Deck) -> Option<Self> {
        let slide = deck.slide(state.slide)?;
        let next = deck.slide(state.slide.next());
        Some(Self {
            deck: deck.id.clone(),
            talk: deck.title.clone(),
            title: slide.title.clone(),
            rendition: slide.rendition.clone(),
            preload: next
                .map(|next| next.rendition.clone())
                .into_iter()
                .collect(),
            acknowledge_within_ms: None,
            state,
        })
    }
}
