//! Devices that ask for the remote: no link admitted them, and a presenter may let them in.
//!
//! In memory: a stranger's wish is worth no write to the disk, and one that a restart has lost is merely
//! asked again. What a presenter accepts is stored, as any remote is.

use crate::access::{Asker, Key, KeyHash};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// How long a device may ask.
const LIFE: Duration = Duration::from_mins(10);

/// How long a request is shown to presenters after its page was last heard of. A page that waits asks every
/// few seconds: one that is silent was closed, or its phone is locked. It is shown again when it comes back.
const HEARD_WITHIN: Duration = Duration::from_mins(1);

/// How long after a request its page asks for the first time, if it was answered.
const PAGE_WITHIN: Duration = Duration::from_secs(5);

/// Devices that ask at once; more are refused. A presenter reads them all between two slides.
const MOST: usize = 8;

/// Of these, devices at one address. Not one: a venue's people may share theirs.
const MOST_AT_ONE_ADDRESS: usize = 4;

/// Requests of one address within [`LIFE`].
const MOST_OF_ONE_ADDRESS: usize = 6;

/// Requests of the whole talk that are remembered to count those of an address.
const REMEMBERED: usize = 64;

/// How long a device that was declined waits until it may ask again.
const ASK_AGAIN_AFTER: Duration = Duration::from_mins(2);

/// After this many were declined within [`LIFE`], nobody may ask for as long.
const MOST_DECLINED: usize = 2;

/// A name is shown beside two buttons.
const MAX_NAME_CHARACTERS: usize = 30;

/// The devices that ask for the remote of one talk.
#[derive(Debug, Default)]
pub struct Requests {
    /// Oldest first.
    waiting: Vec<Request>,
    /// When devices of which address have asked, oldest first. `None` for an unknown address.
    asked: VecDeque<(Option<Asker>, Instant)>,
    /// Devices that were declined, oldest first.
    declined: VecDeque<(KeyHash, Instant)>,
    /// Until when nobody may ask.
    quiet_until: Option<Instant>,
}

/// A device that asks for the remote.
#[derive(Debug, Clone)]
pub struct Request {
    /// Random, so that a presenter's page of before a restart accepts nobody else.
    pub id: u32,
    pub name: String,
    /// From 10 to 99: the device and the presenter see the same. Unique among those that ask.
    pub number: u8,
    key: KeyHash,
    asker: Option<Asker>,
    asked: Instant,
    heard: Instant,
}

/// What became of a device's request.
#[derive(Debug, Clone)]
pub enum RequestState {
    Waits { name: String, number: u8 },
    Declined { again_in: Duration },
}

/// Why a device may not ask now. A sentence for its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    #[error("The presenter has declined. Ask again in a few minutes.")]
    Declined,
    #[error("The presenter takes no requests for the remote now. Try again in ten minutes.")]
    Quiet,
    #[error("Too many devices ask for the remote. Try again in a few minutes.")]
    Full,
}

impl Request {
    /// Until when presenters see it.
    pub fn shown_until(&self) -> Instant {
        (self.asked + LIFE).min(self.heard + HEARD_WITHIN)
    }

    pub fn key(&self) -> &KeyHash {
        &self.key
    }

    /// Its device never learnt of it: the answer was lost, and its person taps again.
    fn is_lost(&self, now: Instant) -> bool {
        self.heard == self.asked && self.asked + PAGE_WITHIN < now
    }
}

impl Requests {
    /// A device asks, with a key that only its browser has. One that asks already goes on asking.
    ///
    /// # Errors
    /// When it may not, or nobody may.
    pub fn ask(
        &mut self,
        key: &Key,
        name: String,
        asker: Option<Asker>,
        now: Instant,
    ) -> Result<(), NotAsked> {
        self.forget_old(now);
        let key = key.hash();
        if self.hear(&key, now) {
            return Ok(());
        }
        self.waiting
            .retain(|it| !(it.is_lost(now) && it.asker == asker && it.name == name));
        if self.is_quiet(now) {
            return Err(NotAsked::Quiet);
        }
        if self
            .declined_at(&key)
            .is_some_and(|at| at + ASK_AGAIN_AFTER > now)
        {
            return Err(NotAsked::Declined);
        }
        let at_its_address = self.waiting.iter().filter(|it| it.asker == asker).count();
        let of_its_address = self.asked.iter().filter(|(from, _)| *from == asker).count();
        let is_full = self.waiting.len() >= MOST
            || at_its_address >= MOST_AT_ONE_ADDRESS
            || of_its_address >= MOST_OF_ONE_ADDRESS
            || self.asked.len() >= REMEMBERED;
        if is_full {
            return Err(NotAsked::Full);
        }
        self.asked.push_back((asker, now));
        self.waiting.push(Request {
            id: fastrand::u32(..),
            number: self.free_number(),
            name,
            key,
            asker,
            asked: now,
            heard: now,
        });
        Ok(())
    }

    /// The page of a device that asks is still open. Whether there is such a device.
    pub fn hear(&mut self, key: &KeyHash, now: Instant) -> bool {
        let own = self.waiting.iter_mut().find(|request| request.key == *key);
        let is_there = own.is_some();
        if let Some(request) = own {
            request.heard = now;
        }
        is_there
    }

    /// What became of the request of the device with this key. `None` without one, or once it has expired.
    pub fn state(&self, key: &KeyHash, now: Instant) -> Option<RequestState> {
        let own = self.waiting.iter().find(|request| request.key == *key);
        if let Some(Request { name, number, .. }) = own.filter(|own| own.asked + LIFE > now) {
            return Some(RequestState::Waits {
                name: name.clone(),
                number: *number,
            });
        }
        let again = self.declined_at(key)? + ASK_AGAIN_AFTER;
        let again_in = again.saturating_duration_since(now);
        (!again_in.is_zero()).then_some(RequestState::Declined { again_in })
    }

    /// Those whom presenters see, oldest first.
    pub fn shown(&self, now: Instant) -> impl Iterator<Item = &Request> {
        let all = self.waiting.iter();
        all.filter(move |request| request.shown_until() > now)
    }

    /// The request with this id, if it is not answered.
    pub fn find(&self, id: u32) -> Option<&Request> {
        self.waiting.iter().find(|request| request.id == id)
    }

    /// A presenter has let it in.
    pub fn accepted(&mut self, id: u32) {
        self.waiting.retain(|request| request.id != id);
        // A presenter who lets somebody in wants to be asked.
        self.declined.clear();
    }

    /// A presenter declines. Whether nobody may ask from now on. Does nothing for one that is answered.
    pub fn decline(&mut self, id: u32, now: Instant) -> bool {
        self.forget_old(now);
        let Some(place) = self.waiting.iter().position(|request| request.id == id) else {
            return false;
        };
        let request = self.waiting.remove(place);
        self.declined.push_back((request.key, now));
        let is_enough = self.declined.len() >= MOST_DECLINED;
        if is_enough {
            self.be_quiet(now);
        }
        is_enough
    }

    /// Nobody may ask for ten minutes, and those who ask are declined.
    pub fn be_quiet(&mut self, now: Instant) {
        self.quiet_until = Some(now + LIFE);
        let all = self.waiting.drain(..).map(|request| (request.key, now));
        self.declined.extend(all);
    }

    /// Everybody may ask again.
    pub fn let_ask(&mut self) {
        self.quiet_until = None;
        self.declined.clear();
        self.asked.clear();
    }

    pub fn is_quiet(&self, now: Instant) -> bool {
        self.quiet_until.is_some_and(|until| until > now)
    }

    fn declined_at(&self, key: &KeyHash) -> Option<Instant> {
        let last = self
            .declined
            .iter()
            .rfind(|(declined, _)| declined == key)?;
        Some(last.1)
    }

    fn free_number(&self) -> u8 {
        let is_free = |number: &u8| self.waiting.iter().all(|it| it.number != *number);
        std::iter::repeat_with(|| fastrand::u8(10..100))
            .find(is_free)
            .unwrap_or_default()
    }

    fn forget_old(&mut self, now: Instant) {
        self.waiting.retain(|request| request.asked + LIFE > now);
        self.asked.retain(|(_, at)| *at + LIFE > now);
        self.declined.retain(|(_, at)| *at + LIFE > now);
    }
}

/// The name of a device that asks: its kind, and whose it is, as its person typed it. That is a stranger's
/// text on the presenter's screen, so it is one short line that can't turn the line around.
pub fn device_name(kind: &str, whose: &str) -> String {
    let line: String = whose
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words: Vec<_> = line.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARACTERS).collect();
    match name.trim_end() {
        "" => kind.to_owned(),
        name => format!("{name}’s {kind}"),
    }
}

/// Marks of direction, joiners, variation selectors, tags and fillers: they change how the rest of the line
/// looks, or make two different names look the same. Emoji fall apart without them, and stay readable.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::asker;
    use axum::http::HeaderMap;
    use proptest::prelude::*;
    use std::net::IpAddr;

    fn from(address: u8) -> Option<Asker> {
        let address = IpAddr::from([192, 168, 1, address]);
        Some(asker(address, &HeaderMap::new()))
    }

    fn key(name: &str) -> Key {
        Key::sent(name)
    }

    struct World {
        requests: Requests,
        now: Instant,
    }

    impl World {
        fn new() -> Self {
            Self {
                requests: Requests::default(),
                now: Instant::now(),
            }
        }

        fn ask(&mut self, name: &str, address: u8) -> Result<(), NotAsked> {
            let (key, from) = (key(name), from(address));
            self.requests.ask(&key, name.to_owned(), from, self.now)
        }

        fn later(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }

        fn hear(&mut self, name: &str) -> bool {
            self.requests.hear(&key(name).hash(), self.now)
        }

        fn shown(&self) -> Vec<&str> {
            let shown = self.requests.shown(self.now);
            shown.map(|request| request.name.as_str()).collect()
        }

        fn state(&self, name: &str) -> Option<RequestState> {
            self.requests.state(&key(name).hash(), self.now)
        }

        fn decline(&mut self, name: &str) -> bool {
            let mut all = self.requests.waiting.iter();
            let id = all.find(|it| it.name == name).map_or(0, |it| it.id);
            self.requests.decline(id, self.now)
        }
    }

    #[test]
    fn a_device_asks_once_however_often_it_taps() {
        let mut world = World::new();
        for _ in 0..50 {
            assert_eq!(world.ask("ana", 1), Ok(()));
        }
        assert_eq!(world.shown(), ["ana"]);
    }

    #[test]
    fn a_page_that_is_closed_is_not_shown_and_comes_back() {
        let mut world = World::new();
        assert_eq!(world.ask("ana", 1), Ok(()));
        world.later(59);
        assert!(world.hear("ana"));
        world.later(59);
        assert_eq!(world.shown(), ["ana"]);
        world.later(1);
        assert_eq!(world.shown(), [""; 0]);
        assert!(world.hear("ana"));
        assert_eq!(world.shown(), ["ana"]);
    }

    #[test]
    fn a_request_expires_and_can_be_made_again() {
        let mut world = World::new();
        assert_eq!(world.ask("ana", 1), Ok(()));
        world.later(599);
        assert!(world.hear("ana"));
        assert!(matches!(
            world.state("ana"),
            Some(RequestState::Waits { .. })
        ));
        world.later(1);
        world.hear("ana");
        assert_eq!(world.shown(), [""; 0]);
        assert!(world.state("ana").is_none());
        assert_eq!(world.ask("ana", 1), Ok(()));
        assert_eq!(world.shown(), ["ana"]);
    }

    #[test]
    fn who_was_declined_asks_again_after_a_while() {
        let mut world = World::new();
        assert_eq!(world.ask("ana", 1), Ok(()));
        assert!(!world.decline("ana"));
        assert_eq!(world.shown(), [""; 0]);
        assert!(matches!(
            world.state("ana"),
            Some(RequestState::Declined { .. })
        ));
        world.later(119);
        assert_eq!(world.ask("ana", 1), Err(NotAsked::Declined));
        world.later(1);
        assert!(world.state("ana").is_none());
        assert_eq!(world.ask("ana", 1), Ok(()));
    }

    #[test]
    fn after_two_were_declined_it_is_quiet_for_ten_minutes() {
        let mut world = World::new();
        for (name, address) in [("ana", 1), ("ben", 2), ("cem", 3)] {
            assert_eq!(world.ask(name, address), Ok(()));
        }
        assert!(!world.decline("ana"));
        assert!(!world.decline("ana"), "answered already");
        assert!(world.decline("ben"));
        // Whoever still waits need not be declined one by one.
        assert_eq!(world.shown(), [""; 0]);
        assert!(matches!(
            world.state("cem"),
            Some(RequestState::Declined { .. })
        ));
        assert_eq!(world.ask("dan", 4), Err(NotAsked::Quiet));
        world.later(599);
        assert_eq!(world.ask("dan", 4), Err(NotAsked::Quiet));
        world.later(1);
        assert_eq!(world.ask("dan", 4), Ok(()));
    }

    #[test]
    fn the_presenter_lets_people_ask_again() {
        let mut world = World::new();
        assert_eq!(world.ask("ana", 1), Ok(()));
        world.requests.be_quiet(world.now);
        assert_eq!(world.ask("ben", 2), Err(NotAsked::Quiet));
        world.requests.let_ask();
        for (name, address) in [("ana", 1), ("ben", 2)] {
            assert_eq!(world.ask(name, address), Ok(()));
        }
    }

    #[test]
    fn a_guest_without_cookies_fills_neither_the_list_nor_the_presenters_screen() {
        let mut world = World::new();
        let asked = (0..1_000).filter(|it| world.ask(&format!("guest {it}"), 1).is_ok());
        assert_eq!(asked.count(), MOST_AT_ONE_ADDRESS);
        assert_eq!(world.ask("ana", 2), Ok(()), "another address");
        // Each time that some are answered, a few more come, and then none.
        for _ in 0..10 {
            let first = world.requests.shown(world.now).next().map(|it| it.id);
            world.requests.accepted(first.unwrap_or_default());
            let _ = world.ask(&format!("guest {}", fastrand::u64(..)), 1);
        }
        let from_there = world.requests.asked.iter().filter(|(at, _)| *at == from(1));
        assert!(from_there.count() <= MOST_OF_ONE_ADDRESS);
    }

    #[test]
    fn a_crowd_of_addresses_is_bounded_too() {
        let mut world = World::new();
        for address in 0..200 {
            let _ = world.ask(&format!("{address}"), address);
        }
        assert_eq!(world.shown().len(), MOST);
        assert_eq!(world.ask("ana", 250), Err(NotAsked::Full));
        let mut numbers: Vec<_> = world.requests.waiting.iter().map(|it| it.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), MOST, "no number twice");
        assert!(numbers.iter().all(|number| (10..100).contains(number)));
    }

    #[test]
    fn whose_answer_was_lost_is_not_there_twice() {
        let mut world = World::new();
        let ask = |world: &mut World, with: &str| {
            let name = "Ana’s iPhone".to_owned();
            world.requests.ask(&key(with), name, from(1), world.now)
        };
        assert_eq!(ask(&mut world, "lost"), Ok(()));
        world.later(6);
        assert_eq!(ask(&mut world, "given"), Ok(()));
        assert_eq!(world.shown(), ["Ana’s iPhone"]);
        assert!(world.state("given").is_some() && world.state("lost").is_none());
        // Another Ana, whose page is open.
        world.later(1);
        assert!(world.hear("given"));
        world.later(6);
        assert_eq!(ask(&mut world, "another"), Ok(()));
        assert_eq!(world.shown().len(), 2);
    }

    #[test]
    fn a_name_is_one_short_line_that_turns_nothing_around() {
        let check = |whose: &str, expected: &str| {
            assert_eq!(device_name("iPhone", whose), expected, "{whose:?}");
        };
        check("Ana", "Ana’s iPhone");
        check("", "iPhone");
        check(" \u{202e}\u{200b}\n\0\u{3164}", "iPhone");
        check("A\u{202e}na\u{2066}\r\n<b>\u{feff}", "Ana <b>’s iPhone");
        check("نرگس", "نرگس’s iPhone");
        let long = device_name("iPhone", &"n".repeat(1_000));
        assert_eq!(long, format!("{}’s iPhone", "n".repeat(30)));
    }

    proptest! {
        #[test]
        fn whatever_a_stranger_types_is_a_short_line(whose in "\\PC*|.*|(.|\\p{Bidi_C}|\\p{Cf}|\\p{Cc}){0,60}") {
            let name = device_name("iPhone", &whose);
            prop_assert!(name.chars().count() <= MAX_NAME_CHARACTERS + "’s iPhone".chars().count());
            prop_assert!(name.ends_with("iPhone"));
            let is_odd = |c: char| c.is_control() || is_invisible(c);
            prop_assert!(!name.chars().any(is_odd), "{name:?}");
        }
    }
}
