//! The short name that people type to join a talk.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A talk's code: 3 to 32 of a-z, 0-9 and '-'. Valid because it exists.
///
/// Case and spaces are forgiven, so that "AB c" typed on a phone finds `abc`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TalkCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCode;

impl TalkCode {
    /// No letter or digit here looks like another one from the back row (no 0/o, 1/l/i, 2/z,
    /// 5/s, 8/b, u/v).
    pub const ALPHABET: &[u8; 24] = b"acdefghjkmnpqrtuwxy34679";
    const MADE_UP_LENGTH: usize = 6;

    /// A made-up code from random bytes: six characters without look-alikes.
    pub fn made_up(random: [u8; 6]) -> Self {
        let code: String = random
            .iter()
            .take(Self::MADE_UP_LENGTH)
            .map(|byte| {
                let position = usize::from(*byte) % Self::ALPHABET.len();
                Self::ALPHABET.get(position).map_or('a', |c| char::from(*c))
            })
            .collect();
        Self(code)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TalkCode {
    type Err = InvalidCode;

    fn from_str(typed: &str) -> Result<Self, InvalidCode> {
        // Longer input can't become valid by dropping spaces a person would type; it is not read.
        if typed.len() > 256 {
            return Err(InvalidCode);
        }
        let code: String = typed
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (3..=32).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(Self(code))
        } else {
            Err(InvalidCode)
        }
    }
}

impl TryFrom<String> for TalkCode {
    type Error = InvalidCode;

    fn try_from(typed: String) -> Result<Self, InvalidCode> {
        typed.parse()
    }
}

impl From<TalkCode> for String {
    fn from(code: TalkCode) -> Self {
        code.0
    }
}

impl fmt::Display for TalkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code has 3 to 32 letters a-z, digits or '-'")
    }
}

impl std::error::Error for InvalidCode {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Option<&str>) {
        let code = typed.parse::<TalkCode>().ok();
        assert_eq!(
            code.as_ref().map(TalkCode::as_str),
            expected,
            "typed {typed:?}"
        );
    }

    #[test]
    fn a_code_forgives_case_and_spaces() {
        check("abc", Some("abc"));
        check(" AB c\t", Some("abc"));
        check("Rust-Berlin-2026", Some("rust-berlin-2026"));
    }

    #[test]
    fn a_code_refuses_all_else() {
        check("", None);
        check("ab", None);
        check("a b", None);
        check("straße", None);
        check("../etc", None);
        check("abc\0", None);
        check(&"a".repeat(33), None);
        check(&" ".repeat(10_000), None);
    }

    #[test]
    fn a_made_up_code_is_a_code() {
        for byte in 0..=255 {
            let code = TalkCode::made_up([byte; 6]);
            check(code.as_str(), Some(code.as_str()));
        }
    }
}
