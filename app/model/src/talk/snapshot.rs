//! The stream's event: everything a page needs, whatever it missed before.

use super::SlideState;
use crate::deck::{Deck, DeckId, Face};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor, value},
};
use std::fmt;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
                face: Face::Pending(face.size()),
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

/// By hand: serde's `flatten` holds each value of the state in a form of its own first, and the code for
/// that would cost the browser 3 KB of WASM.
impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FlatSnapshot)
    }
}

struct FlatSnapshot;

impl<'de> Visitor<'de> for FlatSnapshot {
    type Value = Snapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot")
    }

    fn visit_map<M: MapAccess<'de>>(self, all: M) -> Result<Snapshot, M::Error> {
        let mut own = OwnFields::default();
        let others = OthersOf { all, own: &mut own };
        let state = SlideState::deserialize(value::MapAccessDeserializer::new(others))?;
        Ok(Snapshot {
            state,
            deck: own.deck.ok_or_else(|| Error::missing_field("deck"))?,
            talk: own.talk.ok_or_else(|| Error::missing_field("talk"))?,
            title: own.title.ok_or_else(|| Error::missing_field("title"))?,
            face: own.face.ok_or_else(|| Error::missing_field("face"))?,
            preload: own.preload.ok_or_else(|| Error::missing_field("preload"))?,
            acknowledge_within_ms: own.acknowledge_within_ms,
        })
    }
}

/// The fields of a [`Snapshot`] that are not its state's.
#[derive(Default)]
struct OwnFields {
    deck: Option<DeckId>,
    talk: Option<String>,
    title: Option<String>,
    face: Option<Face>,
    preload: Option<Vec<Face>>,
    acknowledge_within_ms: Option<u32>,
}

/// Hands the state the fields that are not a snapshot's own, and keeps the snapshot's on the way.
struct OthersOf<'own, M> {
    all: M,
    own: &'own mut OwnFields,
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for OthersOf<'_, M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, M::Error> {
        while let Some(name) = self.all.next_key::<String>()? {
            match name.as_str() {
                "deck" => self.own.deck = self.all.next_value()?,
                "talk" => self.own.talk = self.all.next_value()?,
                "title" => self.own.title = self.all.next_value()?,
                "face" => self.own.face = self.all.next_value()?,
                "preload" => self.own.preload = self.all.next_value()?,
                "acknowledge_within_ms" => {
                    self.own.acknowledge_within_ms = self.all.next_value()?;
                }
                other => return seed.deserialize(other.into_deserializer()).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, M::Error> {
        self.all.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deck::{Rendition, Slide, SlideNumber},
        talk::{Epoch, Screen},
    };

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
    fn a_snapshot_is_one_flat_object_in_any_order_with_fields_of_a_later_version() {
        let json = concat!(
            r#"{"epoch":"e1","revision":7,"slide":2,"step":1,"slides":9,"screen":"frozen","reach":4,"#,
            r#""shown":"1-4","cue":{"slide":5,"step":0},"clock":{"ran_ms":1000},"inviting":true,"#,
            r#""deck":"c0ffee","talk":"Talk","title":"Two","face":{"width":16,"height":9},"#,
            r#""preload":[],"acknowledge_within_ms":20}"#,
        );
        let snapshot: Snapshot = serde_json::from_str(json).expect("a snapshot");
        assert_eq!(serde_json::to_string(&snapshot).expect("JSON"), json);

        let mut sorted: serde_json::Value = serde_json::from_str(json).expect("JSON");
        sorted["later"] = serde_json::json!({ "deck": [1] });
        assert_eq!(
            serde_json::from_value::<Snapshot>(sorted.clone()).expect("a snapshot"),
            snapshot
        );
        for needed in [
            "epoch", "screen", "deck", "talk", "title", "face", "preload",
        ] {
            let mut without = sorted.clone();
            without[needed].take();
            let read = serde_json::from_value::<Snapshot>(without);
            assert!(read.is_err(), "without {needed}");
        }
    }

    #[test]
    fn a_deck_that_came_under_a_dark_screen_is_not_sent() {
        let deck = deck();
        for screen in [Screen::Black, Screen::White, Screen::Live, Screen::Frozen] {
            let mut state = at(1, 0).state;
            state.present(screen, state.place());
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
