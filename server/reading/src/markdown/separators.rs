//! What separates the slides of a reveal.js deck, as its front matter says. reveal-md takes regular
//! expressions there; people write a line or a number of line ends as one, and no more is read.

use super::front_matter::FrontMatter;

/// What separates by itself, sideways and downwards.
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
    /// How the line begins from which on a slide is notes.
    pub notes: Option<String>,
    /// Keys of which the value is not understood.
    pub unknown: Vec<&'static str>,
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

    pub fn is_line(&self, line: &str) -> bool {
        let is = |separator: &Option<Separator>, usual: &[&str]| match separator {
            None => usual.contains(&line.trim_end()),
            Some(Separator::Line(own)) => own == line.trim(),
            Some(Separator::Gap(_)) => false,
        };
        is(&self.slide, &USUAL) || is(&self.vertical, &USUAL_VERTICAL)
    }

    /// How many empty lines separate, when the deck says so.
    pub fn gap(&self) -> Option<usize> {
        let of = |separator: &Option<Separator>| match separator {
            Some(Separator::Gap(lines)) => Some(*lines),
            _ => None,
        };
        of(&self.slide).into_iter().chain(of(&self.vertical)).min()
    }
}

/// `<!--s-->`, `^\r?\n---\r?\n$`, `^\n\n\n`. None when it is more than a line or its ends.
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
        // Of the line ends, one is that of the text before, unless the first line is empty.
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
