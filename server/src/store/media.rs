//! Pictures, as files.

use super::Pending;
use app::routes;
use bytes::Bytes;
use std::{collections::BTreeSet, io};

/// Content-addressed files. A name is a hash and an ending; a file never changes.
///
/// Some names are listed as loose: no stored deck may need them. When their files are removed is
/// decided by the [`Store`](super::Store).
pub trait Media: Send + Sync {
    /// At most `most` bytes of a file from byte `from` on. `None` when there is no such file.
    ///
    /// # Errors
    /// When the file can't be read, or is incomplete.
    fn part(&self, name: &str, from: u64, most: usize) -> Pending<Option<Part>, io::Error>;

    /// Writes a file, whole or not at all, and lists it as loose before. Idempotent; a damaged file is
    /// written again.
    ///
    /// # Errors
    /// When the file can't be written.
    fn put(&self, name: &str, content: Bytes) -> Pending<(), io::Error>;

    /// # Errors
    /// When the list can't be read.
    fn loose(&self) -> Pending<BTreeSet<String>, io::Error>;

    /// Lists files as loose.
    ///
    /// # Errors
    /// When the list can't be written.
    fn loosen(&self, names: BTreeSet<String>) -> Pending<(), io::Error>;

    /// Takes files off the list: decks need them.
    ///
    /// # Errors
    /// When the list can't be written.
    fn keep(&self, names: BTreeSet<String>) -> Pending<(), io::Error>;

    /// Removes files, then takes them off the list; unknown names are no error.
    ///
    /// # Errors
    /// When a file can't be removed. Those that were not are still listed.
    fn remove(&self, names: BTreeSet<String>) -> Pending<(), io::Error>;
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub bytes: Bytes,
    /// The length of the file, in bytes.
    pub whole: u64,
}

/// Every medium that a deck names. Searches the text instead of parsing it, because a newer WebSlides
/// may have written it and because HTML within it names media, too. A name too many keeps a file;
/// none is missed.
pub fn media_of(text: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let before_name = routes::media("").into_bytes();
    let mut rest = text;
    while let Some(at) = rest
        .windows(before_name.len())
        .position(|it| it == before_name)
    {
        rest = rest.get(at + before_name.len()..).unwrap_or_default();
        let is_of_a_name = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'.';
        let name = rest.iter().copied().take_while(is_of_a_name).collect();
        names.extend(String::from_utf8(name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_are_found_in_pictures_and_in_html() {
        let deck = br#"{"faces":[{"renditions":[{"url":"/media/ab1.webp","width":1}]},
            {"html":"<img src=\"/media/cd2.png\" alt=\"/media/\">"}]}"#;
        assert_eq!(media_of(deck), ["ab1.webp", "cd2.png", ""]);
        assert!(media_of(b"/media").is_empty() && media_of(b"").is_empty());
    }
}
