//! A folder of images: each is a slide, in the natural order of their names.

use super::{DeckError, Imported, titles};
use crate::store::Store;
use app::deck::{Deck, DeckId, Face, Rendition, Slide};
use data_encoding::BASE32_NOPAD;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    fs,
    io::{self, Cursor},
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread::{self, ScopedJoinHandle},
};

/// What every browser shows.
const SHOWN: [ImageFormat; 4] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

/// The largest side in pixels, and the memory that decoding one image may take. A slide is shown
/// at 3840 pixels at most.
const MAX_SIDE: u32 = 20_000;
const MAX_DECODED_BYTES: u64 = 1 << 30;

/// The largest file. A projector's slide is below 1 MB; this is a camera's largest.
const MAX_FILE_BYTES: u64 = 100 << 20;

/// An image on its way to be a slide.
pub struct Source<'a> {
    /// The file's name, for warnings and for the title.
    pub name: String,
    pub content: Content<'a>,
}

pub enum Content<'a> {
    File(PathBuf),
    Bytes(&'a [u8]),
}

/// # Errors
/// When the folder can't be read or has no image that can be shown.
pub fn from_folder(folder: &Path, store: &dyn Store) -> Result<Imported, DeckError> {
    let unreadable = |error| DeckError::Unreadable(folder.to_owned(), error);
    let mut sources = Vec::new();
    let mut warnings = Vec::new();
    let mut is_empty = true;
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Hidden on purpose, and not for us to show.
        if name.starts_with('.') {
            continue;
        }
        is_empty = false;
        if format_of(&path).is_some() && path.is_file() {
            sources.push(Source {
                name,
                content: Content::File(path),
            });
        } else {
            warnings.push(format!(
                "{name} is not an image that WebSlides shows; left out."
            ));
        }
    }
    if is_empty {
        return Err(DeckError::Empty(folder.to_owned()));
    }
    sources.sort_by(|a, b| {
        natord::compare_ignore_case(&a.name, &b.name).then_with(|| a.name.cmp(&b.name))
    });
    warnings.sort();
    // `.` and `..` have no name of their own.
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let title = titles::of_deck(&full.file_name().unwrap_or_default().to_string_lossy());
    let (slides, broken) = slides(&sources, store)?;
    warnings.extend(broken);
    if slides.is_empty() {
        return Err(DeckError::NoImages(folder.to_owned(), warnings));
    }
    Ok(Imported {
        deck: deck(title, slides)?,
        warnings,
    })
}

/// A deck whose id is the hash of what it shows.
pub fn deck(title: String, slides: Vec<Slide>) -> Result<Deck, DeckError> {
    let mut hash = Sha256::new();
    hash.update(&title);
    for slide in &slides {
        hash.update([0]);
        hash.update(&slide.title);
        hash.update([0]);
        for rendition in slide.faces.iter().flat_map(|face| &face.renditions) {
            hash.update(&rendition.url);
        }
    }
    Ok(Deck::new(
        DeckId::new(short_name(&hash.finalize())),
        title,
        slides,
    )?)
}

/// The slides of images that can be shown, in their order, and a warning for each that can't.
pub fn slides(
    sources: &[Source<'_>],
    store: &dyn Store,
) -> Result<(Vec<Slide>, Vec<String>), DeckError> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = sources.len().div_ceil(cores).max(1);
    let rendered: Vec<Result<Rendition, ImageError>> = thread::scope(|scope| {
        let workers: Vec<ScopedJoinHandle<'_, Vec<_>>> = sources
            .chunks(share)
            .map(|part: &[Source<'_>]| {
                scope.spawn(move || part.iter().map(|source| checked(source, store)).collect())
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|_| Vec::new()))
            .collect()
    });
    let mut slides = Vec::new();
    let mut warnings = Vec::new();
    for (source, rendition) in sources.iter().zip(rendered) {
        match rendition {
            Ok(rendition) => {
                let stem = Path::new(&source.name).file_stem().unwrap_or_default();
                let title = titles::of_slide(&stem.to_string_lossy(), slides.len() + 1);
                slides.push(Slide::new(title, Face::picture(rendition)));
            }
            Err(ImageError::Store(error)) => return Err(DeckError::Store(error)),
            Err(error) => warnings.push(format!("{} {error}; left out.", source.name)),
        }
    }
    Ok((slides, warnings))
}

#[derive(Debug, thiserror::Error)]
enum ImageError {
    #[error("cannot be read ({0})")]
    Unreadable(io::Error),
    #[error("is empty")]
    Empty,
    #[error("is larger than {} MB", MAX_FILE_BYTES >> 20)]
    TooLarge,
    #[error("is not a PNG, JPEG, WebP or GIF inside")]
    UnknownFormat,
    #[error("is a broken image")]
    Broken,
    #[error("could not be stored: {0}")]
    Store(io::Error),
}

/// An image that makes a decoder panic is a broken image.
fn checked(source: &Source<'_>, store: &dyn Store) -> Result<Rendition, ImageError> {
    catch_unwind(AssertUnwindSafe(|| rendition(source, store))).unwrap_or(Err(ImageError::Broken))
}

/// Decodes the image to know that every browser can, and keeps it under its hash.
fn rendition(source: &Source<'_>, store: &dyn Store) -> Result<Rendition, ImageError> {
    let content = match &source.content {
        Content::Bytes(bytes) => Cow::Borrowed(*bytes),
        Content::File(path) => Cow::Owned(read(path)?),
    };
    if content.is_empty() {
        return Err(ImageError::Empty);
    }
    let (format, width, height) = decoded_size(&content)?;
    let ending = format
        .extensions_str()
        .first()
        .copied()
        .ok_or(ImageError::UnknownFormat)?;
    let name = format!("{}.{ending}", short_name(&Sha256::digest(&content)));
    store
        .put_media(&name, &content)
        .map_err(ImageError::Store)?;
    Ok(Rendition {
        url: format!("/media/{name}"),
        width,
        height,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    let size = fs::metadata(path).map_err(ImageError::Unreadable)?.len();
    if size > MAX_FILE_BYTES {
        return Err(ImageError::TooLarge);
    }
    fs::read(path).map_err(ImageError::Unreadable)
}

/// What the image is by its first bytes, whatever its name says, and its size as displayed.
fn decoded_size(content: &[u8]) -> Result<(ImageFormat, u32, u32), ImageError> {
    let format = ImageReader::new(Cursor::new(content))
        .with_guessed_format()
        .map_err(ImageError::Unreadable)?
        .format()
        .filter(|format| SHOWN.contains(format))
        .ok_or(ImageError::UnknownFormat)?;
    let broken = |_| ImageError::Broken;
    let turned = matches!(
        reader(content, format)
            .into_decoder()
            .and_then(|mut image| image.orientation()),
        Ok(Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH)
    );
    let image = reader(content, format).decode().map_err(broken)?;
    let (width, height) = (image.width(), image.height());
    Ok(if turned {
        (format, height, width)
    } else {
        (format, width, height)
    })
}

fn reader(content: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits);
    reader
}

fn format_of(path: &Path) -> Option<ImageFormat> {
    ImageFormat::from_path(path)
        .ok()
        .filter(|format| SHOWN.contains(format))
}

/// 32 of a-z and 2-7: 160 bits of a hash, short enough for a URL.
fn short_name(hash: &[u8]) -> String {
    let bits = hash.get(..20).unwrap_or(hash);
    BASE32_NOPAD.encode(bits).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::EmbeddedStore;
    use image::{DynamicImage, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};
    use tempfile::TempDir;

    struct Folder {
        directory: TempDir,
        store: EmbeddedStore,
    }

    impl Folder {
        fn new() -> Self {
            let directory = TempDir::new().expect("a temporary directory");
            let store = EmbeddedStore::open(&directory.path().join("data")).expect("a store");
            fs::create_dir(directory.path().join("deck")).expect("a folder");
            Self { directory, store }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.directory.path().join("deck").join(name)
        }

        fn picture(&self, name: &str, width: u32, height: u32) {
            RgbImage::new(width, height)
                .save(self.path(name))
                .expect("an image");
        }

        fn import(&self) -> Imported {
            from_folder(&self.path(""), &self.store).expect("a deck")
        }
    }

    #[test]
    fn slides_come_in_the_natural_order_of_their_names() {
        let folder = Folder::new();
        for (name, width) in [
            ("slide10.png", 10),
            ("Slide2.png", 2),
            ("slide1.webp", 1),
            ("slide11.gif", 11),
        ] {
            folder.picture(name, width, 1);
        }
        let Imported { deck, warnings } = folder.import();
        let widths: Vec<_> = deck
            .slides()
            .iter()
            .map(|slide| slide.faces[0].width)
            .collect();
        assert_eq!(widths, [1, 2, 10, 11]);
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn a_photo_has_the_size_that_is_seen() {
        let folder = Folder::new();
        // TIFF, little endian, one entry: orientation 6, a quarter turn.
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut content = Vec::new();
        let mut encoder = JpegEncoder::new(&mut content);
        encoder.set_exif_metadata(exif).expect("exif");
        DynamicImage::new_rgb8(40, 30)
            .write_with_encoder(encoder)
            .expect("an image");
        fs::write(folder.path("photo.jpg"), content).expect("a file");
        let deck = folder.import().deck;
        let picture = deck.slides()[0].faces[0].rendition().expect("a picture");
        assert_eq!((picture.width, picture.height), (30, 40));
    }

    #[test]
    fn the_same_slides_are_the_same_deck_and_others_are_another() {
        let folder = Folder::new();
        folder.picture("a.png", 16, 9);
        let first = folder.import().deck;
        assert_eq!(folder.import().deck, first);
        folder.picture("b.png", 16, 10);
        assert_ne!(folder.import().deck.id, first.id);
    }

    #[test]
    fn a_wrong_ending_is_forgiven_and_the_content_counts() {
        let folder = Folder::new();
        folder.picture("a.png", 16, 9);
        fs::rename(folder.path("a.png"), folder.path("a.jpg")).expect("renamed");
        let deck = folder.import().deck;
        let url = &deck.slides()[0].faces[0].renditions[0].url;
        assert!(url.starts_with("/media/") && url.ends_with(".png"), "{url}");
        let name = url.trim_start_matches("/media/");
        let kept = folder.store.media(name).expect("readable").expect("kept");
        assert_eq!(kept, fs::read(folder.path("a.jpg")).expect("a file"));
    }

    #[test]
    fn a_picture_too_large_to_decode_is_left_out() {
        let folder = Folder::new();
        folder.picture("good.png", 1, 1);
        folder.picture("wide.png", MAX_SIDE + 1, 1);
        let Imported { deck, warnings } = folder.import();
        assert_eq!(
            (deck.slides().len(), warnings.len()),
            (1, 1),
            "{warnings:?}"
        );
    }
}
