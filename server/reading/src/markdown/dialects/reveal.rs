//! reveal.js, with reveal-md's front matter: what separates slides, steps and notes.
//!
//! reveal-md takes regular expressions as separators. Authors write a line or a number of line ends as
//! one, and only those are understood.

use super::{Clues, Comments, FROM_MARKDOWN, NotesBegin, Rules, Separates, remark};
use crate::markdown::split::front_matter::FrontMatter;

pub static RULES: Rules = Rules {
    name: "reveal.js",
    separates: Separates::AsConfigured,
    empty_lines_separate: true,
    notes_begin: NotesBegin::NoteLine,
    comments: Comments::Ignored,
    foreign_marks: true,
    pauses: &super::PANDOC_PAUSES,
    subscript: false,
    ..FROM_MARKDOWN
};

pub fn is_deck(clues: &Clues<'_>) -> bool {
    is_sure(clues) || clues.lines.iter().any(|line| note(line, None).is_some())
}

/// Whether more than a `Note:`, which anybody may write, says that the deck is reveal.js's.
pub fn is_sure(clues: &Clues<'_>) -> bool {
    let is_step = |line: &&str| line.trim_end() == remark::STEP;
    clues.lines.iter().any(is_step) || has_own_marks(clues)
}

/// Whether the deck has what no other program understands. remark has the line of two dashes, too.
pub fn has_own_marks(clues: &Clues<'_>) -> bool {
    const KEYS: [&str; 4] = [
        "revealOptions",
        "separator",
        "verticalSeparator",
        "notesSeparator",
    ];
    let is_attribute = |text: &&str| {
        let text = text.trim();
        text.starts_with(".slide:") || text.starts_with(".element")
    };
    let is_own_line = |line: &&str| {
        line.trim_end() == "----"
            || line.contains("class=\"fragment")
            || line.contains("<aside class=\"notes\"")
    };
    clues.front.has(&KEYS)
        || clues.comments.iter().any(is_attribute)
        || clues.lines.iter().any(is_own_line)
}

/// Whether a comment hides its slide. `uncounted` is another visibility, which is shown.
pub fn hides_slide(comment: &str) -> bool {
    let Some(attributes) = comment.trim().strip_prefix(".slide:") else {
        return false;
    };
    let visibility = attributes.split("data-visibility").nth(1);
    visibility.is_some_and(|rest| {
        let value = rest.trim_start().trim_start_matches('=').trim_start();
        value.trim_start_matches(['"', '\'']).starts_with("hidden")
    })
}

/// How the notes of a slide begin.
const NOTES: [&str; 4] = ["Note:", "Notes:", "note:", "notes:"];

/// The words of a line after which a slide is notes. `own` is how it begins where the deck says so.
pub fn note<'a>(line: &'a str, own: Option<&str>) -> Option<&'a str> {
    match own {
        Some(own) => line.strip_prefix(own),
        None => NOTES.iter().find_map(|start| line.strip_prefix(start)),
    }
}

/// The default separators, sideways and downwards.
const USUAL: [&str; 1] = ["---"];
const USUAL_VERTICAL: [&str; 2] = ["----", "--"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Separator {
    /// A line of its own.
    Line(String),
    /// So many empty lines.
    Gap(usize),
}

#[derive(Debug, Default)]
pub struct Separators {
    slide: Option<Separator>,
    vertical: Option<Separator>,
    /// How the line begins after which a slide is notes.
    pub notes: Option<String>,
    /// Keys of which the value is not understood.
    unknown: Vec<&'static str>,
}

impl Separators {
    pub fn of(front: &FrontMatter) -> Self {
        let mut found = Self::default();
        found.slide = found.read(front, "separator");
        found.vertical = found.read(front, "verticalSeparator");
        found.notes = match found.read(front, "notesSeparator") {
            Some(Separator::Line(start)) => Some(start),
            _ => None,
        };
        found
    }

    fn read(&mut self, front: &FrontMatter, key: &'static str) -> Option<Separator> {
        let pattern = front.get(key)?;
        let separator = separator(pattern);
        if separator.is_none() {
            self.unknown.push(key);
        }
        separator
    }

    /// The keys whose values are not understood, each with a sentence about it.
    pub fn not_understood(&self) -> impl Iterator<Item = (&'static str, String)> {
        let reason =
            |key| format!("the expression of `{key}` is not understood; the usual one holds");
        self.unknown.iter().map(move |key| (*key, reason(key)))
    }

    pub fn is_line(&self, line: &str) -> bool {
        let is = |separator: &Option<Separator>, usual: &[&str]| match separator {
            None => usual.contains(&line.trim_end()),
            Some(Separator::Line(own)) => own == line.trim(),
            Some(Separator::Gap(_)) => false,
        };
        is(&self.slide, &USUAL) || is(&self.vertical, &USUAL_VERTICAL)
    }

    /// How many empty lines separate, if the deck says so.
    pub fn gap(&self) -> Option<usize> {
        let of = |separator: &Option<Separator>| match separator {
            Some(Separator::Gap(lines)) => Some(*lines),
            _ => None,
        };
        of(&self.slide).into_iter().chain(of(&self.vertical)).min()
    }
}

/// Reads an expression such as `<!--s-->`, `^\r?\n---\r?\n$` or `^\n\n\n`. None when it is more than a
/// line or line ends.
fn separator(pattern: &str) -> Option<Separator> {
    let at_start = pattern.starts_with('^');
    let pattern = pattern
        .trim_start_matches('^')
        .trim_end_matches('$')
        .replace("(\\r\\n?|\\n)", "\\n")
        .replace("(?:\\r\\n?|\\n)", "\\n")
        .replace("\\r?", "")
        .replace("\\r", "");
    let mut text = String::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next()? {
                'n' => text.push('\n'),
                mark if mark.is_ascii_punctuation() => text.push(mark),
                _ => return None,
            },
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            c => text.push(c),
        }
    }
    let line = text.trim();
    if line.is_empty() {
        // The first line end belongs to the text before, unless the expression begins with `^`.
        let lines = text.matches('\n').count();
        let lines = if at_start {
            lines
        } else {
            lines.saturating_sub(1)
        };
        return (lines > 0).then_some(Separator::Gap(lines));
    }
    (!line.contains('\n')).then(|| Separator::Line(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_expressions_are_understood_and_no_others() {
        let line = |text: &str| Some(Separator::Line(text.to_owned()));
        assert_eq!(separator("<!--s-->"), line("<!--s-->"));
        assert_eq!(separator(r"^\r?\n---\r?\n$"), line("---"));
        assert_eq!(separator(r"^(\r\n?|\n)\*\*\*(\r\n?|\n)$"), line("***"));
        assert_eq!(separator("^--$"), line("--"));
        assert_eq!(separator(r"^\n\n\n"), Some(Separator::Gap(3)));
        assert_eq!(separator(r"\n\n\n"), Some(Separator::Gap(2)));
        for other in [r"^-{3,}$", r"\s*", "^(---|===)$", "", r"\n", r"a\nb", r"\"] {
            assert_eq!(separator(other), None, "{other}");
        }
    }
}
