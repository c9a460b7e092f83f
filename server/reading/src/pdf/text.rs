//! Collects the glyphs of a page with their positions.

use super::{geometry::View, layout::Glyph};
use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
        InterpreterCache, InterpreterSettings, SoftMask,
        font::{Glyph as Drawn, GlyphId, GlyphRun},
        hayro_cmap::{BfString, WritingMode},
        interpret_page,
    },
    hayro_syntax::page::Page,
    kurbo::{Affine, BezPath, Point, Rect, Shape, Vec2},
};
use std::collections::HashMap;

/// The most glyphs of a page. A readable slide has 2,000.
const MOST_GLYPHS: usize = 50_000;

/// Units per em.
const UNITS: f64 = 1_000.0;

/// The text of a page in drawing order.
#[derive(Debug, Default)]
pub struct Written {
    pub glyphs: Vec<Glyph>,
    /// Whether a picture or shape crosses the middle, so that these are not two slides side by side.
    pub crosses_middle: bool,
    /// The number of letters that are not drawn, because their font lacks them.
    pub lacking: usize,
}

/// Collects the text of the whole page, in points from the top left. Does not decode images.
pub fn of_page(page: &Page<'_>, view: &View, settings: &InterpreterSettings) -> Written {
    let whole = Rect::new(0.0, 0.0, view.page_width, view.height);
    let cache = InterpreterCache::new();
    let mut context = Context::new(view.to_view, whole, &cache, page.xref(), settings.clone());
    let mut collector = Collector {
        page: whole,
        clips: Vec::new(),
        seen: HashMap::new(),
        written: Written::default(),
    };
    interpret_page(page, &mut context, &mut collector);
    collector.written
}

struct Collector {
    page: Rect,
    /// The open clips, each within the one before.
    clips: Vec<Rect>,
    /// Glyphs by text and position, in cells of a third of their size. Text is drawn twice for bold, shadows
    /// and outlines, and must be read once.
    seen: HashMap<(String, i64, i64), Vec<Point>>,
    written: Written,
}

impl Collector {
    fn collect(&mut self, drawn: &Drawn<'_>, transform: Affine, is_vertical: bool, is_seen: bool) {
        if self.written.glyphs.len() >= MOST_GLYPHS {
            return;
        }
        let [a, b, c, d, x, y] = transform.as_coeffs();
        let size = c.hypot(d) * UNITS;
        let across = Vec2::new(a, b);
        let is_sane = [x, y, size].iter().all(|value| value.is_finite());
        if !is_sane || size < 0.1 || across.hypot() <= 0.0 {
            return;
        }
        let origin = Point::new(x, y);
        if !self.page.inflate(size, size).contains(origin) {
            return;
        }
        let Some(meant) = drawn.as_unicode() else {
            return;
        };
        // The font's encoding has no letter for it.
        let is_unknown = meant == BfString::Char(char::REPLACEMENT_CHARACTER);
        let text = readable(meant);
        let is_visible = is_unknown || !text.trim().is_empty();
        let advance = match drawn {
            Drawn::Outline(glyph) => glyph.advance_width(),
            Drawn::Type3(glyph) => glyph.advance_width(),
        };
        let advance = advance.map_or(0.5, |width| f64::from(width) / UNITS);
        let (direction, advance) = if is_vertical {
            (Vec2::new(-c, -d) / c.hypot(d), size)
        } else {
            (across / across.hypot(), advance * across.hypot() * UNITS)
        };
        if is_seen && is_visible && is_lacking(drawn) {
            self.written.lacking += 1;
        }
        if text.is_empty() || self.was_here(&text, origin, size) {
            return;
        }
        self.written.glyphs.push(Glyph {
            text,
            origin,
            direction,
            // Type 3 fonts may declare anything.
            advance: if (0.0..=size * 4.0).contains(&advance) {
                advance
            } else {
                size / 2.0
            },
            size,
        });
    }

    fn was_here(&mut self, text: &str, origin: Point, size: f64) -> bool {
        let cell = |value: f64| whole(value / (size / 3.0));
        let (column, row) = (cell(origin.x), cell(origin.y));
        let near = size / 8.0;
        for (column, row) in (-1..=1).flat_map(|x| (-1..=1).map(move |y| (column + x, row + y))) {
            let there = self.seen.get(&(text.to_owned(), column, row));
            if there.is_some_and(|them| them.iter().any(|at| at.distance(origin) < near)) {
                return true;
            }
        }
        let here = self.seen.entry((text.to_owned(), column, row));
        here.or_default().push(origin);
        false
    }

    fn look_at_middle(&mut self, area: Rect) {
        let area = self.clipped(area);
        let (middle, margin) = (self.page.width() / 2.0, self.page.width() / 50.0);
        let is_across = area.x0 < middle - margin && area.x1 > middle + margin;
        if is_across && area.height() > 1.0 {
            self.written.crosses_middle = true;
        }
    }

    /// What the clips leave of an area.
    fn clipped(&self, area: Rect) -> Rect {
        area.intersect(*self.clips.last().unwrap_or(&self.page))
    }

    fn clip(&mut self, area: Rect) {
        self.clips.push(self.clipped(area));
    }
}

impl<'a> Device<'a> for Collector {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let is_vertical = run.writing_mode() == WritingMode::Vertical;
        let is_seen = !matches!(mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            self.collect(
                glyph,
                props.transform * glyph.transform(),
                is_vertical,
                is_seen,
            );
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        let area = props.transform.transform_rect_bbox(path.bounding_box());
        // Some programs paint each page white first.
        let is_whole = self.clipped(area).width() > self.page.width() * 0.98;
        if !is_whole {
            self.look_at_middle(area);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let area = Rect::new(
            0.0,
            0.0,
            f64::from(image.width()),
            f64::from(image.height()),
        );
        self.look_at_middle(props.transform.transform_rect_bbox(area));
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.clip(clip.path.bounding_box());
    }

    fn push_clip_rect(&mut self, clip: &Rect) {
        self.clip(*clip);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_transparency_group(&mut self) {}
}

/// Whether a font draws nothing for a visible letter.
fn is_lacking(drawn: &Drawn<'_>) -> bool {
    match drawn {
        Drawn::Outline(glyph) => {
            glyph.glyph_id() == GlyphId::NOTDEF || glyph.outline().elements().is_empty()
        }
        Drawn::Type3(_) => false,
    }
}

/// Replaces ligatures by letters and any space by a plain one, and removes invisible characters.
fn readable(glyph: BfString) -> String {
    let text = match glyph {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    };
    let mut readable = String::with_capacity(text.len());
    for c in text.chars().take(16) {
        match c {
            'ﬀ' => readable.push_str("ff"),
            'ﬁ' => readable.push_str("fi"),
            'ﬂ' => readable.push_str("fl"),
            'ﬃ' => readable.push_str("ffi"),
            'ﬄ' => readable.push_str("ffl"),
            'ﬅ' | 'ﬆ' => readable.push_str("st"),
            '\u{AD}' => readable.push('-'),
            c if c.is_whitespace() => readable.push(' '),
            // Private use is for icon fonts. Zero-width characters are joiners and direction marks.
            '\u{E000}'..='\u{F8FF}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{FFFD}' => {}
            c if c.is_control() => {}
            c => readable.push(c),
        }
    }
    readable
}

#[expect(clippy::as_conversions, reason = "a float has no other; it saturates")]
fn whole(value: f64) -> i64 {
    (value.floor() as i64).clamp(i64::MIN / 2, i64::MAX / 2)
}
