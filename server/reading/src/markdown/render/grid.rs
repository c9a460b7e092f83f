//! Columns in an author's HTML, by classes of UnoCSS and Tailwind or by style.

use crate::markdown::{html::Tag, page::columns::share};

/// The most columns side by side.
const MAX_COLUMNS: usize = 6;

/// The class for as many columns as the element has children, which `page::steps` counts.
pub const COUNTED: &str = "grid-auto";

/// The class of an element that floats beside its floating neighbours.
pub const FLOAT: &str = "float";

/// Our class for columns of the same width. `style` is the tag's own style and that of its classes.
pub fn class(tag: &Tag<'_>, style: &str) -> Option<&'static str> {
    if tag.name != "div" {
        return None;
    }
    let counted = words(tag).find_map(|word| {
        let count = template_word(word)?;
        let count = count.trim_matches(|c: char| !c.is_ascii_digit());
        count.parse::<u8>().ok()
    });
    let listed = || {
        u8::try_from(widths(tag, style).len())
            .ok()
            .filter(|count| *count > 0)
    };
    let by_name = || {
        words(tag)
            .any(|word| matches!(word, "columns" | "two-columns" | "cols" | "row"))
            .then_some(2)
    };
    let Some(count) = counted.or_else(listed).or_else(by_name) else {
        return beside(tag, style);
    };
    Some(match count {
        0 | 1 => "grid-1",
        2 => "grid-2",
        3 => "grid-3",
        4 => "grid-4",
        5 => "grid-5",
        _ => "grid-6",
    })
}

/// The class for flexible rows and floats.
fn beside(tag: &Tag<'_>, style: &str) -> Option<&'static str> {
    let said = |key: &str, values: &[&str]| {
        style.split(';').any(|declared| {
            declared
                .split_once(':')
                .is_some_and(|(name, value)| name.trim() == key && values.contains(&value.trim()))
        })
    };
    let has = |word: &str| words(tag).any(|known| known == word);
    let attribute = tag.get("flex").is_some_and(|flex| !flex.contains("col"));
    let is_column = has("flex-col")
        || has("flex-column")
        || has("flex-col-reverse")
        || said("flex-direction", &["column", "column-reverse"])
        || said("flex-flow", &["column"]);
    let is_flex = said("display", &["flex", "inline-flex"])
        || has("flex")
        || has("d-flex")
        || has("inline-flex")
        || attribute;
    if is_flex && !is_column || said("grid-auto-flow", &["column"]) || has("grid-flow-col") {
        return Some(COUNTED);
    }
    let floats = said("float", &["left", "right"]) || has("float-left") || has("float-right");
    floats.then_some(FLOAT)
}

/// The widths of columns that differ, in twelfths, last one first. Empty when they are equal.
pub fn shares(widths: &[Option<u16>]) -> Vec<u16> {
    let known: Vec<u16> = widths.iter().copied().flatten().collect();
    let differ = known.windows(2).any(|pair| pair.first() != pair.last());
    if !differ || known.len() < widths.len() {
        return Vec::new();
    }
    known
        .iter()
        .rev()
        .map(|width| share(*width, &known))
        .collect()
}

/// Reads a list like `grid-cols-[2fr_1fr]` or `repeat(2, 1fr) 1.5fr`, in tenths of `fr`. None for a width
/// in another unit.
pub fn widths(tag: &Tag<'_>, style: &str) -> Vec<Option<u16>> {
    if tag.name != "div" {
        return Vec::new();
    }
    let in_class = words(tag).find_map(|word| {
        let list = template_word(word)?.strip_prefix('[')?.strip_suffix(']')?;
        Some(list.replace('_', " "))
    });
    let in_style = || {
        let (_, rest) = style.split_once("grid-template-columns:")?;
        rest.split(';').next().map(str::to_owned)
    };
    let Some(template) = in_class.or_else(in_style) else {
        return Vec::new();
    };
    let mut widths = Vec::new();
    let mut rest = template.trim();
    while !rest.is_empty() && widths.len() < MAX_COLUMNS {
        let (track, count, left) = match rest.strip_prefix("repeat(") {
            Some(inner) => {
                let (inner, left) = inner.split_once(')').unwrap_or((inner, ""));
                let (count, track) = inner.split_once(',').unwrap_or(("1", inner));
                // The end of `minmax(0, 1fr)`.
                let track = match track.trim().strip_prefix("minmax(") {
                    Some(inner) => inner.split_once(',').map_or(inner, |(_, most)| most),
                    None => track,
                };
                let left = left.trim_start_matches(')');
                (track, count.trim().parse().unwrap_or(1), left)
            }
            None => {
                let (track, left) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                (track, 1, left)
            }
        };
        let room = MAX_COLUMNS - widths.len();
        widths.extend(std::iter::repeat_n(fraction(track), count.min(room)));
        rest = left.trim_start();
    }
    widths
}

/// Reads `1.5fr` in tenths.
fn fraction(track: &str) -> Option<u16> {
    let number = track.trim().strip_suffix("fr")?;
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u16 = whole.parse().ok().filter(|whole| *whole < 100)?;
    let tenth: u16 = tenth.get(..1)?.parse().ok()?;
    Some(whole * 10 + tenth)
}

fn words<'a>(tag: &'a Tag<'_>) -> impl Iterator<Item = &'a str> {
    let class = tag.get("class").unwrap_or_default();
    let grid = tag.get("grid").unwrap_or_default();
    class.split_whitespace().chain(grid.split_whitespace())
}

fn template_word(word: &str) -> Option<&str> {
    word.strip_prefix("grid-cols-")
        .or(word.strip_prefix("cols-"))
        .or(word.strip_prefix("columns-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::html::{Token, Tokens};

    #[test]
    fn columns_are_as_wide_as_they_are_written() {
        let of = |attributes: &str| {
            let html = format!("<div {attributes}>");
            match Tokens::of(&html).next() {
                Some(Token::Open(tag)) => {
                    let style = tag.get("style").unwrap_or_default();
                    (class(&tag, style), shares(&widths(&tag, style)))
                }
                other => (None, vec![u16::MAX; usize::from(other.is_some())]),
            }
        };
        assert_eq!(of("class=\"grid grid-cols-[2fr_1fr] gap-4\"").1, [4, 8]);
        assert_eq!(of("grid=\"~ cols-[1fr_3fr]\"").1, [9, 3]);
        assert_eq!(
            of("style=\"grid-template-columns: 1fr 1.5fr; gap: 1em\"").1,
            [7, 5]
        );
        assert_eq!(
            of("class=\"grid-cols-[1fr_1fr_1fr]\""),
            (Some("grid-3"), vec![])
        );
        assert_eq!(
            of("class=\"grid-cols-[200px_1fr]\""),
            (Some("grid-2"), vec![])
        );
        assert_eq!(of("class=\"grid grid-cols-2\""), (Some("grid-2"), vec![]));
        let repeated = "style=\"grid-template-columns: repeat(3, 1fr)\"";
        assert_eq!(of(repeated), (Some("grid-3"), vec![]));
        let minmax = "style=\"grid-template-columns: repeat(2, minmax(0, 1fr));\"";
        assert_eq!(of(minmax), (Some("grid-2"), vec![]));
        for row in [
            "style=\"display:flex\"",
            "style=\"gap: 1em; display: flex;\"",
            "class=\"flex gap-4\"",
            "class=\"d-flex\"",
            "flex=\"~ gap-2\"",
            "class=\"grid grid-flow-col\"",
        ] {
            assert_eq!(of(row), (Some(COUNTED), vec![]), "{row}");
        }
        for floating in ["style=\"float:left; width: 50%\"", "class=\"float-right\""] {
            assert_eq!(of(floating), (Some(FLOAT), vec![]), "{floating}");
        }
        for none in [
            "class=\"flex flex-col\"",
            "style=\"display:flex; flex-direction: column\"",
            "style=\"display: block\"",
            "style=\"float: none\"",
        ] {
            assert_eq!(of(none), (None, vec![]), "{none}");
        }
        assert_eq!(of("class=\"columns\""), (Some("grid-2"), vec![]));
        assert_eq!(of("class=\"x\""), (None, vec![]));
    }
}
