//! A PDF: its pages drawn, their text, links and the speaker's notes. Runs in the worker process
//! only, since hayro has no limits of its own: what a page takes in memory and time is bounded
//! from outside.

mod columns;
mod direction;
mod document;
mod draw;
mod fonts;
mod geometry;
mod labels;
mod layers;
mod layout;
mod links;
mod mended;
mod notes;
pub mod pdfpc;
mod strings;
mod text;
mod tree;

#[cfg(test)]
mod made;
#[cfg(test)]
mod tests;

use crate::decks::{
    safely::safely,
    source::{Bounds, Face, Outline, Page, Pixels, SlideOutline, Source, SourceError, Warning},
};
use document::read;
use geometry::View;
use hayro::{
    hayro_interpret::{InterpreterSettings, InterpreterWarning},
    hayro_syntax::{self, page},
};
use layers::Layers;
use layout::Line;
use links::Destinations;
use mended::Mended;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// What nothing shows more of: the width of a slide on a 4K projector.
pub const WIDEST: u32 = 3_840;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A document with more is refused.
    pub pages: u32,
    /// Width times height of one picture. A page of more is drawn smaller.
    pub pixels_per_page: u32,
    /// The longest side of one picture.
    pub widest: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 2_000,
            pixels_per_page: WIDEST * 2_880,
            widest: 3_840,
        }
    }
}

impl Limits {
    /// A page is drawn, so that one of fewer pixels is only less sharp.
    pub fn within(bounds: &Bounds) -> Self {
        let usual = Self::default();
        let pixels = u32::try_from(bounds.pixels).unwrap_or(u32::MAX);
        Self {
            pages: bounds.pages,
            pixels_per_page: usual.pixels_per_page.min(pixels),
            ..usual
        }
    }
}

/// An opened PDF. Pages are read when they are asked for.
pub struct Pdf {
    document: hayro_syntax::Pdf,
    limits: Limits,
    title: Option<String>,
    slides: Vec<SlideOutline>,
    /// By page.
    slide_of: Vec<u32>,
    destinations: Destinations,
    layers: Layers,
    pdfpc: pdfpc::Notes,
    /// Pages that are wide enough have beamer's notes in their right half.
    has_second_half: bool,
    warnings: Vec<Warning>,
    settings: InterpreterSettings,
    fonts: Arc<fonts::Machine>,
}

impl Pdf {
    /// Opens a document: quickly, a page is looked at only to know what its metadata leave open.
    /// `pdfpc` is the content of the `.pdfpc` file that was beside it.
    ///
    /// # Errors
    /// When it is no PDF, has no page or too many, or wants another password.
    pub fn open(
        bytes: Vec<u8>,
        password: Option<&str>,
        pdfpc: Option<&[u8]>,
        limits: &Limits,
    ) -> Result<Self, SourceError> {
        let document = read(bytes, password)?;
        let pages = document::count(&document, limits.pages)?;
        let facts = safely(|| {
            let catalog = document::catalog(&document);
            let slides = labels::slides(catalog.as_ref(), pages);
            let destinations = Destinations::of(&document, catalog.as_ref());
            let layers = catalog.as_ref().map(Layers::of).unwrap_or_default();
            let not_found = catalog.and_then(|catalog| document::not_found(&catalog, pages));
            (slides, destinations, layers, not_found)
        });
        // None is worth the deck.
        let (slides, destinations, layers, not_found) = facts.unwrap_or_else(|| {
            let slides = labels::slides(None, pages);
            (slides, Destinations::default(), Layers::default(), None)
        });
        let fonts = Arc::default();
        let mut pdf = Self {
            limits: *limits,
            title: None,
            slide_of: slide_of(&slides),
            slides,
            destinations,
            layers,
            pdfpc: pdfpc::Notes::default(),
            has_second_half: false,
            warnings: not_found.map(of_all).into_iter().collect(),
            settings: InterpreterSettings {
                font_resolver: fonts::resolver(&fonts, || ()),
                ..InterpreterSettings::default()
            },
            fonts,
            document,
        };
        if let Some(bytes) = pdfpc {
            match pdfpc::Notes::read(bytes) {
                Some(notes) => pdf.pdfpc = notes,
                None => pdf.warnings.push(of_all(
                    "the .pdfpc file beside it can't be read; its notes are left out".to_owned(),
                )),
            }
        }
        pdf.has_second_half = safely(|| pdf.looks_like_two_halves()).unwrap_or(false);
        pdf.title = document::title(&pdf.document).or_else(|| pdf.first_title());
        Ok(pdf)
    }

    /// One page, its picture so wide, or less where the limits say so: the first time 1920 is
    /// enough for every screen, and four times as fast as all that a projector can show.
    ///
    /// # Errors
    /// When there is no such page, or it can't be drawn.
    pub fn page_at(&self, index: u32, width: u32) -> Result<Page, SourceError> {
        let page = self.at(index)?;
        let view = self.view(page);
        let mut reasons = BTreeSet::new();
        let mended = safely(|| mended::mended(page, &self.layers, &mut reasons)).flatten();
        let drawable = mended.as_ref().and_then(Mended::page).unwrap_or(page);
        let said = self.said(index, page, drawable, &view);
        if said.is_none() {
            reasons.insert("its text can't be read");
        }
        let said = said.unwrap_or_default();
        let (pixels, mut warnings) = self.drawn(index, drawable, &view, width)?;
        warnings.extend(reasons.iter().map(|reason| warning(index, reason)));
        Ok(Page {
            title: said.title,
            text: said.text,
            notes: said.notes,
            links: safely(|| links::of_page(page, index, &view, &self.destinations, &self.layers))
                .unwrap_or_default(),
            face: Face::Picture(pixels),
            warnings,
        })
    }

    fn drawn(
        &self,
        index: u32,
        page: &page::Page<'_>,
        view: &View,
        width: u32,
    ) -> Result<(Pixels, Vec<Warning>), SourceError> {
        let limits = self.limits;
        let size = view.size(width.min(WIDEST), limits.widest, limits.pixels_per_page);
        let missing = Arc::new(Mutex::new(BTreeSet::new()));
        let sink = Arc::clone(&missing);
        let fonts_sink = Arc::clone(&missing);
        let settings = InterpreterSettings {
            warning_sink: Arc::new(move |warning| {
                let mut missing = sink.lock().unwrap_or_else(PoisonError::into_inner);
                missing.insert(reason(warning));
            }),
            font_resolver: fonts::resolver(&self.fonts, move || {
                let mut missing = fonts_sink.lock().unwrap_or_else(PoisonError::into_inner);
                missing.insert("this machine has no font for some of its letters; install one");
            }),
            ..self.settings.clone()
        };
        let pixels = safely(|| draw::page(page, view, size, &settings)).ok_or_else(|| {
            SourceError::Damaged(format!("page {} of this PDF can't be drawn", index + 1))
        })?;
        let missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
        let warnings = missing.iter().map(|reason| warning(index, reason));
        let mut warnings: Vec<Warning> = warnings.collect();
        if view.is_sliver() {
            let (width, height) = (view.width.round(), view.height.round());
            warnings.push(warning(
                index,
                &format!(
                    "it is {width} x {height} points, a shape that no screen shows; it was cut to \
                     {} x {} pixels",
                    pixels.width, pixels.height
                ),
            ));
        }
        Ok((pixels, warnings))
    }

    fn at(&self, index: u32) -> Result<&page::Page<'_>, SourceError> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.document.pages().get(index))
            .ok_or_else(|| SourceError::Damaged(format!("this PDF has no page {index}, from 0")))
    }

    fn view(&self, page: &page::Page<'_>) -> View {
        let whole = View::of(page, false);
        if self.has_second_half && notes::may_have_second_half(whole.width, whole.height) {
            View::of(page, true)
        } else {
            whole
        }
    }

    /// `drawable` is the same page as it is drawn.
    fn said(
        &self,
        index: u32,
        page: &page::Page<'_>,
        drawable: &page::Page<'_>,
        view: &View,
    ) -> Option<Said> {
        let slide = usize::try_from(index).ok();
        let slide = slide.and_then(|index| self.slide_of.get(index)).copied();
        safely(|| {
            let written = text::of_page(drawable, view, &self.settings);
            let (shown, beside) = notes::halves(layout::runs(&written.glyphs), view);
            let lines: Vec<Line> = layout::lines(shown);
            let mut said = vec![];
            said.extend(
                self.pdfpc
                    .of(index, slide.unwrap_or(index))
                    .map(str::to_owned),
            );
            said.extend(notes::annotated(page));
            said.push(layout::text(&layout::lines(beside)));
            Said {
                title: layout::title(&lines, view.height),
                text: layout::text(&lines),
                notes: notes::joined(said),
            }
        })
    }

    fn first_title(&self) -> Option<String> {
        let page = self.at(0).ok()?;
        self.said(0, page, page, &self.view(page))?.title
    }

    /// Whether the wide pages are two slides each: nothing crosses the middle of the first few,
    /// and something is written at the right.
    fn looks_like_two_halves(&self) -> bool {
        const LOOKED_AT: usize = 12;
        let mut has_notes = false;
        for page in self.document.pages().iter().take(LOOKED_AT) {
            let view = View::of(page, false);
            if !notes::may_have_second_half(view.width, view.height) {
                return false;
            }
            let written = text::of_page(page, &view, &self.settings);
            let runs = layout::runs(&written.glyphs);
            if written.crosses_middle || notes::cross_middle(&runs, &view) {
                return false;
            }
            let half = View::of(page, true);
            has_notes |= !notes::halves(runs, &half).1.is_empty();
        }
        has_notes
    }
}

impl Source for Pdf {
    fn outline(&self) -> Outline {
        Outline {
            title: self.title.clone(),
            slides: self.slides.clone(),
            warnings: self.warnings.clone(),
        }
    }

    fn page(&mut self, index: u32, width: u32) -> Result<Page, SourceError> {
        self.page_at(index, width)
    }
}

#[derive(Default)]
struct Said {
    title: Option<String>,
    text: String,
    notes: Option<String>,
}

fn slide_of(slides: &[SlideOutline]) -> Vec<u32> {
    let mut slide_of = Vec::new();
    for (slide, number) in slides.iter().zip(0..) {
        slide_of.extend(slide.pages.iter().map(|_| number));
    }
    slide_of
}

fn of_all(reason: String) -> Warning {
    Warning {
        line: None,
        page: None,
        reason,
    }
}

fn warning(page: u32, reason: &str) -> Warning {
    Warning {
        line: None,
        page: Some(page),
        reason: reason.to_owned(),
    }
}

fn reason(warning: InterpreterWarning) -> &'static str {
    match warning {
        InterpreterWarning::UnsupportedFont => "a font can't be read; some text is missing",
        InterpreterWarning::ImageDecodeFailure => "a picture can't be read and is missing",
        _ => "an annotation can't be drawn and is missing",
    }
}
