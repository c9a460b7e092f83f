//! Deckset. It has no rules of its own here: its marks are read in decks of no known program.

use crate::markdown::split::front_matter::{MAX_LINES, key_value};

/// Settings that no other program has.
const SETTINGS: [&str; 7] = [
    "slidenumbers",
    "slidecount",
    "autoscale",
    "build-lists",
    "slide-transition",
    "slide-dividers",
    "code-language",
];

/// How many lines the deck's settings take from line `first` on. They stand at its beginning, without
/// a line of `---` around them.
pub fn settings(lines: &[&str], first: usize) -> usize {
    let keys = lines.iter().skip(first).map_while(|line| key_value(line));
    let keys: Vec<&str> = keys.map(|(key, _)| key).take(MAX_LINES).collect();
    if keys.iter().any(|key| SETTINGS.contains(key)) {
        keys.len()
    } else {
        0
    }
}

/// The words of a note, which begins with a caret.
pub fn note(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ').strip_prefix('^')?;
    let first = rest.chars().next()?;
    let is_said = first.is_alphabetic() || first.is_whitespace() || "\"'“„«‘(*".contains(first);
    let text = rest.trim();
    (is_said && !text.is_empty()).then_some(text)
}

/// Whether a line is a command of its own, as `[.autoscale: true]`.
pub fn is_command(line: &str) -> bool {
    let inside = line.trim().strip_prefix("[.");
    let inside = inside.and_then(|inside| inside.strip_suffix(']'));
    inside.is_some_and(|inside| {
        inside.starts_with(|c: char| c.is_ascii_alphabetic()) && inside.contains(':')
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_caret_begins_a_note_before_words_only() {
        for (line, note) in [
            ("^ a", Some("a")),
            ("^a b", Some("a b")),
            ("^[a]", None),
            ("^2", None),
            ("^_^", None),
            ("^", None),
        ] {
            assert_eq!(super::note(line), note, "{line}");
        }
    }
}
