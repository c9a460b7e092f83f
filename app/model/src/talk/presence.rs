//! Who is there, for the presenter.

use super::{EventId, Revision, Timestamp};
use serde::{Deserialize, Serialize};

/// What the presenter's stream says of the room, as `event: presence`. May be lost: the next one is
/// whole again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Followers that are connected, whatever program they use.
    pub followers: u32,
    pub projectors: u32,
    /// Of both, those whose pages say what they show; other programs do not.
    pub answering: u32,
    /// The newest revision, and how many of those that answer have painted it.
    pub revision: Revision,
    pub seen: u32,
    /// Of those that answer, pages that nobody looks at, or that show another slide.
    #[serde(default)]
    pub elsewhere: u32,
    /// Of the rest, those who have had time enough: networks are given two seconds.
    pub late: u32,
    /// Milliseconds from the newest revision's commit until the last of `seen` had painted it;
    /// `None` before anybody has, or when all came later.
    pub lag_ms: Option<u32>,
    /// How many of the deck's slides can be seen: all, once it is imported.
    pub ready: u32,
    /// Devices that ask to present; only with `--ask-first`.
    #[serde(default)]
    pub waiting: u32,
    /// When this was said, by the server's clock.
    #[serde(default)]
    pub now: Timestamp,
}

/// What a page shows a talk for: said with its stream, so that it is counted as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    Follow,
    Project,
    Present,
}

/// What a device may do in a talk, as its pages ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// It may move the talk.
    pub presents: bool,
    /// When this was said, by the server's clock.
    pub now: Timestamp,
}

/// A page says what it has painted: the form that it sends, and sends again for each revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The seat that its stream was opened with.
    pub seat: SeatNumber,
    pub id: EventId,
    /// Milliseconds that it waited since it had painted: pages of a room do not answer at once.
    pub waited_ms: u32,
    /// It has not painted that, because nobody looks at it, or because it shows another slide.
    #[serde(default)]
    pub elsewhere: bool,
}

/// A page makes one up for itself and says it with its stream and with each [`Seen`]. It proves
/// nothing and lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatNumber(u64);

impl SeatNumber {
    /// From 64 random bits.
    pub fn made_up(high: u32, low: u32) -> Self {
        Self(u64::from(high) << 32 | u64::from(low))
    }
}

impl std::str::FromStr for SeatNumber {
    type Err = std::num::ParseIntError;

    fn from_str(number: &str) -> Result<Self, Self::Err> {
        number.parse().map(Self)
    }
}

impl std::fmt::Display for SeatNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl View {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Project => "project",
            Self::Present => "present",
        }
    }
}
