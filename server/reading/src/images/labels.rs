//! Rewrites HTML labels in `<foreignObject>`, which Mermaid and draw.io write, as SVG text, because the
//! renderer can't lay out HTML.
//!
//! Only text is kept, with its colour, size, weight, lines and position. Anything else (formulas, pictures)
//! is left out and reported.

mod lines;

use lines::{Lines, Run, Style};
use resvg::usvg::roxmltree::{Document, Node};
use std::ops::Range;

/// SVG 1.1's name of the feature that HTML in a drawing requires.
const EXTENSIBILITY: &str = "#Extensibility";

pub struct Labels {
    /// The drawing with its labels as text. None when it has no HTML.
    pub text: Option<String>,
    /// Whether some of the HTML was left out.
    pub is_lossy: bool,
}

/// `text` is the source of `document`.
pub fn written(document: &Document<'_>, text: &str) -> Labels {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut is_lossy = false;
    // Content of an entity has its position in the document type, and can't be replaced.
    let root = document.root_element().range().start;
    let mut taken = root;
    for node in document.descendants().filter(Node::is_element) {
        let is_html = node.tag_name().name() == "foreignObject";
        if !is_html && !is_excuse(node) {
            continue;
        }
        let range = node.range();
        if range.start < taken {
            is_lossy |= is_html && range.start < root;
            continue;
        }
        let Some(tag) = text.get(range.start..).and_then(|it| it.strip_prefix('<')) else {
            continue;
        };
        let prefix = tag
            .split_once("foreignObject")
            .map_or("", |(prefix, _)| prefix);
        let drawn = if is_html {
            label(node, prefix, &mut is_lossy)
        } else {
            String::new()
        };
        taken = range.end;
        edits.push((range, drawn));
    }
    if edits.is_empty() {
        return Labels {
            text: None,
            is_lossy,
        };
    }
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for (range, drawn) in edits {
        written.push_str(text.get(from..range.start).unwrap_or_default());
        written.push_str(&drawn);
        from = range.end;
    }
    written.push_str(text.get(from..).unwrap_or_default());
    Labels {
        text: Some(written),
        is_lossy,
    }
}

/// draw.io's fallback for programs that can't show HTML, such as "Text is not SVG - cannot display".
fn is_excuse(node: Node<'_, '_>) -> bool {
    let is_switch = |node: &Node<'_, '_>| node.tag_name().name() == "switch";
    let asks = |node: Node<'_, '_>| {
        node.tag_name().name() != "foreignObject"
            && node
                .attribute("requiredFeatures")
                .is_some_and(|features| features.ends_with(EXTENSIBILITY))
    };
    node.parent_element().is_some_and(|it| is_switch(&it)) && node.prev_siblings().skip(1).any(asks)
}

/// The text for a `<foreignObject>`. Empty where the drawing's fallback is better.
fn label(html: Node<'_, '_>, prefix: &str, is_lossy: &mut bool) -> String {
    let is_picture = |node: Node<'_, '_>| node.tag_name().name() == "image";
    let in_switch = html
        .parent_element()
        .filter(|it| it.tag_name().name() == "switch");
    if in_switch.is_some() && html.next_siblings().skip(1).any(is_picture) {
        return String::new();
    }
    let lines = Lines::of(html);
    *is_lossy |= lines.is_lossy;
    if lines.is_empty() {
        // The fallback may have the text of a formula.
        let empty = if lines.is_lossy {
            String::new()
        } else {
            format!("<{prefix}g/>")
        };
        return empty;
    }
    let size = lines.size().or_else(|| size_around(html)).unwrap_or(16.0);
    let place = Place::of(html, &lines);
    let rows = lines.wrapped(size, place.room);
    let count = f32::from(u16::try_from(rows.len()).unwrap_or(u16::MAX));
    // The height of a tight box is that of a line.
    let tight = place
        .height
        .map(|height| height / count)
        .filter(|line| (1.0..=1.7).contains(&(line / size)));
    let line = lines
        .line_height
        .map(|it| it * size)
        .or(tight)
        .unwrap_or(size * 1.2);
    let all = line * count;
    let height = place.height.unwrap_or(all);
    let top = place.y
        + match place.down.unwrap_or(if height - all < line {
            Align::Middle
        } else {
            Align::Start
        }) {
            Align::Start => 0.0,
            Align::Middle => (height - all) / 2.0,
            Align::End => height - all,
        };
    let (x, anchor) = match place.across {
        Align::Start => (place.x, "start"),
        Align::Middle => (place.x + place.width.unwrap_or(0.0) / 2.0, "middle"),
        Align::End => (place.x + place.width.unwrap_or(0.0), "end"),
    };
    let mut drawn = format!("<{prefix}g>");
    if let Some(ground) = &lines.ground {
        let width = rows
            .iter()
            .map(|row| lines::width(row, size))
            .fold(0.0, f32::max);
        let left = match place.across {
            Align::Start => x,
            Align::Middle => x - width / 2.0,
            Align::End => x - width,
        };
        drawn.push_str(&format!(
            "<{prefix}rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{all}\" stroke=\"none\" fill=\"{}\" fill-opacity=\"0.8\"/>",
            escaped(ground)
        ));
    }
    let mut baseline = top + line / 2.0 + size * 0.35;
    for row in rows {
        drawn.push_str(&format!(
            "<{prefix}text x=\"{x}\" y=\"{baseline}\" text-anchor=\"{anchor}\" stroke=\"none\" fill=\"currentColor\" xml:space=\"preserve\""
        ));
        if !lines.classes.is_empty() {
            drawn.push_str(&format!(" class=\"{}\"", escaped(&lines.classes)));
        }
        drawn.push('>');
        for run in row {
            drawn.push_str(&spanned(&run, prefix));
        }
        drawn.push_str(&format!("</{prefix}text>"));
        baseline += line;
    }
    drawn.push_str(&format!("</{prefix}g>"));
    drawn
}

fn spanned(run: &Run, prefix: &str) -> String {
    let Style {
        colour,
        size,
        family,
        is_bold,
        is_italic,
        ..
    } = &run.style;
    let mut span = format!("<{prefix}tspan");
    let mut add = |key: &str, value: &str| span.push_str(&format!(" {key}=\"{}\"", escaped(value)));
    if let Some(colour) = colour {
        add("fill", colour);
    }
    if let Some(size) = size {
        add("font-size", &size.to_string());
    }
    if let Some(family) = family {
        add("font-family", family);
    }
    if *is_bold {
        add("font-weight", "bold");
    }
    if *is_italic {
        add("font-style", "italic");
    }
    format!("{span}>{}</{prefix}tspan>", escaped(&run.text))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Align {
    Start,
    Middle,
    End,
}

impl Align {
    /// `center`, `unsafe flex-end`, `left`.
    fn of(value: &str) -> Option<Self> {
        match value.split_whitespace().next_back()? {
            "center" => Some(Self::Middle),
            "right" | "end" | "flex-end" => Some(Self::End),
            "left" | "start" | "flex-start" => Some(Self::Start),
            _ => None,
        }
    }
}

/// The box of a label.
struct Place {
    x: f32,
    y: f32,
    width: Option<f32>,
    height: Option<f32>,
    /// The greatest width of a line.
    room: Option<f32>,
    across: Align,
    down: Option<Align>,
}

impl Place {
    fn of(html: Node<'_, '_>, lines: &Lines) -> Self {
        let own = |key| html.attribute(key).and_then(pixels);
        // draw.io positions its first element in a box of the drawing's size.
        let first = html.children().find(Node::is_element);
        let style = first
            .and_then(|it| it.attribute("style"))
            .unwrap_or_default();
        let said = |key| property(style, key);
        let inner = |key| said(key).and_then(pixels);
        let width = inner("width").or_else(|| own("width"));
        // Mermaid's boxes are exactly as wide as their text, and our measure of text is an estimate.
        let room = inner("width").or_else(|| own("width").map(|width| width * 1.15));
        let justified = said("justify-content").and_then(Align::of);
        // A width of 1 means that the text may overflow.
        let is_point = width.is_some_and(|width| width <= 2.0);
        let aligned = lines.align.as_deref().and_then(Align::of);
        let across = if is_point {
            justified.or(aligned)
        } else {
            aligned.or(justified)
        };
        let is_diagram = ["nodeLabel", "edgeLabel", "label"]
            .iter()
            .any(|class| lines.classes.split(' ').any(|word| word == *class));
        Self {
            x: own("x").unwrap_or(0.0) + inner("margin-left").unwrap_or(0.0),
            y: own("y").unwrap_or(0.0)
                + inner("padding-top").or(inner("margin-top")).unwrap_or(0.0),
            width,
            room,
            height: inner("height").or_else(|| own("height")),
            // From Mermaid's stylesheet, which is not read here.
            across: across.unwrap_or(if is_diagram {
                Align::Middle
            } else {
                Align::Start
            }),
            down: said("align-items").and_then(Align::of),
        }
    }
}

/// The inherited font size of a label: by attributes, styles, or Mermaid's default.
fn size_around(html: Node<'_, '_>) -> Option<f32> {
    let own = |node: Node<'_, '_>| {
        let style = node.attribute("style").unwrap_or_default();
        node.attribute("font-size")
            .or(property(style, "font-size"))
            .and_then(pixels)
    };
    html.ancestors().find_map(own).or_else(|| {
        let root = html.document().root_element();
        let sheet = root
            .descendants()
            .find(|node| node.tag_name().name() == "style")?;
        let (_, rest) = sheet.text()?.split_once("font-size:")?;
        pixels(rest.split([';', '}']).next()?)
    })
}

/// The value of a property in a `style`.
fn property<'a>(style: &'a str, key: &str) -> Option<&'a str> {
    style.split(';').rev().find_map(|declared| {
        let (name, value) = declared.split_once(':')?;
        (name.trim() == key).then(|| value.trim())
    })
}

/// Reads `12px`, `9pt` or a bare number. None for relative units.
fn pixels(value: &str) -> Option<f32> {
    let value = value.trim().trim_end_matches("!important").trim();
    let (number, scale) = match value.strip_suffix("pt") {
        Some(points) => (points, 4.0 / 3.0),
        None => (value.strip_suffix("px").unwrap_or(value), 1.0),
    };
    let number: f32 = number.trim().parse().ok()?;
    (number.is_finite() && number.abs() < 100_000.0).then_some(number * scale)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
