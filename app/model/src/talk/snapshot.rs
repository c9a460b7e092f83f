//! The stream's event: everything a page needs, whatever it missed before.

use super::{Beyond, Clock, Epoch, Revision, Screen, Shown, SlideState};
use crate::deck::{Deck, DeckId, Face, Place, SlideNumber};
use serde::{Deserialize, Serialize};

/// One event of the stream. Never a difference: a page that missed events is right again with the next
/// one.
///
/// Everybody gets the same bytes, so it holds only what followers may see.
///
/// ```
/// use model::{
///     deck::{Deck, DeckId, Face, Slide},
///     talk::{Epoch, SlideState, Snapshot},
/// };
///
/// let slides = ["One", "Two"].map(|title| Slide::new(title.to_owned(), Face::pending(16, 9)));
/// let deck = Deck::new(DeckId::new("c0ffee".to_owned()), "My talk".to_owned(), slides.into());
/// let deck = deck.expect("slides");
/// let epoch = Epoch::try_from("e1".to_owned()).expect("an epoch");
/// let state = SlideState::start(epoch, &deck.outline());
/// let snapshot = Snapshot::new(state, &deck).expect("in the deck");
/// assert_eq!((snapshot.talk.as_str(), snapshot.title.as_str()), ("My talk", "One"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fields")]
pub struct Snapshot {
    #[serde(flatten)]
    pub state: SlideState,
    /// The talk's deck. A page that holds another one must reload.
    pub deck: DeckId,
    /// The talk's title.
    pub talk: String,
    /// The current slide's title.
    pub title: String,
    pub face: Face,
    /// Faces to fetch ahead: the one that Next leads to.
    pub preload: Vec<Face>,
    /// Pages acknowledge that they painted this after a random delay of up to so many milliseconds,
    /// which grows with the room. `None`: they don't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledge_within_ms: Option<u32>,
}

/// A [`Snapshot`] as it is read: flat, because serde's `flatten` would cost the browser 3 KB of WASM.
#[derive(Deserialize)]
struct Fields {
    epoch: Epoch,
    revision: Revision,
    slide: SlideNumber,
    step: u16,
    slides: u32,
    screen: Screen,
    reach: SlideNumber,
    #[serde(default)]
    shown: Shown,
    cue: Option<Place>,
    clock: Clock,
    #[serde(default)]
    inviting: bool,
    #[serde(default)]
    unseen: bool,
    beyond: Option<Beyond>,
    #[serde(default)]
    over: bool,
    deck: DeckId,
    talk: String,
    title: String,
    face: Face,
    preload: Vec<Face>,
    acknowledge_within_ms: Option<u32>,
}

impl From<Fields> for Snapshot {
    fn from(fields: Fields) -> Self {
        Self {
            state: SlideState {
                epoch: fields.epoch,
                revision: fields.revision,
                slide: fields.slide,
                step: fields.step,
                slides: fields.slides,
                screen: fields.screen,
                reach: fields.reach,
                shown: fields.shown,
                cue: fields.cue,
                clock: fields.clock,
                inviting: fields.inviting,
                unseen: fields.unseen,
                beyond: fields.beyond,
                over: fields.over,
            },
            deck: fields.deck,
            talk: fields.talk,
            title: fields.title,
            face: fields.face,
            preload: fields.preload,
            acknowledge_within_ms: fields.acknowledge_within_ms,
        }
    }
}

impl Snapshot {
    /// `None` if the deck does not have the state's slide, which [`SlideState::apply`] rules out.
    pub fn new(state: SlideState, deck: &Deck) -> Option<Self> {
        let slide = deck.slide(state.slide)?;
        let next = if state.step < slide.steps {
            Some(slide.face(state.step + 1))
        } else {
            deck.slide(state.slide.next()).map(|next| next.face(0))
        };
        let face = slide.face(state.step).clone();
        if state.unseen {
            return Some(Self {
                deck: deck.id.clone(),
                talk: deck.title.clone(),
                title: String::new(),
                preload: Vec::new(),
                face: Face::pending(face.width, face.height),
                acknowledge_within_ms: None,
                state,
            });
        }
        Some(Self {
            deck: deck.id.clone(),
            talk: deck.title.clone(),
            title: slide.title.clone(),
            preload: next
                .filter(|next| **next != face)
                .cloned()
                .into_iter()
                .collect(),
            face,
            acknowledge_within_ms: None,
            state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::{Rendition, Slide};

    fn face(name: &str) -> Face {
        Face::picture(Rendition {
            url: format!("/media/{name}.webp"),
            width: 1_920,
            height: 1_080,
        })
    }

    fn deck() -> Deck {
        let built = Slide {
            steps: 1,
            faces: vec![face("a0"), face("a1")],
            ..Slide::new("A".to_owned(), face("a0"))
        };
        let slides = vec![built, Slide::new("B".to_owned(), face("b"))];
        Deck::new(DeckId::new("deck".to_owned()), "Talk".to_owned(), slides).expect("slides")
    }

    fn at(slide: u32, step: u16) -> Snapshot {
        let deck = deck();
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let mut state = SlideState::start(epoch, &deck.outline());
        state.slide = SlideNumber::new(slide).expect("a slide");
        state.step = step;
        Snapshot::new(state, &deck).expect("in the deck")
    }

    #[test]
    fn a_snapshot_reads_back_what_it_wrote() {
        let mut snapshot = at(1, 0);
        snapshot.acknowledge_within_ms = Some(7);
        snapshot.state.over = true;
        snapshot.state.unseen = true;
        let json = serde_json::to_string(&snapshot).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Snapshot>(&json).expect("read"),
            snapshot
        );
    }

    #[test]
    fn a_deck_that_came_under_a_dark_screen_is_not_sent() {
        let deck = deck();
        for screen in [Screen::Black, Screen::White, Screen::Live, Screen::Frozen] {
            let mut state = at(1, 0).state;
            state.screen = screen;
            let sent = Snapshot::new(state.with_deck(&deck.outline()), &deck).expect("in the deck");
            let is_sent = !screen.is_dark();
            assert_eq!(!sent.face.is_pending(), is_sent, "{screen}");
            assert_eq!(
                (sent.title.is_empty(), sent.preload.is_empty()),
                (!is_sent, !is_sent)
            );
            let presented = Snapshot::new(sent.state.as_presented(), &deck).expect("in the deck");
            assert_eq!(presented.face, face("a0"), "the presenter sees it");
        }
    }

    #[test]
    fn each_step_has_its_face_and_what_next_leads_to_is_preloaded() {
        assert_eq!(
            (at(1, 0).face, at(1, 0).preload),
            (face("a0"), vec![face("a1")])
        );
        assert_eq!(
            (at(1, 1).face, at(1, 1).preload),
            (face("a1"), vec![face("b")])
        );
        assert_eq!((at(2, 0).face, at(2, 0).preload), (face("b"), vec![]));
    }
}
