//! Decides which of several files is the deck. The same rule holds for a folder, a zip, and files that
//! are uploaded together.

use super::{
    kind::{Kind, TEXT},
    titles,
};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

/// The name that slide programs use.
const SLIDES: &str = "slides";
/// Names that slide programs use, and websites and projects, too.
const USUAL: [&str; 2] = ["index", "presentation"];

/// Names of files that are about a project and are not slides.
const ABOUT: [&str; 8] = [
    "readme",
    "license",
    "licence",
    "changelog",
    "contributing",
    "code_of_conduct",
    "security",
    "notice",
];

/// The most warnings. Nobody reads more.
const MOST_SAID: usize = 5;

/// The files are indices into the list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainFile {
    Text(usize),
    Pdf(usize),
    /// The deck is a set of images, with or without notes.
    Images,
    /// Several Markdown files, and no name tells which has the slides.
    ManyTexts,
    /// Several PDFs, of which these are the first two.
    ManyPdfs(usize, usize),
}

/// `names` are paths below one folder, separated by '/'. Precedence: a text with the name of slides, the
/// only PDF, the topmost text that is not about a project, images, a README. Folders below several
/// images are ignored, except for slides.md.
///
/// ```
/// use reading::main_file::{self, MainFile};
///
/// assert_eq!(main_file::of(&["README.md", "slides.md", "slides.pdf"]), MainFile::Text(1));
/// assert_eq!(main_file::of(&["talk.pdf", "notes.txt"]), MainFile::Pdf(0));
/// assert_eq!(main_file::of(&["1.png", "2.png"]), MainFile::Images);
/// assert_eq!(main_file::of(&["a.pdf", "b.pdf"]), MainFile::ManyPdfs(0, 1));
/// ```
pub fn of(names: &[&str]) -> MainFile {
    let all = Name::all(names);
    let images = Images::among(&all);
    let texts = all.iter().filter(|name| name.is(Kind::Markdown));
    if let Some(slides) = first(texts.clone().filter(|name| name.is_called(SLIDES))) {
        return MainFile::Text(slides.at);
    }
    let texts = texts.filter(|name| !images.are_above(name) && !images.have_notes(name));
    let (about, texts): (Vec<_>, Vec<_>) = texts.partition(|name| name.is_about());
    let pdfs = all
        .iter()
        .filter(|name| name.is(Kind::Pdf) && !images.are_above(name));
    let pdfs: Vec<_> = pdfs.collect();
    let depths = texts.iter().chain(&pdfs).map(|name| name.depth());
    let top = depths.min().unwrap_or_default();
    for usual in USUAL {
        let usual = texts
            .iter()
            .filter(|name| name.is_called(usual) && name.depth() == top);
        if let Some(usual) = first(usual.copied()) {
            return MainFile::Text(usual.at);
        }
    }
    if let [pdf] = pdfs.as_slice() {
        return MainFile::Pdf(pdf.at);
    }
    // A README is the deck when there is nothing else, but not when it describes images or PDFs.
    let about = match about.as_slice() {
        [about] if pdfs.is_empty() && !images.lie_beside(about) => Some(*about),
        _ => None,
    };
    // An image with notes is a slide.
    let mut noted = all
        .iter()
        .filter(|name| name.is(Kind::Markdown) && images.have_notes(name));
    let depth = texts.iter().map(|name| name.depth()).min();
    let topmost = texts.iter().filter(|name| Some(name.depth()) == depth);
    let topmost: Vec<_> = topmost.copied().collect();
    match (topmost.as_slice(), about, pdfs.as_slice()) {
        ([text], _, _) => MainFile::Text(text.at),
        // The README links to these texts.
        ([text, ..], Some(about), _) if about.depth() < text.depth() => MainFile::Text(about.at),
        ([text, ..], _, _) if !noted.any(|name| name.folder == text.folder) => MainFile::ManyTexts,
        ([], Some(about), _) => MainFile::Text(about.at),
        ([], None, [one, other, ..]) if !images.are_slides() => {
            MainFile::ManyPdfs(one.at, other.at)
        }
        _ => MainFile::Images,
    }
}

/// The name without the `.txt` that Notepad appends to a name of Markdown: `slides.md` for
/// `slides.md.txt`.
pub fn as_meant(name: &str) -> &str {
    let is_markdown = |name: &str| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Kind::Markdown.has_ending(ending)
    };
    match name.rsplit_once('.') {
        Some((rest, ending)) if ending.eq_ignore_ascii_case(TEXT) && is_markdown(rest) => rest,
        _ => name,
    }
}

/// The path to open after files were uploaded together into a folder.
pub fn of_form(folder: &Path, files: &[String]) -> PathBuf {
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    match (names.as_slice(), of(&names)) {
        // A single file is the deck, whatever its kind. A single image is a folder of one.
        ([only], _) if !Name::of(only, 0).is(Kind::Images) => folder.join(only),
        (_, MainFile::Text(at) | MainFile::Pdf(at)) => names
            .get(at)
            .map_or(folder.to_owned(), |name| folder.join(name)),
        _ => folder.to_owned(),
    }
}

/// Sentences about files beside the deck that may have been meant as slides.
pub fn left_out(names: &[&str], deck: MainFile) -> Vec<String> {
    let (at, others) = match deck {
        MainFile::Text(at) => (at, Kind::Pdf),
        MainFile::Pdf(at) => (at, Kind::Markdown),
        _ => return Vec::new(),
    };
    let all = Name::all(names);
    let Some((deck, shown)) = all.get(at).zip(names.get(at)) else {
        return Vec::new();
    };
    let lies_beside = |name: &Name<'_>| {
        name.is(others) && !name.is_about() && is_at_or_above(name.folder, deck.folder)
    };
    let beside = names.iter().zip(&all).filter(|(_, name)| lies_beside(name));
    let said = beside.map(|(name, _)| {
        format!(
            "{} lies beside {}, which has the slides; left out.",
            titles::plain(name),
            titles::plain(shown)
        )
    });
    said.take(MOST_SAID).collect()
}

/// Of files with the same name: the topmost, then the first by path. The order in an archive does not
/// matter.
fn first<'a>(named: impl Iterator<Item = &'a Name<'a>>) -> Option<&'a Name<'a>> {
    named.min_by_key(|name| (name.depth(), name.folder, name.stem))
}

fn is_at_or_above(folder: &str, other: &str) -> bool {
    let rest = other.strip_prefix(folder);
    rest.is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

struct Name<'a> {
    folder: &'a str,
    stem: &'a str,
    ending: &'a str,
    at: usize,
}

impl<'a> Name<'a> {
    fn all(names: &[&'a str]) -> Vec<Self> {
        let names = names.iter().zip(0..);
        names.map(|(name, at)| Self::of(name, at)).collect()
    }

    fn of(name: &'a str, at: usize) -> Self {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let file = as_meant(file);
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        Self {
            folder,
            stem,
            ending,
            at,
        }
    }

    fn is(&self, kind: Kind) -> bool {
        kind.has_ending(self.ending)
    }

    fn is_called(&self, stem: &str) -> bool {
        self.stem.eq_ignore_ascii_case(stem)
    }

    /// Whether it is about a project.
    fn is_about(&self) -> bool {
        ABOUT.iter().any(|it| self.is_called(it))
    }

    fn depth(&self) -> usize {
        self.folder.split_terminator('/').count()
    }
}

struct Images<'a> {
    in_folders: HashMap<&'a str, usize>,
    /// Folder, and lower-case name without its ending.
    named: HashSet<(&'a str, String)>,
}

impl<'a> Images<'a> {
    fn among(all: &[Name<'a>]) -> Self {
        let mut images = Self {
            in_folders: HashMap::new(),
            named: HashSet::new(),
        };
        for name in all.iter().filter(|name| name.is(Kind::Images)) {
            *images.in_folders.entry(name.folder).or_default() += 1;
            images.named.insert((name.folder, name.stem.to_lowercase()));
        }
        images
    }

    /// Whether a folder has several. A single image may be a logo.
    fn are_slides(&self) -> bool {
        self.in_folders.values().any(|images| *images > 1)
    }

    fn lie_beside(&self, name: &Name<'_>) -> bool {
        self.in_folders.contains_key(name.folder)
    }

    /// Whether the file is in a folder below several images, which then may be the slides.
    fn are_above(&self, name: &Name<'_>) -> bool {
        let mut folder = name.folder;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            if self
                .in_folders
                .get(folder)
                .is_some_and(|images| *images > 1)
            {
                return true;
            }
        }
        false
    }

    /// Whether a text is the notes of one of them.
    fn have_notes(&self, text: &Name<'a>) -> bool {
        self.named
            .contains(&(text.folder, text.stem.to_lowercase()))
    }
}

#[cfg(test)]
mod tests;
