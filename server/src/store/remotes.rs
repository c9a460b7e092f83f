//! The devices that present a talk.

use super::pairings::{LinkState, Pairing, Pairings};
use crate::access::{Key, KeyHash};
use model::talk::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The most that a talk remembers. For one more, the first one that waits is forgotten; if none waits,
/// the first of all.
const MOST: usize = 64;

/// How long a page offers to undo a removal.
const OFFERED_FOR: Duration = Duration::from_secs(10);

/// How long a removal can be undone: the request takes a while, too.
const UNDONE_WITHIN: Duration = Duration::from_secs(15);

/// The most removals that can be undone.
const MOST_REMOVED: usize = 8;

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
    /// The last ones that were removed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Removed>,
}

/// A remote that was removed. It may do nothing, and can come back for a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Removed {
    remote: Remote,
    at: Timestamp,
    /// Its link stopped working with it.
    link_worked: bool,
    /// It removed itself, and so may undo that.
    by_itself: bool,
}

/// Who removes a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedBy {
    Itself,
    Another,
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
    /// The presenter's link that admitted it. `None` if it asked, and a presenter let it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<KeyHash>,
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

    pub fn waiting(&self) -> impl Iterator<Item = &Remote> {
        self.list.iter().filter(|remote| remote.waits)
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
        let waits = ask && self.list.iter().any(|remote| !remote.waits);
        self.add(key, Some(link), name, since, waits);
    }

    /// Adds a remote that asked, and that a presenter lets in. Does nothing, and says so, for one that is
    /// there: two presenters may accept at once.
    pub fn accept(&mut self, key: KeyHash, name: String, since: Timestamp) -> bool {
        match self.of(&key) {
            Some(Remote { waits: false, .. }) => false,
            Some(Remote { number, .. }) => self.allow(*number),
            None => {
                self.add(key, None, name, since, false);
                true
            }
        }
    }

    fn add(
        &mut self,
        key: KeyHash,
        link: Option<KeyHash>,
        name: String,
        since: Timestamp,
        waits: bool,
    ) {
        self.version += 1;
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

    /// Removes a remote, and from `links` the one that admitted it: it would come back. Whether there was
    /// one of this number.
    pub fn revoke(
        &mut self,
        number: u64,
        by: RemovedBy,
        links: &mut Vec<KeyHash>,
        now: Timestamp,
    ) -> bool {
        let place = self.list.iter().position(|it| it.number == number);
        let Some(place) = place else { return false };
        self.version += 1;
        let remote = self.list.remove(place);
        let link = remote.link.as_ref();
        let link_worked = link.is_some_and(|link| links.contains(link));
        links.retain(|kept| Some(kept) != link);
        self.removed.retain(|removed| removed.may_come_back(now));
        self.removed.push(Removed {
            remote,
            at: now,
            link_worked,
            by_itself: by == RemovedBy::Itself,
        });
        let forgotten = self.removed.len().saturating_sub(MOST_REMOVED);
        self.removed.drain(..forgotten);
        true
    }

    /// Undoes a removal: the remote is where it was, and its link works again. Whether it could be undone.
    pub fn restore(&mut self, number: u64, links: &mut Vec<KeyHash>, now: Timestamp) -> bool {
        let place = self
            .removed
            .iter()
            .position(|it| it.remote.number == number);
        let Some(place) = place else { return false };
        let Removed {
            remote,
            at,
            link_worked,
            ..
        } = self.removed.remove(place);
        // The device may have come by another link since.
        let is_back = self.of(&remote.key).is_some();
        let is_late = now.since(at) >= UNDONE_WITHIN;
        if is_back || is_late || self.list.len() >= MOST {
            return false;
        }
        self.version += 1;
        if link_worked {
            links.extend(remote.link.clone());
        }
        let older = |it: &Remote| it.number < remote.number;
        let place = self.list.partition_point(older);
        self.list.insert(place, remote);
        true
    }

    /// Remotes that were removed a moment ago, and how long a page offers to undo that.
    pub fn removed(&self, now: Timestamp) -> impl Iterator<Item = (&Remote, Duration)> {
        let left = move |removed: &Removed| OFFERED_FOR.saturating_sub(now.since(removed.at));
        let all = self.removed.iter();
        all.map(move |removed| (&removed.remote, left(removed)))
            .filter(|(_, left)| !left.is_zero())
    }

    /// The remote with this key, if it has removed itself a moment ago. It alone may undo that, besides those
    /// who present.
    pub fn left(&self, key: &KeyHash, now: Timestamp) -> Option<&Remote> {
        let mut all = self.removed.iter();
        let own = all.find(|it| it.by_itself && it.remote.key == *key)?;
        own.may_come_back(now).then_some(&own.remote)
    }
}

impl Removed {
    fn may_come_back(&self, now: Timestamp) -> bool {
        now.since(self.at) < UNDONE_WITHIN
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
        let now = Timestamp::default();
        let mut links = vec![Key::sent("link").hash(), Key::sent("other").hash()];
        assert!(remotes.revoke(number, RemovedBy::Another, &mut links, now));
        assert!(!remotes.revoke(number, RemovedBy::Another, &mut links, now));
        assert_eq!(links, [Key::sent("other").hash()]);
        assert!(!remotes.may_present(&one.hash()) && remotes.may_present(&two.hash()));
    }

    const fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_700_000_000_000 + 1_000 * seconds)
    }

    #[test]
    fn a_removal_is_undone_as_it_was_and_only_for_a_moment() {
        let mut remotes = Remotes::default();
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        let number = came(&mut remotes, &one, false);
        came(&mut remotes, &two, false);
        let mut links = vec![Key::sent("link").hash()];
        let before = remotes.all().to_vec();
        assert!(remotes.revoke(number, RemovedBy::Another, &mut links, at(0)));
        let mut late = remotes.clone();
        assert!(!late.restore(number, &mut links, at(15)));
        let offered: Vec<_> = remotes
            .removed(at(4))
            .map(|(it, left)| (it.number, left))
            .collect();
        assert_eq!(offered, [(number, Duration::from_secs(6))]);
        assert_eq!(remotes.removed(at(10)).count(), 0);
        assert!(remotes.restore(number, &mut links, at(14)));
        assert_eq!(remotes.all(), before);
        assert_eq!(links, [Key::sent("link").hash()]);
        assert!(!remotes.restore(number, &mut links, at(14)), "once");
        assert_eq!(links.len(), 1);
    }

    #[test]
    fn undoing_a_removal_makes_no_link_that_did_not_work() {
        let mut remotes = Remotes::default();
        let number = came(&mut remotes, &Key::sent("one"), false);
        let mut links = Vec::new();
        assert!(remotes.revoke(number, RemovedBy::Another, &mut links, at(0)));
        assert!(remotes.restore(number, &mut links, at(1)));
        assert_eq!(links, []);
    }

    #[test]
    fn only_a_remote_that_left_by_itself_comes_back_by_itself() {
        let mut remotes = Remotes::default();
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        let first = came(&mut remotes, &one, false);
        let second = came(&mut remotes, &two, false);
        let mut links = Vec::new();
        assert!(remotes.revoke(first, RemovedBy::Itself, &mut links, at(0)));
        assert!(remotes.revoke(second, RemovedBy::Another, &mut links, at(0)));
        let left = |key: &Key, now| remotes.left(&key.hash(), at(now)).map(|it| it.number);
        assert_eq!((left(&one, 14), left(&one, 15)), (Some(first), None));
        assert_eq!(left(&two, 1), None);
    }

    #[test]
    fn a_device_that_came_back_is_not_there_twice() {
        let mut remotes = Remotes::default();
        let one = Key::sent("one");
        let number = came(&mut remotes, &one, false);
        assert!(remotes.revoke(number, RemovedBy::Another, &mut Vec::new(), at(0)));
        assert!(remotes.accept(one.hash(), "iPhone".to_owned(), at(1)));
        assert!(!remotes.restore(number, &mut Vec::new(), at(2)));
        assert_eq!(remotes.all().len(), 1);
    }

    #[test]
    fn a_device_is_accepted_once_by_two_presenters() {
        let mut remotes = Remotes::default();
        let (one, two) = (Key::sent("one"), Key::sent("two"));
        came(&mut remotes, &one, true);
        let accept =
            |remotes: &mut Remotes| remotes.accept(two.hash(), "Ana’s iPhone".to_owned(), at(0));
        assert!(accept(&mut remotes) && !accept(&mut remotes));
        assert!(remotes.may_present(&two.hash()));
        assert_eq!(remotes.all().len(), 2);
        // One that waits by a link is let in the same way.
        let three = Key::sent("three");
        came(&mut remotes, &three, true);
        assert!(remotes.accept(three.hash(), String::new(), at(0)));
        assert!(remotes.may_present(&three.hash()));
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
                let (by, now) = (RemovedBy::Another, Timestamp::default());
                remotes.revoke(number, by, &mut Vec::new(), now);
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
        let link = Key::sent("link").hash();
        let stored = format!(
            r#"{{"version":3,"list":[{{"number":1,"name":"iPhone","since":0,"waits":false,
            "key":{link},"link":{link}}}]}}"#,
            link = serde_json::to_string(&link).expect("JSON"),
        );
        let remotes: Remotes = serde_json::from_str(&stored).expect("as it was written");
        assert_eq!((remotes.version(), remotes.pairing()), (3, None));
        assert_eq!(remotes.all()[0].link, Some(link));
    }
}
