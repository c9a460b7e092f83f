//! Who follows, for the presenter.

use super::{EventId, Revision, Timestamp};
use serde::{Deserialize, Serialize};

/// The room, as `event: presence` of the presenter's stream. Complete each time: a lost one does no
/// harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Connected followers, with any program. Without projectors.
    pub followers: u32,
    pub projectors: u32,
    /// Of the projectors, those that are known not to show the newest revision: their page is hidden, or
    /// late.
    #[serde(default)]
    pub projectors_behind: u32,
    /// Milliseconds since the last projector left. `None` while there is one, or if there was none since
    /// the server's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projector_gone_ms: Option<u64>,
    /// Of both, those that acknowledge what they show. Our pages do; other programs need not.
    pub answering: u32,
    /// The newest revision. The numbers below are for it.
    pub revision: Revision,
    /// Of those that answer, pages that have painted it.
    pub seen: u32,
    /// Of those that answer, pages in hidden tabs, and pages that show another slide.
    #[serde(default)]
    pub elsewhere: u32,
    /// Of the rest, those that had two seconds or more.
    pub late: u32,
    /// Milliseconds from the revision's commit until the last of `seen` painted it. `None` before the
    /// first did, or if all of them connected later.
    pub lag_ms: Option<u32>,
    /// The number of the deck's slides that can be shown: all of them, once it is imported.
    pub ready: u32,
    /// Devices that ask for the remote.
    #[serde(default)]
    pub waiting: u32,
    /// The first of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RemoteRequest>,
    /// The server's time when it sent this.
    #[serde(default)]
    pub now: Timestamp,
}

/// A device that asks for the remote, for those who have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteRequest {
    /// The kind of device, and perhaps whose it is: a stranger's text.
    pub name: String,
    /// The device shows it, too.
    pub number: u64,
    /// Where a POST lets it in.
    pub accept: String,
    /// Where a POST sends it away.
    pub decline: String,
}

/// The purpose of a page that opens a stream, by which it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    Follow,
    Project,
    Present,
}

/// What a device may do in a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// It may send commands.
    pub presents: bool,
    /// The server's time when it sent this.
    pub now: Timestamp,
}

/// An acknowledgement: the form in which a page reports each revision that it has painted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The seat of the page's stream.
    pub seat: SeatNumber,
    pub id: EventId,
    /// The random delay in milliseconds since it painted, so that a room does not answer at once.
    pub waited_ms: u32,
    /// It has not painted the revision: its tab is hidden, or it shows another slide.
    #[serde(default)]
    pub elsewhere: bool,
}

/// A random number that ties a page's acknowledgements to its stream. It proves nothing, and admits
/// nobody.
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
