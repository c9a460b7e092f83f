//! The kinds of decks that are read: one importer a line. Runs in the worker.

use super::{
    archive::{self, Unpacked},
    images::Images,
    main_file::{self, MainFile},
    markdown::{self, Markdown},
    named_file::NamedFile,
    pdf::{self, Pdf},
    pictured::{Pictured, seen_from},
    source::{Bounds, Outline, Page, Picture, Source, SourceError, Warning},
    staging::{Manifest, PDF_NOTES},
    text::{self, Text},
    worker::serve::Sources,
};
use std::{io::Cursor, path::Path};

pub const SOURCES: Sources<'_> = &[
    ("images", open_images),
    ("markdown", open_markdown),
    ("pdf", open_pdf),
    ("zip", open_zip),
];

/// A zip with one of these is a document of Microsoft Office, LibreOffice or Keynote: the pictures
/// in it are no slides.
const OFFICE: [&str; 3] = [
    "[Content_Types].xml",
    "META-INF/manifest.xml",
    "Index/Document.iwa",
];

fn open_images(
    folder: &Path,
    _: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest { name, files, said } = manifest(folder)?;
    Ok(saying(images_of(&name, files, bounds)?, said))
}

fn images_of(
    name: &str,
    files: Vec<NamedFile>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(Images::open(name, files, *bounds)?))
}

fn open_pdf(
    folder: &Path,
    password: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest { files, said, .. } = manifest(folder)?;
    Ok(saying(pdf_of(&files, password, bounds)?, said))
}

/// The first one is the PDF; its notes may be among the others.
fn pdf_of(
    files: &[NamedFile],
    password: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let (main, beside) = files.split_first().ok_or(SourceError::Empty)?;
    let notes = beside.iter().find(|file| file.name.ends_with(PDF_NOTES));
    let notes = notes.map(read).transpose()?;
    let limits = pdf::Limits::within(bounds);
    let opened = Pdf::open(read(main)?, password, notes.as_deref(), &limits)?;
    Ok(Box::new(opened))
}

fn open_markdown(
    folder: &Path,
    _: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest { files, said, .. } = manifest(folder)?;
    Ok(saying(markdown_of(files, bounds)?, said))
}

/// The first one is the Markdown; its pictures are among the others.
fn markdown_of(mut files: Vec<NamedFile>, bounds: &Bounds) -> Result<Box<dyn Source>, SourceError> {
    if files.is_empty() {
        return Err(SourceError::Empty);
    }
    let main = files.remove(0);
    let folder = main.name.rsplit_once('/');
    let Text {
        text,
        is_damaged,
        guessed,
    } = text::decoded(&read(&main)?);
    let folder = folder.map_or_else(String::new, |(folder, _)| format!("{folder}/"));
    let beside = files.iter().map(|file| seen_from(&folder, &file.name));
    let pictured = Pictured {
        text: Markdown::open(&text, &markdown::Limits::within(bounds))?.beside(beside),
        folder,
        files,
        pixels: bounds.pixels,
    };
    let damaged =
        is_damaged.then(|| "some of its letters can't be read; save it as UTF-8".to_owned());
    let guessed = guessed.map(|encoding| {
        format!("it is not UTF-8, and is read as {encoding}; save it as UTF-8 if letters are wrong")
    });
    let letters = damaged.or(guessed);
    Ok(saying(Box::new(pictured), letters))
}

/// What lies in it decides.
fn open_zip(
    folder: &Path,
    password: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest { name, files, .. } = manifest(folder)?;
    let archive = files.first().ok_or(SourceError::Empty)?;
    let archive = Cursor::new(read(archive)?);
    let Unpacked {
        mut files,
        mut warnings,
    } = archive::unpack(archive)?;
    if files
        .iter()
        .any(|file| OFFICE.contains(&file.name.as_str()))
    {
        return Err(SourceError::Damaged(
            "this is a file of an office program; save its slides as a PDF, and give that"
                .to_owned(),
        ));
    }
    if let (true, Some(first)) = (files.is_empty(), warnings.first()) {
        let why = first.reason.trim_end_matches('.');
        return Err(SourceError::Damaged(format!(
            "there is nothing to show in this zip: {why}"
        )));
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let deck = main_file::of(&names);
    let left_out = main_file::left_out(&names, deck).into_iter();
    warnings.extend(left_out.map(of_all));
    let inner = match deck {
        MainFile::Pdf(at) => {
            files.swap(0, at);
            pdf_of(&files, password, bounds)
        }
        MainFile::Text(at) => {
            files.swap(0, at);
            markdown_of(files, bounds)
        }
        MainFile::Images => images_of(&name, files, bounds),
        MainFile::ManyTexts => Err(SourceError::Damaged(
            "there are several Markdown files in this zip; give the one that has the slides, or call \
             it slides.md"
                .to_owned(),
        )),
        MainFile::ManyPdfs(first, second) => {
            let shown = |at: usize| files.get(at).map(NamedFile::shown).unwrap_or_default();
            Err(SourceError::Damaged(format!(
                "there are several PDFs in this zip, {} and {} among them; give the one that has \
                 the slides",
                shown(first),
                shown(second)
            )))
        }
    };
    Ok(Box::new(Warned {
        inner: inner?,
        warnings,
    }))
}

fn saying(inner: Box<dyn Source>, said: impl IntoIterator<Item = String>) -> Box<dyn Source> {
    let warnings = said.into_iter().map(of_all).collect();
    Box::new(Warned { inner, warnings })
}

fn of_all(reason: String) -> Warning {
    Warning {
        line: None,
        page: None,
        reason,
    }
}

/// A source of which something was left out or damaged before it was opened.
struct Warned {
    inner: Box<dyn Source>,
    warnings: Vec<Warning>,
}

impl Source for Warned {
    fn outline(&self) -> Outline {
        let mut outline = self.inner.outline();
        outline.warnings.splice(0..0, self.warnings.iter().cloned());
        outline
    }

    fn page(&mut self, index: u32, width: u32) -> Result<Page, SourceError> {
        self.inner.page(index, width)
    }

    fn picture(&mut self, name: &str) -> Result<Picture, SourceError> {
        self.inner.picture(name)
    }
}

fn manifest(folder: &Path) -> Result<Manifest, SourceError> {
    Manifest::read(folder).map_err(|error| unreadable(&error))
}

fn read(file: &NamedFile) -> Result<Vec<u8>, SourceError> {
    file.read(u64::MAX).map_err(|error| unreadable(&error))
}

fn unreadable(error: &std::io::Error) -> SourceError {
    SourceError::Damaged(format!("it cannot be read ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decks::named_file::Content;
    use std::io::Write;
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    /// A folder as it is staged for a worker, with one zip of these files in it.
    fn staged(method: CompressionMethod, files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("zip");
        let mut zip = ZipWriter::new(std::fs::File::create(&path).expect("a file"));
        for (name, content) in files {
            let packed = SimpleFileOptions::default().compression_method(method);
            zip.start_file(*name, packed).expect("a file");
            zip.write_all(content.as_bytes()).expect("written");
        }
        zip.finish().expect("a zip");
        let content = Content::File(path);
        let files = vec![NamedFile {
            name: "a.zip".to_owned(),
            content,
        }];
        let manifest = Manifest {
            name: "a".to_owned(),
            files,
            said: Vec::new(),
        };
        let manifest = serde_json::to_vec(&manifest).expect("JSON");
        std::fs::write(folder.path().join("files.json"), manifest).expect("written");
        folder
    }

    #[test]
    fn of_several_pdfs_none_is_taken_for_the_slides() {
        let files = [("x/a.pdf", "%PDF-1.7"), ("b.PDF", "%PDF-1.7")];
        let folder = staged(CompressionMethod::Deflated, &files);
        let refused = open_zip(folder.path(), None, &Bounds::default()).err();
        let Some(SourceError::Damaged(words)) = refused else {
            panic!("a deck");
        };
        assert!(
            words.contains("several PDFs in this zip, x/a.pdf and b.PDF"),
            "{words}"
        );
    }

    #[test]
    fn slides_are_the_deck_and_a_pdf_beside_them_is_a_handout() {
        let files = [
            ("handout.pdf", "%PDF-1.7"),
            ("slides.md", "# A\n\n---\n\n# B\n\n<!-- say -->\n"),
        ];
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let folder = staged(method, &files);
            let mut deck = open_zip(folder.path(), None, &Bounds::default()).expect("a deck");
            let outline = deck.outline();
            assert_eq!(outline.slides.len(), 2);
            let said = &outline.warnings[0].reason;
            assert_eq!(
                said,
                "handout.pdf lies beside slides.md, which has the slides; left out."
            );
            let page = deck.page(1, 640).expect("a page");
            assert_eq!(page.notes.as_deref(), Some("say"));
        }
        let files = [
            ("talk.pdf", "%PDF-1.7"),
            ("README.md", "# A\n\n---\n\n# B\n"),
        ];
        let folder = staged(CompressionMethod::Stored, &files);
        let refused = open_zip(folder.path(), None, &Bounds::default()).err();
        assert!(matches!(refused, Some(SourceError::Damaged(_))), "as a PDF");
    }
}
