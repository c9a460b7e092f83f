//! Draws pages.

use super::{geometry::View, notes};
use crate::decks::source::Pixels;
use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::{InterpreterSettings, RenderContent},
    hayro_syntax::page::Page,
    kurbo::{Affine, Rect},
    render_into,
    vello_cpu::{
        Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit,
        color::palette::css::WHITE,
    },
};

/// The page as its view shows it, on white.
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
    let mut pixels = drawn(page, to_pixels * view.to_view, size, settings);
    // hayro draws all annotations of a page or none. A speaker's note has an icon or a bubble, and
    // an appearance never leaves its rectangle (ISO 32000-2, 12.5.5): there the page is shown as
    // it is without annotations.
    let hidden: Vec<Rect> = notes::icons(page)
        .filter_map(|area| view.seen(area))
        .map(|seen| to_pixels.transform_rect_bbox(seen).inflate(1.0, 1.0))
        .collect();
    if !hidden.is_empty() {
        let bare_settings = InterpreterSettings {
            render_content: RenderContent::PAGE,
            ..settings.clone()
        };
        let bare = drawn(page, to_pixels * view.to_view, size, &bare_settings);
        for area in hidden {
            copy(&bare, &mut pixels, size, area);
        }
    }
    Pixels {
        width: u32::from(size.0),
        height: u32::from(size.1),
        rgba: pixels,
    }
}

/// RGBA, opaque, since it begins with white.
fn drawn(
    page: &Page<'_>,
    transform: Affine,
    (width, height): (u16, u16),
    settings: &InterpreterSettings,
) -> Vec<u8> {
    let mut context = RenderContext::new(width, height);
    // A new cache for each page: it can't be cleared, so one for all would grow with the deck
    // until the process reaches its limit of memory. What it saves is 2 to 7 ms a page.
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
    // Blend modes and soft masks round; a slide that shines through by 1/255 would cost an alpha
    // channel in each of its renditions.
    let (colours, _) = rgba.as_chunks_mut::<4>();
    for [.., alpha] in colours {
        *alpha = u8::MAX;
    }
    rgba
}

fn copy(from: &[u8], to: &mut [u8], size: (u16, u16), area: Rect) {
    let area = area.intersect(Rect::new(0.0, 0.0, f64::from(size.0), f64::from(size.1)));
    let (left, right) = (offset(area.x0), offset(area.x1.ceil()));
    let (top, bottom) = (offset(area.y0), offset(area.y1.ceil()));
    let row = usize::from(size.0) * 4;
    for y in top..bottom {
        let range = y * row + left * 4..y * row + right * 4;
        if let (Some(from), Some(to)) = (from.get(range.clone()), to.get_mut(range)) {
            to.copy_from_slice(from);
        }
    }
}

#[expect(clippy::as_conversions, reason = "a float has no other; it saturates")]
fn offset(length: f64) -> usize {
    usize::from(length as u16)
}
