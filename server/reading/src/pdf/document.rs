//! Opens a document: its password, its catalog, its title.

use super::{layout::shortened, protection, strings};
use crate::{catch_panic::safely, source::SourceError};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, PdfData, object::Dict};
use memchr::memmem;
use unicode_normalization::UnicodeNormalization;

pub fn read(mut bytes: Vec<u8>, password: Option<&str>) -> Result<Pdf, SourceError> {
    if bytes.is_empty() {
        return Err(SourceError::Empty);
    }
    let Some(end) = end(&bytes) else {
        return Err(SourceError::Damaged(
            "this PDF ends in the middle: a part of it is missing; save or download it again"
                .to_owned(),
        ));
    };
    bytes.truncate(end);
    let data = PdfData::from(bytes);
    // Many protected files open without a password, and need one only to be changed.
    let open = |password: &str| {
        safely(|| Pdf::new_with_password(data.clone(), password))
            .unwrap_or(Err(LoadPdfError::Invalid))
    };
    let opened = match (open(""), password) {
        (Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)), Some(password)) => {
            match open_with(password, open) {
                Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => {
                    let lifted = safely(|| protection::lifted(data.as_ref(), password))
                        .unwrap_or_else(|| Err(protection::unread(password)))?;
                    safely(|| Pdf::new(lifted)).unwrap_or(Err(LoadPdfError::Invalid))
                }
                opened => opened,
            }
        }
        (opened, _) => opened,
    };
    opened.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => SourceError::NeedsPassword,
        LoadPdfError::Decryption(_) => protection::unreadable(),
        LoadPdfError::Invalid => SourceError::Damaged(
            "this is not a whole PDF; try to save or download it again".to_owned(),
        ),
    })
}

/// The password as typed, and as AES-256 requires it: SASLprep (RFC 4013), which is NFKC for usual input.
fn open_with(
    password: &str,
    open: impl Fn(&str) -> Result<Pdf, LoadPdfError>,
) -> Result<Pdf, LoadPdfError> {
    open(password).or_else(|error| match password.nfkc().collect::<String>() {
        prepared if prepared != password => open(&prepared),
        _ => Err(error),
    })
}

/// The end of the file, if it is complete. hayro draws the rest of a truncated page without an error, so a
/// file that another program is still writing would be shown in part.
fn end(bytes: &[u8]) -> Option<usize> {
    /// The greatest distance of the last marker from the end of a complete file.
    const TAIL: usize = 4 << 10;
    const MARKS: [&[u8]; 2] = [b"%%EOF", b"startxref"];
    let last = |mark: &&[u8]| memmem::rfind(bytes, mark).map(|at| at + mark.len());
    let end = MARKS.iter().filter_map(last).max()?;
    let after = bytes.get(end..).unwrap_or_default();
    // Disks, mail programs and web servers may append bytes. A linearised or updated file has such a marker
    // in the middle, too.
    let is_foreign = memmem::find(after, b" obj").is_none();
    if after.len() <= TAIL {
        Some(bytes.len())
    } else {
        is_foreign.then_some(end)
    }
}

pub fn count(pdf: &Pdf, most: u32) -> Result<u32, SourceError> {
    match u32::try_from(pdf.pages().len()) {
        Ok(0) => Err(SourceError::Empty),
        Ok(pages) if pages <= most => Ok(pages),
        _ => Err(SourceError::TooLarge(format!(
            "this PDF has {} pages; WebSlides shows up to {most}",
            pdf.pages().len()
        ))),
    }
}

/// A warning about documents whose pages are not their content.
pub fn lacking(catalog: &Dict<'_>, pages: u32) -> Vec<String> {
    let is_portfolio = catalog.get::<Dict<'_>>(b"Collection").is_some();
    // A form of Adobe LiveCycle, whose only page says that another program is needed.
    let is_form = catalog.get::<bool>(b"NeedsRendering") == Some(true);
    let said = [
        is_portfolio.then(|| {
            "this PDF is a portfolio, of which only the cover is shown; save the PDF that is in it, \
             and give that"
                .to_owned()
        }),
        is_form.then(|| {
            "this PDF is a form that only Adobe's programs draw; print it as a PDF there, and give \
             that"
                .to_owned()
        }),
        not_found(catalog, pages),
    ];
    said.into_iter().flatten().collect()
}

/// A warning about pages that could not be found, because the page tree is broken, or has a page several
/// times.
fn not_found(catalog: &Dict<'_>, pages: u32) -> Option<String> {
    let tree = catalog.get::<Dict<'_>>(b"Pages")?;
    let said = u32::try_from(tree.get::<i32>(b"Count")?).ok()?;
    let missing = said.checked_sub(pages).filter(|missing| *missing > 0)?;
    Some(format!(
        "this PDF says that it has {said} pages; {missing} of them could not be found"
    ))
}

pub fn catalog(pdf: &Pdf) -> Option<Dict<'_>> {
    pdf.xref().get(pdf.xref().root_id())
}

/// The title, unless a program made it up.
pub fn title(pdf: &Pdf) -> Option<String> {
    let title = strings::decoded(pdf.metadata().title.as_deref()?);
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = ["Microsoft PowerPoint - ", "Microsoft Word - "]
        .iter()
        .find_map(|program| title.strip_prefix(program))
        .unwrap_or(&title);
    let lower = title.to_lowercase();
    let is_file = [
        ".ppt", ".pptx", ".key", ".odp", ".doc", ".docx", ".odt", ".tex", ".dvi", ".pdf", ".indd",
        ".md", ".html",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending));
    // Browsers use the address of a page without a title.
    let is_address = ["about:", "data:", "file:", "http://", "https://", "/"]
        .iter()
        .any(|start| lower.starts_with(start))
        || lower.get(1..3) == Some(":\\");
    let made_up = [
        "untitled",
        "untitled presentation",
        "powerpoint presentation",
        "presentation",
        "slide 1",
        "title",
    ];
    let is_made_up = made_up.contains(&lower.as_str());
    let has_letters = title.chars().any(char::is_alphanumeric);
    (has_letters && !is_file && !is_address && !is_made_up).then(|| shortened(title))
}
