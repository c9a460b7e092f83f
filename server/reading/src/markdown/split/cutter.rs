//! Goes down a deck's lines and cuts off a slide wherever something separates.

use super::{
    Slide,
    front_matter::{self, FrontMatter},
    lines::{heading_level, indentation, is_no_paragraph, is_ruler, item_text, number},
    long_dash,
    scan::{Scan, comment_start},
    speaker_notes::{self, Taken},
};
use crate::{
    markdown::{
        Limits,
        dialects::{
            self, Headings, LongDash, Rules, Separates, SlideFront, content_classes, marp,
            presenterm::{self, COMMAND_PREFIX},
            remark::Properties,
            reveal::Separators,
            slidev,
        },
    },
    source::{SourceError, Warning},
};

/// How many lines above an indented line the list item that it belongs to may begin.
const MAX_ITEM_LINES: usize = 200;

pub struct Cutter<'a> {
    pub lines: &'a [&'a str],
    /// The first line after the deck's front matter and settings.
    pub start: usize,
    pub scan: &'a Scan,
    pub front: &'a FrontMatter,
    pub rules: &'static Rules,
    pub separators: &'a Separators,
    pub limits: &'a Limits,
    /// Whether a long dash alone in its line separates, because nothing else does.
    pub by_long_dashes: bool,
    pub slides: Vec<Slide>,
    pub warnings: Vec<Warning>,
}

impl Cutter<'_> {
    /// # Errors
    /// When the deck has too many slides.
    pub fn cut(&mut self) -> Result<(), SourceError> {
        let start = self.start;
        self.long_dashes();
        let dividers = self.dividers();
        let by_titles = self.front.is_true("options.implicit_slide_ends");
        let empty_lines = self.empty_lines();
        let mut matter = if self.rules.deck_front_is_first_slides {
            self.front.clone()
        } else {
            FrontMatter::default()
        };
        let mut first = start;
        let mut at = start;
        let mut blank = 0;
        let (mut has_text, mut in_comment) = (false, false);
        while let Some(line) = self.lines.get(at) {
            let open = self.scan.is_open(at);
            let heading = open && has_text && self.divides(line, &dividers);
            let gap = empty_lines.is_some_and(|lines| blank >= lines)
                && has_text
                && !self.scan.is_private(at);
            let title = by_titles && has_text && self.is_title(at);
            if heading || gap || title {
                self.slide(std::mem::take(&mut matter), first, at)?;
                (first, has_text) = (at, false);
            }
            if open && self.separates(at) {
                self.slide(std::mem::take(&mut matter), first, at)?;
                let found;
                (matter, found) = self.slide_front(at + 1);
                at += found;
                (first, has_text) = (at + 1, false);
            }
            blank = if line.trim().is_empty() { blank + 1 } else { 0 };
            has_text |= self.says_something(at, &mut in_comment) && first <= at;
            at += 1;
        }
        self.slide(matter, first, self.lines.len())
    }

    /// Whether a line has more than a comment.
    fn says_something(&self, at: usize, in_comment: &mut bool) -> bool {
        let line = self.lines.get(at).copied().unwrap_or_default();
        if *in_comment {
            *in_comment = !line.contains("-->");
            return false;
        }
        let Some((before, comment)) =
            comment_start(line).and_then(|from| line.split_at_checked(from))
        else {
            return !line.trim().is_empty();
        };
        let after = comment.split_once("-->").map(|(_, after)| after);
        // A comment without an end is text.
        *in_comment = after.is_none() && !self.scan.is_open(at + 1);
        !before.trim().is_empty() || after.is_some_and(|after| !after.trim().is_empty())
    }

    /// How many empty lines separate, if any do.
    fn empty_lines(&self) -> Option<usize> {
        let has_separators = || {
            let mut lines = self.scan.open_lines(self.lines, self.start);
            lines.any(|line| self.separators.is_line(line))
        };
        let by_default = || self.rules.empty_lines_separate && !has_separators();
        self.separators.gap().or_else(|| by_default().then_some(2))
    }

    /// Whether any line separates slides, outside of fences and comments.
    fn has_separators(&self) -> bool {
        let mut lines = self.start..self.lines.len();
        lines.any(|at| self.scan.is_open(at) && self.separates(at))
    }

    fn long_dashes(&mut self) {
        let lines = self.start..self.lines.len();
        let found =
            lines.filter(|at| self.scan.is_open(*at) && long_dash::is_alone(self.lines, *at));
        let found: Vec<u32> = found.map(number).collect();
        if found.is_empty() || self.rules.long_dash == LongDash::Ignored {
            return;
        }
        self.by_long_dashes =
            self.rules.long_dash == LongDash::WhereNothingElse && !self.has_separators();
        let said = long_dash::said(found.into_iter(), self.by_long_dashes);
        self.warnings.extend(said);
    }

    /// The levels of headings that begin a slide.
    fn dividers(&mut self) -> Vec<usize> {
        match self.rules.headings {
            Headings::Never => return Vec::new(),
            Headings::AsDirected => return marp::heading_divider(self.front, self.scan),
            Headings::WhereNothingElse => {}
        }
        let headings = self
            .scan
            .open_lines(self.lines, self.start)
            .filter(|line| heading_level(line).is_some_and(|level| level <= 2))
            .count();
        if headings < 2 || self.has_separators() {
            return Vec::new();
        }
        self.warnings.push(Warning {
            line: None,
            page: None,
            reason: "there is no line of `---` between slides, so each heading of the first two levels begins one".to_owned(),
        });
        vec![1, 2]
    }

    fn divides(&self, line: &str, dividers: &[usize]) -> bool {
        // Where headings separate only for want of anything else, one may be the heading of notes.
        let is_of_notes =
            self.rules.headings == Headings::WhereNothingElse && speaker_notes::names_notes(line);
        heading_level(line).is_some_and(|level| dividers.contains(&level)) && !is_of_notes
    }

    fn separates(&self, at: usize) -> bool {
        let Some(line) = self.lines.get(at) else {
            return false;
        };
        let trimmed = line.trim_end();
        if let Some(comment) = trimmed
            .trim_start()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"))
        {
            let prefix = self.front.get(COMMAND_PREFIX).unwrap_or_default();
            return presenterm::unprefixed(comment, prefix) == Some("end_slide")
                || self.separators.is_line(line);
        }
        let is_ruler = || is_ruler(line) && !self.is_underline(at) && !self.is_in_item(at);
        let separates = match self.rules.separates {
            Separates::Dashes => trimmed == "---",
            Separates::ManyDashes => trimmed.len() >= 3 && trimmed.chars().all(|c| c == '-'),
            Separates::Rulers => is_ruler(),
            Separates::EndSlide => self.front.is_true("options.end_slide_shorthand") && is_ruler(),
            Separates::AsConfigured => self.separators.is_line(line),
        };
        separates || self.by_long_dashes && long_dash::is_alone(self.lines, at)
    }

    /// Whether an indented line belongs to a list item above it.
    fn is_in_item(&self, at: usize) -> bool {
        let mut indent = self.lines.get(at).map_or(0, |line| indentation(line));
        let above = (0..at).rev().take(MAX_ITEM_LINES);
        for line in above.filter_map(|above| self.lines.get(above)) {
            if indent == 0 {
                return false;
            }
            if line.trim().is_empty() || indentation(line) >= indent {
                continue;
            }
            if item_text(line).is_some_and(|text| text <= indent) {
                return true;
            }
            indent = indentation(line);
        }
        false
    }

    /// Whether a line of dashes makes a heading of the text above it.
    fn is_underline(&self, at: usize) -> bool {
        let is_dashes = |line: &&str| line.trim_start().starts_with('-');
        let above = at.checked_sub(1).filter(|above| self.scan.is_open(*above));
        let above = above.and_then(|above| self.lines.get(above));
        self.lines.get(at).is_some_and(is_dashes)
            && above.is_some_and(|above| !above.trim().is_empty() && !is_no_paragraph(above))
    }

    /// Whether a line is underlined by the next one.
    fn is_title(&self, at: usize) -> bool {
        let underlines = |line: &&str| {
            let marks = line.trim();
            let of = |mark| marks.chars().all(|c| c == mark);
            !marks.is_empty() && (of('=') || of('-'))
        };
        let is_first = at
            .checked_sub(1)
            .and_then(|above| self.lines.get(above))
            .is_none_or(|above| above.trim().is_empty() || comment_start(above).is_some());
        is_first
            && self.scan.is_open(at)
            && self.scan.is_open(at + 1)
            && self
                .lines
                .get(at)
                .is_some_and(|line| !line.trim().is_empty() && !is_no_paragraph(line))
            && self.lines.get(at + 1).is_some_and(underlines)
    }

    /// A slide's own front matter, and how many lines it takes with its end.
    fn slide_front(&self, from: usize) -> (FrontMatter, usize) {
        let none = (FrontMatter::default(), 0);
        let body = self.lines.get(from..).unwrap_or_default();
        if !matches!(self.rules.slide_front, SlideFront::Any | SlideFront::Known)
            || body.first().is_none_or(|line| line.trim().is_empty())
        {
            return none;
        }
        let end = body
            .iter()
            .take(front_matter::MAX_LINES)
            .position(|line| line.trim_end() == "---");
        let Some(matter) = end.and_then(|end| body.get(..end)) else {
            return none;
        };
        let parsed = FrontMatter::parse(matter.iter().copied());
        let known = self.rules.slide_front == SlideFront::Any
            || parsed.has(&slidev::KEYS)
            || parsed.has(&["class", "title", "notes"]);
        if front_matter::is_matter(matter) && known {
            (parsed, matter.len() + 1)
        } else {
            none
        }
    }

    /// Whether a comment in these lines hides the slide.
    fn is_hidden(&self, from: usize, to: usize) -> bool {
        let comments = &self.scan.comments;
        let first = comments.partition_point(|(line, _)| *line < from);
        let inside = comments.iter().skip(first);
        inside
            .take_while(|(line, _)| *line < to)
            .any(|(_, text)| dialects::hides_slide(text))
    }

    /// Front matter in a fence of YAML that the slide begins with, and the line of the text after it.
    fn block_front(&self, from: usize, to: usize) -> Option<(FrontMatter, usize)> {
        let lines = self.lines.get(from..to)?;
        let start = lines.iter().position(|line| !line.trim().is_empty())?;
        let is_yaml = matches!(lines.get(start)?.trim(), "```yaml" | "```yml");
        if self.rules.slide_front != SlideFront::Any || !is_yaml {
            return None;
        }
        let body = lines.get(start + 1..)?;
        let end = body.iter().position(|line| line.trim() == "```")?;
        let matter = body.get(..end)?;
        let parsed = FrontMatter::parse(matter.iter().copied());
        let known = parsed.has(&slidev::KEYS) || parsed.has(&["class", "title"]);
        (front_matter::is_matter(matter) && known).then_some((parsed, from + start + end + 2))
    }

    fn slide(
        &mut self,
        mut front: FrontMatter,
        mut from: usize,
        to: usize,
    ) -> Result<(), SourceError> {
        if let Some((block, text)) = self.block_front(from, to) {
            front.extend(block);
            from = text;
        }
        let line = number(from);
        if front.is_true("hide") || front.is_true("disabled") || self.is_hidden(from, to) {
            return Ok(());
        }
        let lines = self.lines.get(from..to).unwrap_or_default();
        let is_blank = lines.iter().all(|line| line.trim().is_empty());
        if let Some(file) = front.get("src") {
            self.warnings.push(Warning {
                line: Some(line.saturating_sub(1).max(1)),
                page: None,
                reason: format!(
                    "its slides are in another file, {file}, which is not read; left out"
                ),
            });
            if is_blank {
                return Ok(());
            }
        }
        if is_blank && !front.has(&["layout", "background", "image", "title"])
            || is_blank && self.slides.is_empty() && front.get("layout").is_none()
        {
            return Ok(());
        }
        if self.slides.len() >= self.limits.slides {
            return Err(SourceError::TooLarge(format!(
                "it has more than {} slides",
                self.limits.slides
            )));
        }
        let text = self.text(lines, line);
        if let Some(layout) = self
            .rules
            .default_layout
            .and_then(|key| self.front.get(key))
            && front.get("layout").is_none()
            && !self.slides.is_empty()
        {
            front.set("layout", layout);
        }
        let Some((text, mut said)) = self.without_properties(text, &mut front, line) else {
            return Ok(());
        };
        let Taken {
            shown,
            notes,
            said: taken,
        } = speaker_notes::take(&text, self.rules);
        said.extend(taken);
        self.slides.push(Slide {
            line,
            front,
            text: shown,
            notes,
            said,
        });
        Ok(())
    }

    /// The text of a slide, up to the limit.
    fn text(&mut self, lines: &[&str], number: u32) -> String {
        let most = self.limits.slide_bytes;
        let mut text = String::new();
        for line in lines {
            if text.len() + line.len() > most {
                let left = line.floor_char_boundary(most.saturating_sub(text.len() + 1));
                text.push_str(line.get(..left).unwrap_or_default());
                self.warnings.push(Warning {
                    line: Some(number),
                    page: None,
                    reason: format!(
                        "this slide has more than {} KB of text; the rest is left out",
                        most >> 10
                    ),
                });
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Moves the properties at the beginning of a text to the front matter. Returns the rest of the text,
    /// and sentences about what was left out of it, by line. None for a slide that they hide.
    fn without_properties(
        &mut self,
        text: String,
        front: &mut FrontMatter,
        first: u32,
    ) -> Option<(String, Vec<(usize, String)>)> {
        if self.rules.slide_front != SlideFront::Properties {
            return Some((text, Vec::new()));
        }
        let properties = Properties::of(&text);
        let rest: Vec<&str> = text.lines().skip(properties.lines).collect();
        let text = "\n".repeat(properties.lines) + &rest.join("\n") + "\n";
        front.extend(properties.front);
        let mut said = properties.left_out;
        let (text, class) = content_classes::without(&text);
        said.extend(class.map(|(at, class)| {
            let reason = format!("“{class}[…]” and the like; what is in it is shown");
            (at, reason)
        }));
        if !properties.is_hidden {
            return Some((text, said));
        }
        let line_of = |at: usize| first.saturating_add(u32::try_from(at).unwrap_or(0));
        self.warnings
            .extend(said.into_iter().map(|(at, reason)| Warning {
                line: Some(line_of(at)),
                page: None,
                reason,
            }));
        None
    }
}
