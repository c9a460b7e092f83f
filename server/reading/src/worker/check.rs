//! Checks a worker's answers. A compromised worker may send anything that can be encoded. Nothing is
//! repaired here: an honest worker has done so ([`super::tidy`]), so an answer that fails is an attack
//! or a bug, and its worker is killed.

use super::{
    protocol::{Content, FaceParts, Notes, PageParts, Rendition},
    webp_header,
};
use crate::archive::MAX_NAME_BYTES;
use crate::renditions::PREVIEW_SIDE;
use crate::source::{Html, Link, MAX_MINUTES, Outline, SourceError, Target, Warning};
use crate::{segments::Segment, vocabulary};

/// The highest value of the option. A page costs the server about 5 KB.
pub const MAX_PAGES: u32 = 10_000;

/// Counts, and lengths of text in bytes. Each limit is far above what a readable slide has: the largest
/// page of real decks has 9 KB of text and 60 links.
pub const MAX_TITLE: usize = 500;
pub const MAX_TEXT: usize = 100_000;
pub const MAX_URL: usize = 2_000;
pub const MAX_REASON: usize = 500;
pub const MAX_LINKS: usize = 1_000;
pub const MAX_WARNINGS: usize = 100;
const MAX_PREVIEW: usize = 1_000;
/// Every follower downloads it.
pub const MAX_MARKUP: usize = 512 << 10;
const MAX_STEPS: u16 = 1_000;
pub const MAX_CLASSES: usize = 20;
/// The most sizes of one picture.
pub const MAX_RENDITIONS: usize = 8;
pub const MAX_FILES: usize = 200;
/// Markup and pictures in turn. A picture that is shown again is another segment.
pub const MAX_SEGMENTS: usize = 4_001;
const MAX_FILE_NAME: usize = 500;

/// Why an answer is refused. This is for the log; the user is told that the page could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Nonsense {
    #[error("it is no answer to what was asked")]
    AnotherAnswer,
    #[error("a number of pages, links or others that is out of range")]
    Count,
    #[error("a page that no slide, or more than one, has")]
    Pages,
    #[error("text that is too long or has control characters")]
    Text,
    #[error("a link out of the page, or to where no link leads")]
    Link,
    #[error("a picture that was not asked for, or is not what it says")]
    Picture,
    #[error("markup with what no slide has")]
    Markup,
}

/// `most` is the number of pages that a deck may have.
///
/// # Errors
/// When the outline exceeds a limit, or a page does not belong to exactly one slide.
pub fn outline(outline: &Outline, most: u32) -> Result<(), Nonsense> {
    let Outline {
        title,
        slides,
        warnings,
        any_size: _,
    } = outline;
    line(title.as_deref(), MAX_TITLE)?;
    let mut minutes = slides.iter().filter_map(|slide| slide.minutes);
    if !minutes.all(|minutes| (1..=MAX_MINUTES).contains(&minutes)) {
        return Err(Nonsense::Count);
    }
    let pages = slides
        .iter()
        .try_fold(0_u32, |sum, slide| {
            let pages = u32::try_from(slide.pages.len()).ok()?;
            // Checked before anything of that size is allocated.
            sum.checked_add(pages)
                .filter(|sum| pages > 0 && *sum <= most)
        })
        .filter(|pages| *pages > 0)
        .ok_or(Nonsense::Count)?;
    let mut seen: Vec<u32> = slides
        .iter()
        .flat_map(|slide| &slide.pages)
        .copied()
        .collect();
    seen.sort_unstable();
    if !seen.into_iter().eq(0..pages) {
        return Err(Nonsense::Pages);
    }
    self::warnings(warnings, pages)
}

/// The number of pages of an outline that passed.
pub fn pages(outline: &Outline) -> u32 {
    let pages: usize = outline.slides.iter().map(|slide| slide.pages.len()).sum();
    u32::try_from(pages).unwrap_or(MAX_PAGES)
}

/// `widths` are those of the request, `pages` is the deck's number of pages.
///
/// # Errors
/// When a part exceeds a limit, or a picture is not what it claims to be.
pub fn page(parts: &PageParts, widths: &[u32], pages: u32) -> Result<(), Nonsense> {
    let PageParts {
        title,
        text,
        notes,
        links,
        face,
        warnings,
    } = parts;
    line(title.as_deref(), MAX_TITLE)?;
    lines(text, MAX_TEXT)?;
    notes.as_ref().map_or(Ok(()), self::notes)?;
    at_most(MAX_LINKS, links)?;
    links.iter().try_for_each(|link| self::link(link, pages))?;
    self::warnings(warnings, pages)?;
    match face {
        FaceParts::Pictures {
            renditions,
            preview,
        } => pictures(renditions, widths).and_then(|()| small(preview)),
        FaceParts::Html(html) => self::html(html),
    }
}

/// The same for the picture of a page's HTML.
///
/// # Errors
/// As [`page`], and when it is no picture.
pub fn picture(parts: &PageParts, widths: &[u32], pages: u32) -> Result<(), Nonsense> {
    match parts.face {
        FaceParts::Pictures { .. } => page(parts, widths, pages),
        FaceParts::Html(_) => Err(Nonsense::AnotherAnswer),
    }
}

fn notes(notes: &Notes) -> Result<(), Nonsense> {
    lines(&notes.text, MAX_TEXT)?;
    lines(&notes.html, MAX_TEXT)?;
    vocabulary::is_notes(&notes.html)
        .then_some(())
        .ok_or(Nonsense::Markup)
}

/// # Errors
/// When its sentence is too long or has control characters.
pub fn error(error: &SourceError) -> Result<(), Nonsense> {
    match error {
        SourceError::NeedsPassword | SourceError::WrongPassword | SourceError::Empty => Ok(()),
        SourceError::Damaged(words) | SourceError::TooLarge(words) => line(Some(words), MAX_REASON),
    }
}

/// Checks the name of a file in an archive.
///
/// # Errors
/// When it is empty, too long, or has control characters.
pub fn file_name(name: &str) -> Result<(), Nonsense> {
    line(Some(name), MAX_NAME_BYTES)?;
    (!name.is_empty()).then_some(()).ok_or(Nonsense::Text)
}

/// # Errors
/// When it is an archive again, or its sentences are too many, too long, or have control characters.
pub fn content(content: &Content) -> Result<(), Nonsense> {
    let Content { kind, said } = content;
    if kind.is_archive() {
        return Err(Nonsense::AnotherAnswer);
    }
    at_most(MAX_WARNINGS, said)?;
    said.iter()
        .try_for_each(|words| line(Some(words), MAX_REASON))
}

fn at_most<T>(most: usize, items: &[T]) -> Result<(), Nonsense> {
    (items.len() <= most).then_some(()).ok_or(Nonsense::Count)
}

fn line(text: Option<&str>, most: usize) -> Result<(), Nonsense> {
    let text = text.unwrap_or_default();
    let fine = text.len() <= most && !text.contains(char::is_control);
    fine.then_some(()).ok_or(Nonsense::Text)
}

fn lines(text: &str, most: usize) -> Result<(), Nonsense> {
    let odd = |character: char| character.is_control() && character != '\n';
    let fine = text.len() <= most && !text.contains(odd);
    fine.then_some(()).ok_or(Nonsense::Text)
}

fn warnings(warnings: &[Warning], pages: u32) -> Result<(), Nonsense> {
    at_most(MAX_WARNINGS, warnings)?;
    for Warning { line, page, reason } in warnings {
        self::line(Some(reason), MAX_REASON)?;
        if *line == Some(0) || page.is_some_and(|page| page >= pages) {
            return Err(Nonsense::Count);
        }
    }
    Ok(())
}

fn link(link: &Link, pages: u32) -> Result<(), Nonsense> {
    let Link {
        x,
        y,
        width,
        height,
        target,
    } = link;
    // NaN is in no range. Rounding may put the far edge slightly above 1.
    let inside = |start: f32, length: f32| {
        (0.0..=1.0).contains(&start)
            && (0.0..=1.0).contains(&length)
            && start + length <= 1.0 + 1e-4
    };
    let fine = inside(*x, *width) && inside(*y, *height) && leads_somewhere(target, pages);
    fine.then_some(()).ok_or(Nonsense::Link)
}

/// Whether a link may have this target: a page of the deck, or an address that is safe to open.
pub fn leads_somewhere(target: &Target, pages: u32) -> bool {
    match target {
        Target::Page(index) => *index < pages,
        Target::Url(url) => {
            url.len() <= MAX_URL
                && ["http://", "https://", "mailto:"].iter().any(|scheme| {
                    url.get(..scheme.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
                })
                && !url.contains(|c: char| c.is_control() || c.is_whitespace())
        }
    }
}

fn pictures(renditions: &[Rendition], widths: &[u32]) -> Result<(), Nonsense> {
    let widest = widths.iter().copied().max().unwrap_or_default();
    let ascending = renditions.is_sorted_by(|a, b| a.width < b.width);
    if renditions.is_empty() || renditions.len() > widths.len() || !ascending {
        return Err(Nonsense::Picture);
    }
    for Rendition {
        width,
        height,
        webp,
    } in renditions
    {
        let honest = webp_header::size(webp) == Some((*width, *height));
        if !honest || *width == 0 || *height == 0 || *width > widest {
            return Err(Nonsense::Picture);
        }
    }
    Ok(())
}

/// A preview is part of every event, so it has to be small.
fn small(preview: &[u8]) -> Result<(), Nonsense> {
    let size = webp_header::size(preview);
    let is_small = preview.len() <= MAX_PREVIEW
        && size.is_some_and(|(width, height)| width.max(height) <= PREVIEW_SIDE);
    is_small.then_some(()).ok_or(Nonsense::Picture)
}

/// Checks by the same list what the worker has sanitised. The last defence is the page's
/// Content-Security-Policy, which allows no script without the nonce.
fn html(html: &Html) -> Result<(), Nonsense> {
    let Html {
        segments,
        steps,
        classes,
    } = html;
    at_most(MAX_CLASSES, classes)?;
    at_most(MAX_SEGMENTS, segments)?;
    let length: usize = segments.iter().map(Segment::markup_len).sum();
    if *steps > MAX_STEPS || length > MAX_MARKUP {
        return Err(Nonsense::Count);
    }
    let is_plain = |segment: &Segment| match segment {
        Segment::Markup(markup) => !markup.contains(is_odd),
        Segment::Picture { before, after, .. } => {
            !before.contains(is_odd) && !after.contains(is_odd)
        }
    };
    if !vocabulary::is_slide(segments)
        || !segments.iter().all(is_plain)
        || !classes
            .iter()
            .all(|class| vocabulary::is_slide_class(class))
    {
        return Err(Nonsense::Markup);
    }
    let files = html.files();
    at_most(MAX_FILES, &files)?;
    let beside = files.into_iter().all(lies_beside);
    beside.then_some(()).ok_or(Nonsense::Markup)
}

/// Whether a character is a control character that markup does not need.
pub fn is_odd(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

/// Whether a page's HTML may show a file of that name.
pub fn lies_beside(file: &str) -> bool {
    (1..=MAX_FILE_NAME).contains(&file.len())
        && !file.contains(char::is_control)
        && !file.starts_with(['/', '\\'])
        && file.split(['/', '\\']).all(|part| part != "..")
}

#[cfg(test)]
mod tests;
