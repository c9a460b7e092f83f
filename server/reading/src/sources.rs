//! The table of importers, one line for each kind of deck. Runs in the worker.

use super::{
    archive,
    images::Images,
    kind::Kind,
    main_file::{self, MainFile},
    manifest::{Manifest, NamedFile, PDF_NOTES},
    markdown::{self, Markdown},
    pdf::{self, Pdf},
    source::{Bounds, Outline, Page, Picture, Source, SourceError, Warning},
    text::{self, Text},
    text_with_files::{Pictured, seen_from},
    titles,
    worker::{
        protocol,
        serve::{self, Reader, Sources},
    },
};
use std::{io::Cursor, path::Path};

pub const SOURCES: Sources<'_> = &[
    (Kind::Images, Reader::Deck(open_images)),
    (Kind::Markdown, Reader::Deck(open_markdown)),
    (Kind::Pdf, Reader::Deck(open_pdf)),
    (Kind::Zip, Reader::Archive(unpack_zip)),
];

pub fn reader_of(kind: Kind) -> Option<Reader> {
    let (_, reader) = SOURCES.iter().find(|(read, _)| *read == kind)?;
    Some(*reader)
}

/// A zip with one of these files is a document of Microsoft Office, LibreOffice or Keynote. Its pictures
/// are not slides.
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
    let Manifest {
        name, files, said, ..
    } = manifest(folder)?;
    Ok(saying(Images::open(&name, files, *bounds)?, said))
}

/// The first file is the PDF; its notes may be among the others.
fn open_pdf(
    folder: &Path,
    password: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest { files, said, .. } = manifest(folder)?;
    let (main, beside) = files.split_first().ok_or(SourceError::Empty)?;
    let notes = beside.iter().find(|file| file.name.ends_with(PDF_NOTES));
    let notes = notes.map(read).transpose()?;
    let limits = pdf::Limits::within(bounds);
    let opened = Pdf::open(read(main)?, password, notes.as_deref(), &limits)?;
    Ok(saying(opened, said))
}

/// The first file is the Markdown; its pictures are among the others.
fn open_markdown(
    folder: &Path,
    _: Option<&str>,
    bounds: &Bounds,
) -> Result<Box<dyn Source>, SourceError> {
    let Manifest {
        mut files, said, ..
    } = manifest(folder)?;
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
        text: Markdown::open(&text, &markdown::Limits::within(bounds))?
            .beside(beside)
            .below(folder.matches('/').count()),
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
    Ok(saying(pictured, said.into_iter().chain(letters)))
}

/// The files in the archive decide what kind of deck it is.
fn unpack_zip(folder: &Path) -> Result<serve::Unpacked, SourceError> {
    let Manifest { files, .. } = manifest(folder)?;
    let archive = files.first().ok_or(SourceError::Empty)?;
    let archive = Cursor::new(read(archive)?);
    let archive::Unpacked {
        mut files,
        warnings: mut said,
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
    if files.is_empty() {
        return Err(said.first().map_or(SourceError::Empty, |first| {
            let why = first.trim_end_matches('.');
            SourceError::Damaged(format!("there is nothing to show in this zip: {why}"))
        }));
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let deck = main_file::of(&names);
    said.extend(main_file::left_out(&names, deck));
    let (kind, main) = match deck {
        MainFile::Pdf(at) => (Kind::Pdf, at),
        MainFile::Text(at) => (Kind::Markdown, at),
        MainFile::Images => (Kind::Images, 0),
        MainFile::ManyTexts => {
            return Err(SourceError::Damaged(
                "there are several Markdown files in this zip; give the one that has the slides, or \
                 call it slides.md"
                    .to_owned(),
            ));
        }
        MainFile::ManyPdfs(first, second) => {
            let shown = |at: usize| names.get(at).map(|name| titles::plain(name));
            return Err(SourceError::Damaged(format!(
                "there are several PDFs in this zip, {} and {} among them; give the one that has \
                 the slides",
                shown(first).unwrap_or_default(),
                shown(second).unwrap_or_default()
            )));
        }
    };
    files.swap(0, main);
    Ok(serve::Unpacked {
        files,
        content: protocol::Content { kind, said },
    })
}

fn saying(inner: impl Source + 'static, said: impl IntoIterator<Item = String>) -> Box<dyn Source> {
    let of_all = |reason| Warning {
        line: None,
        page: None,
        reason,
    };
    Box::new(Warned {
        inner,
        warnings: said.into_iter().map(of_all).collect(),
    })
}

/// Adds the warnings from before a source was opened.
struct Warned<S> {
    inner: S,
    warnings: Vec<Warning>,
}

impl<S: Source> Source for Warned<S> {
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
    use std::io::Write;
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    /// A staged folder with a zip of these files.
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
        let files = vec![NamedFile {
            name: "a.zip".to_owned(),
            path,
        }];
        let manifest = Manifest {
            name: "a".to_owned(),
            files,
            said: Vec::new(),
            unpacked: None,
        };
        manifest.write(folder.path()).expect("written");
        folder
    }

    #[test]
    fn of_several_pdfs_none_is_taken_for_the_slides() {
        let files = [("x/a.pdf", "%PDF-1.7"), ("b.PDF", "%PDF-1.7")];
        let folder = staged(CompressionMethod::Deflated, &files);
        let Err(SourceError::Damaged(words)) = unpack_zip(folder.path()) else {
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
            let unpacked = unpack_zip(staged(method, &files).path()).expect("a deck");
            assert_eq!(unpacked.content.kind, Kind::Markdown);
            assert_eq!(
                unpacked.content.said,
                ["handout.pdf lies beside slides.md, which has the slides; left out."]
            );
            let names: Vec<_> = unpacked.files.iter().map(|file| &file.name).collect();
            assert_eq!(names, ["slides.md", "handout.pdf"]);
        }
        let files = [
            ("README.md", "# A\n\n---\n\n# B\n"),
            ("talk.pdf", "%PDF-1.7"),
        ];
        let folder = staged(CompressionMethod::Stored, &files);
        let unpacked = unpack_zip(folder.path()).expect("a deck");
        assert_eq!(unpacked.content.kind, Kind::Pdf);
        assert_eq!(unpacked.files[0].name, "talk.pdf");
    }

    #[test]
    fn every_kind_has_its_reader() {
        for kind in [Kind::Images, Kind::Markdown, Kind::Pdf, Kind::Zip] {
            let is_archive = matches!(reader_of(kind), Some(Reader::Archive(_)));
            assert_eq!(is_archive, kind.is_archive(), "{kind:?}");
            assert!(reader_of(kind).is_some(), "{kind:?}");
        }
    }
}
