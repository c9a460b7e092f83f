//! Page labels: beamer gives the steps of a slide one label, and pdfpc reads them so.

use super::{strings, tree};
use hayro::hayro_syntax::object::{Dict, Name, String as PdfString};

/// A label, not yet put into words: alike are alike, and no number is too large to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Decoded: XeTeX writes it as UTF-16, and so may whatever saved the file last.
    prefix: String,
    style: Option<u8>,
    number: i64,
}

/// The labels of so many pages. `are_halved`: they have notes in their right halves; then beamer
/// counts these as pages of their own, between the slides.
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
    /// What beamer calls the pages that it writes notes on.
    pub fn is_of_notes(&self) -> bool {
        self.prefix.starts_with("notes:")
    }

    /// Whether it counts another view of what the label before counts one of: Ipe calls them "2-1"
    /// and "2-2". So does a book its chapters' pages.
    pub fn is_next_view(&self, before: &Self) -> bool {
        let (Some((page, view)), Some((page_before, view_before))) = (self.view(), before.view())
        else {
            return false;
        };
        page == page_before && view_before.checked_add(1) == Some(view)
    }

    /// Of "2-1", however it is put together.
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
            .map(|prefix| strings::decoded(prefix.as_bytes()))
            .unwrap_or_default(),
        style: dict
            .get::<Name<'_>>(b"S")
            .and_then(|style| style.as_ref().first().copied()),
        number: dict.get::<i32>(b"St").map_or(1, i64::from),
    }
}
