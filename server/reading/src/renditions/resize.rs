//! Makes pictures smaller, never larger.

use super::RenditionError;
use crate::source::Pixels;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use std::borrow::Cow;

/// Scales the picture down to at most this width.
pub fn to_width(pixels: &Pixels, width: u32) -> Result<Cow<'_, Pixels>, RenditionError> {
    checked(pixels)?;
    let width = width.max(1);
    if width >= pixels.width {
        return Ok(Cow::Borrowed(pixels));
    }
    let height = scaled(pixels.height, width, pixels.width);
    Ok(Cow::Owned(to_size(
        pixels,
        width,
        height,
        // This filter overshoots just enough to keep text crisp. Lanczos3 puts a pale line around
        // letters, which costs bytes in WebP.
        FilterType::CatmullRom,
    )?))
}

/// Scales the picture down so that no side is longer than this.
pub fn within(pixels: Pixels, side: u32) -> Result<Pixels, RenditionError> {
    checked(&pixels)?;
    if pixels.width.max(pixels.height) <= side {
        return Ok(pixels);
    }
    fitting(&pixels, side, FilterType::CatmullRom)
}

/// Scales the picture to a few pixels that have its colours.
pub fn miniature(pixels: &Pixels, side: u32) -> Result<Pixels, RenditionError> {
    fitting(pixels, side, FilterType::Box)
}

/// Scales the picture so that its longest side is this long.
fn fitting(pixels: &Pixels, side: u32, filter: FilterType) -> Result<Pixels, RenditionError> {
    let longest = pixels.width.max(pixels.height);
    let width = scaled(pixels.width, side, longest);
    let height = scaled(pixels.height, side, longest);
    to_size(pixels, width, height, filter)
}

/// Scales in sRGB, as every browser does: in linear light, thin dark letters on white lose weight, and
/// it takes twice as long. Alpha is ignored, because pages are opaque.
fn to_size(
    pixels: &Pixels,
    width: u32,
    height: u32,
    filter: FilterType,
) -> Result<Pixels, RenditionError> {
    checked(pixels)?;
    let not_its_size =
        |_| RenditionError::NotItsSize(pixels.width, pixels.height, pixels.rgba.len());
    let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgba, PixelType::U8x4)
        .map_err(not_its_size)?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options)?;
    Ok(Pixels {
        width,
        height,
        rgba: target.into_vec(),
    })
}

fn checked(pixels: &Pixels) -> Result<(), RenditionError> {
    let bytes = u64::from(pixels.width) * u64::from(pixels.height) * 4;
    if bytes == 0 || u64::try_from(pixels.rgba.len()) != Ok(bytes) {
        return Err(RenditionError::NotItsSize(
            pixels.width,
            pixels.height,
            pixels.rgba.len(),
        ));
    }
    Ok(())
}

/// `side * numerator / denominator`, rounded, at least 1.
fn scaled(side: u32, numerator: u32, denominator: u32) -> u32 {
    let denominator = u64::from(denominator.max(1));
    let scaled = (u64::from(side) * u64::from(numerator) + denominator / 2) / denominator;
    u32::try_from(scaled).unwrap_or(side).max(1)
}
