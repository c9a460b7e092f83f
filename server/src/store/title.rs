use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The title that the host gave a talk: one line of 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TalkTitle(String);

/// A sentence for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A title has 1 to {MAX_CHARACTERS} characters. Write another one.")]
pub struct InvalidTitle;

/// A phone has no room for more.
const MAX_CHARACTERS: usize = 200;

impl TalkTitle {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TalkTitle {
    type Err = InvalidTitle;

    /// Trims the title, and turns control characters and runs of white space into single spaces.
    fn from_str(typed: &str) -> Result<Self, InvalidTitle> {
        let line: String = typed
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .filter(|c| !changes_direction(*c))
            .collect();
        let title = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if (1..=MAX_CHARACTERS).contains(&title.chars().count()) {
            Ok(Self(title))
        } else {
            Err(InvalidTitle)
        }
    }
}

/// Such a character would change the direction of the text after the title, too.
fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for TalkTitle {
    type Error = InvalidTitle;

    fn try_from(title: String) -> Result<Self, InvalidTitle> {
        title.parse()
    }
}

impl From<TalkTitle> for String {
    fn from(title: TalkTitle) -> Self {
        title.0
    }
}

impl fmt::Display for TalkTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Option<&str>) {
        let title = typed.parse::<TalkTitle>().ok();
        assert_eq!(title.as_ref().map(TalkTitle::as_str), expected, "{typed:?}");
    }

    #[test]
    fn a_title_is_one_line_with_something_in_it() {
        check("  Rust  in\r\nrooms ", Some("Rust in rooms"));
        check("<b>Ünïcode</b> \u{202e}", Some("<b>Ünïcode</b>"));
        check(" \n\0", None);
        check("", None);
        let long = "ä".repeat(200);
        check(&long, Some(&long));
        check(&(long.clone() + "ä"), None);
    }
}
