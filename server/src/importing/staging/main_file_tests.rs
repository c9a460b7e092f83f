//! One rule says which of several files is the deck, however they come.

use super::*;
use crate::{
    cli::Options,
    importing::{BroughtBy, DeckLimits},
};
use clap::Parser;
use reading::{
    kind::Kind,
    main_file::of_form,
    source::{Bounds, Face, SourceError},
    sources::reader_of,
    worker::serve::{Reader, Unpacked, Unpacker},
};
use std::{
    fs,
    io::{Cursor, Write},
};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

const PDF_OF_ONE_PAGE: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
    2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n\
    3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 16 9] >>\nendobj\n\
    trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n";

/// What a deck with each of these files shows, however it comes.
const DECKS: [(&[&str], &str); 46] = [
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
    (&["1.png", "a.md", "b.md"], "several Markdown"),
    (&["1.png", "2.png", "a.md", "b.md"], "several Markdown"),
    (&["1.md", "1.png", "2.png", "a.md", "b.md"], "2 images"),
    (&["1.png", "2.png", "part2/1.png"], "3 images"),
    (
        &["1.png", "2.png", "part2/1.png", "part2/1.txt"],
        "3 images",
    ),
    (&["talk/1.png", "talk/2.png"], "2 images"),
    (&["a/b/1.png"], "1 images"),
    (&["README.md", "talk/1.png", "talk/2.png"], "README.md"),
    (&["1.png", "2.png", "old/talk.pdf"], "2 images"),
    (&["1.png", "2.png", "old/notes.md"], "2 images"),
    (&["1.png"], "1 images"),
    // Where endings are hidden, Notepad adds one of its own.
    (&["slides.md.txt"], "slides.md.txt"),
    (&["README.md", "Talk.MD.TXT", "a.png"], "Talk.MD.TXT"),
    (&["slides.markdown.txt", "talk.pdf"], "slides.markdown.txt"),
    (&["1.md.txt", "1.png", "2.png"], "2 images"),
];

fn staging(place: &TempDir) -> Staging {
    let limits: DeckLimits = Options::parse_from(["webslides"]).deck_limits;
    Staging::in_data(place.path(), &limits).expect("a folder")
}

fn content(name: &str) -> Vec<u8> {
    if name.ends_with(".pdf") {
        PDF_OF_ONE_PAGE.to_vec()
    } else if name.ends_with(".png") {
        let mut png = Cursor::new(Vec::new());
        image::RgbImage::new(16, 9)
            .write_to(&mut png, image::ImageFormat::Png)
            .expect("an image");
        png.into_inner()
    } else {
        format!("# {name}\n").into_bytes()
    }
}

/// A worker reads its files in its current folder, which a test does not have to itself.
fn there(folder: &Path) {
    let mut manifest = Manifest::read(folder).expect("its files");
    for file in &mut manifest.files {
        file.path = folder.join(&file.path);
    }
    manifest.write(folder).expect("written");
}

/// As the server does it between two workers.
fn unpacked(unpack: Unpacker, folder: &Path) -> Result<Kind, SourceError> {
    let Unpacked { files, content } = unpack(folder)?;
    let kind = content.kind;
    let files = files.into_iter().enumerate().map(|(at, file)| {
        let path = folder.join(format!("unpacked-{at}"));
        fs::write(&path, file.content).expect("written");
        NamedFile {
            name: file.name,
            path,
        }
    });
    let files = files.collect();
    let manifest = Manifest::read(folder).expect("its files");
    manifest
        .replaced_by(files, content, folder)
        .expect("written");
    Ok(kind)
}

/// What a worker would show of it, in words, or why nothing.
fn shown(staging: &Staging, path: &Path) -> String {
    let staged = match staging.stage(path, BroughtBy::Host) {
        Ok(staged) => staged,
        Err(error) => return error.to_string(),
    };
    let folder = staged.directory.path();
    there(folder);
    let kind = match reader_of(staged.import.kind) {
        Some(Reader::Archive(unpack)) => unpacked(unpack, folder),
        _ => Ok(staged.import.kind),
    };
    let opened = kind.and_then(|kind| match reader_of(kind) {
        Some(Reader::Deck(open)) => open(folder, None, &Bounds::default()),
        _ => panic!("{kind:?} is no kind of deck"),
    });
    let mut deck = match opened {
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
