//! Cuts a deck into slides before anything is parsed as Markdown: a slide's front matter would
//! else read as a heading, and a fence that never ends would swallow the deck.

use super::{
    Limits, content_classes, deckset,
    dialect::{self, Dialect, SLIDEV_KEYS},
    directives,
    front_matter::{self, FrontMatter},
    line_ends, long_dash,
    remark::Properties,
    scan::{Scan, comment_start},
    separators::Separators,
    speaker_notes::{self, Taken},
};
use crate::source::{SourceError, Warning};

/// How far above a line the item may begin that it stands in.
const MAX_ITEM_LINES: usize = 200;

/// One slide's Markdown.
#[derive(Debug, Clone)]
pub struct Slide {
    /// Of its text's first line, from 1.
    pub line: u32,
    pub front: FrontMatter,
    /// Without what is not for the wall.
    pub text: String,
    pub notes: Vec<String>,
    /// What was left out of the text, by its line in it, from 0.
    pub said: Vec<(usize, String)>,
}

#[derive(Debug)]
pub struct Deck {
    pub front: FrontMatter,
    pub dialect: Dialect,
    pub slides: Vec<Slide>,
    /// How the line begins from which on a slide is notes, when the deck says so.
    pub notes: Option<String>,
    /// Whether `Note:` could be meant for the audience.
    pub notes_are_unsure: bool,
    pub warnings: Vec<Warning>,
}

/// # Errors
/// When it is too large or has no slide.
pub fn split(text: &str, limits: &Limits) -> Result<Deck, SourceError> {
    if text.len() > limits.bytes {
        return Err(SourceError::TooLarge(format!(
            "this Markdown is larger than {} MB; pictures belong in files beside it",
            limits.bytes >> 20
        )));
    }
    let text = line_ends::usual(text.strip_prefix('\u{feff}').unwrap_or(text));
    let lines: Vec<&str> = text.lines().collect();
    let (front, first) = deck_front(&lines);
    let settings = deckset::settings(&lines, first);
    let start = first + settings;
    let mut scan = Scan::of(&lines, start);
    if let Some(prefix) = front.get(dialect::COMMAND_PREFIX) {
        // What has no prefix is a comment of people, and no command.
        scan.comments
            .retain_mut(|(_, text)| match dialect::unprefixed(text, prefix) {
                Some(command) => {
                    *text = command.to_owned();
                    true
                }
                None => false,
            });
    }
    let scan = scan;
    let dialect = dialect::detect(
        &front,
        scan.comments.iter().map(|(_, text)| text.as_str()),
        scan.open_lines(&lines, start),
    );
    let separators = match dialect {
        Dialect::Reveal => Separators::of(&front),
        _ => Separators::default(),
    };
    let notes_are_unsure = !dialect::is_surely_reveal(
        &front,
        scan.comments.iter().map(|(_, text)| text.as_str()),
        scan.open_lines(&lines, start),
    );
    let matter = lines.get(..start).unwrap_or_default();
    let mut cutter = Cutter {
        lines: &lines,
        scan: &scan,
        dialect,
        separators: &separators,
        prefix: front.get(dialect::COMMAND_PREFIX).unwrap_or_default(),
        layout: front
            .get("defaults.layout")
            .filter(|_| dialect == Dialect::Slidev),
        by_long_dashes: false,
        slides: Vec::new(),
        warnings: Vec::new(),
        limits,
    };
    if settings > 0 {
        cutter.warnings.push(Warning {
            line: Some(number(first)),
            page: None,
            reason: "settings of Deckset's; left out".to_owned(),
        });
    }
    for key in &separators.unknown {
        cutter.warnings.push(Warning {
            line: front_matter::line_of(matter, key),
            page: None,
            reason: format!("the expression of `{key}` is not understood; the usual one holds"),
        });
    }
    cutter.cut(&front, start)?;
    let Cutter {
        mut slides,
        mut warnings,
        ..
    } = cutter;
    // presenterm: `theme`, `override`, `code`, each below the one before.
    if front.get("theme.override.code.background") == Some("false") {
        let says = |line: &&str| line.trim() == "background: false";
        warnings.push(Warning {
            line: (1..)
                .zip(matter)
                .find(|(_, line)| says(line))
                .map(|(at, _)| at),
            page: None,
            reason: "code without a background, by a theme of the deck's own; ours holds"
                .to_owned(),
        });
    }
    if dialect == Dialect::Presenterm {
        slides.extend(introduction(&front));
        if front.get("title").is_some() {
            slides.rotate_right(1);
        }
    }
    if dialect == Dialect::Marp {
        directives::carry(&front, &scan, &mut slides);
        for (key, reason) in directives::unmet(&front) {
            warnings.push(Warning {
                line: front_matter::line_of(matter, key),
                page: None,
                reason,
            });
        }
    }
    warnings.sort_by_key(|warning| warning.line);
    if slides.is_empty() {
        return Err(SourceError::Empty);
    }
    Ok(Deck {
        front,
        dialect,
        slides,
        notes: separators.notes,
        notes_are_unsure,
        warnings,
    })
}

fn deck_front(lines: &[&str]) -> (FrontMatter, usize) {
    let first = lines
        .iter()
        .take_while(|line| line.trim().is_empty())
        .count();
    if lines.get(first).map(|line| line.trim_end()) != Some("---") {
        return (FrontMatter::default(), 0);
    }
    let body = lines.get(first + 1..).unwrap_or_default();
    let end = body
        .iter()
        .take(front_matter::MAX_LINES + 1)
        .position(|line| line.trim_end() == "---");
    match end.and_then(|end| body.get(..end).map(|matter| (matter, end))) {
        Some((matter, end)) if front_matter::is_matter(matter) || matter.is_empty() => {
            (FrontMatter::parse(matter.iter().copied()), first + end + 2)
        }
        _ => (FrontMatter::default(), 0),
    }
}

struct Cutter<'a> {
    lines: &'a [&'a str],
    scan: &'a Scan,
    dialect: Dialect,
    separators: &'a Separators,
    /// What presenterm's commands begin with.
    prefix: &'a str,
    layout: Option<&'a str>,
    /// Whether a long dash alone in its line separates: nothing else does.
    by_long_dashes: bool,
    slides: Vec<Slide>,
    warnings: Vec<Warning>,
    limits: &'a Limits,
}

impl Cutter<'_> {
    fn cut(&mut self, front: &FrontMatter, start: usize) -> Result<(), SourceError> {
        let shorthand = front.is_true("options.end_slide_shorthand");
        self.long_dashes(start);
        let dividers = self.dividers(front, start, shorthand);
        let by_titles = front.is_true("options.implicit_slide_ends");
        let has_separators = self
            .scan
            .open_lines(self.lines, start)
            .any(|line| self.separators.is_line(line));
        let empty_lines = self
            .separators
            .gap()
            .or((self.dialect == Dialect::Reveal && !has_separators).then_some(2));
        // The deck's front matter is its first slide's as well, in Slidev.
        let mut matter = if self.dialect == Dialect::Slidev {
            front.clone()
        } else {
            FrontMatter::default()
        };
        let mut first = start;
        let mut at = start;
        let mut blank = 0;
        let (mut has_text, mut in_comment) = (false, false);
        while let Some(line) = self.lines.get(at) {
            let open = self.scan.is_open(at);
            let heading = open
                && has_text
                && heading_level(line).is_some_and(|level| dividers.contains(&level))
                && !(self.dialect == Dialect::Plain && speaker_notes::names_notes(line));
            let gap = empty_lines.is_some_and(|lines| blank >= lines)
                && has_text
                && !self.scan.is_private(at);
            let title = by_titles && has_text && self.is_title(at);
            if heading || gap || title {
                self.slide(std::mem::take(&mut matter), first, at)?;
                (first, has_text) = (at, false);
            }
            if open && self.separates(at, shorthand) {
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
        // One that never ends is text.
        *in_comment = after.is_none() && !self.scan.is_open(at + 1);
        !before.trim().is_empty() || after.is_some_and(|after| !after.trim().is_empty())
    }

    fn long_dashes(&mut self, start: usize) {
        let lines = start..self.lines.len();
        let found = lines
            .clone()
            .filter(|at| self.scan.is_open(*at) && long_dash::is_alone(self.lines, *at));
        let found: Vec<u32> = found.map(number).collect();
        // There, a rule is a rule.
        if found.is_empty() || self.dialect == Dialect::Presenterm {
            return;
        }
        self.by_long_dashes = self.dialect == Dialect::Plain
            && !lines
                .into_iter()
                .any(|at| self.scan.is_open(at) && self.separates(at, false));
        let said = long_dash::said(found.into_iter(), self.by_long_dashes);
        self.warnings.extend(said);
    }

    /// The levels of headings that begin a slide.
    fn dividers(&mut self, front: &FrontMatter, start: usize, shorthand: bool) -> Vec<usize> {
        if self.dialect == Dialect::Marp {
            let named = front.get("headingDivider").map(str::to_owned).or_else(|| {
                self.scan.comments.iter().find_map(|(_, text)| {
                    directives::of_comment(text)?
                        .get("headingDivider")
                        .map(str::to_owned)
                })
            });
            let named = named.unwrap_or_default();
            let levels = named
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|word| word.parse().ok());
            return if named.contains(['[', ',']) {
                levels.collect()
            } else {
                (1..=levels.max().unwrap_or(0).min(6)).collect()
            };
        }
        if self.dialect != Dialect::Plain
            || (start..self.lines.len())
                .any(|at| self.scan.is_open(at) && self.separates(at, shorthand))
        {
            return Vec::new();
        }
        let headings = self
            .scan
            .open_lines(self.lines, start)
            .filter(|line| heading_level(line).is_some_and(|level| level <= 2))
            .count();
        if headings < 2 {
            return Vec::new();
        }
        self.warnings.push(Warning {
            line: None,
            page: None,
            reason: "there is no line of `---` between slides, so each heading of the first two levels begins one".to_owned(),
        });
        vec![1, 2]
    }

    fn separates(&self, at: usize, shorthand: bool) -> bool {
        let Some(line) = self.lines.get(at) else {
            return false;
        };
        let trimmed = line.trim_end();
        if let Some(comment) = trimmed
            .trim_start()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"))
        {
            return dialect::unprefixed(comment, self.prefix) == Some("end_slide")
                || self.separators.is_line(line);
        }
        match self.dialect {
            Dialect::Presenterm => {
                shorthand && is_ruler(line) && !self.is_underline(at) && !self.is_in_item(at)
            }
            Dialect::Reveal => self.separators.is_line(line),
            Dialect::Slidev => trimmed.len() >= 3 && trimmed.chars().all(|c| c == '-'),
            Dialect::Plain => {
                trimmed == "---" || self.by_long_dashes && long_dash::is_alone(self.lines, at)
            }
            Dialect::Remark => trimmed == "---",
            Dialect::Marp => is_ruler(line) && !self.is_underline(at) && !self.is_in_item(at),
        }
    }

    /// Whether an indented line goes on with the item of a list above it.
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

    /// presenterm: a line with another below it that underlines it.
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
        if !matches!(self.dialect, Dialect::Slidev | Dialect::Plain)
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
        let known = self.dialect == Dialect::Slidev
            || parsed.has(&SLIDEV_KEYS)
            || parsed.has(&["class", "title", "notes"]);
        if front_matter::is_matter(matter) && known {
            (parsed, matter.len() + 1)
        } else {
            none
        }
    }

    /// By a comment in these lines.
    fn is_hidden(&self, from: usize, to: usize) -> bool {
        let comments = &self.scan.comments;
        let first = comments.partition_point(|(line, _)| *line < from);
        let inside = comments.iter().skip(first);
        inside
            .take_while(|(line, _)| *line < to)
            .any(|(_, text)| dialect::hides_slide(text))
    }

    /// Slidev: front matter in a fence of YAML that the slide begins with, and where the slide's
    /// text begins after it.
    fn block_front(&self, from: usize, to: usize) -> Option<(FrontMatter, usize)> {
        let lines = self.lines.get(from..to)?;
        let start = lines.iter().position(|line| !line.trim().is_empty())?;
        let is_yaml = matches!(lines.get(start)?.trim(), "```yaml" | "```yml");
        if self.dialect != Dialect::Slidev || !is_yaml {
            return None;
        }
        let body = lines.get(start + 1..)?;
        let end = body.iter().position(|line| line.trim() == "```")?;
        let matter = body.get(..end)?;
        let parsed = FrontMatter::parse(matter.iter().copied());
        let known = parsed.has(&SLIDEV_KEYS) || parsed.has(&["class", "title"]);
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
        let mut text = String::new();
        for line_text in lines {
            if text.len() + line_text.len() > self.limits.slide_bytes {
                let left = line_text
                    .char_indices()
                    .map(|(at, _)| at)
                    .take_while(|at| text.len() + at < self.limits.slide_bytes)
                    .last();
                text.push_str(line_text.get(..left.unwrap_or(0)).unwrap_or_default());
                self.warnings.push(Warning {
                    line: Some(line),
                    page: None,
                    reason: format!(
                        "this slide has more than {} KB of text; the rest is left out",
                        self.limits.slide_bytes >> 10
                    ),
                });
                break;
            }
            text.push_str(line_text);
            text.push('\n');
        }
        // Slidev: the layout of slides that have none of their own. The first one is a cover.
        if let Some(layout) = self.layout
            && front.get("layout").is_none()
            && !self.slides.is_empty()
        {
            front.set("layout", layout);
        }
        let mut said = Vec::new();
        if self.dialect == Dialect::Remark {
            let properties = Properties::of(&text);
            let after = text.lines().skip(properties.lines);
            let rest: Vec<&str> = after.collect();
            text = "\n".repeat(properties.lines) + &rest.join("\n") + "\n";
            front.extend(properties.front);
            said = properties.left_out;
            let class;
            (text, class) = content_classes::without(&text);
            said.extend(class.map(|(at, class)| {
                let reason = format!("“{class}[…]” and the like; what is in it is shown");
                (at, reason)
            }));
            if properties.is_hidden {
                let at = |at: usize| line.saturating_add(u32::try_from(at).unwrap_or(0));
                self.warnings
                    .extend(said.into_iter().map(|(from, reason)| Warning {
                        line: Some(at(from)),
                        page: None,
                        reason,
                    }));
                return Ok(());
            }
        }
        let Taken {
            shown,
            notes,
            said: taken,
        } = speaker_notes::take(&text, self.dialect);
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
}

/// `---`, `***`, `___`, with spaces between.
fn is_ruler(line: &str) -> bool {
    let marks: String = line.trim().chars().filter(|c| !c.is_whitespace()).collect();
    let indented = line.starts_with("    ") || line.starts_with('\t');
    let first = marks.chars().next().unwrap_or('x');
    !indented && marks.len() >= 3 && "-*_".contains(first) && marks.chars().all(|c| c == first)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where the text of a list's item begins, in bytes.
fn item_text(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    let after = match rest.strip_prefix(['-', '*', '+']) {
        Some(after) => after,
        None => rest
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix(['.', ')'])
            .filter(|_| rest.starts_with(|c: char| c.is_ascii_digit()))?,
    };
    let text = after.trim_start_matches(' ');
    let space = after.len() - text.len();
    let mark = line.len() - after.len();
    match space {
        0 if text.is_empty() => Some(mark + 1),
        0 => None,
        1..=4 => Some(mark + space),
        // Code that stands in the item.
        _ => Some(mark + 1),
    }
}

/// A line that can't be the text over an underline.
fn is_no_paragraph(line: &str) -> bool {
    let line = line.trim();
    heading_level(line).is_some() || line.starts_with(['<', '>', '|', '`', '-', '*', '!'])
}

/// Of `#` to `######`.
pub fn heading_level(line: &str) -> Option<usize> {
    let level = line.chars().take_while(|c| *c == '#').count();
    let rest = line.get(level..)?;
    ((1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t'])))
        .then_some(level)
}

/// The slide that presenterm makes of a deck's front matter.
fn introduction(front: &FrontMatter) -> Option<Slide> {
    let title = front.line("title")?;
    let mut text = format!("# {title}\n");
    for key in [
        "sub_title",
        "event",
        "author",
        "authors",
        "location",
        "date",
    ] {
        if let Some(value) = front.get(key) {
            text.push('\n');
            text.push_str(&value.replace(['[', ']', '\n'], " ").replace(',', ", "));
            text.push('\n');
        }
    }
    let mut front = FrontMatter::default();
    front.set("layout", "cover");
    Some(Slide {
        line: 1,
        front,
        text,
        notes: Vec::new(),
        said: Vec::new(),
    })
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
