//! Page labels. beamer gives all steps of a slide the same label, which pdfpc relies on, too.

use super::{strings, tree};
use hayro::hayro_syntax::object::{Dict, Name, String as PdfString};

/// A label that is not formatted yet, so that labels can be compared, and huge numbers cost nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Decoded. XeTeX and others write it as UTF-16.
    prefix: String,
    style: Option<u8>,
    number: i64,
}

/// The labels of all pages. `are_halved` means that the right halves are notes, which beamer counts as pages
/// between the slides.
pub fn of(catalog: Option<&Dict<'_>>, pages: u32, are_halved: bool) -> Vec<Option<Label>> {
    let root = catalog.and_then(|catalog| catalog.get::<Dict<'_>>(b"PageLabels"));
    let all = root.map(|root| ranges(&root, pages.saturating_mul(2)));
    let ranges = all.unwrap_or_default();
    let beyond = ranges.iter().any(|(start, _)| *start >= pages);
    let step = if are_halved && beyond { 2 } else { 1 };
    (0..pages)
        .map(|page| label(&ranges, page.saturating_mul(step)))
        .collect()
}

impl Label {
    /// Whether it is beamer's label of a page of notes.
    pub fn is_of_notes(&self) -> bool {
        self.prefix.starts_with("notes:")
    }

    /// Whether it may be the next view of the same slide: Ipe's labels are "2-1" and "2-2". Books number the
    /// pages of chapters like that, too.
    pub fn is_next_view(&self, before: &Self) -> bool {
        let (Some((page, view)), Some((page_before, view_before))) = (self.view(), before.view())
        else {
            return false;
        };
        page == page_before && view_before.checked_add(1) == Some(view)
    }

    /// The parts of a label like "2-1".
    fn view(&self) -> Option<(String, u32)> {
        let mut text = self.prefix.clone();
        match self.style {
            Some(b'D') => text.push_str(&self.number.to_string()),
            Some(_) => return None,
            None => {}
        }
        let (page, view) = text.rsplit_once('-')?;
        Some((page.to_owned(), view.parse().ok()?))
    }
}

/// The label of a page. None when it is missing or empty: such pages don't belong together.
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

/// The ranges of labels with their first pages, in order.
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
            .map(|prefix| strings::decoded(prefix.as_bytes()))
            .unwrap_or_default(),
        style: dict
            .get::<Name<'_>>(b"S")
            .and_then(|style| style.as_ref().first().copied()),
        number: dict.get::<i32>(b"St").map_or(1, i64::from),
    }
}
