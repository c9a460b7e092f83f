//! Text that the audience must not see: the notes of Pandoc, remark, Deckset and beamer, and the
//! comments of Obsidian. It is removed before anything else reads a slide's text, so that no title and
//! no footnote is made of it.
//!
//! In doubt a line counts as private. Missing words are reported with their line; private words that
//! were shown can't be taken back.

use super::{
    lines::heading_level,
    scan::{comment_start, fence_of, opens_formula},
};
use crate::markdown::{
    dialects::{
        NotesBegin, Rules, beamer, deckset,
        fenced_divs::{self, Div, Fence},
        obsidian, remark,
    },
    render::short,
};

const MAX_SAID: usize = 40;

/// A slide's text, and what was removed from it.
#[derive(Debug, Default)]
pub struct Taken {
    /// Has as many lines as before, so that warnings name the right one.
    pub shown: String,
    pub notes: Vec<String>,
    /// Sentences for the author, by line, from 0.
    pub said: Vec<(usize, String)>,
}

/// Where private text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// After this many closing fences.
    Fences(u32),
    BlankLine,
    /// After this many closing braces.
    Braces(usize),
    Percents,
    SlideEnd,
}

/// Private text that is being read.
struct Private {
    until: Until,
    /// Whether it is notes. Otherwise nobody sees it.
    is_notes: bool,
    line: usize,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenDiv {
    Columns { next: usize },
    Other,
}

struct Taker<'a> {
    rules: &'a Rules,
    lines: Vec<&'a str>,
    code: Option<&'a str>,
    in_comment: bool,
    formula_end: Option<usize>,
    private: Option<Private>,
    divs: Vec<OpenDiv>,
    taken: Taken,
}

pub fn take(text: &str, rules: &Rules) -> Taken {
    let mut taker = Taker {
        rules,
        lines: text.lines().collect(),
        code: None,
        in_comment: false,
        formula_end: None,
        private: None,
        divs: Vec::new(),
        taken: Taken::default(),
    };
    let mut at = 0;
    while let Some(line) = taker.lines.get(at) {
        taker.read(at, line);
        at += 1;
    }
    if let Some(private) = taker.private.take() {
        if matches!(private.until, Until::Fences(_) | Until::Braces(_)) {
            let reason =
                "the speaker's notes that begin here have no end; so all that follows is notes";
            taker.say(private.line, reason.to_owned());
        }
        taker.keep(private);
    }
    taker.taken
}

impl<'a> Taker<'a> {
    fn read(&mut self, at: usize, line: &'a str) {
        if self.formula_end.is_some_and(|end| at <= end) || self.is_code(line) {
            match self.private.take() {
                Some(mut private) if private.until != Until::BlankLine => {
                    private.add(line);
                    self.private = Some(private);
                    self.show("");
                }
                before => {
                    before.into_iter().for_each(|private| self.keep(private));
                    self.show(line);
                }
            }
            return;
        }
        if let Some(mut private) = self.private.take() {
            if private.until == Until::BlankLine && ends_paragraph(line) {
                self.keep(private);
            } else {
                self.show("");
                if private.reads(line) {
                    self.private = Some(private);
                } else {
                    self.keep(private);
                }
                return;
            }
        }
        if self.is_comment(line) {
            return self.show(line);
        }
        if opens_formula(line.trim()) {
            let rest = self.lines.get(at + 1..).unwrap_or_default();
            let end = rest.iter().position(|line| line.contains("$$"));
            self.formula_end = end.map(|end| at + 1 + end);
            return self.show(line);
        }
        if let Some(fence) = Fence::of(line) {
            return self.fence(at, line, fence);
        }
        if let Some((private, reason)) = self.opened(at, line) {
            if let Some(reason) = reason {
                self.say(at, reason);
            }
            self.show("");
            let is_over = match private.until {
                Until::Braces(open) => open == 0,
                _ => false,
            };
            if is_over {
                self.keep(private);
            } else {
                self.private = Some(private);
            }
            return;
        }
        if self.rules.foreign_marks && deckset::is_command(line) {
            self.say(
                at,
                format!("“{}” is a command of Deckset's; left out", short(line)),
            );
            return self.show("");
        }
        match obsidian::without_comments(line) {
            Some((shown, is_open)) => {
                self.say(at, "a comment of Obsidian's; left out".to_owned());
                self.show(&shown);
                if is_open {
                    self.private = Some(Private::new(Until::Percents, at, ""));
                }
            }
            None => self.show(line),
        }
    }

    /// The private text that begins in this line, and a sentence about it for the author.
    fn opened(&self, at: usize, line: &str) -> Option<(Private, Option<String>)> {
        let is_unsure = self.rules.foreign_marks;
        let words = line.trim();
        let says_more = || {
            let rest = self.lines.get(at + 1..).unwrap_or_default();
            rest.iter().any(|line| !line.trim().is_empty())
        };
        let of_slide = |start: &str, program: &str| {
            format!("“{start}” and what follows are the speaker's notes{program}")
        };
        if line.trim_end() == remark::NOTES && says_more() {
            let notes = Private::notes(Until::SlideEnd, at, "");
            if self.rules.notes_begin == NotesBegin::QuestionMarks {
                return Some((notes, None));
            }
            return is_unsure.then(|| (notes, Some(of_slide(words, ", as in remark.js"))));
        }
        // The first heading of a slide is its title.
        let is_below = || !self.taken.shown.trim().is_empty();
        if is_unsure && names_notes(line) && is_below() && says_more() {
            let notes = Private::notes(Until::SlideEnd, at, "");
            return Some((notes, Some(of_slide(words, ""))));
        }
        if let Some(text) = deckset::note(line).filter(|_| is_unsure) {
            let reason = of_slide("^", " up to the next empty line, as in Deckset");
            let notes = Private::notes(Until::BlankLine, at, text);
            return Some((notes, Some(reason)));
        }
        if let Some(text) = beamer::note(words) {
            let mut notes = Private::notes(Until::Braces(1), at, "");
            if !notes.reads(text) {
                notes.until = Until::Braces(0);
            }
            return Some((notes, None));
        }
        None
    }

    fn fence(&mut self, at: usize, line: &str, fence: Fence<'_>) {
        match fence {
            Fence::Open(div) if div.is_notes() => {
                self.private = Some(Private::notes(Until::Fences(1), at, ""));
                self.show("");
            }
            Fence::Open(div) if div.is_hidden() => {
                self.private = Some(Private::new(Until::Fences(1), at, ""));
                self.say(at, format!("“{}” is hidden; left out", short(line)));
                self.show("");
            }
            Fence::Open(div) => {
                let written = self.column(at, &div);
                if written.is_none() {
                    let reason = format!("“{}” is left out; what is in it is shown", short(line));
                    self.say(at, reason);
                    self.divs.push(OpenDiv::Other);
                }
                self.show(&written.unwrap_or_default());
            }
            Fence::Close => match self.divs.pop() {
                Some(OpenDiv::Columns { .. }) => self.show("::default::"),
                Some(OpenDiv::Other) => self.show(""),
                None => {
                    self.say(at, format!("“{}” closes nothing; left out", short(line)));
                    self.show("");
                }
            },
        }
    }

    /// The line that stands for the beginning of columns or of the next column.
    fn column(&mut self, at: usize, div: &Div<'_>) -> Option<String> {
        if div.has("columns") && self.divs.is_empty() && self.rules.columns_in_divs {
            let lines = self.lines.get(at + 1..)?.iter().copied();
            let widths = fenced_divs::columns(lines);
            if !(2..=6).contains(&widths.len()) {
                return None;
            }
            self.divs.push(OpenDiv::Columns { next: 0 });
            let widths: Vec<String> = widths.iter().map(u16::to_string).collect();
            return Some(format!("<!-- column_layout: [{}] -->", widths.join(", ")));
        }
        let Some(OpenDiv::Columns { next }) = self.divs.last_mut() else {
            return None;
        };
        if !div.has("column") {
            return None;
        }
        let number = *next;
        *next += 1;
        self.divs.push(OpenDiv::Other);
        Some(format!("<!-- column: {number} -->"))
    }

    /// Whether a line is code, or a fence of it.
    fn is_code(&mut self, line: &'a str) -> bool {
        let words = line.trim();
        match self.code {
            Some(fence) => {
                let mark = fence.chars().next().unwrap_or('`');
                if words.len() >= fence.len() && words.chars().all(|c| c == mark) {
                    self.code = None;
                }
                true
            }
            None => {
                self.code = fence_of(words).filter(|_| !self.in_comment);
                self.code.is_some()
            }
        }
    }

    /// Whether a line is in an HTML comment of several lines.
    fn is_comment(&mut self, line: &str) -> bool {
        if self.in_comment {
            self.in_comment = !line.contains("-->");
            return true;
        }
        let after = comment_start(line).and_then(|at| line.get(at..));
        self.in_comment = after.is_some_and(|after| !after.contains("-->"));
        self.in_comment
    }

    fn show(&mut self, line: &str) {
        self.taken.shown.push_str(line);
        self.taken.shown.push('\n');
    }

    fn say(&mut self, at: usize, reason: String) {
        // A slide may have a note after each paragraph.
        let has_room = self.taken.said.len() < MAX_SAID;
        if has_room && !self.taken.said.iter().any(|(_, said)| *said == reason) {
            self.taken.said.push((at, reason));
        }
    }

    fn keep(&mut self, private: Private) {
        let text = private.text.trim();
        if private.is_notes && !text.is_empty() {
            self.taken.notes.push(text.to_owned());
        }
    }
}

impl Private {
    fn new(until: Until, line: usize, text: &str) -> Self {
        let mut new = Self {
            until,
            is_notes: false,
            line,
            text: String::new(),
        };
        new.add(text);
        new
    }

    fn notes(until: Until, line: usize, text: &str) -> Self {
        Self {
            is_notes: true,
            ..Self::new(until, line, text)
        }
    }

    fn add(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a line. Returns whether the private text continues after it.
    fn reads(&mut self, line: &str) -> bool {
        match &mut self.until {
            Until::Fences(open) => {
                match Fence::of(line) {
                    Some(Fence::Open(_)) => *open += 1,
                    Some(Fence::Close) => *open = open.saturating_sub(1),
                    None => self.text.push_str(&format!("{line}\n")),
                }
                *open > 0
            }
            Until::Braces(open) => {
                for c in line.chars() {
                    match c {
                        '{' => *open += 1,
                        '}' => *open = open.saturating_sub(1),
                        _ => {}
                    }
                    if *open == 0 {
                        self.text.push('\n');
                        return false;
                    }
                    self.text.push(c);
                }
                self.text.push('\n');
                true
            }
            Until::BlankLine => {
                self.add(deckset::note(line).unwrap_or(line));
                true
            }
            Until::Percents => !line.contains("%%"),
            Until::SlideEnd => {
                self.add(line);
                true
            }
        }
    }
}

/// Whether a line ends the paragraph above it.
fn ends_paragraph(line: &str) -> bool {
    line.trim().is_empty()
        || line.trim_end() == remark::NOTES
        || Fence::of(line).is_some()
        || heading_level(line).is_some()
}

/// Whether a line is a heading above notes, such as `## Speaker notes`.
pub fn names_notes(line: &str) -> bool {
    let words = line
        .trim()
        .trim_matches(['#', '*', ':', ' '])
        .to_lowercase();
    let is_name = ["presenter", "speaker", "speaker's", "speaker’s"]
        .iter()
        .any(|whose| words.strip_prefix(whose) == Some(" notes"));
    is_name && heading_level(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::dialects::plain;

    #[test]
    fn lines_stay_where_they_are() {
        let text = "# A\n\n::: notes\n\nb\n```\n:::\n```\n:::\n\\note{c {d}\ne}\nf\n^ g\nh\n\ni %%j\nk%%\nl\n";
        let taken = take(text, &plain::RULES);
        assert_eq!(taken.shown.lines().count(), text.lines().count());
        let shown: Vec<&str> = taken
            .shown
            .lines()
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(shown, ["# A", "f", "i ", "l"]);
        assert_eq!(taken.notes, ["b\n```\n:::\n```", "c {d}\ne", "g\nh"]);
    }
}
