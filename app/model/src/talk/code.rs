//! The code that people type to join a talk.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A talk's code: 3 to 32 of a-z, 0-9 and '-'.
///
/// Parsing ignores case and spaces, and normalises what keyboards and programs make of letters, digits
/// and '-': full-width characters and other dashes. To find a talk, [`TalkCode::typed`] and
/// [`TalkCode::meant`] forgive more.
///
/// ```
/// use model::talk::TalkCode;
///
/// assert_eq!("Rust – Berlin".parse::<TalkCode>().expect("a code").as_str(), "rust-berlin");
/// assert!("ab".parse::<TalkCode>().is_err());
/// let pasted = TalkCode::typed("http://slides.example/t/rust-berlin/screen");
/// assert_eq!(pasted.expect("a code").as_str(), "rust-berlin");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TalkCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCode;

impl TalkCode {
    /// Without characters that look alike from the back row: 0/o, 1/l/i, 2/z, 5/s, 8/b, u/v.
    pub const ALPHABET: &[u8; 24] = b"acdefghjkmnpqrtuwxy34679";
    /// What comes before the code in the path of every page of its talk.
    pub const PATH: &str = "/t/";
    const MADE_UP_LENGTH: usize = 6;

    /// Six characters of [`ALPHABET`](Self::ALPHABET) from random bytes.
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
        // Nobody types so many spaces: longer input is not read.
        if typed.len() > 256 {
            return Err(InvalidCode);
        }
        let code: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !is_invisible(*c))
            .map(|c| plain(c).to_ascii_lowercase())
            .collect();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (3..=32).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(Self(code))
        } else {
            Err(InvalidCode)
        }
    }
}

/// Invisible characters that are copied along with a code.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// The ASCII character that was meant.
fn plain(c: char) -> char {
    match c {
        // Full-width characters, from input methods for Japanese and Chinese.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        // Dashes, a minus, and the long vowel, which is on the hyphen's key of a Japanese keyboard.
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{30fc}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff70}' => '-',
        // The Kelvin sign.
        '\u{212a}' => 'k',
        _ => c,
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
    fn a_code_forgives_what_keyboards_and_programs_make_of_it() {
        check("ＲＵＳＴ－２０２６", Some("rust-2026"));
        check("ｒｕｓｔ\u{3000}２０２６", Some("rust2026"));
        for dash in "‐‑‒–—―−﹘﹣－ー⁃ｰ".chars() {
            check(&format!("rust{dash}berlin"), Some("rust-berlin"));
        }
        check("ro\u{212a}", Some("rok"));
        check("\u{feff}ab\u{200b}c\u{ad}", Some("abc"));
    }

    #[test]
    fn a_code_refuses_all_else() {
        check("", None);
        check("ab", None);
        check("a b", None);
        check("straße", None);
        check("../etc", None);
        check("abc\0", None);
        check("ａｂ！", None);
        check("абв", None);
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
