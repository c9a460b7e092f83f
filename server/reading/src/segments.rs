//! A slide's HTML, cut at its pictures. The server puts their addresses in without reading the rest.

use crate::markdown::html::{escaped, unescaped};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The attribute of an `<img>` with the name of its file. It never leaves the worker.
const FILE: &str = " data-file=";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    /// Whole tags, and text. Elements may begin in one segment and end in a later one.
    Markup(String),
    /// An `<img>`.
    Picture {
        /// A name as in the source.
        file: String,
        /// The attributes before and after the address, each with a space before it.
        before: String,
        after: String,
    },
}

impl Segment {
    /// The length of the markup in bytes, without the name of a file.
    pub const fn markup_len(&self) -> usize {
        match self {
            Self::Markup(markup) => markup.len(),
            Self::Picture { before, after, .. } => "<img>".len() + before.len() + after.len(),
        }
    }

    /// The name of the picture's file.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Markup(_) => None,
            Self::Picture { file, .. } => Some(file),
        }
    }

    /// The same without the file: an `<img>` that stays empty.
    #[must_use]
    pub fn without_file(self) -> Self {
        match self {
            Self::Picture { before, after, .. } => Self::Markup(format!("<img{before}{after}>")),
            markup @ Self::Markup(_) => markup,
        }
    }
}

/// Cuts markup at each `<img data-file="...">`.
///
/// ```
/// use reading::segments::{Segment, cut};
///
/// let segments = cut("<p><img data-file=\"a.png\" alt=\"A\"></p>");
/// assert_eq!(segments[0], Segment::Markup("<p>".to_owned()));
/// assert_eq!(segments[1].file(), Some("a.png"));
/// ```
pub fn cut(markup: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut before = String::new();
    let mut rest = markup;
    while let Some((text, tag)) = rest.split_once('<') {
        before.push_str(text);
        let (tag, after) = tag.split_at(end_of(tag));
        rest = after;
        if let Some(picture) = picture(tag) {
            if !before.is_empty() {
                segments.push(Segment::Markup(std::mem::take(&mut before)));
            }
            segments.push(picture);
            rest = rest.strip_prefix('>').unwrap_or(rest);
        } else {
            before.push('<');
            before.push_str(tag);
        }
    }
    before.push_str(rest);
    if !before.is_empty() {
        segments.push(Segment::Markup(before));
    }
    segments
}

/// Undoes [`cut`].
pub fn join(segments: &[Segment]) -> String {
    let mut markup = String::new();
    for segment in segments {
        match segment {
            Segment::Markup(part) => markup.push_str(part),
            Segment::Picture {
                file,
                before,
                after,
            } => {
                let file = escaped(file);
                markup.push_str(&format!("<img{before}{FILE}\"{file}\"{after}>"));
            }
        }
    }
    markup
}

/// The names of the files, each once, in the order of the markup.
pub fn files(segments: &[Segment]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let files = segments.iter().filter_map(Segment::file);
    files.filter(|file| seen.insert(*file)).collect()
}

/// Where a tag ends. A value in quotes may contain '>'.
fn end_of(tag: &str) -> usize {
    let mut is_quoted = false;
    let end = tag.find(|c| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    end.unwrap_or(tag.len())
}

fn picture(tag: &str) -> Option<Segment> {
    let attributes = tag.strip_prefix("img")?;
    let mut before = String::new();
    let mut rest = attributes;
    loop {
        let (key, after) = rest.split_once('"')?;
        let (value, after) = after.split_once('"')?;
        if let Some(key) = key.strip_suffix(FILE) {
            before.push_str(key);
            return Some(Segment::Picture {
                file: unescaped(value),
                before,
                after: after.to_owned(),
            });
        }
        before.push_str(&format!("{key}\"{value}\""));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_cut_at_its_pictures_and_joined_again() {
        let markup = "<h1>a</h1><p><img class=\"contain\" data-file=\"a &amp; &lt;b.png\" alt=\">\">\
                      <img data-file=\"c\">\n</p>";
        let segments = cut(markup);
        let picture = |file: &str, before: &str, after: &str| Segment::Picture {
            file: file.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        };
        assert_eq!(
            segments,
            [
                Segment::Markup("<h1>a</h1><p>".to_owned()),
                picture("a & <b.png", " class=\"contain\"", " alt=\">\""),
                picture("c", "", ""),
                Segment::Markup("\n</p>".to_owned()),
            ]
        );
        assert_eq!(join(&segments), markup);
        assert_eq!(files(&segments), ["a & <b.png", "c"]);
    }

    /// Text was once taken for an attribute up to the first quote of the next tag.
    #[test]
    fn words_that_look_like_a_picture_are_words() {
        for markup in [
            "<p>Write data-file=\"x\" so: data-file=\"</p><a title=\"<b>\">c</a>",
            "<a title=\"x data-file=\" href=\"http://a\">c</a>",
            "<p>\"",
            "<p data-file=x>a < b",
        ] {
            assert_eq!(cut(markup), [Segment::Markup(markup.to_owned())]);
        }
    }
}
