//! Decides which pages of a document are slides, steps of slides, or speaker notes, which the audience must
//! not see. Pure, and independent of PDF.

use super::{
    labels::Label,
    layout::{self, Line},
    pdfpc,
};
use crate::source::SlideOutline;
use std::{collections::HashMap, rc::Rc};

/// The most pages whose text is read to tell slides, steps and notes apart. Each takes 2 to 10 ms.
pub const MOST_READ: usize = 400;

/// The index of a page in the document.
pub type Sheet = u32;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The document's page for each page of the deck.
    pub sheets: Vec<Sheet>,
    /// The slides, by pages of the deck.
    pub slides: Vec<SlideOutline>,
    /// Sheets of notes, by the sheet of their slide.
    pub notes: HashMap<Sheet, Vec<Sheet>>,
    /// Warnings about pages that are left out, or may have to be.
    pub said: Vec<String>,
    /// The deck's page for each sheet, or the page before if there is none.
    page_of: Vec<u32>,
    /// The slide of each page of the deck.
    slide_of: Vec<u32>,
}

/// The properties of a sheet that are known without reading its text.
pub struct Known {
    pub label: Option<Label>,
    /// Width divided by height.
    pub proportion: f64,
}

impl Known {
    /// Whether it is in portrait format.
    fn is_upright(&self) -> bool {
        self.proportion < 1.0
    }

    fn has_shape_of(&self, other: &Self) -> bool {
        (self.proportion / other.proportion - 1.0).abs() < 0.05
    }
}

/// The title and the lines of a sheet.
#[derive(Default)]
pub struct Words {
    pub title: Option<String>,
    pub lines: Vec<Line>,
}

impl Words {
    /// The first line of its title.
    fn heading(&self) -> Option<&Line> {
        let title = self.title.as_deref()?;
        self.lines.iter().find(|line| title.starts_with(&line.text))
    }
}

/// Reads sheets, and caches them.
pub struct Reader<F> {
    read: F,
    known: HashMap<Sheet, Rc<Words>>,
}

impl<F: FnMut(Sheet) -> Words> Reader<F> {
    pub fn new(read: F) -> Self {
        Self {
            read,
            known: HashMap::new(),
        }
    }

    /// None when the limit is reached.
    fn words(&mut self, sheet: Sheet) -> Option<Rc<Words>> {
        if let Some(words) = self.known.get(&sheet) {
            return Some(Rc::clone(words));
        }
        if self.known.len() >= MOST_READ {
            return None;
        }
        let words = Rc::new((self.read)(sheet));
        self.known.insert(sheet, Rc::clone(&words));
        Some(words)
    }

    /// Whether two sheets look like steps of one slide: the heading of one is on the other, in the same size.
    /// `None` if one of them has no heading. Sheets beyond the limit are not merged: they are shown as slides.
    fn have_one_heading(&mut self, one: Sheet, other: Sheet) -> Option<bool> {
        let (Some(one), Some(other)) = (self.words(one), self.words(other)) else {
            return Some(false);
        };
        let (first, second) = (one.heading()?, other.heading()?);
        let stands_on = |line: &Line, words: &Words| {
            let is_it = |there: &Line| {
                there.text == line.text && (there.size / line.size - 1.0).abs() < 0.1
            };
            words.lines.iter().any(is_it)
        };
        Some(stands_on(first, &other) || stands_on(second, &one))
    }
}

impl Plan {
    pub fn of<F: FnMut(Sheet) -> Words>(
        known: &[Known],
        pdfpc: &pdfpc::Notes,
        reader: &mut Reader<F>,
    ) -> Self {
        let mut plan = Self::default();
        let notes = plan.notes_behind(known, reader);
        // The previous slide's sheet and label.
        let mut last: Option<(Sheet, Option<&Label>)> = None;
        let mut is_slide_shown = false;
        for (known, sheet) in known.iter().zip(0..) {
            let label = known.label.as_ref();
            let notes_of = match (notes.get(&sheet), last) {
                (Some(slide), _) => Some(*slide),
                (None, Some((before, _))) if label.is_some_and(Label::is_of_notes) => Some(before),
                _ => None,
            };
            if let Some(slide) = notes_of {
                plan.notes.entry(slide).or_default().push(sheet);
            } else {
                let is_step = last.is_some_and(|(before, its)| {
                    let mut one_heading = || reader.have_one_heading(before, sheet);
                    pdfpc.steps.contains(&sheet)
                        || label.zip(its).is_some_and(|(label, its)| {
                            label == its && one_heading().unwrap_or(true)
                                || label.is_next_view(its) && one_heading().unwrap_or(false)
                        })
                });
                is_slide_shown &= is_step;
                if !pdfpc.hidden.contains(&sheet) {
                    plan.show(sheet, is_slide_shown);
                    is_slide_shown = true;
                }
                last = Some((sheet, label));
            }
            plan.page_of.push(plan.last_page());
        }
        if plan.sheets.is_empty() {
            return Self::each(known.len());
        }
        let hidden = known.len() - plan.sheets.len() - plan.notes.values().flatten().count();
        if hidden > 0 {
            plan.said.push(format!(
                "the .pdfpc file hides {hidden} of its pages; they are left out"
            ));
        }
        plan
    }

    /// Each sheet is a slide.
    pub fn each(sheets: usize) -> Self {
        let mut plan = Self::default();
        for sheet in (0..).take(sheets) {
            plan.show(sheet, false);
            plan.page_of.push(plan.last_page());
        }
        plan
    }

    /// The deck's page for a sheet.
    pub fn page_of(&self, sheet: Sheet) -> Option<u32> {
        self.page_of.get(usize::try_from(sheet).ok()?).copied()
    }

    pub fn slide_of(&self, page: u32) -> Option<u32> {
        self.slide_of.get(usize::try_from(page).ok()?).copied()
    }

    fn show(&mut self, sheet: Sheet, is_step: bool) {
        self.sheets.push(sheet);
        let page = self.last_page();
        match self.slides.last_mut() {
            Some(slide) if is_step => slide.pages.push(page),
            _ => self.slides.push(SlideOutline::of(page)),
        }
        let slide = self.slides.len().saturating_sub(1);
        self.slide_of.push(u32::try_from(slide).unwrap_or(u32::MAX));
    }

    fn last_page(&self) -> u32 {
        u32::try_from(self.sheets.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The slide of each sheet of notes, if these follow all slides, as in Impress's export: in portrait, or in
    /// landscape with other proportions than the slides.
    fn notes_behind<F: FnMut(Sheet) -> Words>(
        &mut self,
        known: &[Known],
        reader: &mut Reader<F>,
    ) -> HashMap<Sheet, Sheet> {
        let upright = self.upright_notes(known, reader);
        let Some(first) = known.first().filter(|_| upright.is_empty()) else {
            return upright;
        };
        let slides = known
            .iter()
            .take_while(|sheet| sheet.has_shape_of(first))
            .count();
        let behind = known.get(slides..).unwrap_or_default();
        match behind.first() {
            Some(notes)
                if !first.is_upright() && behind.iter().all(|sheet| sheet.has_shape_of(notes)) =>
            {
                matched(slides, behind.len(), By::Copies, reader).unwrap_or_default()
            }
            _ => HashMap::new(),
        }
    }

    fn upright_notes<F: FnMut(Sheet) -> Words>(
        &mut self,
        known: &[Known],
        reader: &mut Reader<F>,
    ) -> HashMap<Sheet, Sheet> {
        let slides = known.iter().take_while(|sheet| !sheet.is_upright()).count();
        let sheets = known.len() - slides;
        if sheets == 0 {
            return HashMap::new();
        }
        if !known.iter().skip(slides).all(Known::is_upright) {
            return self.notes_between(known, reader);
        }
        if slides == 0 {
            if sheets > 1 {
                self.said.push(
                    "its pages stand upright, like sheets of paper; where they have your notes, \
                     the room sees them: export the slides alone"
                        .to_owned(),
                );
            }
            return HashMap::new();
        }
        let notes = matched(slides, sheets, By::Titles, reader);
        if notes.is_none() {
            self.said.push(format!(
                "{sheets} pages at its end stand upright; where they are notes, the room sees them: \
                 export the slides alone"
            ));
        }
        notes.unwrap_or_default()
    }

    /// Portrait sheets among the slides: each is a slide, or the notes of the slide before it.
    fn notes_between<F: FnMut(Sheet) -> Words>(
        &mut self,
        known: &[Known],
        reader: &mut Reader<F>,
    ) -> HashMap<Sheet, Sheet> {
        let mut notes = HashMap::new();
        let mut slide = None;
        for (known, sheet) in known.iter().zip(0..) {
            let is_known = known.label.as_ref().is_some_and(Label::is_of_notes);
            match slide {
                _ if !known.is_upright() => slide = Some(sheet),
                Some(slide) if !is_known => drop(notes.insert(sheet, slide)),
                _ => {}
            }
        }
        let are_notes = have_small_headings(&notes, reader);
        match (notes.len(), are_notes) {
            // A picture or poster is a slide.
            (0, _) | (1, Some(false)) => HashMap::new(),
            (2.., Some(true)) => notes,
            (sheets, _) => {
                self.said.push(format!(
                    "{sheets} pages among its slides stand upright; where they are notes, the room \
                     sees them: export the slides alone"
                ));
                HashMap::new()
            }
        }
    }
}

/// Whether each sheet of notes has its slide's heading in a smaller size. `None` beyond the limit.
fn have_small_headings<F: FnMut(Sheet) -> Words>(
    notes: &HashMap<Sheet, Sheet>,
    reader: &mut Reader<F>,
) -> Option<bool> {
    for (sheet, slide) in notes {
        let (written, slide) = (reader.words(*sheet)?, reader.words(*slide)?);
        let has_it = slide.heading().is_some_and(|heading| {
            let is_it =
                |there: &Line| there.text == heading.text && there.size < heading.size * 0.9;
            written.lines.iter().any(is_it)
        });
        if !has_it {
            return Some(false);
        }
    }
    Some(true)
}

/// How sheets of notes are matched with slides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// By the slides' titles; without titles there must be as many of one as of the other.
    Titles,
    /// Each sheet must have all lines of its slide in a smaller size: for sheets of the slides' own
    /// proportions.
    Copies,
}

/// Matches sheets of notes with slides, in order.
fn matched<F: FnMut(Sheet) -> Words>(
    slides: usize,
    sheets: usize,
    by: By,
    reader: &mut Reader<F>,
) -> Option<HashMap<Sheet, Sheet>> {
    let count = Sheet::try_from(slides).ok()?;
    let mut notes = HashMap::new();
    let mut from = 0;
    for (place, sheet) in (0..).zip(count..).take(sheets) {
        let written = reader.words(sheet)?;
        let mut slide = None;
        for candidate in from..count {
            let words = reader.words(candidate)?;
            let stands_there = |line: &Line| {
                written.lines.iter().any(|there| {
                    there.text == line.text && (by == By::Titles || there.size < line.size * 0.9)
                })
            };
            let is_it = match (words.heading(), by) {
                (Some(_), By::Copies) => words.lines.iter().all(stands_there),
                (Some(heading), By::Titles) => stands_there(heading),
                (None, By::Copies) => false,
                (None, By::Titles) => slides == sheets && candidate == place,
            };
            if is_it {
                slide = Some(candidate);
                break;
            }
        }
        let slide = slide?;
        notes.insert(sheet, slide);
        from = slide + 1;
    }
    Some(notes)
}

/// The text of a sheet of notes without the small copy of its slide.
pub fn notes_on(notes: &[Line], slide: &[Line]) -> String {
    let own: Vec<Line> = notes
        .iter()
        .filter(|line| !slide.iter().any(|there| there.text == line.text))
        .cloned()
        .collect();
    layout::text(&own)
}
