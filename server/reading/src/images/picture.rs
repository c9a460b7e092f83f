//! Decodes raster images under limits.

mod cut_off;

use crate::{
    renditions::{self, WIDEST},
    source::{Pixels, SourceError},
};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use std::io::Cursor;

/// A slide is shown with up to 3840 pixels.
const MAX_SIDE: u32 = 20_000;

/// Memory for decoding: 16 bits for each of four channels.
const MAX_BYTES_A_PIXEL: u64 = 8;

pub struct Decoded {
    pub pixels: Pixels,
    /// The file ends before the picture does.
    pub is_cut_off: bool,
}

/// Decodes a picture: rotated by its EXIF orientation, on white, no larger than a slide is ever shown.
/// `most` is the limit of pixels, because a file of 50 KB may declare gigabytes.
pub fn decode(
    name: &str,
    content: &[u8],
    format: ImageFormat,
    most: u64,
) -> Result<Decoded, SourceError> {
    let (orientation, profile) = {
        let mut decoder = reader(content, format, most)
            .into_decoder()
            .map_err(|error| refused(name, &error, most))?;
        check_size(name, decoder.dimensions(), most)?;
        // Without readable EXIF it is not rotated.
        let orientation = decoder
            .orientation()
            .unwrap_or(image::metadata::Orientation::NoTransforms);
        (orientation, decoder.icc_profile().ok().flatten())
    };
    // Not `DynamicImage::from_decoder`, which ignores the limits (image #3081).
    let whole = reader(content, format, most).decode();
    let (image, is_cut_off) = match (whole, format) {
        // The decoder fills missing parts with grey, silently.
        (Ok(image), ImageFormat::Jpeg) => (image, !cut_off::has_end(content)),
        (Ok(image), _) => (image, false),
        (Err(ImageError::Decoding(_) | ImageError::IoError(_)), ImageFormat::Png) => {
            let there = cut_off::rows_of_png(content, most.saturating_mul(MAX_BYTES_A_PIXEL));
            (there.ok_or_else(|| broken(name))?, true)
        }
        (Err(error), _) => return Err(refused(name, &error, most)),
    };
    let mut pixels = renditions::within(over_white(image), WIDEST).map_err(|_| broken(name))?;
    if let Some(profile) = profile {
        to_srgb(&mut pixels, &profile);
    }
    // Rotated last, when it is small.
    if orientation != image::metadata::Orientation::NoTransforms {
        let buffer = image::RgbaImage::from_raw(pixels.width, pixels.height, pixels.rgba)
            .ok_or_else(|| broken(name))?;
        let mut image = DynamicImage::ImageRgba8(buffer);
        image.apply_orientation(orientation);
        pixels = from_rgba(image);
    }
    Ok(Decoded { pixels, is_cut_off })
}

/// Converts from an embedded RGB profile to sRGB, which browsers assume: a phone's photo (Display P3) would
/// be pale. Unreadable profiles are ignored. `image` converts CMYK and grey.
fn to_srgb(pixels: &mut Pixels, profile: &[u8]) {
    let converted = || {
        let profile = ColorProfile::new_from_slice(profile).ok()?;
        if profile.color_space != DataColorSpace::Rgb {
            return None;
        }
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let transform = profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgba, options);
        let mut rgba = vec![0; pixels.rgba.len()];
        transform.ok()?.transform(&pixels.rgba, &mut rgba).ok()?;
        Some(rgba)
    };
    if let Some(rgba) = converted() {
        pixels.rgba = rgba;
    }
}

/// Checks the size in the header of a picture that another library decodes.
pub fn is_within_limits(content: &[u8], format: ImageFormat, most: u64) -> bool {
    reader(content, format, most)
        .into_decoder()
        .is_ok_and(|decoder| check_size("", decoder.dimensions(), most).is_ok())
}

fn check_size(name: &str, (width, height): (u32, u32), most: u64) -> Result<(), SourceError> {
    let too_wide = width > MAX_SIDE || height > MAX_SIDE;
    if too_wide || u64::from(width) * u64::from(height) > most {
        return Err(too_large(name, &format!("{width} x {height} pixels"), most));
    }
    Ok(())
}

fn too_large(name: &str, size: &str, most: u64) -> SourceError {
    SourceError::TooLarge(format!(
        "{name} is too large: {size}. A slide is shown at {WIDEST} pixels at most; \
         make it smaller, below {} megapixels and {MAX_SIDE} pixels a side",
        most / 1_000_000
    ))
}

fn broken(name: &str) -> SourceError {
    SourceError::Damaged(format!(
        "{name} is broken or incomplete; save it again from the program that made it"
    ))
}

fn refused(name: &str, error: &ImageError, most: u64) -> SourceError {
    match error {
        ImageError::Limits(_) => too_large(name, "more than can be decoded here", most),
        _ => broken(name),
    }
}

fn reader(content: &[u8], format: ImageFormat, most: u64) -> ImageReader<Cursor<&[u8]>> {
    // No limits for the sides, because the error of `check_size` is better.
    let mut limits = Limits::default();
    limits.max_alloc = Some(most.saturating_mul(MAX_BYTES_A_PIXEL));
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits);
    reader
}

/// Converts any format (16 bits, grey, palette) to 8-bit RGBA on white.
fn over_white(image: DynamicImage) -> Pixels {
    let has_alpha = image.color().has_alpha();
    let mut pixels = from_rgba(image);
    if has_alpha {
        for pixel in pixels.rgba.as_chunks_mut::<4>().0 {
            flatten(pixel);
        }
    }
    pixels
}

/// Blends a pixel with white in sRGB, as browsers do.
fn flatten([red, green, blue, alpha]: &mut [u8; 4]) {
    let opacity = u32::from(*alpha);
    if opacity == 255 {
        return;
    }
    for channel in [red, green, blue] {
        let mixed = (u32::from(*channel) * opacity + 255 * (255 - opacity) + 127) / 255;
        *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
    }
    *alpha = 255;
}

fn from_rgba(image: DynamicImage) -> Pixels {
    let buffer = image.into_rgba8();
    Pixels {
        width: buffer.width(),
        height: buffer.height(),
        rgba: buffer.into_raw(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{
        Frame, ImageEncoder, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage,
        codecs::{gif::GifEncoder, jpeg::JpegEncoder},
    };

    fn decode(name: &str, content: &[u8], format: ImageFormat) -> Result<Pixels, SourceError> {
        super::decode(name, content, format, 64_000_000).map(|decoded| decoded.pixels)
    }

    const FORMATS: [ImageFormat; 4] = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut content = Cursor::new(Vec::new());
        image
            .into()
            .write_to(&mut content, format)
            .expect("an image");
        content.into_inner()
    }

    fn pixel(pixels: &Pixels, x: u32, y: u32) -> [u8; 3] {
        let at = usize::try_from((y * pixels.width + x) * 4).expect("small");
        assert_eq!(pixels.rgba[at + 3], 255, "opaque");
        [pixels.rgba[at], pixels.rgba[at + 1], pixels.rgba[at + 2]]
    }

    fn first(image: impl Into<DynamicImage>, format: ImageFormat) -> [u8; 3] {
        pixel(
            &decode("a", &encoded(image, format), format).expect("decoded"),
            0,
            0,
        )
    }

    #[test]
    fn every_kind_of_pixel_becomes_rgb_on_white() {
        let png = ImageFormat::Png;
        let grey = image::GrayImage::from_pixel(2, 2, Luma([100]));
        assert_eq!(first(grey, png), [100; 3]);
        let deep = image::ImageBuffer::<Rgb<u16>, _>::from_pixel(2, 2, Rgb([65535, 32896, 0]));
        assert_eq!(first(DynamicImage::ImageRgb16(deep), png), [255, 128, 0]);
        let clear = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 0]));
        assert_eq!(first(clear.clone(), png), [255; 3]);
        assert_eq!(first(clear, ImageFormat::Gif), [255; 3]);
        let half = RgbaImage::from_pixel(2, 2, Rgba([255, 0, 0, 128]));
        assert_eq!(first(half, ImageFormat::WebP), [255, 127, 127]);
        let grey_half = image::GrayAlphaImage::from_pixel(2, 2, LumaA([0, 51]));
        assert_eq!(first(grey_half, png), [204; 3]);
    }

    #[test]
    fn a_picture_for_print_has_its_colours() {
        // CMYK with Adobe's marker: red on the left, white on the right.
        let content = include_bytes!("cmyk.jpg");
        let pixels = decode("a.jpg", content, ImageFormat::Jpeg).expect("decoded");
        let [red, green, blue] = pixel(&pixels, 2, 8);
        assert!(red > 200 && green < 60 && blue < 60, "{red} {green} {blue}");
        let right = pixel(&pixels, 13, 8);
        assert!(right.iter().all(|channel| *channel > 240), "{right:?}");
    }

    #[test]
    fn a_picture_with_a_profile_has_the_colours_that_it_means() {
        let profile = ColorProfile::new_display_p3().encode().expect("a profile");
        // (200, 120, 40) of Display P3, by CSS Color 4.
        for (profile, [red, green, blue]) in [
            (profile, [214_u8, 117, 0]),
            (b"no profile".to_vec(), [200, 120, 40]),
            (Vec::new(), [200, 120, 40]),
        ] {
            let mut content = Vec::new();
            let mut encoder = image::codecs::png::PngEncoder::new(&mut content);
            encoder.set_icc_profile(profile).expect("a profile");
            DynamicImage::from(RgbImage::from_pixel(4, 4, Rgb([200, 120, 40])))
                .write_with_encoder(encoder)
                .expect("an image");
            let pixels = decode("a.png", &content, ImageFormat::Png).expect("decoded");
            let found = pixel(&pixels, 1, 1);
            let expected = [red, green, blue];
            let apart = found.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
            assert!(apart <= Some(3), "{found:?}");
        }
    }

    #[test]
    fn a_photo_is_turned_as_its_camera_was_held() {
        // The stored picture of 32 x 16 has a red corner at the top left.
        let stored = RgbImage::from_fn(32, 16, |x, y| {
            Rgb(if x < 8 && y < 8 {
                [255, 0, 0]
            } else {
                [255, 255, 255]
            })
        });
        // For EXIF 1 to 8: the position of that corner, and the size.
        let seen = [
            ((0, 0), (32, 16)),
            ((31, 0), (32, 16)),
            ((31, 15), (32, 16)),
            ((0, 15), (32, 16)),
            ((0, 0), (16, 32)),
            ((15, 0), (16, 32)),
            ((15, 31), (16, 32)),
            ((0, 31), (16, 32)),
        ];
        for (orientation, ((x, y), size)) in (1_u8..).zip(seen) {
            // TIFF, little endian, one entry.
            let mut exif =
                b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
            exif[18] = orientation;
            let mut content = Vec::new();
            let mut encoder = JpegEncoder::new_with_quality(&mut content, 95);
            encoder.set_exif_metadata(exif).expect("exif");
            DynamicImage::from(stored.clone())
                .write_with_encoder(encoder)
                .expect("an image");
            let pixels = decode("a.jpg", &content, ImageFormat::Jpeg).expect("decoded");
            assert_eq!((pixels.width, pixels.height), size, "{orientation}");
            let [red, green, _] = pixel(&pixels, x, y);
            assert!(red > 200 && green < 60, "{orientation}");
        }
    }

    #[test]
    fn an_animation_gives_its_first_frame() {
        let mut content = Vec::new();
        let mut encoder = GifEncoder::new(&mut content);
        for colour in [[255, 0, 0, 255], [0, 255, 0, 255]] {
            encoder
                .encode_frame(Frame::new(RgbaImage::from_pixel(4, 4, Rgba(colour))))
                .expect("a frame");
        }
        drop(encoder);
        let pixels = decode("a.gif", &content, ImageFormat::Gif).expect("decoded");
        assert_eq!(pixel(&pixels, 0, 0), [255, 0, 0]);
    }

    #[test]
    fn a_cut_file_is_a_broken_picture_or_what_is_there_of_it() {
        let picture = RgbImage::from_fn(64, 64, |x, y| {
            Rgb([
                u8::try_from(x * y % 251).expect("small"),
                u8::try_from(x).expect("small"),
                u8::try_from(y).expect("small"),
            ])
        });
        for format in FORMATS {
            let content = encoded(picture.clone(), format);
            let mut refused = 0;
            for end in 0..content.len() {
                match decode("a.img", &content[..end], format) {
                    Ok(pixels) => assert_eq!((pixels.width, pixels.height), (64, 64)),
                    Err(SourceError::Damaged(why)) => {
                        assert!(why.starts_with("a.img is broken"), "{why}");
                        refused += 1;
                    }
                    Err(other) => panic!("{format:?} at {end}: {other}"),
                }
            }
            assert!(refused > 16, "{format:?}");
        }
    }

    #[test]
    fn a_larger_picture_than_a_slide_is_made_smaller() {
        let content = encoded(RgbImage::new(6000, 3000), ImageFormat::Png);
        let pixels = decode("a.png", &content, ImageFormat::Png).expect("decoded");
        assert_eq!((pixels.width, pixels.height), (3840, 1920));
    }
}
