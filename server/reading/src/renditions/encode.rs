//! One picture as WebP: lossy, or exact where that costs less.

use super::{RenditionError, WebP};
use crate::source::Pixels;
use std::collections::HashSet;
use webp::{Encoder, WebPConfig};

/// The best that keeps a slide of 1920 pixels below 100 KB on average: letters are sharp, edges of
/// colour do not swim.
const QUALITY: f32 = 85.0;

const ROUGH_QUALITY: f32 = 40.0;

/// libwebp's effort, 0 to 6. 2 takes a quarter longer than 1 and saves 14 % of the bytes; 3 and
/// above take twice the time for 4 % more.
const METHOD: i32 = 2;

/// For exact files, 1 finds what repeats in a drawing, which 0 does not (a sixth of the bytes); 2
/// takes longer for nothing.
const LOSSLESS_METHOD: i32 = 1;
const LOSSLESS_QUALITY: f32 = 20.0;

/// With more colours than this in the sample an exact file was never the smaller one, and takes
/// five times as long. With fewer it mostly is, and takes half as long: 40 ms for 1920 pixels.
const FEW_COLOURS: usize = 512;

/// One pixel in this many is sampled. A prime, so that the samples are not all of one column.
const SAMPLE: usize = 31;

/// A lossless file of one byte for this many pixels is small enough: the lossy one is not tried. 65 KB for
/// 1920 x 1080.
const PIXELS_A_BYTE: usize = 32;

pub fn encode(pixels: &Pixels) -> Result<WebP, RenditionError> {
    if !has_few_colours(pixels) {
        return encoded(pixels, Coding::Lossy);
    }
    let exact = encoded(pixels, Coding::Lossless)?;
    // Four bytes a pixel.
    if exact.bytes.len() <= pixels.rgba.len() / 4 / PIXELS_A_BYTE {
        return Ok(exact);
    }
    let lossy = encoded(pixels, Coding::Lossy)?;
    Ok(if exact.bytes.len() <= lossy.bytes.len() {
        exact
    } else {
        lossy
    })
}

/// Small before anything: it is shown blurred.
pub fn roughly(pixels: &Pixels) -> Result<Vec<u8>, RenditionError> {
    let webp = Encoder::from_rgba(&pixels.rgba, pixels.width, pixels.height)
        .encode_simple(false, ROUGH_QUALITY)
        .map_err(|_| RenditionError::Encode(pixels.width, pixels.height))?;
    Ok(webp.to_vec())
}

fn has_few_colours(pixels: &Pixels) -> bool {
    let (all, _) = pixels.rgba.as_chunks::<4>();
    let mut seen = HashSet::with_capacity(FEW_COLOURS);
    for pixel in all.iter().step_by(SAMPLE) {
        if seen.insert(pixel) && seen.len() > FEW_COLOURS {
            return false;
        }
    }
    true
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Lossy,
    Lossless,
}

fn encoded(pixels: &Pixels, coding: Coding) -> Result<WebP, RenditionError> {
    let refused = || RenditionError::Encode(pixels.width, pixels.height);
    let mut config = WebPConfig::new().map_err(|()| refused())?;
    (config.lossless, config.method, config.quality) = match coding {
        Coding::Lossy => (0, METHOD, QUALITY),
        Coding::Lossless => (1, LOSSLESS_METHOD, LOSSLESS_QUALITY),
    };
    let webp = Encoder::from_rgba(&pixels.rgba, pixels.width, pixels.height)
        .encode_advanced(&config)
        .map_err(|_| refused())?;
    Ok(WebP {
        width: pixels.width,
        height: pixels.height,
        bytes: webp.to_vec(),
        lossless: coding == Coding::Lossless,
    })
}
