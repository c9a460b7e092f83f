//! What the speaker wrote for herself into the PDF: text annotations, and beamer's second half.

use super::{geometry::View, layout::Run, links::is, strings};
use hayro::hayro_syntax::{
    object::{Array, Dict, String as PdfString},
    page::Page,
};

/// A page has one, or a few.
const MOST: usize = 200;

/// What text annotations of a page say. A free text is no note: it is written on the slide, to be
/// read by all.
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
/// `show notes on second screen=right`. Such a wall exists too, so that the caller has to look
/// whether something crosses the middle.
///
/// `show notes on second screen=bottom` is not known: such a page has the shape of any sheet of
/// paper, and half of a poster would be hidden.
pub fn may_have_second_half(width: f64, height: f64) -> bool {
    let proportion = width / height;
    let is_twice_as_wide = [16.0 / 9.0, 16.0 / 10.0, 4.0 / 3.0]
        .iter()
        .any(|one: &f64| (proportion / (one * 2.0) - 1.0).abs() < 0.01);
    // 3:1 and the like are banners, too, but not of beamer's own size to the point.
    is_twice_as_wide
        || RARE_CENTIMETRES.iter().any(|(wide, high)| {
            let is = |points: f64, centimetres: f64| {
                (points - centimetres / CENTIMETRES_OF_POINT).abs() < 1.0
            };
            is(width, wide * 2.0) && is(height, *high)
        })
}

/// A beamer slide with `aspectratio` 149, 54, 32 and 141.
const RARE_CENTIMETRES: [(f64, f64); 4] = [(14.0, 9.0), (12.5, 10.0), (13.5, 9.0), (14.8, 10.5)];

const CENTIMETRES_OF_POINT: f64 = 2.54 / 72.0;

/// A run that lies on both sides: these are not two slides.
pub fn cross_middle(runs: &[Run], view: &View) -> bool {
    let (middle, margin) = (view.page_width / 2.0, view.page_width / 100.0);
    runs.iter()
        .any(|run| run.area.x0 < middle - margin && run.area.x1 > middle + margin)
}

/// What is written on the slide, and what on beamer's page of notes beside it, if that is there.
pub fn halves(runs: Vec<Run>, view: &View) -> (Vec<Run>, Vec<Run>) {
    if view.width >= view.page_width {
        return (runs, Vec::new());
    }
    let (shown, mut beside): (Vec<Run>, Vec<Run>) = runs
        .into_iter()
        .partition(|run| run.area.center().x < view.width);
    // That page has a small copy of the slide at its top.
    beside.retain(|note| {
        !shown
            .iter()
            .any(|run| note.size < run.size * 0.7 && note.text.trim() == run.text.trim())
    });
    (shown, beside)
}

/// Each once.
pub fn joined(parts: Vec<String>) -> Option<String> {
    let mut notes: Vec<String> = Vec::new();
    for part in parts {
        if !part.trim().is_empty() && !notes.contains(&part) {
            notes.push(part);
        }
    }
    (!notes.is_empty()).then(|| notes.join("\n\n"))
}
