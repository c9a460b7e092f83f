//! Reads a folder of images. Each is a slide, in natural order of their names. A text file with the name of
//! an image has its notes. Runs in the worker only.
//!
//! Opening reads only the first bytes of each file; the rest is read with its page.

mod background;
mod drawing;
mod kind;
mod labels;
mod order;
mod picture;

use crate::{
    catch_panic::safely,
    manifest::NamedFile,
    source::{
        Bounds, Face, Outline, Page, Picture, Pixels, SlideOutline, Source, SourceError, Warning,
    },
    text::{self, Text},
    titles,
};
use kind::{HEAD_BYTES, Kind};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// The most files of a folder, including notes and files that are left out.
const MAX_FILES: usize = 10_000;

/// The largest file. An exported slide has less than 1 MB; this is for the largest photos of cameras.
const MAX_FILE_BYTES: u64 = 100 << 20;

/// The longest SVG, including its pictures as base64.
const MAX_DRAWING_BYTES: u64 = 32 << 20;

/// The longest notes. A page of small print has 4 KB.
const MAX_NOTES_BYTES: u64 = 64 << 10;

/// The endings of files with notes.
const NOTES: [&str; 2] = ["txt", "md"];

struct Image {
    file: NamedFile,
    kind: Kind,
    notes: Option<NamedFile>,
}

/// Decodes a picture of a Markdown slide.
///
/// # Errors
/// When it is not a picture, is damaged, or has more than `pixels`.
pub fn one(file: &NamedFile, pixels: u64) -> Result<Picture, SourceError> {
    let kind = kind_of(file).map_err(SourceError::Damaged)?;
    let image = Image {
        file: file.clone(),
        kind,
        notes: None,
    };
    let (pixels, warnings) = decoded(&image, pixels)?;
    Ok(Picture {
        pixels,
        warnings: warnings.into_iter().map(|it| about(it, None)).collect(),
    })
}

pub struct Images {
    title: String,
    images: Vec<Image>,
    warnings: Vec<Warning>,
    bounds: Bounds,
}

impl Images {
    /// `name` is that of the folder or archive, without its ending.
    ///
    /// # Errors
    /// When there is no image, or there are too many files.
    pub fn open(
        name: &str,
        mut files: Vec<NamedFile>,
        bounds: Bounds,
    ) -> Result<Self, SourceError> {
        // Hidden files are not shown.
        files.retain(|file| !stem_and_ending(&file.name).0.is_empty());
        if files.is_empty() {
            return Err(SourceError::Empty);
        }
        if files.len() > MAX_FILES {
            return Err(SourceError::TooLarge(format!(
                "there are more than {MAX_FILES} files; leave out what is no slide"
            )));
        }
        files.sort_by_cached_key(|file| order::key(&file.name));
        let (texts, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_text);
        let (mut images, mut warnings) = (Vec::new(), Vec::new());
        for file in files {
            match kind_of(&file) {
                Ok(kind) => images.push(Image {
                    file,
                    kind,
                    notes: None,
                }),
                Err(reason) => warnings.push(reason),
            }
        }
        if images.is_empty() {
            return Err(SourceError::Damaged(no_image(&warnings)));
        }
        if u32::try_from(images.len()).is_ok_and(|images| images > bounds.pages) {
            return Err(SourceError::TooLarge(format!(
                "there are {} images; a deck has {} slides at most",
                images.len(),
                bounds.pages
            )));
        }
        warnings.extend(give_notes(&mut images, texts));
        Ok(Self {
            title: titles::of_deck(name),
            images,
            warnings: warnings
                .into_iter()
                .map(|reason| about(reason, None))
                .collect(),
            bounds,
        })
    }
}

impl Source for Images {
    fn outline(&self) -> Outline {
        let pages = 0..u32::try_from(self.images.len()).unwrap_or(u32::MAX);
        Outline {
            title: Some(self.title.clone()),
            slides: pages.map(SlideOutline::of).collect(),
            warnings: self.warnings.clone(),
            any_size: false,
        }
    }

    fn page(&mut self, index: u32, _: u32) -> Result<Page, SourceError> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let image = self
            .images
            .get(at)
            .ok_or_else(|| SourceError::Damaged("there is no such page".to_owned()))?;
        // `image` says of itself that its decoders may panic on malicious input.
        let (pixels, mut warnings) = decoded(image, self.bounds.pixels)?;
        let face = Face::Picture(pixels);
        let notes = image.notes.as_ref().and_then(|file| {
            let about = |why: String| format!("The notes of {} {why}.", image.file.shown());
            match notes(file) {
                Ok(notes) => {
                    let guessed = notes.guessed.map(|encoding| {
                        format!("are read as {encoding}; save them as UTF-8 if letters are wrong")
                    });
                    let damaged = notes
                        .is_damaged
                        .then(|| "have letters that can't be read; save them as UTF-8".to_owned());
                    warnings.extend(damaged.or(guessed).map(about));
                    Some(notes.text)
                }
                Err(why) => {
                    warnings.push(about(why));
                    None
                }
            }
        });
        let title = titles::of_slide(stem_and_ending(&image.file.name).0, at.saturating_add(1));
        Ok(Page {
            title: Some(title),
            text: String::new(),
            notes: notes.filter(|notes| !notes.is_empty()),
            notes_are_markdown: false,
            links: Vec::new(),
            face,
            warnings: warnings
                .into_iter()
                .map(|reason| about(reason, Some(index)))
                .collect(),
        })
    }
}

fn about(reason: String, page: Option<u32>) -> Warning {
    Warning {
        line: None,
        page,
        reason,
    }
}

/// The stem of a file's name. A hidden file has none.
fn stem_and_ending(name: &str) -> (&str, &str) {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').unwrap_or((file, ""))
}

fn is_text(file: &NamedFile) -> bool {
    let (_, ending) = stem_and_ending(&file.name);
    NOTES.iter().any(|notes| ending.eq_ignore_ascii_case(notes))
}

/// The kind of an image, or why it is left out.
fn kind_of(file: &NamedFile) -> Result<Kind, String> {
    let name = file.shown();
    let head = file
        .read(u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX))
        .map_err(|error| format!("{name} cannot be read ({error}); left out."))?;
    match Kind::of(&head) {
        kind @ (Kind::Picture(_) | Kind::Drawing) => Ok(kind),
        Kind::Empty => Err(format!("{name} is empty; left out.")),
        Kind::Other(Some(what)) => Err(format!(
            "{name} is {what}, which is not shown as a slide; left out."
        )),
        Kind::Other(None) => Err(format!(
            "{name} is not an image that WebSlides shows; left out."
        )),
    }
}

/// Keeps the first sentences, which say more than a long list.
fn no_image(warnings: &[String]) -> String {
    let reasons: String = warnings
        .iter()
        .take(3)
        .map(|reason| format!(" {reason}"))
        .collect();
    format!("there is no PNG, JPEG, WebP, GIF or SVG in it.{reasons}")
        .trim_end_matches('.')
        .to_owned()
}

/// Gives each image its notes. Notes without an image are reported.
fn give_notes(images: &mut [Image], texts: Vec<NamedFile>) -> Vec<String> {
    let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, image) in images.iter().enumerate() {
        by_stem
            .entry(path_stem(&image.file.name))
            .or_default()
            .push(at);
    }
    let mut warnings = Vec::new();
    for text in texts {
        let Some(places) = by_stem.get(&path_stem(&text.name)) else {
            warnings.push(format!(
                "{} has no image of the same name, so it is nobody's notes; left out.",
                text.shown()
            ));
            continue;
        };
        for at in places {
            match images.get_mut(*at) {
                Some(image) if image.notes.is_none() => image.notes = Some(text.clone()),
                _ => warnings.push(format!(
                    "{} is a second text of the same name; left out.",
                    text.shown()
                )),
            }
        }
    }
    warnings
}

/// The path without its ending, to match notes with images. Ignores case and composition.
fn path_stem(name: &str) -> String {
    let (_, ending) = stem_and_ending(name);
    let stem = name.strip_suffix(ending).unwrap_or(name);
    stem.trim_end_matches('.').to_lowercase().nfc().collect()
}

/// `image` says of itself that its decoders may panic on malicious input.
fn decoded(image: &Image, pixels: u64) -> Result<(Pixels, Vec<String>), SourceError> {
    safely(|| decode(image, pixels)).unwrap_or_else(|| {
        let name = image.file.shown();
        Err(SourceError::Damaged(format!("{name} is a broken image")))
    })
}

fn decode(image: &Image, pixels: u64) -> Result<(Pixels, Vec<String>), SourceError> {
    let name = image.file.shown();
    let limit = match image.kind {
        Kind::Drawing => MAX_DRAWING_BYTES,
        _ => MAX_FILE_BYTES,
    };
    let content = image
        .file
        .read(limit + 1)
        .map_err(|error| SourceError::Damaged(format!("{name} cannot be read ({error})")))?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > limit {
        let megabytes = limit >> 20;
        return Err(SourceError::TooLarge(format!(
            "{name} is larger than {megabytes} MB; save it smaller"
        )));
    }
    match image.kind {
        Kind::Drawing => {
            let drawn = drawing::draw(&name, &content, pixels)?;
            Ok((drawn.pixels, drawn.warnings))
        }
        Kind::Picture(format) => {
            let decoded = picture::decode(&name, &content, format, pixels)?;
            let cut_off = decoded.is_cut_off.then(|| {
                format!(
                    "{name} is cut off, so that a part of it is missing; save it again from the \
                     program that made it."
                )
            });
            Ok((decoded.pixels, cut_off.into_iter().collect()))
        }
        Kind::Empty | Kind::Other(_) => Err(SourceError::Empty),
    }
}

/// Reads notes of any encoding.
fn notes(file: &NamedFile) -> Result<Text, String> {
    let content = file
        .read(MAX_NOTES_BYTES + 1)
        .map_err(|error| format!("cannot be read ({error})"))?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > MAX_NOTES_BYTES {
        return Err(format!(
            "are longer than {} KB; left out",
            MAX_NOTES_BYTES >> 10
        ));
    }
    let mut notes = text::decoded(&content);
    let text = notes.text.trim_start_matches('\u{feff}');
    notes.text = text.replace("\r\n", "\n").trim().to_owned();
    Ok(notes)
}

#[cfg(test)]
mod tests;
