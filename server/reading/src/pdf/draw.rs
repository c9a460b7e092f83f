//! Draws pages.

use super::geometry::View;
use crate::source::Pixels;
use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::page::Page,
    kurbo::Affine,
    render_into,
    vello_cpu::{
        Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit,
        color::palette::css::WHITE,
    },
};

/// Draws the visible part of a page on white.
pub fn page(
    page: &Page<'_>,
    view: &View,
    size: (u16, u16),
    settings: &InterpreterSettings,
) -> Pixels {
    let to_pixels = Affine::scale_non_uniform(
        f64::from(size.0) / view.width,
        f64::from(size.1) / view.height,
    );
    let pixels = drawn(page, to_pixels * view.to_view, size, settings);
    Pixels {
        width: u32::from(size.0),
        height: u32::from(size.1),
        rgba: pixels,
    }
}

/// The pixels as RGBA, opaque because of the white background.
fn drawn(
    page: &Page<'_>,
    transform: Affine,
    (width, height): (u16, u16),
    settings: &InterpreterSettings,
) -> Vec<u8> {
    let mut context = RenderContext::new(width, height);
    // A new cache for each page. It can't be cleared, so a shared one would grow up to the memory limit. It
    // would save 2 to 7 ms per page.
    let cache = RenderCache::new();
    render_into(
        page,
        &cache,
        settings,
        &RenderSettings::default(),
        &mut context,
        transform,
    );
    context.flush();
    let mut pixmap = Pixmap::new(width, height);
    context.render_with(
        &mut pixmap,
        &mut Resources::default(),
        RasterizerSettings {
            target_init: TargetInit::Clear(WHITE),
            ..RasterizerSettings::default()
        },
    );
    let mut rgba = pixmap.data_as_u8_slice().to_vec();
    // Blend modes and soft masks round. A transparency of 1/255 would cost an alpha channel in each
    // rendition.
    let (colours, _) = rgba.as_chunks_mut::<4>();
    for [.., alpha] in colours {
        *alpha = u8::MAX;
    }
    rgba
}
