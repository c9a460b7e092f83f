//! Codes are short, so that people can type them: whoever tries many of them is slowed down.
//!
//! A venue is one address for hundreds of people, and a guesser may be among them. So an address
//! that has tried too many wrong codes is refused further codes that are new to it, and none that
//! somebody there has opened before. Pages of a talk that is gone ask for the same code again and
//! again, which is no guessing.

use app::talk::TalkCode;
use axum::http::HeaderMap;
use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Wrong codes that an address may try at once: a class that types, and mistypes.
const AT_ONCE: u32 = 30;

/// How long until it may try one more.
const ONE_MORE_EVERY: Duration = Duration::from_secs(2);

/// Codes that are remembered of an address, and addresses.
const MOST_CODES: usize = 32;
const MOST_ADDRESSES: usize = 4_096;

#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, Guesser>>);

#[derive(Debug)]
struct Guesser {
    /// When it will have paid for all of its wrong codes.
    paid_at: Instant,
    /// Codes that led somewhere, oldest first.
    opened: VecDeque<TalkCode>,
    /// Codes that did not, and count no more.
    wrong: VecDeque<TalkCode>,
    came: Instant,
}

impl Guesses {
    /// Whether an address may look for a code.
    pub fn may_look(&self, address: IpAddr, code: &TalkCode, now: Instant) -> bool {
        let guessers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guessers.get(&network(address)).is_none_or(|guesser| {
            guesser.knows(code) || guesser.debt(now) < ONE_MORE_EVERY * AT_ONCE
        })
    }

    /// What it found. Most that look have found it before, and cost one look here.
    pub fn found(&self, address: IpAddr, code: &TalkCode, is_there: bool, now: Instant) {
        let mut guessers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        if !guessers.contains_key(&address) && guessers.len() >= MOST_ADDRESSES {
            let oldest = guessers.iter().min_by_key(|(_, guesser)| guesser.came);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                guessers.remove(&oldest);
            }
        }
        let guesser = guessers.entry(address).or_insert_with(|| Guesser {
            paid_at: now,
            opened: VecDeque::new(),
            wrong: VecDeque::new(),
            came: now,
        });
        guesser.came = now;
        let is_new = !guesser.knows(code);
        if is_there && !guesser.opened.contains(code) {
            remember(&mut guesser.opened, code);
        } else if !is_there && is_new {
            guesser.paid_at = guesser.paid_at.max(now) + ONE_MORE_EVERY;
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

/// A network of IPv6 gives each of its devices as many addresses as it wants.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

/// The address of whoever asks. Behind a proxy on this machine or in its network, the proxy's word
/// for it: the last entry, because those before it are the client's own.
pub fn address_of(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_near = match peer.to_canonical() {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let said = forwarded
        .filter(|_| is_near)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok());
    said.unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn code(text: &str) -> TalkCode {
        text.parse().expect("a code")
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 168, 1, last])
    }

    /// How many of `tries` wrong codes may be looked for, all at `now`.
    fn guess(guesses: &Guesses, address: IpAddr, tries: u32, now: Instant) -> u32 {
        let mut looked = 0;
        for _ in 0..tries {
            let code = code(&format!("guess-{}", fastrand::u64(..)));
            if guesses.may_look(address, &code, now) {
                guesses.found(address, &code, false, now);
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
        guess(&guesses, one, 1_000, now);
        assert_eq!(guess(&guesses, other, 1_000, now), 0);
    }

    #[test]
    fn as_many_addresses_are_remembered_as_there_is_room_for() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..2 * MOST_ADDRESSES {
            let number = u32::try_from(number).expect("small");
            let address = IpAddr::from(number.to_be_bytes());
            for code in ["room", "other"] {
                guesses.found(address, &self::code(code), true, now);
            }
        }
        let guessers = guesses.0.lock().expect("no panic");
        assert_eq!(guessers.len(), MOST_ADDRESSES);
    }

    #[test]
    fn a_near_proxy_is_believed_its_own_word_only() {
        let header = HeaderValue::from_static("1.1.1.1, 9.9.9.9");
        let headers = HeaderMap::from_iter([(
            axum::http::HeaderName::from_static("x-forwarded-for"),
            header,
        )]);
        let far = IpAddr::from([8, 8, 8, 8]);
        assert_eq!(address_of(far, &headers), far);
        let near = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(address_of(near, &headers), IpAddr::from([9, 9, 9, 9]));
        assert_eq!(address_of(near, &HeaderMap::new()), near);
    }
}
