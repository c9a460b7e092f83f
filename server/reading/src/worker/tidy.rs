//! The worker's counterpart of [`super::check`]: fits a source's answers into the limits, so that a deck
//! with an odd character or a thousand links is shown and not refused.

use super::{
    check::{
        self, MAX_FILES, MAX_LINKS, MAX_MARKUP, MAX_REASON, MAX_SEGMENTS, MAX_TEXT, MAX_TITLE,
        MAX_WARNINGS, is_odd, leads_somewhere, lies_beside,
    },
    protocol::{Content, Notes},
};
use crate::{
    notes,
    segments::Segment,
    source::{Html, Link, Outline, SourceError, Warning},
};

pub fn outline(mut outline: Outline) -> Outline {
    outline.title = title(outline.title);
    outline.slides.retain(|slide| !slide.pages.is_empty());
    let pages = check::pages(&outline);
    outline.warnings = warnings(outline.warnings, pages);
    outline
}

pub fn content(mut content: Content) -> Content {
    content.said.truncate(MAX_WARNINGS);
    for sentence in &mut content.said {
        *sentence = line(sentence, MAX_REASON);
    }
    content
}

/// Makes one line of it. None when it is empty.
pub fn title(title: Option<String>) -> Option<String> {
    title
        .map(|title| line(&title, MAX_TITLE))
        .filter(|title| !title.is_empty())
}

pub fn text(text: &str) -> String {
    let tidy = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut tidy = tidy.replace(|c: char| c.is_control() && c != '\n', " ");
    tidy.truncate(tidy.floor_char_boundary(MAX_TEXT));
    tidy
}

/// Notes, and the same as HTML if they are Markdown.
pub fn notes(notes: Option<String>, are_markdown: bool) -> Option<Notes> {
    let text = text(&notes?);
    let html = if are_markdown {
        notes::html(&text)
    } else {
        String::new()
    };
    // Marks make HTML much longer than the text.
    let html = if html.len() > MAX_TEXT {
        String::new()
    } else {
        html
    };
    (!text.is_empty()).then_some(Notes { text, html })
}

/// Clips links to the page, and drops those with a forbidden target.
pub fn links(links: Vec<Link>, pages: u32) -> Vec<Link> {
    links
        .into_iter()
        .filter(|link| leads_somewhere(&link.target, pages))
        .filter_map(clipped)
        .take(MAX_LINKS)
        .collect()
}

pub fn warnings(warnings: Vec<Warning>, pages: u32) -> Vec<Warning> {
    warnings
        .into_iter()
        .map(|warning| Warning {
            line: warning.line.filter(|line| *line > 0),
            page: warning.page.filter(|page| *page < pages),
            reason: line(&warning.reason, MAX_REASON),
        })
        .take(MAX_WARNINGS)
        .collect()
}

/// Drops the files that can't be shown; their `<img>` stays empty.
///
/// # Errors
/// When there is too much markup.
pub fn html(mut html: Html) -> Result<Html, SourceError> {
    if html.segments.iter().map(Segment::markup_len).sum::<usize>() > MAX_MARKUP {
        return Err(SourceError::TooLarge(format!(
            "it has more than {} KiB of text and markup; make several slides of it",
            MAX_MARKUP >> 10
        )));
    }
    let mut files = html.files();
    files.retain(|file| lies_beside(file));
    files.truncate(MAX_FILES);
    let files: Vec<_> = files.into_iter().map(str::to_owned).collect();
    html.segments = joined(html.segments, |file| files.iter().any(|kept| kept == file));
    for segment in &mut html.segments {
        match segment {
            Segment::Markup(markup) => *markup = markup.replace(is_odd, " "),
            Segment::Picture { before, after, .. } => {
                *before = before.replace(is_odd, " ");
                *after = after.replace(is_odd, " ");
            }
        }
    }
    Ok(html)
}

/// Makes markup of pictures that can't be shown, and one segment of markup that follows markup.
fn joined(segments: Vec<Segment>, is_shown: impl Fn(&str) -> bool) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::new();
    for mut segment in segments {
        // The last place is for the markup after the last picture.
        let has_room = joined.len() + 1 < MAX_SEGMENTS;
        if !(has_room && segment.file().is_some_and(&is_shown)) {
            segment = segment.without_file();
        }
        if let (Some(Segment::Markup(before)), Segment::Markup(markup)) =
            (joined.last_mut(), &segment)
        {
            before.push_str(markup);
        } else {
            joined.push(segment);
        }
    }
    joined
}

pub fn error(error: SourceError) -> SourceError {
    match error {
        SourceError::Damaged(words) => SourceError::Damaged(line(&words, MAX_REASON)),
        SourceError::TooLarge(words) => SourceError::TooLarge(line(&words, MAX_REASON)),
        plain => plain,
    }
}

fn line(text: &str, most: usize) -> String {
    let mut tidy = text.replace(char::is_control, " ").trim().to_owned();
    tidy.truncate(tidy.floor_char_boundary(most));
    tidy
}

fn clipped(link: Link) -> Option<Link> {
    let span = |start: f32, length: f32| {
        let end = (start + length).clamp(0.0, 1.0);
        let start = start.clamp(0.0, 1.0);
        // Also false for NaN.
        (end > start).then_some((start, end - start))
    };
    let (x, width) = span(link.x, link.width)?;
    let (y, height) = span(link.y, link.height)?;
    Some(Link {
        x,
        y,
        width,
        height,
        ..link
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        segments::cut,
        worker::protocol::{FaceParts, PageParts},
    };

    #[test]
    fn html_with_odd_characters_and_files_is_shown_without_them() {
        let html = html(Html {
            segments: cut(
                "<p>a\u{1b}\u{85}b</p>\n<img data-file=\"a.png\"><img data-file=\"../b\">\
                 <img data-file=\"c\u{1}.png\"><img data-file=\"\" alt=\"\u{1}\">",
            ),
            steps: 0,
            classes: Vec::new(),
        })
        .expect("it is short");
        assert_eq!(
            html.segments,
            cut("<p>a  b</p>\n<img data-file=\"a.png\"><img><img><img alt=\" \">")
        );
        assert_eq!(html.files(), ["a.png"]);
        let parts = PageParts {
            title: None,
            text: String::new(),
            notes: None,
            links: Vec::new(),
            face: FaceParts::Html(html),
            warnings: Vec::new(),
        };
        assert_eq!(check::page(&parts, &[], 1), Ok(()));
    }

    #[test]
    fn a_page_of_a_thousand_icons_is_shown_and_the_last_ones_are_empty() {
        let icons = |file: &str| Html {
            segments: cut(&format!("<img data-file=\"{file}\"> ").repeat(MAX_SEGMENTS)),
            steps: 0,
            classes: Vec::new(),
        };
        let html = html(icons("a.png")).expect("it is short");
        assert!(
            html.segments.len() <= MAX_SEGMENTS,
            "{}",
            html.segments.len()
        );
        assert_eq!(html.markup().matches("<img").count(), MAX_SEGMENTS);
        assert_eq!(html.files(), ["a.png"]);
    }

    #[test]
    fn a_slide_of_a_book_is_refused_in_a_sentence() {
        let of = |length| Html {
            segments: cut(&"x".repeat(length)),
            steps: 0,
            classes: Vec::new(),
        };
        assert!(html(of(MAX_MARKUP)).is_ok());
        let refused = html(of(MAX_MARKUP + 1)).expect_err("it is too much");
        let words = refused.to_string();
        assert!(words.contains("more than 512 KiB"), "{words}");
        assert_eq!(check::error(&refused), Ok(()));
    }
}
