//! A rate limit for guessing codes, which are short because people type them.
//!
//! A venue is one address for hundreds of people, and a guesser may be among them. So an address that
//! has tried too many wrong codes is refused only codes that are new to it, and none that somebody there
//! has opened before. The same wrong code counts once: pages of a deleted talk ask for it again and again.
//!
//! Behind a proxy, only the proxy knows who asks. But any device on the venue's network can claim to be
//! a proxy, so each has a limit of its own for all the addresses that it names.

use axum::http::HeaderMap;
use model::talk::TalkCode;
use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Wrong codes that an address may try at once. Enough for a class that mistypes.
const AT_ONCE: u32 = 30;

/// A proxy on another machine may guess as fast as this many addresses.
const BEHIND_A_PROXY: u32 = 20;

/// Above that, how long until one more.
const ONE_MORE_EVERY: Duration = Duration::from_secs(2);

/// Codes of each kind that are remembered for an address, and addresses.
const MOST_CODES: usize = 32;
const MOST_ADDRESSES: usize = 4_096;

#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<Address, Guesser>>);

/// What a limit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Address {
    Of(IpAddr),
    /// A device that claims to be a proxy.
    Proxy(IpAddr),
    /// A client of such a device.
    Behind {
        proxy: IpAddr,
        asks: IpAddr,
    },
}

/// Where a request comes from, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asker {
    peer: IpAddr,
    /// The client, if the peer says that it is a proxy.
    behind: Option<IpAddr>,
}

#[derive(Debug)]
struct Guesser {
    /// When all of its wrong codes are paid for.
    paid_at: Instant,
    /// Codes of talks, oldest first.
    opened: VecDeque<TalkCode>,
    /// Codes of no talk, oldest first. They count once.
    wrong: VecDeque<TalkCode>,
    last_seen: Instant,
}

impl Guesses {
    /// Whether `asker` may look for a code.
    pub fn may_look(&self, asker: Asker, code: &TalkCode, now: Instant) -> bool {
        let guessers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asker.addresses().all(|(address, _)| {
            guessers.get(&address).is_none_or(|guesser| {
                guesser.knows(code) || guesser.debt(now) < AT_ONCE * ONE_MORE_EVERY
            })
        })
    }

    /// Records whether a look-up found a talk.
    pub fn found(&self, asker: Asker, code: &TalkCode, is_there: bool, now: Instant) {
        for (address, price) in asker.addresses() {
            self.found_from(address, price, code, is_there, now);
        }
    }

    fn found_from(
        &self,
        address: Address,
        price: Duration,
        code: &TalkCode,
        is_there: bool,
        now: Instant,
    ) {
        let mut guessers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !guessers.contains_key(&address) && guessers.len() >= MOST_ADDRESSES {
            let oldest = guessers.iter().min_by_key(|(_, guesser)| guesser.last_seen);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                guessers.remove(&oldest);
            }
        }
        let guesser = guessers.entry(address).or_insert_with(|| Guesser {
            paid_at: now,
            opened: VecDeque::new(),
            wrong: VecDeque::new(),
            last_seen: now,
        });
        guesser.last_seen = now;
        let is_new = !guesser.knows(code);
        if is_there && !guesser.opened.contains(code) {
            remember(&mut guesser.opened, code);
        } else if !is_there && is_new {
            guesser.paid_at = guesser.paid_at.max(now) + price;
            remember(&mut guesser.wrong, code);
        }
    }
}

fn remember(codes: &mut VecDeque<TalkCode>, code: &TalkCode) {
    if codes.len() >= MOST_CODES {
        codes.pop_front();
    }
    codes.push_back(code.clone());
}

impl Guesser {
    fn knows(&self, code: &TalkCode) -> bool {
        self.opened.contains(code) || self.wrong.contains(code)
    }

    fn debt(&self, now: Instant) -> Duration {
        self.paid_at.saturating_duration_since(now)
    }
}

/// The /64 network of an IPv6 address: a device there may take as many addresses as it wants.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

impl Asker {
    /// The addresses that a wrong code is charged to, each with its price.
    fn addresses(self) -> impl Iterator<Item = (Address, Duration)> {
        let peer = self.peer;
        let Some(asks) = self.behind else {
            return [Some((Address::Of(peer), ONE_MORE_EVERY)), None]
                .into_iter()
                .flatten();
        };
        // A proxy on this machine is the host's own.
        let proxy =
            (!peer.is_loopback()).then(|| (Address::Proxy(peer), ONE_MORE_EVERY / BEHIND_A_PROXY));
        [
            Some((Address::Behind { proxy: peer, asks }, ONE_MORE_EVERY)),
            proxy,
        ]
        .into_iter()
        .flatten()
    }
}

/// Where a request comes from. A peer on this machine or in a private network may be a proxy, so its
/// `X-Forwarded-For` is believed: the last entry only, because a client can write those before it.
pub fn asker(peer: IpAddr, headers: &HeaderMap) -> Asker {
    let is_near = match peer.to_canonical() {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let behind = forwarded
        .filter(|_| is_near)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok());
    Asker {
        peer: network(peer),
        behind: behind.map(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn code(text: &str) -> TalkCode {
        text.parse().expect("a code")
    }

    fn address(last: u8) -> Asker {
        asked_from(IpAddr::from([192, 168, 1, last]))
    }

    fn asked_from(peer: IpAddr) -> Asker {
        asker(peer, &HeaderMap::new())
    }

    /// How many of `tries` wrong codes may be looked for, all at `now`.
    fn guess(guesses: &Guesses, asker: Asker, tries: u32, now: Instant) -> u32 {
        let mut looked = 0;
        for _ in 0..tries {
            let code = code(&format!("guess-{}", fastrand::u64(..)));
            if guesses.may_look(asker, &code, now) {
                guesses.found(asker, &code, false, now);
                looked += 1;
            }
        }
        looked
    }

    #[test]
    fn who_guesses_is_slowed_down_and_others_are_not() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        assert_eq!(guess(&guesses, address(1), 1_000, now), AT_ONCE);
        let later = now + Duration::from_secs(60);
        assert_eq!(guess(&guesses, address(1), 1_000, later), 30);
        assert!(guesses.may_look(address(2), &code("room"), now));
    }

    #[test]
    fn a_guesser_keeps_nobody_at_the_same_venue_from_their_talk() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        guesses.found(address(1), &code("room"), true, now);
        guess(&guesses, address(1), 1_000, now);
        assert!(guesses.may_look(address(1), &code("room"), now));
        assert!(!guesses.may_look(address(1), &code("other"), now));
    }

    #[test]
    fn pages_of_a_talk_that_is_gone_are_no_guessers() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        guesses.found(address(1), &code("gone"), true, now);
        for gone in ["gone", "never-there"] {
            for _ in 0..1_000 {
                assert!(guesses.may_look(address(1), &code(gone), now));
                guesses.found(address(1), &code(gone), false, now);
            }
        }
        assert_eq!(guess(&guesses, address(1), 1_000, now), AT_ONCE - 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_guesser() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        let one: IpAddr = "2001:db8::1".parse().expect("an address");
        let other: IpAddr = "2001:db8::ffff:2".parse().expect("an address");
        guess(&guesses, asked_from(one), 1_000, now);
        assert_eq!(guess(&guesses, asked_from(other), 1_000, now), 0);
    }

    #[test]
    fn as_many_addresses_are_remembered_as_there_is_room_for() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..2 * MOST_ADDRESSES {
            let number = u32::try_from(number).expect("small");
            let address = asked_from(IpAddr::from(number.to_be_bytes()));
            for code in ["room", "other"] {
                guesses.found(address, &self::code(code), true, now);
            }
        }
        let guessers = guesses.0.lock().expect("no panic");
        assert_eq!(guessers.len(), MOST_ADDRESSES);
    }

    fn behind(proxy: IpAddr, asks: u8) -> Asker {
        let word = HeaderValue::from_str(&format!("1.1.1.1, 9.9.9.{asks}")).expect("a header");
        asker(proxy, &HeaderMap::from_iter([(FORWARDED, word)]))
    }

    #[test]
    fn a_near_proxy_is_believed_its_own_word_only() {
        let far = IpAddr::from([8, 8, 8, 8]);
        assert_eq!(behind(far, 9), asked_from(far));
        let near = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(behind(near, 9).behind, Some(IpAddr::from([9, 9, 9, 9])));
        assert_eq!(asker(near, &HeaderMap::new()), asked_from(near));
    }

    #[test]
    fn who_says_that_they_are_a_proxy_is_slowed_down_too() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        let phone = IpAddr::from([192, 168, 1, 5]);
        let guessed: u32 = (0..200)
            .map(|asks| guess(&guesses, behind(phone, asks), 30, now))
            .sum();
        assert_eq!(guessed, AT_ONCE * BEHIND_A_PROXY);
        // Neither those whose addresses it took nor its neighbours pay for it.
        let taken = asked_from(IpAddr::from([9, 9, 9, 1]));
        assert!(guesses.may_look(taken, &code("room"), now));
        assert!(guesses.may_look(address(6), &code("room"), now));
        // A proxy on this machine asks for a whole venue.
        let here = IpAddr::from([127, 0, 0, 1]);
        let guessed: u32 = (0..200)
            .map(|asks| guess(&guesses, behind(here, asks), 30, now))
            .sum();
        assert_eq!(guessed, AT_ONCE * 200);
    }
}
