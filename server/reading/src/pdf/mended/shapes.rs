//! Draws annotations without an appearance (ISO 32000-2, 12.5.6): highlights, lines, shapes, ink and typed
//! text.

use super::{
    super::{links::is, strings},
    typed::{Letters, wrapped, written_as},
};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Rect, String as PdfString};
use std::fmt::Write;

/// The most points. A stroke by hand has some hundred.
const MOST_POINTS: usize = 20_000;
const MOST_STROKES: usize = 2_000;
/// The most characters of typed text.
const MOST_LETTERS: usize = 4_000;

/// The distance of control points for a circle, as a fraction of its radius.
const BEND: f64 = 0.5523;

pub struct Shape {
    pub area: Rect,
    /// In the page's coordinates. `/F` is the font.
    pub content: String,
    /// A font's dictionary, for typed text.
    pub font: String,
    pub multiplies: bool,
    /// 0 to 1.
    pub opacity: f32,
}

/// Draws an annotation. None when it is of another kind, or has nothing to draw.
pub fn of(annotation: &Dict<'_>) -> Option<Shape> {
    let area = annotation.get::<Rect>(b"Rect")?;
    let mut pen = Pen::of(annotation);
    let mut font = "<< >>".to_owned();
    match annotation.get::<Name<'_>>(b"Subtype")?.as_ref() {
        b"Highlight" => pen.marker(annotation, area),
        b"Underline" | b"Squiggly" => pen.line_at(annotation, area, 0.08),
        b"StrikeOut" => pen.line_at(annotation, area, 0.45),
        b"Square" => pen.rectangle(area),
        b"Circle" => pen.ellipse(area),
        b"Line" => pen.line(annotation)?,
        b"Polygon" => pen.points(&numbers(annotation, b"Vertices"), "b"),
        b"PolyLine" => pen.points(&numbers(annotation, b"Vertices"), "S"),
        b"Ink" => pen.ink(annotation)?,
        b"FreeText" => font = pen.text(annotation, area)?,
        _ => return None,
    }
    if pen.content.is_empty() {
        return None;
    }
    let opacity = annotation.get::<f32>(b"CA").unwrap_or(1.0);
    Some(Shape {
        area: pen.reach(area),
        content: pen.content,
        font,
        multiplies: is(annotation, b"Highlight"),
        opacity: opacity.clamp(0.0, 1.0),
    })
}

struct Pen {
    width: f64,
    /// The operators for the colours. None means that they are not used.
    stroke: Option<String>,
    fill: Option<String>,
    content: String,
    /// The points of the drawing, for its bounding box.
    drawn: Vec<(f64, f64)>,
}

impl Pen {
    fn of(annotation: &Dict<'_>) -> Self {
        let style = annotation.get::<Dict<'_>>(b"BS");
        let border = || numbers(annotation, b"Border").get(2).copied();
        let width = style
            .as_ref()
            .and_then(|style| style.get::<f64>(b"W"))
            .or_else(border)
            .unwrap_or(1.0)
            .clamp(0.0, 1_000.0);
        let colour = numbers(annotation, b"C");
        let stroke = colour_operator(&colour, ["G", "RG", "K"]);
        let mut pen = Self {
            width,
            stroke: stroke.or_else(|| Some("0 G".to_owned())),
            fill: colour_operator(&numbers(annotation, b"IC"), ["g", "rg", "k"]),
            content: String::new(),
            drawn: Vec::new(),
        };
        if width <= 0.0 {
            pen.stroke = None;
        }
        let is_dashed = style.as_ref().is_some_and(|style| {
            let kind = style.get::<Name<'_>>(b"S");
            kind.is_some_and(|kind| kind.as_ref() == b"D")
        });
        if is_dashed {
            pen.write("[3] 0 d ");
        }
        pen
    }

    fn write(&mut self, operators: &str) {
        self.content.push_str(operators);
    }

    fn to(&mut self, x: f64, y: f64, operator: &str) {
        self.drawn.push((x, y));
        // Writing to a string does not fail.
        let _ = write!(self.content, "{x} {y} {operator} ");
    }

    fn colours(&mut self) {
        let colours = [self.fill.as_ref(), self.stroke.as_ref()];
        let colours: Vec<String> = colours.into_iter().flatten().cloned().collect();
        let width = self.width;
        self.write(&format!("{width} w 1 J 1 j {} ", colours.join(" ")));
    }

    /// Paints a path. `wanted` is B, b or S; without a colour to fill or stroke, that part is omitted.
    fn paint(&mut self, wanted: &str) {
        let closes = wanted == "b";
        let operator = match (&self.fill, &self.stroke) {
            _ if wanted == "S" => "S",
            (Some(_), Some(_)) => wanted,
            (Some(_), None) => "f",
            (None, Some(_)) if closes => "s",
            (None, Some(_)) => "S",
            (None, None) => "n",
        };
        self.write(operator);
        self.write(" ");
    }

    fn marker(&mut self, annotation: &Dict<'_>, area: Rect) {
        let colour = colour_operator(&numbers(annotation, b"C"), ["g", "rg", "k"]);
        self.write(&colour.unwrap_or_else(|| "1 1 0 rg".to_owned()));
        self.write(" ");
        for [left_top, right_top, left_bottom, right_bottom] in quads(annotation, area) {
            self.to(left_top.0, left_top.1, "m");
            self.to(right_top.0, right_top.1, "l");
            self.to(right_bottom.0, right_bottom.1, "l");
            self.to(left_bottom.0, left_bottom.1, "l");
            self.write("f ");
        }
    }

    /// Draws a line through text at a fraction of its height.
    fn line_at(&mut self, annotation: &Dict<'_>, area: Rect, height: f64) {
        self.colours();
        for [left_top, right_top, left_bottom, right_bottom] in quads(annotation, area) {
            let high = (left_top.1 - left_bottom.1).abs();
            self.write(&format!("{} w ", (high / 16.0).clamp(0.5, 6.0)));
            let between = |bottom: (f64, f64), top: (f64, f64)| {
                let part = |a: f64, b: f64| a + (b - a) * height;
                (part(bottom.0, top.0), part(bottom.1, top.1))
            };
            let (left, right) = (
                between(left_bottom, left_top),
                between(right_bottom, right_top),
            );
            self.to(left.0, left.1, "m");
            self.to(right.0, right.1, "l");
            self.write("S ");
        }
    }

    fn rectangle(&mut self, area: Rect) {
        self.colours();
        let inset = self.width / 2.0;
        let (x, y) = (area.x0 + inset, area.y0 + inset);
        let (width, height) = (area.x1 - inset - x, area.y1 - inset - y);
        self.write(&format!("{x} {y} {width} {height} re "));
        self.paint("B");
    }

    fn ellipse(&mut self, area: Rect) {
        self.colours();
        let (x, y) = ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0);
        let inset = self.width / 2.0;
        let (wide, high) = (
            (area.x1 - area.x0) / 2.0 - inset,
            (area.y1 - area.y0) / 2.0 - inset,
        );
        let (bent_x, bent_y) = (wide * BEND, high * BEND);
        self.to(x + wide, y, "m");
        for (a, b, end) in [
            (
                (x + wide, y + bent_y),
                (x + bent_x, y + high),
                (x, y + high),
            ),
            (
                (x - bent_x, y + high),
                (x - wide, y + bent_y),
                (x - wide, y),
            ),
            (
                (x - wide, y - bent_y),
                (x - bent_x, y - high),
                (x, y - high),
            ),
            (
                (x + bent_x, y - high),
                (x + wide, y - bent_y),
                (x + wide, y),
            ),
        ] {
            self.write(&format!("{} {} {} {} ", a.0, a.1, b.0, b.1));
            self.to(end.0, end.1, "c");
        }
        self.paint("b");
    }

    fn line(&mut self, annotation: &Dict<'_>) -> Option<()> {
        let [x0, y0, x1, y1] = annotation.get::<[f64; 4]>(b"L")?;
        self.points(&[x0, y0, x1, y1], "S");
        let ends = annotation.get::<Array<'_>>(b"LE").unwrap_or_default();
        let mut ends = ends.iter::<Name<'_>>();
        if ends.next().is_some_and(|end| is_arrow(&end)) {
            self.arrow((x1, y1), (x0, y0));
        }
        if ends.next().is_some_and(|end| is_arrow(&end)) {
            self.arrow((x0, y0), (x1, y1));
        }
        Some(())
    }

    fn arrow(&mut self, from: (f64, f64), tip: (f64, f64)) {
        let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
        let length = dx.hypot(dy);
        if length <= 0.0 {
            return;
        }
        let size = (self.width * 4.0).clamp(6.0, length.max(6.0));
        let (ux, uy) = (dx / length * size, dy / length * size);
        let side = |turn: f64| (tip.0 - ux + uy * turn, tip.1 - uy - ux * turn);
        let (left, right) = (side(0.5), side(-0.5));
        self.points(&[left.0, left.1, tip.0, tip.1, right.0, right.1], "S");
    }

    fn points(&mut self, numbers: &[f64], paint: &str) {
        let (pairs, _) = numbers.as_chunks::<2>();
        if pairs.len() < 2 {
            return;
        }
        self.colours();
        let operators = std::iter::once("m").chain(std::iter::repeat("l"));
        for ([x, y], operator) in pairs.iter().take(MOST_POINTS).zip(operators) {
            self.to(*x, *y, operator);
        }
        self.paint(paint);
    }

    fn ink(&mut self, annotation: &Dict<'_>) -> Option<()> {
        let strokes = annotation.get::<Array<'_>>(b"InkList")?;
        for stroke in strokes.iter::<Array<'_>>().take(MOST_STROKES) {
            let mut numbers = floats(&stroke);
            if let [x, y] = *numbers {
                // A single point is a dot.
                numbers.extend([x + 0.01, y]);
            }
            self.points(&numbers, "S");
            if self.drawn.len() > MOST_POINTS {
                break;
            }
        }
        Some(())
    }

    /// Draws typed text. Returns its font.
    fn text(&mut self, annotation: &Dict<'_>, area: Rect) -> Option<String> {
        let contents = annotation.get::<PdfString<'_>>(b"Contents")?;
        let text: String = strings::decoded(contents.as_bytes())
            .chars()
            .take(MOST_LETTERS)
            .collect();
        let look = annotation.get::<PdfString<'_>>(b"DA");
        let look = look.map(|look| strings::decoded(look.as_bytes()));
        let (size, colour) = written_as(look.as_deref().unwrap_or_default());
        let mut letters = Letters::default();
        let margin = 2.0 + if self.width > 1.0 { self.width } else { 0.0 };
        let mut y = area.y1 - margin - size * 0.9;
        // `/C` of a free text is the colour of its background.
        let ground = colour_operator(&numbers(annotation, b"C"), ["g", "rg", "k"]);
        if let Some(ground) = ground {
            let (width, height) = (area.x1 - area.x0, area.y1 - area.y0);
            self.write(&format!(
                "{ground} {} {} {width} {height} re f ",
                area.x0, area.y0
            ));
        }
        self.write(&format!("BT {colour} /F {size} Tf "));
        let wide = (area.x1 - area.x0 - margin * 2.0) / size;
        for line in wrapped(&text, wide) {
            let codes = letters.encoded(&line);
            let x = area.x0 + margin;
            self.write(&format!("1 0 0 1 {x} {y} Tm <{codes}> Tj "));
            y -= size * 1.15;
        }
        self.write("ET ");
        self.drawn.push((area.x0, y.min(area.y0)));
        Some(letters.font())
    }

    /// The bounding box of the drawing.
    fn reach(&self, area: Rect) -> Rect {
        let around = self.width * 2.0 + 1.0;
        let mut reach = area;
        for (x, y) in &self.drawn {
            reach.x0 = reach.x0.min(x - around);
            reach.x1 = reach.x1.max(x + around);
            reach.y0 = reach.y0.min(y - around);
            reach.y1 = reach.y1.max(y + around);
        }
        reach
    }
}

fn is_arrow(end: &Name<'_>) -> bool {
    matches!(end.as_ref(), b"OpenArrow" | b"ClosedArrow")
}

/// The quadrilaterals around text, as upper left, upper right, lower left, lower right: the order of all
/// programs, although the standard has another one.
fn quads(annotation: &Dict<'_>, area: Rect) -> Vec<[(f64, f64); 4]> {
    let numbers = numbers(annotation, b"QuadPoints");
    let (quads, _) = numbers.as_chunks::<8>();
    let mut quads: Vec<[(f64, f64); 4]> = quads
        .iter()
        .take(MOST_STROKES)
        .map(|[a, b, c, d, e, f, g, h]| [(*a, *b), (*c, *d), (*e, *f), (*g, *h)])
        .collect();
    if quads.is_empty() {
        let Rect { x0, y0, x1, y1 } = area;
        quads.push([(x0, y1), (x1, y1), (x0, y0), (x1, y0)]);
    }
    quads
}

fn numbers(dict: &Dict<'_>, key: &[u8]) -> Vec<f64> {
    let array = dict.get::<Array<'_>>(key);
    array.as_ref().map(floats).unwrap_or_default()
}

fn floats(array: &Array<'_>) -> Vec<f64> {
    array
        .iter::<Object<'_>>()
        .take(MOST_POINTS * 2)
        .filter_map(Object::into_number)
        .map(|number| number.as_f64())
        .collect()
}

/// Reads grey, RGB or CMYK, by the number of components. None when there is none.
pub fn colour_operator(colour: &[f64], [grey, rgb, cmyk]: [&str; 3]) -> Option<String> {
    let operator = match colour.len() {
        1 => grey,
        3 => rgb,
        4 => cmyk,
        _ => return None,
    };
    let numbers: Vec<String> = colour.iter().map(ToString::to_string).collect();
    Some(format!("{} {operator}", numbers.join(" ")))
}
