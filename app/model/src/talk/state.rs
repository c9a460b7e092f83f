//! Where a talk is.

use super::{Beyond, Clock, Epoch, EventId, Revision, Shown};
use crate::deck::{Outline, Place, SlideNumber};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a talk is: one struct, the same on the server, on the wire and in the browser.
///
/// It changes in [`apply`](Self::apply) and, when its talk gets another deck or title, in
/// [`with_deck`](Self::with_deck); nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlideState {
    pub epoch: Epoch,
    pub revision: Revision,
    /// The slide that is shown; from 1 to `slides`.
    pub slide: SlideNumber,
    /// How far the slide is built; from 0 to the slide's steps.
    pub step: u16,
    /// How many slides the deck has; at least 1.
    pub slides: u32,
    pub screen: Screen,
    /// The furthest slide shown so far.
    pub reach: SlideNumber,
    /// What a follower may see. Empty in talks that were stored before there was such a list: then
    /// it is all up to `reach`.
    #[serde(default)]
    pub shown: Shown,
    /// Where the presenter is unless the screen is live, and only then: the room was shown `slide`
    /// last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cue: Option<Place>,
    #[serde(default)]
    pub clock: Clock,
    /// The projector shows how to join, over the slide.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inviting: bool,
    /// The talk got another deck under a dark screen: the room has not seen what `slide` is now.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unseen: bool,
    /// Where it was before its deck became too short for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Beyond>,
    /// The talk was ended. Nothing moves it any more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub over: bool,
}

/// What the room sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// The slide.
    Live,
    /// Nothing, in the dark: all eyes on the speaker.
    Black,
    /// Nothing, in the light.
    White,
    /// The slide, while the presenter looks elsewhere.
    Frozen,
}

/// No screen has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScreen;

impl SlideState {
    /// A talk's beginning: the first slide, live.
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
            unseen: false,
            beyond: None,
            over: false,
        }
    }

    /// The same place in another deck, as far as that one reaches. A change like any other: it
    /// has a revision of its own. Under a dark screen nothing of that deck is shown by it. In a deck
    /// that is long enough again it is where it was before, unless somebody has moved.
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
            cue: whole.cue.map(|cue| outline.nearest(cue)),
            clock: self.clock,
            inviting: self.inviting,
            unseen: self.unseen || self.screen.is_dark(),
            beyond: whole.beyond(outline),
            over: self.over,
        };
        after.remember_shown(outline);
        after
    }

    /// What the room sees, or would without a dark screen.
    pub fn in_the_room(&self) -> Place {
        Place {
            slide: self.slide,
            step: self.step,
        }
    }

    /// How far a slide with so many `steps` was shown; `None` if it was not.
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

    /// Where the presenter is: elsewhere than the room only while the screen is not live.
    pub fn place(&self) -> Place {
        self.cue.unwrap_or_else(|| self.in_the_room())
    }

    /// The state as it will be for the room once the screen is live again.
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

    /// Whether a page that shows this state should show `other` instead. Within an epoch only
    /// forward; another epoch always, because its revisions can't be compared.
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
    /// Nothing of the slide is seen.
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
