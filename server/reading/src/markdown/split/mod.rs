//! Cuts a deck into slides before anything is parsed as Markdown: there, a slide's front matter would
//! be a heading, and a fence that never ends would swallow the deck.

mod cutter;
pub mod front_matter;
mod line_ends;
pub mod lines;
mod long_dash;
pub mod scan;
mod speaker_notes;
pub mod title;
mod yaml;

use super::{
    Limits,
    dialects::{
        self, Clues, Rules, Separates, Settled, deckset,
        presenterm::{self, COMMAND_PREFIX},
        reveal::{self, Separators},
    },
};
use crate::source::{SourceError, Warning};
use cutter::Cutter;
use front_matter::FrontMatter;
use lines::number;
use scan::Scan;

/// One slide's Markdown.
#[derive(Debug, Clone)]
pub struct Slide {
    /// The number of its text's first line, from 1.
    pub line: u32,
    pub front: FrontMatter,
    /// What the audience sees: without notes and the like.
    pub text: String,
    pub notes: Vec<String>,
    /// Sentences about what was left out of the text, by line of the text, from 0.
    pub said: Vec<(usize, String)>,
}

#[derive(Debug)]
pub struct Deck {
    pub front: FrontMatter,
    pub rules: &'static Rules,
    pub slides: Vec<Slide>,
    /// The beginning of the line after which a slide's text is notes, if the deck sets one.
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
    if let Some(prefix) = front.get(COMMAND_PREFIX) {
        presenterm::keep_commands(&mut scan.comments, prefix);
    }
    let scan = scan;
    let clues = Clues {
        front: &front,
        comments: scan
            .comments
            .iter()
            .map(|(_, text)| text.as_str())
            .collect(),
        lines: scan.open_lines(&lines, start).collect(),
    };
    let rules = dialects::detect(&clues);
    let separators = match rules.separates {
        Separates::AsConfigured => Separators::of(&front),
        _ => Separators::default(),
    };
    let matter = lines.get(..start).unwrap_or_default();
    let of_key = |(key, reason)| Warning {
        line: front_matter::line_of(matter, key),
        page: None,
        reason,
    };
    let mut warnings: Vec<_> = separators.not_understood().map(of_key).collect();
    if settings > 0 {
        warnings.push(Warning {
            line: Some(number(first)),
            page: None,
            reason: "settings of Deckset's; left out".to_owned(),
        });
    }
    let mut cutter = Cutter {
        lines: &lines,
        start,
        scan: &scan,
        front: &front,
        rules,
        separators: &separators,
        limits,
        by_long_dashes: false,
        slides: Vec::new(),
        warnings,
    };
    cutter.cut()?;
    let Cutter {
        slides,
        mut warnings,
        ..
    } = cutter;
    warnings.extend(presenterm::plain_code(&front, matter));
    let Settled { slides, unmet } = (rules.settle)(&front, &scan, slides);
    warnings.extend(unmet.into_iter().map(of_key));
    warnings.sort_by_key(|warning| warning.line);
    if slides.is_empty() {
        return Err(SourceError::Empty);
    }
    let notes_are_unsure = !reveal::is_sure(&clues);
    Ok(Deck {
        rules,
        slides,
        notes: separators.notes,
        notes_are_unsure,
        warnings,
        front,
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
