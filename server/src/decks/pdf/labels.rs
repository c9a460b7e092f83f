//! Page labels: pages in a row with the same label are the steps of one slide. That is how beamer
//! writes overlays, and how pdfpc reads them.

use super::tree;
use crate::decks::source::SlideOutline;
use hayro::hayro_syntax::object::{Dict, Name, String as PdfString};

/// A label, not yet put into words: alike are alike, and no number is too large to write.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Label {
    prefix: Vec<u8>,
    style: Option<u8>,
    number: i64,
}

/// The slides of a document with so many pages.
pub fn slides(catalog: Option<&Dict<'_>>, pages: u32) -> Vec<SlideOutline> {
    let ranges = catalog
        .and_then(|catalog| catalog.get::<Dict<'_>>(b"PageLabels"))
        .map(|root| ranges(&root, pages))
        .unwrap_or_default();
    let mut slides: Vec<SlideOutline> = Vec::new();
    let mut last = None;
    for page in 0..pages {
        let label = label(&ranges, page);
        match slides.last_mut() {
            Some(slide) if label.is_some() && label == last => slide.pages.push(page),
            _ => slides.push(SlideOutline { pages: vec![page] }),
        }
        last = label;
    }
    slides
}

/// None for a page without one, or with an empty one: those have nothing in common.
fn label(ranges: &[(u32, Label)], page: u32) -> Option<Label> {
    let after = ranges.partition_point(|(start, _)| *start <= page);
    let (start, first) = ranges.get(after.checked_sub(1)?)?;
    let number = match first.style {
        Some(_) => first.number.saturating_add(i64::from(page - start)),
        None if first.prefix.is_empty() => return None,
        None => 0,
    };
    Some(Label {
        number,
        ..first.clone()
    })
}

/// What begins at which page, in order.
fn ranges(root: &Dict<'_>, pages: u32) -> Vec<(u32, Label)> {
    let mut ranges = Vec::new();
    tree::entries(root, b"Nums", |start, label| {
        let start = start.into_i32().and_then(|start| u32::try_from(start).ok());
        if let (Some(start), Some(dict)) = (start, label.into_dict())
            && start < pages
        {
            ranges.push((start, first_of(&dict)));
        }
    });
    ranges.sort_by_key(|(start, _)| *start);
    ranges
}

fn first_of(dict: &Dict<'_>) -> Label {
    Label {
        prefix: dict
            .get::<PdfString<'_>>(b"P")
            .map(|prefix| prefix.as_bytes().to_vec())
            .unwrap_or_default(),
        style: dict
            .get::<Name<'_>>(b"S")
            .and_then(|style| style.as_ref().first().copied()),
        number: dict.get::<i32>(b"St").map_or(1, i64::from),
    }
}
