//! Deckset: the settings that its decks begin with, without a line of `---` around them.

use super::front_matter::{MAX_LINES, key_value};

/// Those that no other program has.
const SETTINGS: [&str; 7] = [
    "slidenumbers",
    "slidecount",
    "autoscale",
    "build-lists",
    "slide-transition",
    "slide-dividers",
    "code-language",
];

/// How many lines they take from `first` on; none where the deck has none.
pub fn settings(lines: &[&str], first: usize) -> usize {
    let keys = lines.iter().skip(first).map_while(|line| key_value(line));
    let keys: Vec<&str> = keys.map(|(key, _)| key).take(MAX_LINES).collect();
    if keys.iter().any(|key| SETTINGS.contains(key)) {
        keys.len()
    } else {
        0
    }
}
