//! The state of a talk.

use super::{Beyond, Clock, Epoch, EventId, Minutes, Revision, Scheme, Shown, Transition};
use crate::deck::{Outline, Place, Section, SlideNumber};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a talk is: the same struct on the server, on the wire and in the browser.
///
/// Begins as [`start`](Self::start) and [`with_plan_of`](Self::with_plan_of) say. Changes only by
/// [`apply`](Self::apply), [`ended`](Self::ended), for another deck or title [`with_deck`](Self::with_deck), and
/// in a store that was restored [`in_epoch`](Self::in_epoch).
///
/// ```
/// use model::{deck::Outline, talk::{Epoch, Screen, SlideState}};
///
/// let epoch = Epoch::try_from("e1".to_owned()).expect("an epoch");
/// let state = SlideState::start(epoch, &Outline::new(vec![0, 2]).expect("slides"));
/// assert_eq!((state.slide.get(), state.step, state.slides), (1, 0, 2));
/// assert_eq!(state.screen(), Screen::Live);
/// assert_eq!(state.event_id().to_string(), "e1-0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlideState {
    pub epoch: Epoch,
    pub revision: Revision,
    /// The slide that the room sees; from 1 to `slides`.
    pub slide: SlideNumber,
    /// The slide's build; from 0 to its number of steps.
    pub step: u16,
    /// The number of slides of the deck; at least 1.
    pub slides: u32,
    screen: Screen,
    /// The furthest slide shown so far.
    pub reach: SlideNumber,
    /// What followers may look back at. Empty in talks that older versions stored: then it is every
    /// slide up to `reach`.
    #[serde(default)]
    pub shown: Shown,
    /// Where the presenter is while the screen is not live; else `None`. Set together with `screen`, by
    /// [`present`](Self::present) alone: in JSON they are two fields, and others between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cue: Option<Place>,
    #[serde(default)]
    pub clock: Clock,
    /// The projector shows the joining instructions over the slide.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inviting: bool,
    #[serde(default, skip_serializing_if = "Scheme::is_default")]
    pub scheme: Scheme,
    #[serde(default, skip_serializing_if = "Transition::is_default")]
    pub transition: Transition,
    /// The deck was replaced under a dark screen: the room has not seen `slide` of this one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unseen: bool,
    /// The place to return to when a deck that became too short is long enough again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Beyond>,
    /// The talk has ended. Every command is refused.
    #[serde(default, skip_serializing_if = "is_false")]
    pub over: bool,
}

/// What the room sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// The slide.
    Live,
    /// A black screen.
    Black,
    /// A white screen.
    White,
    /// The slide, wherever the presenter is.
    Frozen,
}

/// No screen has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScreen;

impl SlideState {
    /// The first state of a talk: its first slide, live.
    pub fn start(epoch: Epoch, outline: &Outline) -> Self {
        Self {
            epoch,
            revision: Revision::default(),
            slide: SlideNumber::FIRST,
            step: 0,
            slides: outline.last().get(),
            screen: Screen::Live,
            reach: SlideNumber::FIRST,
            shown: Shown::first(outline),
            cue: None,
            clock: Clock::default(),
            inviting: false,
            scheme: Scheme::default(),
            transition: Transition::default(),
            unseen: false,
            beyond: None,
            over: false,
        }
    }

    /// The first state with the length that the deck's author planned.
    #[must_use]
    pub fn with_plan_of(mut self, sections: &[Section]) -> Self {
        let minutes = sections.iter().map(|section| section.minutes);
        let minutes = minutes.fold(0, u16::saturating_add);
        self.clock.planned = Minutes::try_from(minutes).ok();
        self
    }

    /// The state after the deck was replaced: the same place, or the nearest one that the deck has. Its
    /// revision is the next one. Under a dark screen the room has seen nothing of the new deck. A deck
    /// that is long enough again brings back the place from before it became too short, unless the
    /// presenter has moved since.
    #[must_use]
    pub fn with_deck(&self, outline: &Outline) -> Self {
        let whole = self.whole();
        let Place { slide, step } = outline.nearest(whole.in_the_room());
        let mut after = Self {
            epoch: self.epoch.clone(),
            revision: self.revision.next(),
            slide,
            step,
            slides: outline.last().get(),
            screen: self.screen,
            reach: whole.reach.min(outline.last()),
            shown: whole.shown.within(outline.last()),
            cue: None,
            clock: self.clock,
            inviting: self.inviting,
            scheme: self.scheme,
            transition: self.transition,
            unseen: self.unseen || self.screen.is_dark(),
            beyond: whole.cut_off_by(outline),
            over: self.over,
        };
        after.present(self.screen, outline.nearest(whole.place()));
        after.remember_shown(outline);
        after
    }

    /// The same state in another epoch. Pages that followed the talk in the old one take it, although they
    /// may have seen a higher revision.
    #[must_use]
    pub fn in_epoch(self, epoch: Epoch) -> Self {
        Self { epoch, ..self }
    }

    /// Sets the screen and the presenter's place. The room goes along if the screen is live; else it keeps
    /// its own.
    pub(super) fn present(&mut self, screen: Screen, place: Place) {
        self.screen = screen;
        if screen == Screen::Live {
            (self.slide, self.step, self.cue) = (place.slide, place.step, None);
        } else {
            self.cue = Some(place);
        }
    }

    pub const fn screen(&self) -> Screen {
        self.screen
    }

    /// The screen that a toggle asks for: its own, or the slide if the room sees its own already.
    pub fn toggled(&self, screen: Screen) -> Screen {
        if self.screen == screen {
            Screen::Live
        } else {
            screen
        }
    }

    /// The room's place: what it sees, or would see without a dark screen.
    pub fn in_the_room(&self) -> Place {
        Place {
            slide: self.slide,
            step: self.step,
        }
    }

    /// The last step that the room was shown of a slide that has `steps`; `None` if it was not shown.
    pub fn shown_step(&self, slide: SlideNumber, steps: u16) -> Option<u16> {
        if self.unseen && slide == self.slide {
            return None;
        }
        if self.shown.is_empty() {
            Shown::up_to(self.reach).step(slide, steps)
        } else {
            self.shown.step(slide, steps)
        }
    }

    /// The presenter's place. Differs from the room's only while the screen is not live.
    pub fn place(&self) -> Place {
        self.cue.unwrap_or_else(|| self.in_the_room())
    }

    /// The state with the room at the presenter's place, as it will be once the screen is live.
    #[must_use]
    pub fn as_presented(&self) -> Self {
        let Place { slide, step } = self.place();
        Self {
            slide,
            step,
            unseen: false,
            ..self.clone()
        }
    }

    pub fn event_id(&self) -> EventId {
        EventId {
            epoch: self.epoch.clone(),
            revision: self.revision,
        }
    }

    /// Whether a page that shows this state should show `other` instead: if it has a higher revision,
    /// or another epoch, whose revisions can't be compared.
    pub fn gives_way_to(&self, other: &Self) -> bool {
        self.epoch != other.epoch || self.revision < other.revision
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Screen {
    /// Black or white: the slide is covered.
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Black | Self::White)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Black => "black",
            Self::White => "white",
            Self::Frozen => "frozen",
        }
    }
}

impl FromStr for Screen {
    type Err = UnknownScreen;

    fn from_str(word: &str) -> Result<Self, UnknownScreen> {
        [Self::Live, Self::Black, Self::White, Self::Frozen]
            .into_iter()
            .find(|screen| screen.as_str() == word)
            .ok_or(UnknownScreen)
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::Timestamp;

    #[test]
    fn stored_states_read_as_before_and_are_written_as_before() {
        let live = concat!(
            r#"{"epoch":"e1","revision":7,"slide":2,"step":1,"slides":9,"screen":"live","reach":4,"#,
            r#""shown":"1-4","clock":{"ran_ms":0}}"#,
        );
        let frozen = concat!(
            r#"{"epoch":"e1","revision":7,"slide":2,"step":1,"slides":9,"screen":"frozen","reach":4,"#,
            r#""shown":"1-4","cue":{"slide":5,"step":0},"clock":{"ran_ms":0},"inviting":true,"#,
            r#""unseen":true,"over":true}"#,
        );
        for (json, presenter) in [(live, (2, 1)), (frozen, (5, 0))] {
            let state: SlideState = serde_json::from_str(json).expect("a state");
            let Place { slide, step } = state.place();
            assert_eq!((slide.get(), step), presenter);
            assert_eq!(serde_json::to_string(&state).expect("JSON"), json);
        }
    }

    #[test]
    fn pages_take_a_restored_talk_whatever_they_have_seen_before() {
        let epoch = |name: &str| Epoch::try_from(name.to_owned()).expect("an epoch");
        let restored = SlideState::start(epoch("e1"), &Outline::new(vec![0]).expect("a slide"));
        let seen = restored.ended(Timestamp::from_unix_ms(0));
        assert!(!seen.gives_way_to(&restored));
        let restored = restored.in_epoch(epoch("e2"));
        assert!(seen.gives_way_to(&restored));
        assert_eq!(restored.revision, Revision::default());
    }

    #[test]
    fn a_state_without_the_fields_of_later_versions_is_read() {
        let json = r#"{"epoch":"e1","revision":7,"slide":2,"step":1,"slides":9,"screen":"black","reach":4}"#;
        let state: SlideState = serde_json::from_str(json).expect("a state");
        assert_eq!(state.place(), state.in_the_room());
        assert!(state.shown.is_empty() && !state.clock.has_started());
    }
}
