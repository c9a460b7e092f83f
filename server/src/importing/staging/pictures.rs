//! Finds the pictures that a Markdown file may show: those beside and below it whose names occur in its
//! text. So a folder of photos around a talk is not copied, and does not make the deck too large.
//!
//! The text is not parsed here, only searched for names; its worker parses it. In doubt a picture is
//! copied.

use super::below::files_below;
use reading::kind::PICTURES;
use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The worker refuses longer texts.
const LONGEST_TEXT: u64 = 4 << 20;

/// The pictures for a Markdown file, by their paths from its folder.
pub fn shown_by(markdown: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let folder = markdown.parent().unwrap_or(Path::new("."));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    named_in_text(markdown, files_below(folder, &PICTURES)?)
}

/// Keeps the pictures that a Markdown file names.
pub fn named_in_text(
    markdown: &Path,
    mut pictures: Vec<(String, PathBuf)>,
) -> io::Result<Vec<(String, PathBuf)>> {
    if pictures.is_empty() {
        return Ok(pictures);
    }
    let mut text = Vec::new();
    let opened = File::open(markdown)?;
    opened.take(LONGEST_TEXT).read_to_end(&mut text)?;
    text.make_ascii_lowercase();
    let names = pictures.iter().map(|(name, _)| name.as_str());
    let shown: HashSet<String> = named_in(&text, names).map(str::to_owned).collect();
    pictures.retain(|(name, _)| shown.contains(name));
    Ok(pictures)
}

/// Keeps the names that occur in a lower-case text. Each run of letters and digits of a name has to
/// occur; the characters between them may be escaped in many ways, such as `%20`.
fn named_in<'n>(
    text: &[u8],
    names: impl Iterator<Item = &'n str>,
) -> impl Iterator<Item = &'n str> {
    // In other encodings the second byte of a letter may look like ASCII.
    let is_plain = std::str::from_utf8(text).is_ok() && !text.contains(&0x1b);
    let named: Vec<(&str, Option<Vec<Vec<u8>>>)> = names
        .map(|name| (name, runs_of_name(name).filter(|_| is_plain)))
        .collect();
    let mut missing: HashSet<&[u8]> = named
        .iter()
        .flat_map(|(_, runs)| runs.iter().flatten())
        .map(Vec::as_slice)
        .collect();
    let ends = |byte: &u8| !byte.is_ascii_alphanumeric();
    for run in text.split(ends) {
        missing.remove(run);
    }
    for escaped in text.split(|byte| *byte == b'%').skip(1) {
        let run = escaped.split(ends).next().unwrap_or_default();
        missing.remove(run.get(2..).unwrap_or_default());
    }
    let missing: HashSet<Vec<u8>> = missing.into_iter().map(<[u8]>::to_vec).collect();
    named.into_iter().filter_map(move |(name, runs)| {
        let mut runs = runs.into_iter().flatten();
        (!runs.any(|run| missing.contains(&run))).then_some(name)
    })
}

/// The runs of ASCII letters and digits in a name. None for a name that is not ASCII, which a text may
/// write composed, decomposed, or escaped.
fn runs_of_name(name: &str) -> Option<Vec<Vec<u8>>> {
    let own = name.rsplit('/').next().unwrap_or(name);
    let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
    let runs = stem.split(|c: char| !c.is_ascii_alphanumeric());
    let runs = runs.filter(|run| !run.is_empty());
    stem.is_ascii().then(|| {
        runs.map(|run| run.to_ascii_lowercase().into_bytes())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_named(name: &str, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        named_in(text.as_bytes(), [name].into_iter())
            .next()
            .is_some()
    }

    #[test]
    fn a_picture_is_taken_however_a_text_writes_its_name() {
        for (name, text) in [
            ("img/Logo.PNG", "![](img/logo.png)"),
            ("logo.png", r"![](img\LOGO.png)"),
            ("my pic.png", "![](my%20pic.png)"),
            ("my pic.png", "![[my pic.png]]"),
            ("my_pic-2.png", r"![](my\_pic\-2.png)"),
            ("a&b.png", "<img src=\"a&amp;b.png\">"),
            ("100%.png", "![](100%25.png)"),
            ("my%20pic.png", "![](my%20pic.png)"),
            ("c+d.png", "background: c%2Bd.png"),
            ("cover.png", "image: /cover.png"),
            ("end.png", "end"),
            ("Größe.png", "![](Gr%C3%B6%C3%9Fe.png)"),
            ("図.png", "nothing"),
            ("!.png", "nothing"),
        ] {
            assert!(is_named(name, text), "{name} in {text}");
        }
        for (name, text) in [
            ("img/holiday.png", "![](img/logo.png)"),
            ("IMG_2041.png", "![](IMG_2042.png)"),
            ("logo.png", "# My logos"),
            ("logo.png", ""),
        ] {
            assert!(!is_named(name, text), "{name} in {text}");
        }
    }

    #[test]
    fn of_a_text_that_is_not_utf_8_all_may_be_named() {
        for text in [&b"\x95\x41logo.png"[..], b"\xff\xfel\0o\0", b"\x1b$B"] {
            assert_eq!(named_in(text, ["other.png"].into_iter()).count(), 1);
        }
    }
}
