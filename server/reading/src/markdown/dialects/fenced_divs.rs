//! Fenced divs of Pandoc, Quarto and others: `::: notes`, `::: {.column width="40%"}`.

use crate::markdown::html::{Token, Tokens};

/// The classes of speaker notes.
const NOTES: [&str; 2] = ["notes", "speaker-notes"];

/// The classes of hidden content.
const HIDDEN: [&str; 2] = ["hidden", "content-hidden"];

/// A line that opens or closes a div.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fence<'a> {
    Open(Div<'a>),
    /// Closes the innermost div. The number of colons does not matter.
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Div<'a> {
    pub classes: Vec<&'a str>,
    /// In percent.
    pub width: Option<u16>,
}

impl<'a> Fence<'a> {
    pub fn of(line: &'a str) -> Option<Self> {
        let after = line.trim().strip_prefix(":::")?.trim_start_matches(':');
        let words = after.trim().trim_end_matches(':').trim_end();
        if words.is_empty() {
            return Some(Self::Close);
        }
        let braced = words
            .strip_prefix('{')
            .and_then(|inside| inside.strip_suffix('}'));
        if let Some(inside) = braced {
            let names = inside.split_whitespace();
            return Some(Self::Open(Div {
                classes: names.filter_map(|name| name.strip_prefix('.')).collect(),
                width: width(inside),
            }));
        }
        // Other programs write a title after the class, and attributes in braces.
        let name = words.split([' ', '{']).next().unwrap_or_default();
        let is_name = name.starts_with(|c: char| c.is_alphabetic());
        is_name.then(|| {
            Self::Open(Div {
                classes: vec![name],
                width: None,
            })
        })
    }
}

impl Div<'_> {
    pub fn has(&self, class: &str) -> bool {
        self.classes.contains(&class)
    }

    pub fn is_notes(&self) -> bool {
        NOTES.iter().any(|class| self.has(class))
    }

    pub fn is_hidden(&self) -> bool {
        HIDDEN.iter().any(|class| self.has(class))
    }
}

fn width(attributes: &str) -> Option<u16> {
    let tag = format!("<x {attributes}>");
    let Some(Token::Open(tag)) = Tokens::of(&tag).next() else {
        return None;
    };
    let percent = tag.get("width")?.trim().strip_suffix('%')?;
    let whole = percent.split('.').next().unwrap_or(percent);
    whole.parse().ok().filter(|width| (1..=99).contains(width))
}

/// The widths of the columns in the div that begins before these lines. A column without one gets a
/// share.
pub fn columns<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<u16> {
    let mut widths = Vec::new();
    let mut depth = 1_u32;
    for line in lines {
        match Fence::of(line) {
            Some(Fence::Open(div)) => {
                if depth == 1 && div.has("column") {
                    widths.push(div.width);
                }
                depth += 1;
            }
            Some(Fence::Close) => depth -= 1,
            None => {}
        }
        if depth == 0 {
            break;
        }
    }
    let said: Vec<u16> = widths.iter().copied().flatten().collect();
    let count = u16::try_from(widths.len()).unwrap_or(u16::MAX);
    let unsaid = count.saturating_sub(u16::try_from(said.len()).unwrap_or(count));
    let left = 100_u16.saturating_sub(said.iter().sum::<u16>());
    let share = left.checked_div(unsaid).unwrap_or(0).max(1);
    widths
        .into_iter()
        .map(|width| width.unwrap_or(share))
        .collect()
}

/// The open divs, while lines are read in order.
#[derive(Debug, Default)]
pub struct OpenDivs {
    /// The line of each, and whether its content is private.
    open: Vec<(usize, bool)>,
    /// First and last line of each private div, in the order of their ends.
    private: Vec<(usize, usize)>,
}

impl OpenDivs {
    pub fn read(&mut self, at: usize, line: &str) {
        match Fence::of(line) {
            Some(Fence::Open(div)) => self.open.push((at, div.is_notes() || div.is_hidden())),
            Some(Fence::Close) => {
                let closed = self.open.pop();
                self.private
                    .extend(closed.and_then(|(from, is_private)| is_private.then_some((from, at))));
            }
            None => {}
        }
    }

    /// The private divs that are in no other private one, the last one first.
    pub fn private(self) -> Vec<(usize, usize)> {
        let mut outermost: Vec<(usize, usize)> = Vec::new();
        for (from, to) in self.private.into_iter().rev() {
            if outermost.last().is_none_or(|(before, _)| to < *before) {
                outermost.push((from, to));
            }
        }
        outermost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_has_classes_or_closes() {
        let classes = |line| match Fence::of(line) {
            Some(Fence::Open(div)) => div.classes,
            Some(Fence::Close) => vec!["close"],
            None => vec![],
        };
        for (line, expected) in [
            ("::: notes", &["notes"][..]),
            (":::notes :::", &["notes"]),
            (":::: {#a .b .notes x=y}", &["b", "notes"]),
            ("::: warning Take care", &["warning"]),
            (":::::", &["close"]),
            ("::right::", &[]),
            (":: a", &[]),
            ("::: (a)", &[]),
        ] {
            assert_eq!(classes(line), expected, "{line}");
        }
    }

    #[test]
    fn columns_have_the_widths_that_they_say_or_share_the_rest() {
        let of = |text: &str| columns(text.lines());
        assert_eq!(
            of("::: {.column width=\"40%\"}\na\n:::\n::: column\n:::\n:::"),
            [40, 60]
        );
        assert_eq!(
            of("::: column\n::: column\n:::\n:::\n::: column\n:::\n:::"),
            [50, 50]
        );
        assert_eq!(of("a"), [0_u16; 0]);
    }

    #[test]
    fn nested_divs_that_are_private_are_one() {
        let mut divs = OpenDivs::default();
        let text = "::: notes\n::: notes\n:::\n:::: notes\n:::\n:::\n::: notes\n::: {.notes}\n:::";
        for (at, line) in text.lines().enumerate() {
            divs.read(at, line);
        }
        assert_eq!(divs.private(), [(7, 8), (0, 5)]);
    }
}
