//! Truncated image files.

use image::{DynamicImage, ImageDecoder, Limits, codecs::png::PngDecoder};
use std::io::Cursor;

/// The rows of a truncated PNG, on white. None when there are none, or for rare formats.
pub fn rows_of_png(content: &[u8], most_bytes: u64) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_bytes);
    let decoder = PngDecoder::with_limits(Cursor::new(content), limits).ok()?;
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let length = decoder.total_bytes();
    if length > most_bytes {
        return None;
    }
    // The decoder writes row by row until the data ends.
    let mut rows = vec![u8::MAX; usize::try_from(length).ok()?];
    let _ends_early = decoder.read_image(&mut rows);
    if rows.iter().all(|byte| *byte == u8::MAX) {
        return None;
    }
    match colour {
        image::ColorType::L8 => {
            image::GrayImage::from_raw(width, height, rows).map(DynamicImage::from)
        }
        image::ColorType::La8 => {
            image::GrayAlphaImage::from_raw(width, height, rows).map(DynamicImage::from)
        }
        image::ColorType::Rgb8 => {
            image::RgbImage::from_raw(width, height, rows).map(DynamicImage::from)
        }
        image::ColorType::Rgba8 => {
            image::RgbaImage::from_raw(width, height, rows).map(DynamicImage::from)
        }
        // With 16 bits the rows are still in the byte order of the file.
        _ => None,
    }
}

/// Whether a JPEG has its end marker. A thumbnail inside has one of its own, so the segments are parsed.
pub fn has_end(content: &[u8]) -> bool {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut rest = content.get(2..).unwrap_or_default();
    loop {
        // Skips to the next marker. In a scan 0xFF is escaped by a 0, and restart markers may occur.
        let mark = rest
            .windows(2)
            .position(|pair| matches!(pair, [0xFF, 0x01..=0xCF | 0xD8..=0xFE]));
        let Some((kind, after)) = mark
            .and_then(|at| rest.get(at + 1..))
            .and_then(<[u8]>::split_first)
        else {
            return false;
        };
        let length = match (*kind, after) {
            (END, _) => return true,
            (SCAN, _) => 0,
            (_, [high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return false,
        };
        rest = after.get(length..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, codecs::jpeg::JpegEncoder};

    #[test]
    fn the_end_of_a_miniature_is_not_that_of_the_photo() {
        let photo = |exif: Vec<u8>| {
            let mut content = Vec::new();
            let mut encoder = JpegEncoder::new(&mut content);
            image::ImageEncoder::set_exif_metadata(&mut encoder, exif).expect("exif");
            let picture = image::RgbImage::from_fn(32, 32, |x, y| {
                image::Rgb([x * 7, y * 5, x * y].map(|it| it.to_le_bytes()[0]))
            });
            DynamicImage::from(picture)
                .write_with_encoder(encoder)
                .expect("an image");
            content
        };
        let content = photo(photo(Vec::new()));
        assert!(has_end(&content));
        // Cameras append more data.
        assert!(has_end(&[&content[..], b"\0\0more"].concat()));
        for end in 0..content.len() {
            assert!(!has_end(&content[..end]), "{end} of {}", content.len());
        }
        assert!(rows_of_png(&content, 1 << 20).is_none());
    }

    #[test]
    fn no_more_is_taken_than_may_be() {
        let mut content = Cursor::new(Vec::new());
        image::RgbImage::new(64, 64)
            .write_to(&mut content, ImageFormat::Png)
            .expect("an image");
        let content = content.into_inner();
        let cut = &content[..content.len() - 20];
        assert!(rows_of_png(cut, 64 * 64 * 3).is_some());
        assert!(rows_of_png(cut, 64 * 63 * 3).is_none());
    }
}
