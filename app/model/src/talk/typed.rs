//! Talk codes as people say, type and paste them.

use super::{InvalidCode, TalkCode};

/// Nobody pastes a longer address: longer input is not read.
const MOST_BYTES: usize = 2_048;

impl TalkCode {
    /// Reads a code that somebody typed or pasted to find a talk. Also accepts a link to any page of the
    /// talk, surrounding punctuation, and `_` for `-`.
    ///
    /// # Errors
    /// If it is still not a code.
    pub fn typed(text: &str) -> Result<Self, InvalidCode> {
        if text.len() > MOST_BYTES {
            return Err(InvalidCode);
        }
        let code = of_link(text).unwrap_or(text);
        let code = code.trim_matches(|c: char| c.is_whitespace() || is_around(c));
        code.replace(['_', '\u{ff3f}'], "-").parse()
    }

    /// The code among `codes` that this one means: itself, or else the only one that is pronounced alike,
    /// as "rust berlin" is for `rust-berlin`. `None` if there are two of these.
    pub fn meant<'a>(&self, codes: impl IntoIterator<Item = &'a Self>) -> Option<&'a Self> {
        let (mut alike, mut others) = (None, false);
        for code in codes {
            if code == self {
                return Some(code);
            }
            if code.is_spoken_like(self) {
                others = alike.is_some();
                alike = Some(code);
            }
        }
        alike.filter(|_| !others)
    }

    /// Dashes are not pronounced. A code of dashes alone is like no other.
    fn is_spoken_like(&self, other: &Self) -> bool {
        let mut spoken = self.spoken().peekable();
        spoken.peek().is_some() && spoken.eq(other.spoken())
    }

    fn spoken(&self) -> impl Iterator<Item = u8> {
        self.as_str().bytes().filter(|byte| *byte != b'-')
    }
}

/// The code in a link to a talk's page.
fn of_link(text: &str) -> Option<&str> {
    let address = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (_, path) = address.split_once(TalkCode::PATH)?;
    path.split(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace())
        .next()
}

/// Punctuation that sentences and chat programs put around a code or a link.
fn is_around(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '['
            | ']'
            | '<'
            | '>'
            | '"'
            | '\''
            | '`'
            | '*'
    ) || "“”„‘’‚«»‹›…、。「」".contains(c)
        || "．，；：！？（）［］＜＞＂＇".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};

    fn code(text: &str) -> TalkCode {
        text.parse().expect("a code")
    }

    fn read(typed: &str, expected: Option<&str>) {
        let code = TalkCode::typed(typed).ok();
        assert_eq!(code.as_ref().map(TalkCode::as_str), expected, "{typed:?}");
    }

    fn find(typed: &str, codes: &[&str], expected: Option<&str>) {
        let codes: Vec<_> = codes.iter().map(|text| code(text)).collect();
        let typed = TalkCode::typed(typed).expect("a code");
        let found = typed.meant(&codes).map(TalkCode::as_str);
        assert_eq!(found, expected, "{typed}");
    }

    #[test]
    fn a_code_is_found_as_it_is_spoken() {
        for typed in [
            "rust-berlin",
            "Rust Berlin",
            "rustberlin",
            "rust_berlin",
            "rust＿berlin",
            "RUST–BERLIN",
            "rust - berlin",
            "rust-berlin-",
            "rust-berlin.",
            "“Rust Berlin”!",
            "(rust-berlin)",
        ] {
            find(typed, &["room", "rust-berlin"], Some("rust-berlin"));
        }
        find("a-b-c", &["abc"], Some("abc"));
        find("rustberli", &["rust-berlin"], None);
    }

    #[test]
    fn of_codes_that_are_spoken_alike_only_the_exact_one_is_found() {
        let alike = ["rust-berlin", "rustberlin", "rust-ber-lin"];
        for exact in alike {
            find(exact, &alike, Some(exact));
        }
        find("r-ustberlin", &alike, None);
        find("----", &["---", "room"], None);
        find("---", &["---", "room"], Some("---"));
    }

    #[test]
    fn a_code_is_read_from_a_pasted_link() {
        for link in [
            "http://192.168.1.7:3000/t/rust-berlin",
            "https://slides.example/t/rust-berlin/",
            "slides.example/t/Rust-Berlin/screen",
            "http://t/t/rust-berlin",
            "http://slides.example/t/rust-berlin?slide=3",
            "http://slides.example/t/rust-berlin/present?key=abc#top",
            "<http://slides.example/t/rust-berlin>.",
            "Follow http://slides.example/t/rust-berlin, please",
            "/t/rust-berlin",
        ] {
            read(link, Some("rust-berlin"));
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in [
            "",
            "..",
            "a.",
            "🙂",
            "a.b.c",
            "http://slides.example/",
            "/t/",
        ] {
            read(typed, None);
        }
        read(&format!("http://{}/t/room", "a".repeat(3_000)), None);
    }

    fn any_code() -> impl Strategy<Value = TalkCode> {
        "[a-c-]{3,6}|[a-z0-9-]{3,32}".prop_map(|text| code(&text))
    }

    proptest! {
        #[test]
        fn a_code_is_its_own_best_spelling(code in any_code(), end in "[.,;:!)>\\]\"']{0,3}") {
            for typed in [
                code.to_string(),
                format!("{code}{end}"),
                format!("http://host:3000/t/{code}{end}"),
                format!("https://host/t/{code}/screen?slide=2{end}"),
            ] {
                prop_assert_eq!(TalkCode::typed(&typed).ok(), Some(code.clone()), "{}", typed);
            }
        }

        #[test]
        fn no_code_is_found_by_another_ones(codes in btree_set(any_code(), 1..8)) {
            for code in &codes {
                prop_assert_eq!(code.meant(&codes), Some(code));
            }
        }

        #[test]
        fn what_is_found_is_spoken_like_what_was_typed(
            typed in any_code(),
            codes in btree_set(any_code(), 0..8),
        ) {
            let spoken = |code: &TalkCode| code.as_str().replace('-', "");
            let alike: Vec<_> =
                codes.iter().filter(|code| spoken(code) == spoken(&typed)).collect();
            match typed.meant(&codes) {
                Some(found) if *found == typed => prop_assert!(codes.contains(&typed)),
                Some(found) => prop_assert_eq!(alike, [found]),
                None => prop_assert!(alike.len() != 1 || spoken(&typed).is_empty()),
            }
        }

        #[test]
        fn anything_can_be_typed(text in ".*") {
            if let Ok(code) = TalkCode::typed(&text) {
                prop_assert_eq!(TalkCode::typed(code.as_str()).ok(), Some(code));
            }
        }
    }
}
