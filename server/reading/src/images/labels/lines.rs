//! Reads the text of a label's HTML, line by line.

use super::{pixels, property};
use resvg::usvg::roxmltree::Node;

/// Nobody reads a longer label.
const MAX_RUNS: usize = 500;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Style {
    pub colour: Option<String>,
    /// In pixels.
    pub size: Option<f32>,
    pub family: Option<String>,
    pub is_bold: bool,
    pub is_italic: bool,
    keeps_spaces: bool,
    is_unbroken: bool,
}

/// Text of one style.
#[derive(Debug, Clone)]
pub struct Run {
    pub text: String,
    pub style: Style,
}

#[derive(Debug)]
pub struct Lines {
    rows: Vec<Vec<Run>>,
    /// `text-align`.
    pub align: Option<String>,
    /// As a multiple of the size.
    pub line_height: Option<f32>,
    pub ground: Option<String>,
    /// The classes of the elements around the text. The drawing's stylesheet may colour them.
    pub classes: String,
    /// Whether it has more than text.
    pub is_lossy: bool,
    runs: usize,
}

impl Lines {
    pub fn of(html: Node<'_, '_>) -> Self {
        let mut lines = Self {
            rows: vec![Vec::new()],
            align: None,
            line_height: None,
            ground: None,
            classes: String::new(),
            is_lossy: false,
            runs: 0,
        };
        lines.children(html, &Style::default());
        lines.rows.iter_mut().for_each(|row| trim(row));
        while lines.rows.last().is_some_and(|row| is_blank(row)) {
            lines.rows.pop();
        }
        lines
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first size that is given.
    pub fn size(&self) -> Option<f32> {
        self.rows
            .iter()
            .flatten()
            .find_map(|run| run.style.size)
            .filter(|size| *size > 0.0)
    }

    /// The lines, broken at spaces where they are too long.
    pub fn wrapped(&self, size: f32, room: Option<f32>) -> Vec<Vec<Run>> {
        // A narrower box is a point, not a box.
        let Some(room) = room.filter(|room| *room > size * 2.0) else {
            return self.rows.clone();
        };
        let mut rows = Vec::new();
        for row in &self.rows {
            if width(row, size) <= room || row.iter().any(|run| run.style.is_unbroken) {
                rows.push(row.clone());
                continue;
            }
            let mut line: Vec<Run> = Vec::new();
            let mut filled = 0.0;
            for run in row {
                for word in words(&run.text) {
                    let piece = Run {
                        text: word.to_owned(),
                        style: run.style.clone(),
                    };
                    let wide = piece.width(size);
                    if filled + wide > room && !line.is_empty() {
                        rows.push(std::mem::take(&mut line));
                        filled = 0.0;
                    }
                    filled += wide;
                    line.push(piece);
                }
            }
            rows.push(line);
        }
        rows.iter_mut().for_each(|row| trim(row));
        rows
    }

    fn children(&mut self, node: Node<'_, '_>, style: &Style) {
        for child in node.children() {
            if child.is_text() {
                self.text(child.text().unwrap_or_default(), style);
            } else if child.is_element() {
                self.element(child, style);
            }
        }
    }

    fn element(&mut self, node: Node<'_, '_>, outer: &Style) {
        let name = node.tag_name().name().to_ascii_lowercase();
        let css = node.attribute("style").unwrap_or_default();
        let said = |key| property(css, key);
        match name.as_str() {
            "br" => return self.rows.push(Vec::new()),
            "style" | "script" | "head" | "template" => return,
            "math" | "svg" | "img" | "image" | "canvas" | "video" | "iframe" | "object"
            | "input" => {
                self.is_lossy = true;
                return;
            }
            // An icon font draws it by a class.
            "i" if !node.has_children() => self.is_lossy |= node.has_attribute("class"),
            _ => {}
        }
        if said("display") == Some("none") || said("visibility") == Some("hidden") {
            return;
        }
        let style = self.style(node, &name, outer);
        if let Some(class) = node.attribute("class") {
            self.class(class);
        }
        self.align = said("text-align")
            .or(node.attribute("align"))
            .map(str::to_owned)
            .or(self.align.take());
        let height = said("line-height").and_then(|it| it.parse().ok());
        self.line_height = height
            .filter(|it: &f32| (0.5..4.0).contains(it))
            .or(self.line_height);
        let ground = said("background-color")
            .or(said("background"))
            .and_then(colour);
        self.ground = ground
            .filter(|it| it != "transparent")
            .or(self.ground.take());
        let is_block = is_block(&name);
        if is_block {
            self.end_row();
        }
        match name.as_str() {
            "li" => self.text("• ", &style),
            "td" | "th" => self.text(" ", &style),
            _ => {}
        }
        self.children(node, &style);
        if is_block {
            self.end_row();
        }
    }

    fn class(&mut self, class: &str) {
        if self.classes.len() + class.len() < 500 {
            self.classes = format!("{} {class}", self.classes).trim().to_owned();
        }
        // Mermaid's stylesheet has its colour. Without it, it would have the colour of the line below it.
        if class.split_whitespace().any(|word| word == "edgeLabel") {
            self.ground.get_or_insert_with(|| "#e8e8e8".to_owned());
        }
    }

    fn style(&self, node: Node<'_, '_>, name: &str, outer: &Style) -> Style {
        let css = node.attribute("style").unwrap_or_default();
        let said = |key| property(css, key);
        let mut style = outer.clone();
        match name {
            "b" | "strong" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => style.is_bold = true,
            "i" | "em" => style.is_italic = true,
            "pre" => style.keeps_spaces = true,
            "font" => {
                style.colour = node.attribute("color").and_then(colour).or(style.colour);
                style.family = node.attribute("face").map(str::to_owned).or(style.family);
            }
            _ => {}
        }
        style.colour = said("color").and_then(colour).or(style.colour);
        style.family = said("font-family").map(str::to_owned).or(style.family);
        let relative = |value: &str| {
            let em = value.strip_suffix("em").map(|it| (it, 1.0));
            let (number, part) = em.or_else(|| Some((value.strip_suffix('%')?, 100.0)))?;
            Some(outer.size? * number.trim().parse::<f32>().ok()? / part)
        };
        let size = said("font-size").and_then(|it| pixels(it).or_else(|| relative(it)));
        style.size = size
            .filter(|size| (0.0..1_000.0).contains(size))
            .or(style.size);
        if let Some(weight) = said("font-weight") {
            style.is_bold = matches!(weight, "bold" | "bolder" | "600" | "700" | "800" | "900");
        }
        if let Some(slant) = said("font-style") {
            style.is_italic = slant == "italic";
        }
        if let Some(spaces) = said("white-space") {
            style.keeps_spaces = spaces.starts_with("pre");
            style.is_unbroken = matches!(spaces, "nowrap" | "pre");
        }
        style
    }

    fn text(&mut self, text: &str, style: &Style) {
        if style.size == Some(0.0) || self.runs >= MAX_RUNS {
            self.is_lossy |= !text.trim().is_empty();
            return;
        }
        if style.keeps_spaces {
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    self.rows.push(Vec::new());
                }
                self.push(line.replace('\t', "    "), style);
            }
            return;
        }
        let begins = self
            .rows
            .last()
            .and_then(|row| row.last())
            .is_none_or(|run| run.text.ends_with(' '));
        let mut words = String::new();
        for word in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
            let bare = word.trim_matches(|c: char| c.is_ascii_whitespace());
            words.push_str(bare);
            if bare.len() < word.len() && !words.ends_with(' ') {
                words.push(' ');
            }
        }
        let words = if begins {
            words.trim_start_matches(' ').to_owned()
        } else {
            words
        };
        self.push(words, style);
    }

    fn push(&mut self, text: String, style: &Style) {
        if let Some(row) = self.rows.last_mut().filter(|_| !text.is_empty()) {
            self.runs += 1;
            row.push(Run {
                text,
                style: style.clone(),
            });
        }
    }

    fn end_row(&mut self) {
        if self.rows.last().is_some_and(|row| !is_blank(row)) {
            self.rows.push(Vec::new());
        }
    }
}

impl Run {
    /// The approximate width in common screen fonts.
    fn width(&self, size: f32) -> f32 {
        let of = |c: char| match c {
            'i' | 'j' | 'l' | 't' | 'f' | 'I' | ' ' | '.' | ',' | ':' | ';' | '!' | '|' | '\''
            | '(' | ')' | '[' | ']' => 0.3,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.85,
            c if is_wide(c) => 1.0,
            c if c.is_uppercase() => 0.66,
            _ => 0.54,
        };
        let ems: f32 = self.text.chars().map(of).sum();
        ems * self.style.size.unwrap_or(size)
    }
}

/// Removes the space at the end of a line, which would count when the line is centred.
fn trim(row: &mut [Run]) {
    if let Some(last) = row.last_mut().filter(|run| !run.style.keeps_spaces) {
        last.text.truncate(last.text.trim_end().len());
    }
}

pub fn width(row: &[Run], size: f32) -> f32 {
    row.iter().map(|run| run.width(size)).sum()
}

fn is_blank(row: &[Run]) -> bool {
    row.iter().all(|run| run.text.trim().is_empty())
}

/// Whether a character is Chinese, Japanese, Korean or an emoji. A line may break before each.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{3ffff}')
}

/// Splits text into words with the space after them, and single wide characters.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if at > start && (last == Some(' ') && c != ' ' || is_wide(c)) {
            words.extend(text.get(start..at));
            start = at;
        }
        last = Some(c);
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "p"
            | "li"
            | "ul"
            | "ol"
            | "table"
            | "tr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "pre"
            | "section"
            | "blockquote"
            | "hr"
            | "body"
    )
}

/// A colour for SVG: the light one of `light-dark(a, b)`, and the fallback of a variable.
fn colour(value: &str) -> Option<String> {
    let value = value.trim();
    if let Some(pair) = value.strip_prefix("light-dark(") {
        let mut depth = 0_i32;
        let ends = |c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        };
        return colour(pair.split(ends).next()?);
    }
    if let Some(variable) = value.strip_prefix("var(") {
        let (_, fallback) = variable.strip_suffix(')')?.split_once(',')?;
        return colour(fallback);
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "#(),.% ".contains(c);
    let is_colour = (1..60).contains(&value.len()) && value.chars().all(is_plain);
    is_colour.then(|| value.to_owned())
}
