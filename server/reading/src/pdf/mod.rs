//! Reads PDFs: draws pages, and extracts their text, links and speaker notes. Runs only in the worker
//! process: hayro has no limits of its own, so memory and time have to be limited from outside.

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
mod plan;
mod protection;
mod strings;
mod text;
mod tree;

#[cfg(test)]
mod made;
#[cfg(test)]
mod tests;

use crate::{
    catch_panic::safely,
    source::{Bounds, Face, Link, Outline, Page, Pixels, Source, SourceError, Target, Warning},
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
use mended::{Mended, NotCopied};
use plan::{Known, Plan, Sheet, Words};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The width of a slide on a 4K projector.
pub const WIDEST: u32 = 3_840;

/// The warning about a page that could not be copied, and is drawn as it is: hidden layers may be visible.
const UNMENDED: &str = "it is too large or too broken to be drawn rightly: its layers, highlights or \
                        annotations may be wrong; export it anew";

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A document with more pages is refused.
    pub pages: u32,
    /// Width times height of one picture. Larger pages are drawn smaller.
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
    /// Pages are vector graphics, so a smaller picture is only less sharp.
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

/// An open PDF. Pages are read on request.
pub struct Pdf {
    document: hayro_syntax::Pdf,
    limits: Limits,
    title: Option<String>,
    plan: Plan,
    destinations: Destinations,
    layers: Layers,
    pdfpc: pdfpc::Notes,
    /// Whether wide pages have beamer's notes in their right halves.
    has_second_half: bool,
    warnings: Vec<Warning>,
    settings: InterpreterSettings,
    fonts: Arc<fonts::Machine>,
}

impl Pdf {
    /// Opens a document. A page is read only where the metadata are not sufficient. `pdfpc` is the content
    /// of the `.pdfpc` file beside it.
    ///
    /// # Errors
    /// When it is not a PDF, has no page or too many, or needs another password.
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
            let destinations = Destinations::of(&document, catalog.as_ref());
            let layers = catalog.as_ref().map(Layers::of).unwrap_or_default();
            let said = catalog.map(|catalog| document::lacking(&catalog, pages));
            (destinations, layers, said.unwrap_or_default())
        });
        // Without these a deck can be shown, too.
        let (destinations, layers, said) = facts.unwrap_or_default();
        let fonts = Arc::default();
        let mut pdf = Self {
            limits: *limits,
            title: None,
            plan: Plan::default(),
            destinations,
            layers,
            pdfpc: pdfpc::Notes::default(),
            has_second_half: false,
            warnings: said.into_iter().map(of_all).collect(),
            settings: InterpreterSettings {
                font_resolver: fonts::resolver(&fonts, fonts::StandardFonts::Hayros, || ()),
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
        let plan = safely(|| pdf.planned(pages));
        // In range, because the pages were counted.
        let each = || Plan::each(pdf.document.pages().len());
        pdf.plan = plan.unwrap_or_else(each);
        pdf.warnings
            .extend(pdf.plan.said.iter().cloned().map(of_all));
        pdf.title = document::title(&pdf.document).or_else(|| pdf.first_title());
        Ok(pdf)
    }

    /// Reads one page, with a picture of this width, or less because of the limits.
    ///
    /// # Errors
    /// When there is no such page, or it can't be drawn.
    pub fn page_at(&self, index: u32, width: u32) -> Result<Page, SourceError> {
        let sheet = usize::try_from(index).ok();
        let sheet = sheet.and_then(|index| self.plan.sheets.get(index));
        let sheet = *sheet.ok_or_else(|| not_there(index))?;
        let page = self.at(sheet)?;
        let view = self.view(page);
        let mut reasons = BTreeSet::new();
        // A panic means that the page could not be copied, too.
        let copied = safely(|| mended::mended(page, &self.layers, &mut reasons));
        let mended = copied
            .unwrap_or(Err(NotCopied))
            .unwrap_or_else(|NotCopied| {
                reasons.insert(UNMENDED);
                None
            });
        let drawable = mended.as_ref().and_then(Mended::page).unwrap_or(page);
        let mut standard = fonts::StandardFonts::Hayros;
        let mut said = self.said(index, sheet, drawable, &view, &self.settings);
        let lacking = said.as_ref().map_or(0, |said| said.lacking);
        if lacking > 0 {
            let settings = InterpreterSettings {
                font_resolver: fonts::resolver(&self.fonts, fonts::StandardFonts::Machines, || ()),
                ..self.settings.clone()
            };
            let again = self.said(index, sheet, drawable, &view, &settings);
            let again = again.filter(|again| again.lacking < lacking);
            if again.is_some() {
                standard = fonts::StandardFonts::Machines;
            }
            said = again.or(said);
        }
        match &said {
            Some(said) if said.lacking > 0 => {
                reasons.insert("some of its letters are missing: no font here has them");
            }
            Some(_) => {}
            None => {
                reasons.insert("its text can't be read");
            }
        }
        let said = said.unwrap_or_default();
        let (pixels, mut warnings) = self.drawn(index, drawable, &view, width, standard)?;
        warnings.extend(reasons.iter().map(|reason| warning(index, reason)));
        Ok(Page {
            title: said.title,
            text: said.text,
            notes: said.notes,
            notes_are_markdown: said.notes_are_markdown,
            links: self.links(page, sheet, &view),
            face: Face::Picture(pixels),
            warnings,
        })
    }

    /// The links of a page. Their targets are pages of the deck.
    fn links(&self, page: &page::Page<'_>, sheet: Sheet, view: &View) -> Vec<Link> {
        let links = safely(|| links::of_page(page, sheet, view, &self.destinations, &self.layers));
        let mut links = links.unwrap_or_default();
        for link in &mut links {
            if let Target::Page(target) = &mut link.target {
                *target = self.plan.page_of(*target).unwrap_or_default();
            }
        }
        links
    }

    fn drawn(
        &self,
        index: u32,
        page: &page::Page<'_>,
        view: &View,
        width: u32,
        standard: fonts::StandardFonts,
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
            font_resolver: fonts::resolver(&self.fonts, standard, move || {
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

    fn at(&self, sheet: Sheet) -> Result<&page::Page<'_>, SourceError> {
        let sheets = self.document.pages();
        let index = usize::try_from(sheet).ok();
        index
            .and_then(|index| sheets.get(index))
            .ok_or_else(|| not_there(sheet))
    }

    fn view(&self, page: &page::Page<'_>) -> View {
        let whole = View::of(page, false);
        if self.has_second_half && notes::may_have_second_half(whole.width, whole.height) {
            View::of(page, true)
        } else {
            whole
        }
    }

    /// `drawable` is the page that is drawn.
    fn said(
        &self,
        index: u32,
        sheet: Sheet,
        drawable: &page::Page<'_>,
        view: &View,
        settings: &InterpreterSettings,
    ) -> Option<Said> {
        let page = self.at(sheet).ok()?;
        safely(|| {
            let written = text::of_page(drawable, view, settings);
            let lacking = written.lacking;
            let (lines, beside) = lines(&written, view);
            let mut said = vec![];
            let slide = self.plan.slide_of(index).unwrap_or(index);
            said.extend(self.pdfpc.of(sheet, slide).map(str::to_owned));
            // As pdfpc shows them.
            let from_pdfpc = said.len();
            said.extend(notes::annotated(page));
            said.push(layout::text(&beside));
            said.retain(|notes| !notes.trim().is_empty());
            for notes in self.plan.notes.get(&sheet).into_iter().flatten() {
                if let Ok(page) = self.at(*notes) {
                    let (written, _) = self.lines(page, &View::of(page, false));
                    said.push(plan::notes_on(&written, &lines));
                }
            }
            Said {
                title: layout::title(&lines, view.height),
                text: layout::text(&lines),
                notes_are_markdown: from_pdfpc > 0 && said.len() == from_pdfpc,
                notes: notes::joined(said),
                lacking,
            }
        })
    }

    /// The text of a page, and of beamer's notes beside it.
    fn lines(&self, page: &page::Page<'_>, view: &View) -> (Vec<Line>, Vec<Line>) {
        let written = text::of_page(page, view, &self.settings);
        lines(&written, view)
    }

    fn planned(&self, pages: u32) -> Plan {
        let catalog = document::catalog(&self.document);
        let labels = labels::of(catalog.as_ref(), pages, self.has_second_half);
        let known: Vec<Known> = labels
            .into_iter()
            .zip(self.document.pages().iter())
            .map(|(label, page)| {
                let view = View::of(page, false);
                let proportion = view.width / view.height;
                Known { label, proportion }
            })
            .collect();
        let mut reader = plan::Reader::new(|sheet| {
            let words = self.at(sheet).map(|page| {
                let view = self.view(page);
                let (lines, _) = self.lines(page, &view);
                let title = layout::title(&lines, view.height);
                Words { title, lines }
            });
            words.unwrap_or_default()
        });
        Plan::of(&known, &self.pdfpc, &mut reader)
    }

    fn first_title(&self) -> Option<String> {
        let sheet = *self.plan.sheets.first()?;
        let page = self.at(sheet).ok()?;
        self.said(0, sheet, page, &self.view(page), &self.settings)?
            .title
    }

    /// Whether wide pages are two slides each: nothing crosses the middle of the first few, and there is text
    /// on the right.
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
        let mut slides = self.plan.slides.clone();
        if let Some(first) = slides.first_mut() {
            first.minutes = self.pdfpc.minutes;
        }
        Outline {
            title: self.title.clone(),
            slides,
            warnings: self.warnings.clone(),
            any_size: true,
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
    notes_are_markdown: bool,
    /// A warning about letters that are not drawn.
    lacking: usize,
}

fn lines(written: &text::Written, view: &View) -> (Vec<Line>, Vec<Line>) {
    let (shown, beside) = notes::halves(layout::runs(&written.glyphs), view);
    (layout::lines(shown), layout::lines(beside))
}

fn not_there(index: u32) -> SourceError {
    SourceError::Damaged(format!("this PDF has no page {index}, from 0"))
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
