//! The worker's main loop: receives requests, calls the source, encodes, and answers, until the server
//! closes the pipe.

use super::{
    check,
    confine::{self, Walls},
    protocol::{
        self, Answer, Content, FaceParts, FrameError, Open, PIECE_BYTES, PageParts, Rendition,
        Request,
    },
    tidy,
};
use crate::{
    archive::File,
    kind::Kind,
    renditions::{self, RenditionError},
    segments::Segment,
    source::{Bounds, Face, Html, Page, Picture, Pixels, Source, SourceError, Warning},
};
use std::{
    io::{self, StdinLock, Write},
    path::Path,
    process::ExitCode,
};

/// Opens the deck in a staged folder, with its password.
pub type Opener = fn(&Path, Option<&str>, &Bounds) -> Result<Box<dyn Source>, SourceError>;

/// Unpacks the archive in a staged folder.
pub type Unpacker = fn(&Path) -> Result<Unpacked, SourceError>;

#[derive(Clone, Copy)]
pub enum Reader {
    Deck(Opener),
    /// Its files are opened by another worker.
    Archive(Unpacker),
}

pub struct Unpacked {
    /// The deck's main file first.
    pub files: Vec<File>,
    pub content: Content,
}

/// The reader of each kind: an importer is one line here.
pub type Sources<'a> = &'a [(Kind, Reader)];

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Pipe(#[from] io::Error),
    #[error(transparent)]
    Unlimited(#[from] confine::Unlimited),
    #[error("a request came out of turn")]
    OutOfTurn,
}

/// Runs a worker until the server is done with it. The process must have one thread, and the deck's
/// files in its current folder. The server treats the end of a process that panics as an answer.
pub fn run(sources: Sources<'_>) -> ExitCode {
    run_behind(sources, Walls::ALL)
}

/// Like [`run`], with only these walls.
pub fn run_behind(sources: Sources<'_>, walls: Walls) -> ExitCode {
    match serve(sources, walls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(sources: Sources<'_>, walls: Walls) -> Result<(), ServeError> {
    let mut answers = confine::answers()?;
    let mut requests = io::stdin().lock();
    let open = match protocol::next(&mut requests)? {
        None => return Ok(()),
        Some(Request::Open(open)) => open,
        Some(Request::Page { .. } | Request::Picture { .. }) => return Err(ServeError::OutOfTurn),
    };
    let confinement = confine::confine(open.limits, walls)?;
    protocol::answer(&mut answers, &Answer::Confined(confinement))?;
    let reader = sources.iter().find(|(kind, _)| *kind == open.kind);
    let failed = match reader {
        Some((_, Reader::Deck(opener))) => match opened(*opener, &open) {
            Ok(mut source) => return pages(source.as_mut(), &mut requests, &mut answers),
            Err(error) => error,
        },
        Some((_, Reader::Archive(unpack))) => match unpack(Path::new(".")) {
            Ok(unpacked) => return files(unpacked, &mut answers),
            Err(error) => error,
        },
        None => SourceError::Damaged("this is no kind of deck that is known".into()),
    };
    let failed = Answer::Failed(tidy::error(failed));
    Ok(protocol::answer(&mut answers, &failed)?)
}

/// Sends the files. Each is freed after it was sent.
fn files(unpacked: Unpacked, answers: &mut impl Write) -> Result<(), ServeError> {
    for File { name, content } in unpacked.files {
        protocol::answer(answers, &Answer::File(name))?;
        for piece in content.chunks(PIECE_BYTES) {
            protocol::answer(answers, &Answer::Bytes(piece.to_vec()))?;
        }
    }
    let content = tidy::content(unpacked.content);
    Ok(protocol::answer(answers, &Answer::Unpacked(content))?)
}

fn opened(opener: Opener, open: &Open) -> Result<Box<dyn Source>, SourceError> {
    let most = open.bounds.pages;
    let source = opener(Path::new("."), open.password.as_deref(), &open.bounds)?;
    match source
        .outline()
        .slides
        .iter()
        .map(|slide| slide.pages.len())
        .sum()
    {
        0_usize => Err(SourceError::Empty),
        pages if u32::try_from(pages).is_ok_and(|pages| pages <= most) => Ok(source),
        pages => Err(SourceError::TooLarge(format!(
            "it has {pages} pages; {most} can be shown"
        ))),
    }
}

fn pages(
    source: &mut dyn Source,
    requests: &mut StdinLock<'_>,
    answers: &mut impl Write,
) -> Result<(), ServeError> {
    let outline = tidy::outline(source.outline());
    let pages = check::pages(&outline);
    protocol::answer(answers, &Answer::Opened(outline))?;
    while let Some(request) = protocol::next(requests)? {
        let parts = match request {
            Request::Page { index, widths } => {
                let widest = widths.iter().copied().max().unwrap_or_default();
                let page = source.page(index, widest);
                page.and_then(|page| parts(page, &widths, pages))
            }
            Request::Picture { name, widths } => {
                let picture = source.picture(&name);
                picture.and_then(|picture| parts(bare(picture), &widths, pages))
            }
            Request::Open(_) => return Err(ServeError::OutOfTurn),
        };
        let answer = match parts {
            Ok(parts) => Answer::Page(parts),
            Err(error) => Answer::Failed(tidy::error(error)),
        };
        match protocol::answer(answers, &answer) {
            // Noise in many sizes. The next page may be smaller.
            Err(FrameError::TooLong(_)) => protocol::answer(
                answers,
                &Answer::Failed(SourceError::TooLarge("it is too large to be kept".into())),
            ),
            answered => answered,
        }?;
    }
    Ok(())
}

/// Turns a page into an answer: its picture encoded in `widths`, everything within the limits.
///
/// # Errors
/// When its picture can't be encoded.
pub fn parts(mut page: Page, widths: &[u32], pages: u32) -> Result<PageParts, SourceError> {
    let face = match page.face {
        Face::Picture(pixels) => pictures(&pixels, widths)?,
        Face::Html(html) => {
            for file in html.files() {
                if !check::lies_beside(file) {
                    page.warnings.push(Warning {
                        line: None,
                        page: None,
                        reason: format!("the picture {file} is not in the deck's folder; left out"),
                    });
                }
            }
            let pictures = |html: &Html| {
                let files = html.segments.iter().filter_map(Segment::file);
                files.filter(|file| check::lies_beside(file)).count()
            };
            let all = pictures(&html);
            let html = tidy::html(html)?;
            let left_out = all.saturating_sub(pictures(&html));
            if left_out > 0 {
                page.warnings.push(Warning {
                    line: None,
                    page: None,
                    reason: format!("{left_out} pictures are more than a slide can show; left out"),
                });
            }
            FaceParts::Html(html)
        }
    };
    Ok(PageParts {
        title: tidy::title(page.title),
        text: tidy::text(&page.text),
        notes: tidy::notes(page.notes, page.notes_are_markdown),
        links: tidy::links(page.links, pages),
        face,
        warnings: tidy::warnings(page.warnings, pages),
    })
}

pub(super) fn pictures(pixels: &Pixels, widths: &[u32]) -> Result<FaceParts, SourceError> {
    let failed = |error: RenditionError| SourceError::Damaged(error.to_string());
    let renditions = renditions::renditions(pixels, &renditions::of_those(widths, pixels))
        .map_err(failed)?
        .into_iter()
        .map(|rendition| Rendition {
            width: rendition.width,
            height: rendition.height,
            webp: rendition.bytes,
        })
        .collect();
    Ok(FaceParts::Pictures {
        renditions,
        preview: renditions::preview(pixels).map_err(failed)?,
    })
}

/// A page with only a picture.
fn bare(picture: Picture) -> Page {
    Page {
        title: None,
        text: String::new(),
        notes: None,
        notes_are_markdown: false,
        links: Vec::new(),
        face: Face::Picture(picture.pixels),
        warnings: picture.warnings,
    }
}
