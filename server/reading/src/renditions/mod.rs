//! Encodes a slide's picture as WebP in a few widths, for browsers to choose from.
//!
//! libwebp only sees pixels that were decoded and laid out here.

mod encode;
mod resize;

pub use resize::within;

use crate::source::Pixels;

/// The largest width, and the longest side that a page needs: those of a 4K screen.
pub const WIDEST: u32 = 3840;

/// A width is skipped where the source is wider by less than this, in percent.
const HARDLY_WIDER: u32 = 125;

/// A WebP file, with its size in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebP {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
    pub lossless: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RenditionError {
    #[error("a picture of {0} x {1} pixels has {2} bytes")]
    NotItsSize(u32, u32, usize),
    #[error("a picture could not be resized: {0}")]
    Resize(#[from] fast_image_resize::ResizeError),
    #[error("libwebp refused a picture of {0} x {1} pixels")]
    Encode(u32, u32),
}

/// The widths of `wanted` in which a picture is encoded, narrowest first. None is wider than the source.
/// The source's own width replaces one that is hardly narrower.
pub fn of_those(wanted: &[u32], pixels: &Pixels) -> Vec<u32> {
    let own = pixels.width.clamp(1, WIDEST);
    let mut widths: Vec<u32> = wanted.iter().map(|width| (*width).clamp(1, own)).collect();
    widths.sort_unstable();
    widths.dedup();
    let is_hardly_narrower = |width: u32| {
        width < own && u64::from(width) * u64::from(HARDLY_WIDER) > u64::from(own) * 100
    };
    if widths.last() == Some(&own) {
        widths.retain(|width| !is_hardly_narrower(*width));
    }
    widths
}

/// Encodes the picture in these widths, in order. It is never enlarged.
pub fn renditions(pixels: &Pixels, widths: &[u32]) -> Result<Vec<WebP>, RenditionError> {
    widths
        .iter()
        .map(|width| resize::to_width(pixels, *width).and_then(|resized| encode::encode(&resized)))
        .collect()
}

/// The longest side of a preview.
pub const PREVIEW_SIDE: u32 = 24;

/// Encodes a tiny version of the picture, some 100 bytes, to show while the picture loads.
///
/// # Errors
/// When the number of pixels does not match the size.
pub fn preview(pixels: &Pixels) -> Result<Vec<u8>, RenditionError> {
    let small = resize::miniature(pixels, PREVIEW_SIDE)?;
    encode::roughly(&small)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Deterministic noise over a gradient, which compresses badly.
    fn photo(width: u32, height: u32) -> Pixels {
        let mut noise = 1_u32;
        let rgba = (0..width * height)
            .flat_map(|at| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [_, _, slope, _] = (at * 8).to_le_bytes();
                let [.., grain] = noise.to_le_bytes();
                [slope, grain, slope ^ grain, 255]
            })
            .collect();
        Pixels {
            width,
            height,
            rgba,
        }
    }

    fn diagram(width: u32, height: u32) -> Pixels {
        let rgba = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x / 50 + y / 50) % 3 == 0))
            .flat_map(|dark| if dark { [20, 60, 120, 255] } else { [255; 4] })
            .collect();
        Pixels {
            width,
            height,
            rgba,
        }
    }

    #[test]
    fn no_width_is_above_the_source_or_hardly_below_it() {
        let check = |source, expected: &[u32]| {
            let pixels = Pixels {
                width: source,
                height: 1,
                rgba: Vec::new(),
            };
            assert_eq!(
                of_those(&[1_920, 1_280, 640, 3_840], &pixels),
                expected,
                "{source}"
            );
        };
        check(300, &[300]);
        check(640, &[640]);
        check(800, &[640, 800]);
        check(1_366, &[640, 1_366]);
        check(1_920, &[640, 1_280, 1_920]);
        check(2_560, &[640, 1_280, 1_920, 2_560]);
        check(9_000, &[640, 1_280, 1_920, 3_840]);
    }

    #[test]
    fn a_photo_is_lossy_and_a_diagram_is_exact() {
        for (pixels, lossless) in [(photo(800, 450), false), (diagram(800, 450), true)] {
            let made = renditions(&pixels, &[800, 400]).expect("renditions");
            let sizes: Vec<_> = made.iter().map(|made| (made.width, made.height)).collect();
            assert_eq!(sizes, [(800, 450), (400, 225)]);
            let first = &made[0];
            assert_eq!(first.lossless, lossless);
            let seen = image::load_from_memory(&first.bytes)
                .expect("a WebP")
                .into_rgba8();
            assert_eq!(seen.dimensions(), (800, 450));
            assert_eq!(seen.into_raw() == pixels.rgba, lossless);
        }
    }

    #[test]
    fn a_wide_or_tall_sliver_keeps_a_pixel() {
        for (width, height) in [(4000, 1), (1, 4000), (1, 1)] {
            let made = renditions(&photo(width, height), &[width, 640]).expect("renditions");
            assert!(made.iter().all(|made| made.width >= 1 && made.height >= 1));
        }
    }

    #[test]
    fn pixels_that_are_not_what_they_say_are_refused() {
        let lying = Pixels {
            width: 100,
            height: 100,
            rgba: vec![0; 399],
        };
        assert!(renditions(&lying, &[100]).is_err());
        assert!(preview(&lying).is_err());
        assert!(within(lying, 50).is_err());
    }

    #[test]
    fn a_preview_is_a_few_bytes_of_the_same_shape() {
        let red = Pixels {
            width: 1920,
            height: 1080,
            rgba: [250, 10, 20, 255].repeat(1920 * 1080),
        };
        let preview = preview(&red).expect("a preview");
        assert!(preview.len() < 150, "{}", preview.len());
        let small = image::load_from_memory(&preview).expect("a WebP").to_rgb8();
        assert_eq!(small.dimensions(), (24, 14));
        let [r, g, b] = small.get_pixel(12, 7).0;
        assert!(r > 220 && g < 50 && b < 50, "{r} {g} {b}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_pixels_are_refused_or_shown(width in 0_u32..70, height in 0_u32..70, extra in 0_usize..3, side in 0_u32..99) {
            let length = usize::try_from(width * height * 4).expect("small") + extra / 2;
            let pixels = Pixels { width, height, rgba: vec![77; length] };
            let is_whole = width > 0 && height > 0 && extra < 2;
            prop_assert_eq!(renditions(&pixels, &[side, 64]).is_ok(), is_whole);
            prop_assert_eq!(preview(&pixels).is_ok(), is_whole);
        }
    }
}
