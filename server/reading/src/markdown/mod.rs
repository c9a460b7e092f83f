//! Reads Markdown decks: Marp, Slidev, reveal.js, presenterm, remark.js and plain Markdown. A slide becomes
//! HTML at the fixed size of 1280 x 720 in our own theme. An author's styles, scripts and components are
//! never used.
//!
//! The steps: `split` cuts the text into slides by the rules of its `dialects` and takes the notes out;
//! `prepare` rewrites what CommonMark would misread; comrak parses; `render` writes HTML in our own
//! vocabulary; `page` sanitises it, adds steps and columns, and puts code and formulas in; `fit`
//! chooses the size of the type.

mod colour;
mod dialects;
mod duration;
mod fit;
pub(crate) mod html;
mod marks;
mod page;
mod prepare;
mod render;
mod split;
#[cfg(test)]
mod tests;

use crate::{
    companion_files::Beside,
    source::{Bounds, Outline, Page, SlideOutline, Source, SourceError},
};
use comrak::{Arena, Options, ResolvedReference, options::BrokenLinkReference};
use dialects::{Rules, presenterm::COMMAND_PREFIX};
use page::SlidePlace;
use prepare::footnotes::{self, Footnotes};
use render::{Renderer, code::Highlighter, own_classes::OwnClasses};
use split::{Deck, Slide, title};
use std::{collections::HashMap, sync::Arc, time::Duration};

#[derive(Debug, Clone)]
pub struct Limits {
    /// Size of the file.
    pub bytes: usize,
    pub slides: usize,
    /// Size of one slide's text. The rest is left out with a warning.
    pub slide_bytes: usize,
    /// Processor time to highlight all of the deck's code. Code after that is plain.
    pub highlighting: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            slides: 2_000,
            slide_bytes: 48 << 10,
            highlighting: Duration::from_secs(4),
        }
    }
}

impl Limits {
    pub fn within(bounds: &Bounds) -> Self {
        Self {
            slides: usize::try_from(bounds.pages).unwrap_or(usize::MAX),
            ..Self::default()
        }
    }
}

/// The most link definitions that are shared between slides.
const MAX_REFERENCES: usize = 1_000;

pub struct Markdown {
    deck: Deck,
    title: Option<String>,
    /// Link definitions (`[label]: address`) of all slides.
    references: Arc<HashMap<String, String>>,
    footnotes: Footnotes,
    own_classes: OwnClasses,
    highlighter: Highlighter,
    beside: Option<Beside>,
    folders_above: usize,
}

impl Markdown {
    /// # Errors
    /// When it is too large or has no slide.
    pub fn open(text: &str, limits: &Limits) -> Result<Self, SourceError> {
        let deck = split::split(text, limits)?;
        let references = references(&deck.slides);
        let texts = || deck.slides.iter().map(|slide| slide.text.as_str());
        let footnotes = Footnotes::of(texts());
        let own_classes = OwnClasses::of(deck.front.get("style"), texts());
        let mut opened = Self {
            deck,
            title: None,
            references: Arc::new(references),
            footnotes,
            own_classes,
            highlighter: Highlighter::new(limits.highlighting),
            beside: None,
            folders_above: 0,
        };
        opened.title = title::of(&opened.deck);
        Ok(opened)
    }

    /// How long the section should take that begins with a slide: its `duration`, or for the first one the
    /// deck's.
    fn minutes(&self, slide: &Slide, index: u32) -> Option<u16> {
        let of_deck = self.deck.front.get("duration");
        let own = slide.front.get("duration");
        // Some dialects give a slide what the deck says.
        let own = own.filter(|own| index == 0 || Some(*own) != of_deck);
        duration::minutes(own.or(of_deck.filter(|_| index == 0))?)
    }

    /// Sets how many folders above the text's own were given with it.
    #[must_use]
    pub fn below(self, folders: usize) -> Self {
        Self {
            folders_above: folders,
            ..self
        }
    }

    /// Sets the names of the files beside it. A picture that is not among them is reported with its line.
    #[must_use]
    pub fn beside(self, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            beside: Some(names.into_iter().collect()),
            ..self
        }
    }
}

fn references(slides: &[Slide]) -> HashMap<String, String> {
    slides
        .iter()
        .flat_map(|slide| slide.text.lines())
        .filter_map(|line| {
            let (label, rest) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
            let address = rest.split_whitespace().next()?;
            (!label.starts_with('^') && label.len() < 200).then(|| {
                (
                    label.trim().to_lowercase(),
                    address.trim_matches(['<', '>']).to_owned(),
                )
            })
        })
        .take(MAX_REFERENCES)
        .collect()
}

fn options(references: &Arc<HashMap<String, String>>, rules: &Rules) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.highlight = true;
    // By CommonMark's rule, `**` beside a Chinese or Japanese full stop or bracket is not emphasis.
    options.extension.cjk_friendly_emphasis = true;
    options.extension.subscript = rules.subscript;
    options.extension.shortcodes = rules.shortcodes;
    options.extension.inline_footnotes = rules.inline_footnotes;
    if !references.is_empty() {
        let references = Arc::clone(references);
        options.parse.broken_link_callback =
            Some(Arc::new(move |link: BrokenLinkReference<'_>| {
                let url = references
                    .get(&link.original.trim().to_lowercase())?
                    .clone();
                Some(ResolvedReference {
                    url,
                    title: String::new(),
                })
            }));
    }
    options
}

impl Source for Markdown {
    fn outline(&self) -> Outline {
        let slides = self.deck.slides.iter().zip(0..);
        Outline {
            title: self.title.clone(),
            slides: slides
                .map(|(slide, index)| SlideOutline {
                    minutes: self.minutes(slide, index),
                    ..SlideOutline::of(index)
                })
                .collect(),
            warnings: self.deck.warnings.clone(),
            any_size: false,
        }
    }

    fn page(&mut self, index: u32, _: u32) -> Result<Page, SourceError> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let slide = self.deck.slides.get(at);
        let slide = slide.ok_or_else(|| {
            SourceError::Damaged(format!("it has no slide {}", u64::from(index) + 1))
        })?;
        let rules = self.deck.rules;
        let prepared = prepare::prepare(&slide.text, rules, self.deck.notes.as_deref());
        let mut renderer = Renderer {
            rules,
            first_line: slide.line,
            out: String::new(),
            pieces: Vec::new(),
            title: slide.front.line("title").filter(|_| index > 0),
            text: String::new(),
            notes: slide.notes.clone(),
            warnings: Vec::new(),
            layout: None,
            classes: page::is_dark(&self.deck.front)
                .then_some(page::DARK)
                .into_iter()
                .chain(page::accent(&self.deck.front))
                .collect(),
            grounds: Vec::new(),
            contains_ground: slide.front.get("backgroundSize") == Some("contain"),
            has_own_ground: false,
            open: Vec::new(),
            notes_from: None,
            incremental: self.deck.front.is_true("options.incremental_lists"),
            seal: &prepared.seal,
            prefix: self.deck.front.get(COMMAND_PREFIX).unwrap_or_default(),
            beside: self.beside.as_ref(),
            folders_above: self.folders_above,
            footnotes: HashMap::new(),
            own_classes: &self.own_classes,
            highlighter: &mut self.highlighter,
        };
        let line_of = |at: usize| slide.line.saturating_add(u32::try_from(at).unwrap_or(0));
        for (at, reason) in slide.said.iter().chain(&prepared.left_out) {
            renderer.warn(line_of(*at), reason);
        }
        page::front(&mut renderer, slide, index);
        let arena = Arena::new();
        let root = comrak::parse_document(
            &arena,
            &self.footnotes.added_to(prepared.text),
            &options(&self.references, rules),
        );
        renderer.footnotes = footnotes::numbers(root);
        renderer.document(root);
        if let Some(notes) = prepared.notes {
            if self.deck.notes_are_unsure {
                renderer.warn(
                    line_of(notes.line),
                    &format!(
                        "“{}” and what follows are the speaker's notes, as in reveal.js",
                        notes.start
                    ),
                );
            }
            renderer.notes.push(notes.text);
        }
        let place = SlidePlace {
            index,
            is_last: self.deck.slides.get(at.saturating_add(1)).is_none(),
        };
        Ok(page::page(renderer, slide, place))
    }
}
