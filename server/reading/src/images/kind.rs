//! Recognises image files by their first bytes.

use crate::text;
use image::ImageFormat;

/// The number of bytes that `Kind::of` reads. Drawing programs write long comments before `<svg`.
pub const HEAD_BYTES: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A raster image.
    Picture(ImageFormat),
    /// SVG.
    Drawing,
    Empty,
    /// Anything else. Its description, if known, completes "is …, which WebSlides does not show".
    Other(Option<&'static str>),
}

impl Kind {
    pub fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if is_svg(head) {
            return Self::Drawing;
        }
        match image::guess_format(head) {
            Ok(
                format @ (ImageFormat::Png
                | ImageFormat::Jpeg
                | ImageFormat::WebP
                | ImageFormat::Gif),
            ) => Self::Picture(format),
            Ok(ImageFormat::Avif) => Self::Other(Some("an AVIF picture")),
            Ok(ImageFormat::Tiff) => Self::Other(Some("a TIFF picture")),
            Ok(ImageFormat::Bmp) => Self::Other(Some("a BMP picture")),
            _ => Self::Other(known(head)),
        }
    }
}

/// Describes formats that users often add by mistake.
fn known(head: &[u8]) -> Option<&'static str> {
    let brand = head.get(4..12).unwrap_or_default();
    let heic: [&[u8]; 4] = [b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"];
    if heic.contains(&brand) {
        Some("a HEIC picture")
    } else if head.starts_with(b"%PDF-") {
        Some("a PDF")
    } else if head.starts_with(b"PK\x03\x04") {
        Some("an archive or an office document")
    } else {
        None
    }
}

/// Whether the first element is `<svg>`. Only a declaration, comments and a document type may precede it,
/// because an HTML page with a drawing is not a slide.
fn is_svg(head: &[u8]) -> bool {
    let text = text::decoded(head).text;
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else if rest.starts_with("<!DOCTYPE") {
            // Brackets may contain entities.
            let ends = rest.find('>').unwrap_or(rest.len());
            match rest.find('[') {
                Some(bracket) if bracket < ends => rest
                    .split_once(']')
                    .and_then(|(_, after)| after.split_once('>')),
                _ => rest.split_once('>'),
            }
        } else {
            // Some programs write a namespace prefix.
            return ["<svg", "<svg:svg"].iter().any(|start| {
                rest.strip_prefix(start)
                    .is_some_and(|after| after.starts_with(|c: char| c == '>' || c.is_whitespace()))
            });
        };
        match after {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let check = |head: &[u8], expected| assert_eq!(Kind::of(head), expected, "{head:?}");
        check(b"", Kind::Empty);
        check(b"\x89PNG\r\n\x1a\n", Kind::Picture(ImageFormat::Png));
        check(b"\xff\xd8\xff\xe0", Kind::Picture(ImageFormat::Jpeg));
        check(b"GIF89a", Kind::Picture(ImageFormat::Gif));
        check(b"RIFF....WEBP", Kind::Picture(ImageFormat::WebP));
        check(b"\0\0\0\x20ftypheic", Kind::Other(Some("a HEIC picture")));
        check(b"%PDF-1.7", Kind::Other(Some("a PDF")));
        check(b"plain words", Kind::Other(None));
        check(b"<", Kind::Other(None));
    }

    #[test]
    fn a_drawing_is_known_by_its_first_element() {
        let check = |head: &str, expected| assert_eq!(is_svg(head.as_bytes()), expected, "{head}");
        check("<svg>", true);
        check(
            "\u{feff}<?xml version='1.0'?>\n<!-- > -->\n<svg xmlns='x'",
            true,
        );
        check("<!DOCTYPE svg PUBLIC '-//W3C'>\n<svg\nwidth='1'", true);
        check("<!DOCTYPE svg [ <!ENTITY a '>'> ]> <svg ", true);
        check("<svg:svg xmlns:svg='x'", true);
        check("<!DOCTYPE html><html><svg></svg>", false);
        let wide = "\u{feff}<?xml version='1.0'?><svg>";
        let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_svg(&wide));
        check("<svgfoo>", false);
        check("<!-- never closed <svg>", false);
    }
}
