//! Where a talk is.

use super::{Epoch, EventId, Revision};
use crate::deck::{Outline, SlideNumber};
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// The furthest slide shown so far: what a follower may see.
    pub reach: SlideNumber,
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
}

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
            over: false,
        }
    }

    /// The same place in another deck, as far as that one reaches. A change like any other: it
    /// has a revision of its own.
    #[must_use]
    pub fn with_deck(&self, outline: &Outline) -> Self {
        let slide = self.slide.min(outline.last());
        let steps = outline.steps(slide).unwrap_or(0);
        Self {
            epoch: self.epoch.clone(),
            revision: self.revision.next(),
            slide,
            step: if slide == self.slide {
                self.step.min(steps)
            } else {
                0
            },
            slides: outline.last().get(),
            screen: self.screen,
            reach: self.reach.min(outline.last()),
            over: self.over,
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
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Black => "black",
            Self::White => "white",
        }
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
