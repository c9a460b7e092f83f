//! Which of several files is the deck: one rule for a folder, for a zip, and for what is sent together
//! in a browser.

use super::titles;
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

/// As programs that make slides call them.
const SLIDES: &str = "slides";
/// Likewise, but websites and projects have such files, too.
const USUAL: [&str; 2] = ["index", "presentation"];

/// What lies beside slides and is none.
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

pub const MARKDOWN: [&str; 2] = ["md", "markdown"];

pub const PDF: [&str; 1] = ["pdf"];

/// What may be a slide, or be shown by a Markdown file.
pub const PICTURES: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "svg"];

/// More is not read by anybody.
const MOST_SAID: usize = 5;

/// By places among the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainFile {
    Text(usize),
    Pdf(usize),
    /// The deck is images, with their notes beside them or none.
    Images,
    /// None is called as slides are, and nobody knows which of them has them.
    ManyTexts,
    /// These are the first two.
    ManyPdfs(usize, usize),
}

/// `names` are paths from one folder, separated by '/'. In this order: a text that is called as slides
/// are, the only PDF, the topmost text that does not tell of a project, images, a README. What lies in a
/// folder below several images is not looked at, but for slides.md.
pub fn of(names: &[&str]) -> MainFile {
    let all: Vec<Name<'_>> = names
        .iter()
        .zip(0..)
        .map(|(name, at)| Name::of(name, at))
        .collect();
    let images = Images::among(&all);
    let texts = all.iter().filter(|name| name.is(&MARKDOWN));
    if let Some(slides) = first(texts.clone().filter(|name| name.is_called(SLIDES))) {
        return MainFile::Text(slides.at);
    }
    let texts = texts.filter(|name| !images.are_above(name) && !images.have_notes(name));
    let (about, texts): (Vec<_>, Vec<_>) = texts.partition(|name| name.is_about());
    let pdfs = all
        .iter()
        .filter(|name| name.is(&PDF) && !images.are_above(name));
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
    // A README is the deck when it is all there is, but not when it tells of images or of PDFs.
    let about = match about.as_slice() {
        [about] if pdfs.is_empty() && !images.lie_beside(about) => Some(*about),
        _ => None,
    };
    let depth = texts.iter().map(|name| name.depth()).min();
    let topmost = texts.iter().filter(|name| Some(name.depth()) == depth);
    let topmost: Vec<_> = topmost.copied().collect();
    match (topmost.as_slice(), about, pdfs.as_slice()) {
        ([text], _, _) => MainFile::Text(text.at),
        // They are what the README leads to.
        ([text, ..], Some(about), _) if about.depth() < text.depth() => MainFile::Text(about.at),
        ([text, ..], _, _) if !images.lie_beside(text) => MainFile::ManyTexts,
        ([], Some(about), _) => MainFile::Text(about.at),
        ([], None, [one, other, ..]) if !images.are_slides() => {
            MainFile::ManyPdfs(one.at, other.at)
        }
        _ => MainFile::Images,
    }
}

/// What is to be opened of files that were sent together into a folder.
pub fn of_form(folder: &Path, files: &[String]) -> PathBuf {
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    match (names.as_slice(), of(&names)) {
        // It says itself what it is; an image is a deck of one, whatever it is called.
        ([only], _) if !Name::of(only, 0).is(&PICTURES) => folder.join(only),
        (_, MainFile::Text(at) | MainFile::Pdf(at)) => names
            .get(at)
            .map_or(folder.to_owned(), |name| folder.join(name)),
        _ => folder.to_owned(),
    }
}

/// Sentences about what lies beside the deck and may be somebody's slides, too.
pub fn left_out(names: &[&str], deck: MainFile) -> Vec<String> {
    let (at, others): (usize, &[&str]) = match deck {
        MainFile::Text(at) => (at, &PDF),
        MainFile::Pdf(at) => (at, &MARKDOWN),
        _ => return Vec::new(),
    };
    let all: Vec<Name<'_>> = names
        .iter()
        .zip(0..)
        .map(|(name, at)| Name::of(name, at))
        .collect();
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

/// Of those that are called the same: the topmost, then the first by name, wherever it stands in an
/// archive.
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
    fn of(name: &'a str, at: usize) -> Self {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        Self {
            folder,
            stem,
            ending,
            at,
        }
    }

    fn is(&self, endings: &[&str]) -> bool {
        endings
            .iter()
            .any(|ending| self.ending.eq_ignore_ascii_case(ending))
    }

    fn is_called(&self, stem: &str) -> bool {
        self.stem.eq_ignore_ascii_case(stem)
    }

    /// It tells of a project.
    fn is_about(&self) -> bool {
        ABOUT.iter().any(|it| self.is_called(it))
    }

    fn depth(&self) -> usize {
        self.folder.split_terminator('/').count()
    }
}

struct Images<'a> {
    in_folders: HashMap<&'a str, usize>,
    /// Folder, and name without its ending.
    named: HashSet<(&'a str, String)>,
}

impl<'a> Images<'a> {
    fn among(all: &[Name<'a>]) -> Self {
        let mut images = Self {
            in_folders: HashMap::new(),
            named: HashSet::new(),
        };
        for name in all.iter().filter(|name| name.is(&PICTURES)) {
            *images.in_folders.entry(name.folder).or_default() += 1;
            images.named.insert((name.folder, name.stem.to_lowercase()));
        }
        images
    }

    /// One alone may be a logo.
    fn are_slides(&self) -> bool {
        self.in_folders.values().any(|images| *images > 1)
    }

    fn lie_beside(&self, name: &Name<'_>) -> bool {
        self.in_folders.contains_key(name.folder)
    }

    /// Whether these may be slides, and the file something that is kept in a folder beside them.
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

    /// Whether a text has the notes of one of them.
    fn have_notes(&self, text: &Name<'a>) -> bool {
        self.named
            .contains(&(text.folder, text.stem.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::Options,
        decks::{
            BroughtBy, DeckLimits,
            named_file::Content,
            source::{Bounds, Face},
            sources::SOURCES,
            staging::{Manifest, Staging},
        },
    };
    use clap::Parser;
    use std::{
        fs,
        io::{Cursor, Write},
    };
    use tempfile::TempDir;
    use zip::{ZipWriter, write::SimpleFileOptions};

    const PDF_OF_ONE_PAGE: &[u8] =
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
        2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n\
        3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 16 9] >>\nendobj\n\
        trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n";

    /// What a deck with each of these files shows, however it comes.
    const DECKS: [(&[&str], &str); 35] = [
        // A README never wins.
        (&["README.md", "slides.md"], "slides.md"),
        (&["README.md", "talk.md"], "talk.md"),
        (&["README.md", "talk.pdf"], "a PDF"),
        (&["README.md", "1.png", "2.png"], "2 images"),
        (&["README.md", "a.pdf", "b.pdf"], "several PDFs"),
        (
            &["README.md", "logo.png", "talk/slides.md"],
            "talk/slides.md",
        ),
        (&["README.md", "talk/mine.md"], "talk/mine.md"),
        (&["README.md", "talk/talk.pdf"], "a PDF"),
        (&["LICENSE", "talk/slides.md"], "talk/slides.md"),
        (&["CHANGELOG.md", "LICENSE.md", "x.MD"], "x.MD"),
        // Unless it is all there is.
        (&["README.md"], "README.md"),
        (&["README.md", "img/a.png"], "README.md"),
        (&["README.md", "docs/a.md", "docs/b.md"], "README.md"),
        // A PDF beside slides is a handout.
        (&["handout.pdf", "slides.md"], "slides.md"),
        (&["a.pdf", "b.pdf", "slides.md"], "slides.md"),
        (&["handout.pdf", "index.md"], "index.md"),
        (&["talk.pdf", "web/index.md"], "a PDF"),
        (&["talk.pdf"], "a PDF"),
        (&["talk.pdf", "talk.pdfpc"], "a PDF"),
        (&["figure.png", "talk.pdf"], "a PDF"),
        (&["notes.md", "talk.pdf"], "a PDF"),
        (&["a.pdf", "b.pdf"], "several PDFs"),
        (&["a.pdf", "b.pdf", "talk.md"], "talk.md"),
        // Which text.
        (&["a.md", "index.md", "slides.markdown"], "slides.markdown"),
        (&["a.md", "docs/slides.md", "slides.md"], "slides.md"),
        (&["talk.md", "site/index.md"], "talk.md"),
        (&["a.png", "talk.md"], "talk.md"),
        (&["a.md", "b.md"], "several Markdown"),
        (&["x/a.md", "x/b.md", "x/deep/c.md"], "several Markdown"),
        // Images, and what lies beside and below them.
        (&["slides.md", "slides.png"], "slides.md"),
        (&["1.md", "1.png", "2.md", "2.png"], "2 images"),
        (&["1.png", "a.md", "b.md"], "1 images"),
        (&["1.png", "2.png", "old/talk.pdf"], "2 images"),
        (&["1.png", "2.png", "old/notes.md"], "2 images"),
        (&["1.png"], "1 images"),
    ];

    fn staging(place: &TempDir) -> Staging {
        let limits: DeckLimits = Options::parse_from(["webslides"]).deck_limits;
        Staging::in_data(place.path(), &limits).expect("a folder")
    }

    fn content(name: &str) -> Vec<u8> {
        let name = Name::of(name, 0);
        if name.is(&PDF) {
            PDF_OF_ONE_PAGE.to_vec()
        } else if name.is(&PICTURES) {
            let mut png = Cursor::new(Vec::new());
            image::RgbImage::new(16, 9)
                .write_to(&mut png, image::ImageFormat::Png)
                .expect("an image");
            png.into_inner()
        } else {
            let below = if name.folder.is_empty() { "" } else { "/" };
            format!("# {}{below}{}.{}\n", name.folder, name.stem, name.ending).into_bytes()
        }
    }

    /// A worker reads its files in its current folder, which a test does not have to itself.
    fn there(folder: &Path) {
        let mut manifest = Manifest::read(folder).expect("its files");
        for file in &mut manifest.files {
            if let Content::File(own) = &mut file.content {
                *own = folder.join(&*own);
            }
        }
        let manifest = serde_json::to_vec(&manifest).expect("JSON");
        fs::write(folder.join("files.json"), manifest).expect("written");
    }

    /// What a worker would show of it, in words, or why nothing.
    fn shown(staging: &Staging, path: &Path) -> String {
        let staged = match staging.stage(path, BroughtBy::Host) {
            Ok(staged) => staged,
            Err(error) => return error.to_string(),
        };
        let kind = staged.import.kind.as_str();
        there(staged.directory.path());
        let open = SOURCES.iter().find(|(name, _)| *name == kind);
        let (_, open) = open.expect("a kind that is known");
        let mut deck = match open(staged.directory.path(), None, &Bounds::default()) {
            Ok(deck) => deck,
            Err(error) => return error.to_string(),
        };
        let outline = deck.outline();
        if outline.any_size {
            return "a PDF".to_owned();
        }
        let page = deck.page(0, 160).expect("a page");
        match page.face {
            Face::Html(_) => page.title.unwrap_or_default(),
            Face::Picture(_) => format!("{} images", outline.slides.len()),
        }
    }

    #[test]
    fn the_deck_among_several_files_is_the_same_however_they_come() {
        let data = TempDir::new().expect("a folder");
        let staging = staging(&data);
        for (files, expected) in DECKS {
            let place = TempDir::new().expect("a folder");
            let folder = place.path().join("folder");
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for name in files {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, content(name)).expect("a file");
                zip.start_file(*name, SimpleFileOptions::default())
                    .expect("a file");
                zip.write_all(&content(name)).expect("written");
            }
            let archive = place.path().join("a.zip");
            fs::write(&archive, zip.finish().expect("a zip").into_inner()).expect("a file");
            let sent: Vec<String> = files.iter().map(ToString::to_string).collect();
            let form = of_form(&folder, &sent);
            // A form has no folders.
            let is_flat = files.iter().all(|name| !name.contains('/'));
            for (way, path) in [("folder", &folder), ("zip", &archive), ("form", &form)] {
                if way != "form" || is_flat {
                    let shown = shown(&staging, path);
                    assert!(shown.contains(expected), "{way} {files:?}: {shown}");
                }
            }
        }
    }

    #[test]
    fn what_is_sent_alone_says_itself_what_it_is() {
        for (file, opened) in [
            ("slides.zip", "folder/slides.zip"),
            ("talk", "folder/talk"),
            ("1.PNG", "folder"),
        ] {
            assert_eq!(
                of_form(Path::new("folder"), &[file.to_owned()]),
                Path::new(opened)
            );
        }
    }

    #[test]
    fn slides_that_are_left_out_are_said() {
        for (names, said) in [
            (
                &["slides.md", "a.pdf", "b.pdf"][..],
                &["a.pdf", "b.pdf"][..],
            ),
            (
                &["x/t/slides.md", "x/a.pdf", "x/papers/b.pdf"],
                &["x/a.pdf"],
            ),
            (&["talk.pdf", "notes.md", "README.md"], &["notes.md"]),
            (&["talk.pdf"], &[]),
            (&["1.png", "2.png", "a/x.pdf"], &[]),
        ] {
            let sentences = left_out(names, of(names));
            let named: Vec<_> = sentences
                .iter()
                .filter_map(|sentence| sentence.split(' ').next())
                .collect();
            assert_eq!(named, said, "{names:?}");
        }
    }
}
