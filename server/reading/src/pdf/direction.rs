//! Converts Hebrew and Arabic from visual order, which a PDF has (left to right, last letter first), to
//! reading order. Pure.

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_normalization::UnicodeNormalization;

/// Converts a line from visual to reading order. The file does not say its direction, so that of most of its
/// letters is used.
///
/// The bidirectional algorithm (UAX #9) gives each letter a level and reverses the runs that go to the left.
/// Applied to visual order it restores reading order, also of numbers and Latin words within.
pub fn as_read(visual: &str) -> String {
    let leftwards = visual.chars().filter(|c| goes_left(*c)).count();
    if leftwards == 0 {
        return visual.to_owned();
    }
    let letters = visual.chars().filter(|c| c.is_alphabetic()).count();
    let base = if leftwards * 2 > letters {
        Level::rtl()
    } else {
        Level::ltr()
    };
    let mut read = String::with_capacity(visual.len());
    let info = BidiInfo::new(visual, Some(base));
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_leftwards = levels.get(run.start).is_some_and(Level::is_rtl);
            let text = visual.get(run).unwrap_or_default();
            if is_leftwards {
                read.extend(text.chars().rev().map(mirrored));
            } else {
                read.push_str(text);
            }
        }
    }
    read.chars().flat_map(letters_of).collect()
}

/// The letters of a glyph in visual order. Those of a ligature are in reading order.
pub fn as_drawn(glyph: &str) -> String {
    if glyph.chars().nth(1).is_some() && glyph.chars().all(goes_left) {
        glyph.chars().rev().collect()
    } else {
        glyph.to_owned()
    }
}

fn goes_left(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

/// Mirrors brackets in text from right to left.
fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

/// Replaces presentation forms, which depend on neighbours, by their letters, which users search for. Other
/// compatibility forms, such as superscripts, stay.
fn letters_of(c: char) -> impl Iterator<Item = char> {
    let is_form = matches!(c, '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}');
    let is_phrase = matches!(c, '\u{FDF0}'..='\u{FDFF}');
    let letters = is_form.then(|| std::iter::once(c).nfkc());
    // An isolated vowel mark is combined with a space.
    let letters = letters.into_iter().flatten();
    let letters = letters.filter(move |letter| *letter != ' ' || is_phrase);
    letters.chain((!is_form).then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Visual order is written as code points, because an editor would reorder it.
    fn check(visual: &str, read: &str) {
        assert_eq!(as_read(visual), read, "{}", visual.escape_unicode());
    }

    fn turned(text: &str) -> String {
        text.chars().rev().collect()
    }

    const SHALOM: &str = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    const OLAM: &str = "\u{5e2}\u{5d5}\u{5dc}\u{5dd}";
    const SALAM: &str = "\u{633}\u{644}\u{627}\u{645}";

    #[test]
    fn a_line_from_the_right_is_read_from_the_right() {
        let line = format!("{SHALOM} {OLAM}");
        check(&turned(&line), &line);
        check(&turned(SALAM), SALAM);
    }

    #[test]
    fn numbers_and_latin_words_within_it_stay_as_they_are() {
        let (shalom, olam) = (turned(SHALOM), turned(OLAM));
        check(
            &format!("{olam} 12.5 {shalom}"),
            &format!("{SHALOM} 12.5 {OLAM}"),
        );
        check(
            &format!("20% {olam} {shalom}"),
            &format!("{SHALOM} {OLAM} 20%"),
        );
        check(
            &format!("{olam}{shalom} Web 2 {shalom}"),
            &format!("{SHALOM} Web 2 {SHALOM}{OLAM}"),
        );
        check(&format!("({olam}) {shalom}"), &format!("{SHALOM} ({OLAM})"));
        check(&format!("{shalom} \u{2022}"), &format!("\u{2022} {SHALOM}"));
    }

    #[test]
    fn words_from_the_right_in_a_line_from_the_left_are_turned_alone() {
        let there = turned(&format!("{SHALOM} {OLAM}"));
        check(
            &format!("They say {there} in 2 cities"),
            &format!("They say {SHALOM} {OLAM} in 2 cities"),
        );
    }

    #[test]
    fn a_line_without_such_letters_is_as_it_was() {
        for line in ["", "1 (2) [3]", "x² ﬁ ½ Ⅳ", "日本語 (1)"] {
            check(line, line);
        }
    }

    #[test]
    fn forms_of_letters_are_their_letters() {
        // Meem and lam-alef at the end, alone; a mark alone; the letters as they join.
        check("\u{FEE1}\u{FEFC}\u{FEB3}", SALAM);
        check("\u{FE70}\u{FEB1}", "\u{633}\u{64B}");
        check("\u{FB4A}", "\u{5ea}\u{5bc}");
    }

    #[test]
    fn a_ligature_is_drawn_as_one_and_read_as_two() {
        assert_eq!(as_drawn("\u{644}\u{627}"), "\u{627}\u{644}");
        assert_eq!(as_drawn("ffi"), "ffi");
        check(
            &format!("\u{645}{}\u{633}", as_drawn("\u{644}\u{627}")),
            SALAM,
        );
    }
}
