//! The devices that present a talk.

use super::pairings::{LinkState, Pairing, Pairings};
use crate::access::{Key, KeyHash};
use model::talk::Timestamp;
use serde::{Deserialize, Serialize};

/// The most that a talk remembers. For one more, the first one that waits is forgotten; if none waits,
/// the first of all.
const MOST: usize = 64;

/// A device that asks to present.
pub struct Device {
    /// The kind of device, as its browser says.
    pub name: String,
    /// The key that it presents other talks with: its browser keeps one for all.
    pub key: Option<Key>,
}

impl Device {
    /// Its key, made up if it has none, and its name.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn with_key(self) -> Result<(Key, String), getrandom::Error> {
        let key = self.key.map_or_else(Key::made_up, Ok)?;
        Ok((key, self.name))
    }
}

/// Each remote has a key of its own, so that one can be removed while the others go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remotes {
    /// Grows with each change. Tells records of one revision apart.
    version: u64,
    list: Vec<Remote>,
    #[serde(default, skip_serializing_if = "Pairings::is_empty")]
    pairings: Pairings,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// Unique among all remotes that the talk ever had.
    pub number: u64,
    /// The kind of device, as its browser says.
    pub name: String,
    pub since: Timestamp,
    /// It may not present until another remote lets it in.
    pub waits: bool,
    key: KeyHash,
    /// The presenter's link that admitted it.
    link: KeyHash,
}

impl Remotes {
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn is_empty(&self) -> bool {
        self.version == 0
    }

    /// Counts a change of the presenter's links, which belong to the talk's record.
    pub fn has_changed(&mut self) {
        self.version += 1;
    }

    pub fn all(&self) -> &[Remote] {
        &self.list
    }

    pub fn of(&self, key: &KeyHash) -> Option<&Remote> {
        self.list.iter().find(|remote| remote.key == *key)
    }

    pub fn may_present(&self, key: &KeyHash) -> bool {
        self.of(key).is_some_and(|remote| !remote.waits)
    }

    pub fn waiting(&self) -> usize {
        self.list.iter().filter(|remote| remote.waits).count()
    }

    /// Adds a remote that was admitted by `link`. If it has to `ask`, it waits, unless there is no other
    /// remote to let it in.
    pub fn admit(
        &mut self,
        key: KeyHash,
        link: KeyHash,
        name: String,
        since: Timestamp,
        ask: bool,
    ) {
        self.version += 1;
        let waits = ask && self.list.iter().any(|remote| !remote.waits);
        self.list.push(Remote {
            number: self.version,
            name,
            since,
            waits,
            key,
            link,
        });
        if self.list.len() > MOST {
            // One that asks never takes the place of one that presents.
            let waiting = self.list.iter().position(|remote| remote.waits);
            self.list.remove(waiting.unwrap_or(0));
        }
    }

    /// Makes a link that admits one device. `link` gets the number that is the link's alone.
    pub fn pair(&mut self, link: impl FnOnce(u64) -> KeyHash, now: Timestamp) {
        self.version += 1;
        self.pairings.add(self.version, link(self.version), now);
    }

    /// The newest link that admits one device, used or not.
    pub fn pairing(&self) -> Option<&Pairing> {
        self.pairings.last()
    }

    /// What became of a link that admits one device. `None` if it is no such link.
    pub fn pairing_state(&self, link: &KeyHash, now: Timestamp) -> Option<LinkState> {
        self.pairings.state(link, now)
    }

    /// Adds a remote as [`admit`](Self::admit) does, by a link that admits one device. Does nothing, and says
    /// so, if the link admits none any more.
    pub fn admit_once(
        &mut self,
        key: KeyHash,
        link: KeyHash,
        name: String,
        now: Timestamp,
        ask: bool,
    ) -> bool {
        let is_open = self.pairings.consume(&link, self.version + 1, now);
        if is_open {
            self.admit(key, link, name, now, ask);
        }
        is_open
    }

    /// Lets a remote present. Whether there was one of this number that waited.
    pub fn allow(&mut self, number: u64) -> bool {
        let waiting = self
            .list
            .iter_mut()
            .find(|remote| remote.number == number && remote.waits);
        let Some(remote) = waiting else { return false };
        remote.waits = false;
        self.version += 1;
        true
    }

    /// Removes a remote and returns the link that admitted it, which must stop working, too. `None` if
    /// there is none of this number.
    pub fn revoke(&mut self, number: u64) -> Option<KeyHash> {
        let place = self
            .list
            .iter()
            .position(|remote| remote.number == number)?;
        self.version += 1;
        Some(self.list.remove(place).link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(remotes: &mut Remotes, key: &Key, ask: bool) -> u64 {
        let link = Key::sent("link").hash();
        remotes.admit(
            key.hash(),
            link,
            "iPhone".to_owned(),
            Timestamp::default(),
            ask,
        );
        remotes.version()
    }

    #[test]
    fn a_revoked_remote_is_none_and_the_others_go_on() {
        let mut remotes = Remotes::default();
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        let number = came(&mut remotes, &one, false);
        came(&mut remotes, &two, false);
        assert_eq!(remotes.revoke(number), Some(Key::sent("link").hash()));
        assert_eq!(remotes.revoke(number), None);
        assert!(!remotes.may_present(&one.hash()) && remotes.may_present(&two.hash()));
    }

    #[test]
    fn who_has_to_ask_waits_unless_there_is_nobody_to_ask() {
        let mut remotes = Remotes::default();
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        came(&mut remotes, &one, true);
        assert!(remotes.may_present(&one.hash()));
        let number = came(&mut remotes, &two, true);
        assert!(!remotes.may_present(&two.hash()));
        assert!(remotes.allow(number) && !remotes.allow(number));
        assert!(remotes.may_present(&two.hash()));
    }

    #[test]
    fn a_talk_remembers_so_many_and_no_number_comes_again() {
        let mut remotes = Remotes::default();
        for device in 0..300 {
            let number = came(&mut remotes, &Key::sent(&format!("{device}")), false);
            if device % 3 == 1 {
                remotes.revoke(number);
            }
        }
        assert_eq!(remotes.all().len(), MOST);
        let mut numbers: Vec<_> = remotes.all().iter().map(|remote| remote.number).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), MOST);
    }

    #[test]
    fn nobody_who_asks_takes_the_place_of_one_who_presents() {
        let mut remotes = Remotes::default();
        let first = Key::sent("first");
        came(&mut remotes, &first, true);
        for device in 0..1_000 {
            let key = Key::sent(&format!("{device}"));
            came(&mut remotes, &key, true);
            assert!(!remotes.may_present(&key.hash()));
        }
        assert!(remotes.may_present(&first.hash()));
        assert_eq!(remotes.all().len(), MOST);
    }

    #[test]
    fn a_pairing_link_admits_one_device_and_names_it() {
        let mut remotes = Remotes::default();
        let link = Key::sent("pairing").hash();
        let now = Timestamp::default();
        remotes.pair(|_| link.clone(), now);
        let mut come = |key: &Key| {
            remotes.admit_once(key.hash(), link.clone(), "iPhone".to_owned(), now, false)
        };
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        assert!(come(&one) && !come(&two));
        assert!(remotes.may_present(&one.hash()) && !remotes.may_present(&two.hash()));
        let used_by = remotes.pairing().and_then(|pairing| pairing.used_by);
        assert_eq!(used_by, remotes.of(&one.hash()).map(|remote| remote.number));
        assert_eq!(remotes.pairing_state(&link, now), Some(LinkState::Used));
    }

    #[test]
    fn a_record_of_before_there_were_pairing_links_is_read() {
        let stored = r#"{"version":3,"list":[]}"#;
        let remotes: Remotes = serde_json::from_str(stored).expect("as it was written");
        assert_eq!((remotes.version(), remotes.pairing()), (3, None));
    }
}
