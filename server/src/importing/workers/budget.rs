//! Limits a deck's text in total: markup, text, notes, links, titles and warnings. The server keeps
//! several copies in memory, and limits for single pages do not bound 2,000 of them.

use super::import::Reason;
use reading::{
    source::{Html, Target, Warning},
    worker::protocol::{FaceParts, PageParts},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The limit for one deck, in bytes. The largest real decks have 5 MB, a book of 2,000 pages 10 MB. The
/// server holds about ten copies during an import.
const MOST_SAID: u64 = 16 << 20;

/// Overhead in bytes of an item, such as a link, a file's name or a warning.
const ITEM: usize = 200;

/// What one import has used of the limit.
#[derive(Default)]
pub struct Budget {
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    in_all: u64,
    /// By page, so that a page that is read again in another size is counted once.
    pages: HashMap<u32, u64>,
}

impl Budget {
    /// Counts a page. `page` is none for a picture in HTML.
    ///
    /// Above the limit a page that is a picture loses its text and links, with a warning, and a page of
    /// markup is refused.
    ///
    /// # Errors
    /// When the page is refused.
    pub fn take(&self, page: Option<u32>, mut parts: PageParts) -> Result<PageParts, Reason> {
        if self.has_room(page, size(&parts)) {
            return Ok(parts);
        }
        if let FaceParts::Html(_) = parts.face {
            return Err(Reason::TooMuch(MOST_SAID));
        }
        parts.title = None;
        parts.text = String::new();
        parts.notes = None;
        parts.links = Vec::new();
        parts.warnings = vec![Warning {
            line: None,
            // The same sentence for all such pages.
            page: None,
            reason: format!(
                "words and links of some pages are left out, because this deck has more than {} MiB \
                 of them",
                MOST_SAID >> 20
            ),
        }];
        Ok(parts)
    }

    /// Counts the error about a page. A sentence may have 500 bytes, and each of a hundred thousand
    /// pictures may fail with one.
    ///
    /// # Errors
    /// With a shorter reason, above the limit.
    pub fn take_words(&self, words: &str) -> Result<(), Reason> {
        if self.has_room(None, bytes(words.len().saturating_add(ITEM))) {
            Ok(())
        } else {
            Err(Reason::TooMuch(MOST_SAID))
        }
    }

    fn has_room(&self, page: Option<u32>, size: u64) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let before = page.and_then(|page| said.pages.get(&page).copied());
        let more = size.saturating_sub(before.unwrap_or_default());
        let in_all = said.in_all.saturating_add(more);
        if in_all > MOST_SAID {
            return false;
        }
        said.in_all = in_all;
        if let Some(page) = page {
            said.pages
                .insert(page, size.max(before.unwrap_or_default()));
        }
        true
    }
}

/// The size of a page's text in bytes, without pictures, which are not kept in memory.
fn size(parts: &PageParts) -> u64 {
    let PageParts {
        title,
        text,
        notes,
        links,
        face,
        warnings,
    } = parts;
    let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let items = |lengths: &mut dyn Iterator<Item = usize>| {
        lengths.fold(0, |sum: usize, length| {
            sum.saturating_add(length).saturating_add(ITEM)
        })
    };
    let links = items(&mut links.iter().map(|link| match &link.target {
        Target::Url(url) => url.len(),
        Target::Page(_) => 0,
    }));
    let warnings = items(&mut warnings.iter().map(|warning| warning.reason.len()));
    let face = match face {
        FaceParts::Pictures { .. } => 0,
        FaceParts::Html(Html {
            segments,
            classes,
            steps: _,
        }) => {
            let segments = segments.iter().map(|segment| {
                let file = segment.file().map_or(0, str::len);
                segment.markup_len().saturating_add(file)
            });
            items(&mut classes.iter().map(String::len).chain(segments))
        }
    };
    let notes = notes.as_ref();
    let notes = notes.map_or(0, |notes| notes.text.len().saturating_add(notes.html.len()));
    let all = [of(title), text.len(), notes, links, warnings, face];
    bytes(all.into_iter().fold(0, usize::saturating_add))
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reading::{segments::Segment, source::Link, worker::protocol::Notes};

    fn page(links: usize, markup: Option<usize>) -> PageParts {
        let link = Link {
            x: 0.0,
            y: 0.0,
            width: 0.1,
            height: 0.1,
            target: Target::Url("https://example.org/".to_owned()),
        };
        PageParts {
            title: Some("Title".to_owned()),
            text: "words".to_owned(),
            notes: Some(Notes {
                text: "no".to_owned(),
                html: "tes".to_owned(),
            }),
            links: vec![link; links],
            face: match markup {
                Some(length) => FaceParts::Html(Html {
                    segments: vec![Segment::Markup("x".repeat(length))],
                    steps: 0,
                    classes: Vec::new(),
                }),
                None => FaceParts::Pictures {
                    renditions: Vec::new(),
                    preview: Vec::new(),
                },
            },
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_deck_keeps_its_pictures_when_it_has_said_enough_and_no_more_markup() {
        let budget = Budget::default();
        let mut kept = 0;
        for index in 0..300 {
            let taken = budget.take(Some(index), page(1_000, None)).expect("a page");
            kept += taken.links.len();
            if taken.links.is_empty() {
                assert_eq!(
                    (taken.text.as_str(), taken.notes, taken.title),
                    ("", None, None)
                );
                assert!(taken.warnings[0].reason.contains("more than 16 MiB"));
            }
        }
        assert!((50_000..80_000).contains(&kept), "{kept} links");
        let refused = budget.take(Some(300), page(0, Some(1 << 20)));
        let words = refused.map(drop).expect_err("too much").to_string();
        assert!(words.contains("more than 16 MiB"), "{words}");
    }

    #[test]
    fn a_page_that_is_read_again_costs_once() {
        let budget = Budget::default();
        for _ in 0..100 {
            for index in 0..4 {
                assert!(budget.take(Some(index), page(0, Some(7 << 19))).is_ok());
            }
        }
        assert!(budget.take(Some(5), page(0, Some(7 << 19))).is_err());
    }
}
