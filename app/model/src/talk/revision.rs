//! How pages and server agree on which state is newer.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Grows by one with each change of a talk.
///
/// Stays below 2^53, which JavaScript reads exactly: at a thousand changes a second, for 285,000 years.
///
/// ```
/// use model::talk::Revision;
///
/// assert!(Revision::default() < Revision::default().next());
/// ```
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    pub const fn new(revision: u64) -> Self {
        Self(revision)
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Names one run of a talk's revision counter: 1 to 16 of a-z and 0-9.
///
/// A talk that is restored from a backup, or replaced, starts another epoch: its revisions can't be
/// compared with the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Epoch(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidEventId;

impl Epoch {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Epoch {
    type Error = InvalidEventId;

    fn try_from(epoch: String) -> Result<Self, InvalidEventId> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if (1..=16).contains(&epoch.len()) && epoch.bytes().all(allowed) {
            Ok(Self(epoch))
        } else {
            Err(InvalidEventId)
        }
    }
}

impl From<Epoch> for String {
    fn from(epoch: Epoch) -> Self {
        epoch.0
    }
}

/// The `id:` of an event: `epoch-revision`. Short, and only of `[0-9a-z-]`: other ids make browsers send
/// a CORS preflight when they reconnect.
///
/// ```
/// use model::talk::EventId;
///
/// let id: EventId = "e1-7".parse().expect("an id");
/// assert_eq!(id.revision.get(), 7);
/// assert!("e1-007".parse::<EventId>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId {
    pub epoch: Epoch,
    pub revision: Revision,
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(id: &str) -> Result<Self, InvalidEventId> {
        let (epoch, revision) = id.split_once('-').ok_or(InvalidEventId)?;
        // One id has one spelling; `u64::from_str` also takes "+7" and "007".
        let plain = revision.bytes().all(|b| b.is_ascii_digit());
        let canonical = revision == "0" || !revision.starts_with('0');
        if !plain || !canonical {
            return Err(InvalidEventId);
        }
        Ok(Self {
            epoch: Epoch::try_from(epoch.to_owned())?,
            revision: Revision(revision.parse().map_err(|_| InvalidEventId)?),
        })
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(id: String) -> Result<Self, InvalidEventId> {
        id.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch.0, self.revision.0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an event id of the form epoch-revision")
    }
}

impl std::error::Error for InvalidEventId {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_event_id_reads_back_what_it_wrote(epoch in "[a-z0-9]{1,16}", revision: u64) {
            let id = EventId { epoch: Epoch::try_from(epoch)?, revision: Revision(revision) };
            prop_assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
        }

        #[test]
        fn an_event_id_of_any_text_never_panics_and_has_one_spelling(text in ".{0,40}") {
            if let Ok(id) = text.parse::<EventId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
