//! Converts from a page's own coordinates to those of its visible part.

use hayro::{
    hayro_interpret::TransformExt,
    hayro_syntax::{object::Rect, page::Page},
    kurbo::{self, Affine},
};

/// The visible part of a page: upright, cropped, from its top left.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// From the page's coordinates to `width` x `height`, rotated, with y downwards.
    pub to_view: Affine,
    /// In points, above 0. Half of the page, if the other half has beamer's notes.
    pub width: f64,
    pub height: f64,
    /// The width of the whole page, in points.
    pub page_width: f64,
}

/// An area in fractions of the visible part: 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl View {
    pub fn of(page: &Page<'_>, left_half: bool) -> Self {
        let (width, height) = page.render_dimensions();
        let [width, height] = [width, height].map(|side| {
            // The crop box may have any numbers. hayro uses A4 if it is empty.
            if side.is_finite() && side > 0.0 {
                f64::from(side)
            } else {
                1.0
            }
        });
        Self {
            to_view: page.initial_transform(true).to_kurbo(),
            width: if left_half { width / 2.0 } else { width },
            height,
            page_width: width,
        }
    }

    /// The size of a picture for a width: no side above `widest`, the area not above `pixels`, and at least
    /// 1 x 1. Keeps the page's proportions, as far as these limits allow.
    pub fn size(&self, width: u32, widest: u16, pixels: u32) -> (u16, u16) {
        let widest_side = f64::from(widest.max(1));
        let pixels = f64::from(pixels.max(1));
        let mut scale = f64::from(width.max(1)).min(widest_side) / self.width;
        scale = scale.min(widest_side / self.height);
        let area = self.width * self.height * scale * scale;
        if area > pixels {
            scale *= (pixels / area).sqrt();
        }
        let whole = |length: f64| whole((length * scale).min(widest_side));
        let (wide, high) = (whole(self.width), whole(self.height));
        // If the short side was raised to 1, the area may exceed the limit again.
        let most = |other: u16| whole_of(pixels / f64::from(other));
        (wide.min(most(high)).max(1), high.min(most(wide)).max(1))
    }

    /// Whether its short side has only a few pixels when the long one has those of the largest screen.
    pub fn is_sliver(&self) -> bool {
        const MOST: f64 = 500.0;
        self.width > self.height * MOST || self.height > self.width * MOST
    }

    /// The visible part of a rectangle of the page. None when it is not visible.
    pub fn fractions(&self, area: Rect) -> Option<Area> {
        let seen = self.seen(area)?;
        Some(Area {
            x: narrow(seen.x0 / self.width),
            y: narrow(seen.y0 / self.height),
            width: narrow(seen.width() / self.width),
            height: narrow(seen.height() / self.height),
        })
    }

    /// The visible part in points of the view.
    pub fn seen(&self, area: Rect) -> Option<kurbo::Rect> {
        let area = kurbo::Rect::new(area.x0, area.y0, area.x1, area.y1).abs();
        let seen = self
            .to_view
            .transform_rect_bbox(area)
            .intersect(kurbo::Rect::new(0.0, 0.0, self.width, self.height));
        // Written so that NaN is not visible.
        (seen.width() > 0.0 && seen.height() > 0.0).then_some(seen)
    }
}

fn whole(length: f64) -> u16 {
    whole_of(length.round())
}

/// Rounds down and clamps to a valid side of a picture.
#[expect(clippy::as_conversions, reason = "a float has no other; it saturates")]
pub fn whole_of(length: f64) -> u16 {
    (length as u16).max(1)
}

#[expect(
    clippy::as_conversions,
    reason = "a float has no other; the value is 0 to 1"
)]
fn narrow(fraction: f64) -> f32 {
    (fraction as f32).clamp(0.0, 1.0)
}
