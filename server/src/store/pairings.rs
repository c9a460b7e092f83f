//! Links that admit one device each, for a few minutes.

use crate::access::KeyHash;
use model::talk::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long after it was made a pairing link admits a device.
pub const PAIRING_LIFE: Duration = Duration::from_mins(10);

/// The number of pairing links that a talk remembers, so that the holder of an old one learns why it does
/// not work. Older ones are unknown links.
const MOST: usize = 16;

/// The pairing links of a talk, oldest first. Only the last one admits a device: a new one replaces it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pairings(Vec<Pairing>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// Unique in the talk.
    pub number: u64,
    pub link: KeyHash,
    pub made: Timestamp,
    /// The number of the remote that it admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<u64>,
}

/// What became of a presenter's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It admits a device.
    Open,
    /// It has admitted the one device that it was for.
    Used,
    /// Its time is up, or a newer one has replaced it.
    Expired,
}

impl Pairing {
    /// How long it would still admit a device, if it was not used. Zero once it has expired.
    pub fn left(&self, now: Timestamp) -> Duration {
        PAIRING_LIFE.saturating_sub(now.since(self.made))
    }

    fn state(&self, now: Timestamp) -> LinkState {
        if self.used_by.is_some() {
            LinkState::Used
        } else if self.left(now).is_zero() {
            LinkState::Expired
        } else {
            LinkState::Open
        }
    }
}

impl Pairings {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The newest link.
    pub fn last(&self) -> Option<&Pairing> {
        self.0.last()
    }

    /// Adds a link, which replaces the one before.
    pub fn add(&mut self, number: u64, link: KeyHash, made: Timestamp) {
        self.0.push(Pairing {
            number,
            link,
            made,
            used_by: None,
        });
        let forgotten = self.0.len().saturating_sub(MOST);
        self.0.drain(..forgotten);
    }

    /// `None` for an unknown link.
    pub fn state(&self, link: &KeyHash, now: Timestamp) -> Option<LinkState> {
        let found = self.0.iter().rfind(|pairing| pairing.link == *link)?;
        let is_last = self.last() == Some(found);
        Some(match found.state(now) {
            LinkState::Open if !is_last => LinkState::Expired,
            state => state,
        })
    }

    /// Uses up a link for the remote with this number. Whether the link still admitted a device.
    pub fn consume(&mut self, link: &KeyHash, remote: u64, now: Timestamp) -> bool {
        if self.state(link, now) != Some(LinkState::Open) {
            return false;
        }
        if let Some(last) = self.0.last_mut() {
            last.used_by = Some(remote);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Key;
    use proptest::prelude::*;

    fn link(name: &str) -> KeyHash {
        Key::sent(name).hash()
    }

    const fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000 + 1_000 * seconds)
    }

    #[test]
    fn a_link_admits_one_device() {
        let mut pairings = Pairings::default();
        pairings.add(1, link("a"), at(0));
        assert_eq!(pairings.state(&link("a"), at(1)), Some(LinkState::Open));
        assert!(pairings.consume(&link("a"), 2, at(1)));
        assert!(!pairings.consume(&link("a"), 3, at(1)));
        // Used stays used, also after its time.
        assert_eq!(pairings.state(&link("a"), at(9_999)), Some(LinkState::Used));
        assert_eq!(pairings.last().and_then(|last| last.used_by), Some(2));
    }

    #[test]
    fn a_link_expires_ten_minutes_after_it_was_made() {
        let mut pairings = Pairings::default();
        pairings.add(1, link("a"), at(0));
        assert_eq!(pairings.state(&link("a"), at(599)), Some(LinkState::Open));
        assert_eq!(
            pairings.state(&link("a"), at(600)),
            Some(LinkState::Expired)
        );
        assert!(!pairings.consume(&link("a"), 2, at(600)));
        assert!(pairings.consume(&link("a"), 2, at(599)));
    }

    #[test]
    fn a_new_link_replaces_the_one_before() {
        let mut pairings = Pairings::default();
        pairings.add(1, link("a"), at(0));
        pairings.add(2, link("b"), at(1));
        assert_eq!(pairings.state(&link("a"), at(1)), Some(LinkState::Expired));
        assert_eq!(pairings.state(&link("b"), at(1)), Some(LinkState::Open));
        assert!(!pairings.consume(&link("a"), 3, at(1)));
    }

    #[test]
    fn a_guessed_link_is_none() {
        let mut pairings = Pairings::default();
        pairings.add(1, link("a"), at(0));
        assert_eq!(pairings.state(&link("b"), at(1)), None);
        assert!(!pairings.consume(&link("b"), 2, at(1)));
    }

    #[derive(Debug, Clone)]
    enum Doing {
        Make,
        /// One of the links that were made.
        Use(prop::sample::Index),
        Wait(u64),
        Restart,
    }

    fn doing() -> impl Strategy<Value = Doing> {
        prop_oneof![
            Just(Doing::Make),
            any::<prop::sample::Index>().prop_map(Doing::Use),
            (0_u64..700).prop_map(Doing::Wait),
            Just(Doing::Restart),
        ]
    }

    proptest! {
        /// Whatever is done: only the newest link admits, in its time, and once.
        #[test]
        fn no_link_admits_twice_or_late(doings in prop::collection::vec(doing(), 1..60)) {
            let mut pairings = Pairings::default();
            let (mut made, mut used, mut now) = (Vec::new(), Vec::new(), 0);
            for (number, doing) in (1..).zip(doings) {
                match doing {
                    Doing::Make => {
                        let link = link(&number.to_string());
                        pairings.add(number, link.clone(), at(now));
                        made.push((link, now));
                    }
                    Doing::Use(chosen) if !made.is_empty() => {
                        let (link, since) = chosen.get(&made);
                        let is_newest = made.last().is_some_and(|(last, _)| last == link);
                        let may = is_newest && now - since < 600 && !used.contains(link);
                        prop_assert_eq!(pairings.consume(link, number, at(now)), may);
                        if may {
                            used.push(link.clone());
                        }
                    }
                    Doing::Use(_) => {}
                    Doing::Wait(seconds) => now += seconds,
                    Doing::Restart => {
                        let stored = serde_json::to_vec(&pairings).expect("JSON");
                        pairings = serde_json::from_slice(&stored).expect("the same");
                    }
                }
            }
        }
    }
}
