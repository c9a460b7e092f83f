//! Speaker notes in a PDF: text annotations, and the second halves of beamer's pages.

use super::{geometry::View, layout::Run, links::is, strings};
use hayro::hayro_syntax::{
    object::{Array, Dict, String as PdfString},
    page::Page,
};

/// The most notes of a page. Pages have a few.
const MOST: usize = 200;

/// The texts of a page's text annotations. A free text annotation is not a note: it is part of the slide.
pub fn annotated(page: &Page<'_>) -> Vec<String> {
    text_annotations(page)
        .filter_map(|annotation| {
            let text = annotation.get::<PdfString<'_>>(b"Contents")?;
            let text = strings::decoded(text.as_bytes()).trim().to_owned();
            (!text.is_empty()).then_some(text)
        })
        .collect()
}

fn text_annotations<'a>(page: &Page<'a>) -> impl Iterator<Item = Dict<'a>> + use<'a> {
    page.raw()
        .get::<Array<'a>>(b"Annots")
        .into_iter()
        .flat_map(|annotations| annotations.iter::<Dict<'a>>())
        .filter(|annotation| is(annotation, b"Text"))
        .take(MOST)
}

/// Whether a page has the proportions of two slides side by side: beamer's
/// `show notes on second screen=right`. Some screens have them, too, so the caller has to check whether
/// something crosses the middle.
///
/// `show notes on second screen=bottom` is not recognised: such a page has the proportions of paper, and
/// half of a poster would be hidden.
pub fn may_have_second_half(width: f64, height: f64) -> bool {
    let proportion = width / height;
    let is_twice_as_wide = [16.0 / 9.0, 16.0 / 10.0, 4.0 / 3.0]
        .iter()
        .any(|one: &f64| (proportion / (one * 2.0) - 1.0).abs() < 0.01);
    // Banners may have 3:1 and the like, but not beamer's exact size.
    is_twice_as_wide
        || RARE_CENTIMETRES.iter().any(|(wide, high)| {
            let is = |points: f64, centimetres: f64| {
                (points - centimetres / CENTIMETRES_OF_POINT).abs() < 1.0
            };
            is(width, wide * 2.0) && is(height, *high)
        })
}

/// The sizes of beamer's slides with `aspectratio` 149, 54, 32 and 141.
const RARE_CENTIMETRES: [(f64, f64); 4] = [(14.0, 9.0), (12.5, 10.0), (13.5, 9.0), (14.8, 10.5)];

const CENTIMETRES_OF_POINT: f64 = 2.54 / 72.0;

/// Whether a run crosses the middle, so that these are not two slides.
pub fn cross_middle(runs: &[Run], view: &View) -> bool {
    let (middle, margin) = (view.page_width / 2.0, view.page_width / 100.0);
    runs.iter()
        .any(|run| run.area.x0 < middle - margin && run.area.x1 > middle + margin)
}

/// Splits runs into those of the slide and those of beamer's notes beside it.
pub fn halves(runs: Vec<Run>, view: &View) -> (Vec<Run>, Vec<Run>) {
    if view.width >= view.page_width {
        return (runs, Vec::new());
    }
    let (shown, mut beside): (Vec<Run>, Vec<Run>) = runs
        .into_iter()
        .partition(|run| run.area.center().x < view.width);
    // The notes have a small copy of the slide at the top.
    beside.retain(|note| {
        !shown
            .iter()
            .any(|run| note.size < run.size * 0.7 && note.text.trim() == run.text.trim())
    });
    (shown, beside)
}

/// Removes duplicates.
pub fn joined(parts: Vec<String>) -> Option<String> {
    let mut notes: Vec<String> = Vec::new();
    for part in parts {
        if !part.trim().is_empty() && !notes.contains(&part) {
            notes.push(part);
        }
    }
    (!notes.is_empty()).then(|| notes.join("\n\n"))
}
