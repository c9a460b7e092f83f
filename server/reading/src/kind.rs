//! The kinds of decks: how a file of each is recognised, and what can be done with it.

use crate::text;
use serde::{Deserialize, Serialize};

/// What a deck's files are. Its name in JSON is part of what is kept on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One image a slide.
    Images,
    Markdown,
    Pdf,
    /// An archive. What it holds is of another kind.
    Zip,
}

/// The file name endings of pictures: slides of their own, or shown by a Markdown file.
pub const PICTURES: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "svg"];

/// The ending of an image's notes. Alone, such a file is not a deck.
pub const TEXT: &str = "txt";

/// How many of a file's first bytes [`Kind::of`] looks at.
pub const HEAD_BYTES: u64 = 1_024;

impl Kind {
    /// Recognises a file by its first [`HEAD_BYTES`]. Any text may be Markdown, so there the ending of
    /// its name (in lower case, without the dot) decides.
    ///
    /// ```
    /// use reading::kind::Kind;
    ///
    /// assert_eq!(Kind::of(b"%PDF-1.7", "md"), Some(Kind::Pdf), "whatever its name says");
    /// assert_eq!(Kind::of(b"# Words", "md"), Some(Kind::Markdown));
    /// assert_eq!(Kind::of(b"# Words", "docx"), None);
    /// ```
    pub fn of(head: &[u8], ending: &str) -> Option<Self> {
        let is_marked = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
        let is_wide = is_marked || text::wide(head).is_some();
        let is_text = (is_wide || !head.contains(&0)) && Self::Markdown.endings().contains(&ending);
        // A zip begins with its first file, or with its index when it is empty. It may store a PDF
        // uncompressed, so this comes before the search for one.
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        // Some programs write a few bytes before the header, and some Markdown mentions it.
        let is_header = |bytes: &[u8]| bytes == b"%PDF-";
        if head.get(..5).is_some_and(is_header) || (!is_text && head.windows(5).any(is_header)) {
            return Some(Self::Pdf);
        }
        is_text.then_some(Self::Markdown)
    }

    /// The endings of its files' names, in lower case and without the dot.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Images => &PICTURES,
            Self::Markdown => &["md", "markdown"],
            Self::Pdf => &["pdf"],
            Self::Zip => &["zip"],
        }
    }

    /// Whether a file's name ends as those of this kind do, in any case.
    pub fn has_ending(self, ending: &str) -> bool {
        let own = self.endings();
        own.iter().any(|own| ending.eq_ignore_ascii_case(own))
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Markdown => "markdown",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
        }
    }

    /// Whether it must be unpacked before anything of it can be shown.
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Zip)
    }

    /// Whether its pages may be vector graphics, which are sharp in any size. Of an archive this is
    /// known only once it is unpacked.
    pub const fn may_be_vector(self) -> bool {
        matches!(self, Self::Pdf | Self::Zip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_begins_with() {
        for (head, ending, kind) in [
            (
                &b"PK\x03\x04\x14\0 handout.pdf %PDF-1.7"[..],
                "zip",
                Some(Kind::Zip),
            ),
            (b"PK\x05\x06", "zip", Some(Kind::Zip)),
            (b"%PDF-1.7", "pdf", Some(Kind::Pdf)),
            (b"mail says\r\n%PDF-1.7", "pdf", Some(Kind::Pdf)),
            (b"# A PDF begins with %PDF-", "md", Some(Kind::Markdown)),
            (b"\xff\xfe#\0", "md", Some(Kind::Markdown)),
            (b"#\0 \0A\0\n\0", "md", Some(Kind::Markdown)),
            (b"\0\0\0\0\x01\0", "md", None),
            (b"# A", "txt", None),
        ] {
            assert_eq!(Kind::of(head, ending), kind, "{head:?}");
        }
    }

    #[test]
    fn a_kind_has_the_same_name_in_json() {
        for kind in [Kind::Images, Kind::Markdown, Kind::Pdf, Kind::Zip] {
            let json = serde_json::to_string(&kind).expect("JSON");
            assert_eq!(json, format!("\"{}\"", kind.name()));
        }
    }
}
