//! Titles of slides and decks, from the names of their files.

use unicode_normalization::UnicodeNormalization;

/// Characters.
const LONGEST_TITLE: usize = 120;

/// A slide's title from its file's name without the ending. `03-why_we-built-it` becomes "why we built
/// it". A name that only counts (`slide2`, `IMG_0042`, `page-7`) becomes "Slide 2" and so on, by its
/// position. In languages that are not known here the name is kept (`スライド1`).
pub fn of_slide(stem: &str, number: usize) -> String {
    let words = words(stem);
    let says_something = words.chars().filter(|c| c.is_alphabetic()).count() > 0;
    let first = words.split(' ').next().unwrap_or_default().to_lowercase();
    let counts_only = words.split(' ').count() == 1
        && [
            "slide",
            "slides",
            "page",
            "img",
            "image",
            "folie",
            "frame",
            "dia",
            "screenshot",
        ]
        .contains(&first.as_str());
    if says_something && !counts_only {
        counted(stem).unwrap_or(words)
    } else {
        format!("Slide {number}")
    }
}

/// A name of one word and a number, as it is. The numbers of cameras are longer, or begin with zeros.
fn counted(stem: &str) -> Option<String> {
    let name = plain(stem);
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(word.len()..)?;
    let is_count = (1..=3).contains(&number.len()) && !number.starts_with('0');
    let word = word.trim_end_matches([' ', '_', '-']);
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
    (is_count && is_word).then(|| name.replace(['_', '-'], " "))
}

/// A deck's title from its folder's name.
pub fn of_deck(stem: &str) -> String {
    let words = plain(stem)
        .replace(['-', '_'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if words.is_empty() {
        "Slides".to_owned()
    } else {
        words
    }
}

/// The name as one short line: without control characters, which a terminal would obey, and without
/// characters that change the direction of writing.
pub fn plain(name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let said = |c: &char| !c.is_control() && !turns(*c);
    // File names on a Mac are decomposed.
    name.nfc().filter(said).take(LONGEST_TITLE).collect()
}

/// Without the number at either end, and with spaces between the words.
fn words(stem: &str) -> String {
    plain(stem)
        .replace(['-', '_', '.'], " ")
        .trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '(' || c == ')')
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slide_is_called_what_its_file_says() {
        let check = |stem, expected| assert_eq!(of_slide(stem, 7), expected, "{stem}");
        check("03-why_we-built-it", "why we built it");
        check("slide2", "Slide 7");
        check("Slide 2", "Slide 7");
        check("IMG_0042", "Slide 7");
        check("0001", "Slide 7");
        check("", "Slide 7");
        check("Straße (2)", "Straße");
        check("スライド1", "スライド1");
        check("Diapositiva_12", "Diapositiva 12");
        check("photo_0012", "photo");
        check("why we built it 2", "why we built it");
        check("Cafe\u{301}", "Caf\u{e9}");
        check("slide-about-us", "slide about us");
        check("bad\u{1b}[31m\n\u{202e}name", "bad[31mname");
        check(&"x".repeat(500), &"x".repeat(120));
    }
}
