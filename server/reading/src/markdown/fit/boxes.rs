//! A slide's markup as boxes: blocks within blocks, and lines of measured words. All lengths are in em of the
//! block's own type, so that they hold at every scale.

use super::{
    formula::Formula,
    typefaces::{self, Style},
};
use crate::markdown::html::{Tag, Token, Tokens, is_void, unescaped};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use std::ops::Range;

/// The theme's maximum height of a picture beside text, in a list or in a cell, in em.
const PICTURE: f32 = 6.0;
/// The same if its author gives a size.
const SIZED_PICTURE: f32 = 12.0;
/// Inline code is smaller, and has an edge.
const CODE: f32 = 0.86;
const CODE_EDGE: f32 = 0.52;
/// The design size of the type, for authors' pixels.
const TYPE: f32 = 36.0;

pub struct Block<'a> {
    pub name: &'a str,
    pub class: &'a str,
    pub content: Vec<Content<'a>>,
    /// The markup's `colspan`.
    pub span: usize,
}

impl Block<'_> {
    /// Whether its lines end where the author ended them.
    pub fn is_code(&self) -> bool {
        self.name == "pre" || is_line(self.class)
    }

    pub fn has(&self, class: &str) -> bool {
        self.class.split(' ').any(|own| own == class)
    }
}

/// Whether it is a line of code, which is an element of its own.
fn is_line(class: &str) -> bool {
    class.split(' ').any(|class| class == "line")
}

pub enum Content<'a> {
    Block(Block<'a>),
    Line(Vec<Piece>),
}

/// What stands in a line. A line may end after each.
#[derive(Debug, Clone, Copy)]
pub enum Piece {
    /// A word, and the space after it.
    Word {
        width: f32,
        space: f32,
        /// It may be broken anywhere, as a name in code.
        breaks: bool,
    },
    /// What is not broken and does not fit a shorter line: a formula.
    Whole {
        width: f32,
        height: f32,
    },
    Picture {
        height: f32,
    },
    NewLine,
}

/// Builds boxes from markup. It is well formed.
pub fn of(markup: &str) -> Block<'_> {
    let mut builder = Builder {
        open: vec![Open::new("", "")],
        style: Vec::new(),
        lines: LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default()),
    };
    let mut formula: Option<(Formula<'_>, bool, u16)> = None;
    for token in Tokens::of(markup) {
        if let Some((open, block, rows)) = &mut formula {
            let width = match &token {
                Token::Text(text) => {
                    open.say(text);
                    None
                }
                Token::Open(tag) => {
                    if tag.name == "mtr" {
                        *rows = rows.saturating_add(1);
                    }
                    open.open(tag);
                    None
                }
                Token::Close(name) => open.close(name),
                Token::Comment(_) => None,
            };
            if let Some(width) = width {
                let height = f32::from((*rows).max(1)) * 2.0;
                let height = if *block { height + 0.9 } else { 1.0 };
                if *block {
                    builder.end_lines();
                }
                builder.object(Piece::Whole { width, height });
                if *block {
                    builder.end_lines();
                }
                formula = None;
            }
            continue;
        }
        match token {
            Token::Text(text) => builder.text(text),
            Token::Open(tag) if tag.name == "math" => {
                let block = tag.get("display") == Some("block");
                formula = Some((Formula::new(), block, 0));
            }
            Token::Open(tag) => builder.open(&tag),
            Token::Close(name) => builder.close(name),
            Token::Comment(_) => {}
        }
    }
    builder.finish()
}

struct Builder<'a> {
    open: Vec<Open<'a>>,
    /// The open elements within a line, and what text looked like before each.
    style: Vec<(&'a str, Look)>,
    lines: LineSegmenterBorrowed<'static>,
}

/// A block whose end is not reached.
struct Open<'a> {
    block: Block<'a>,
    /// The text of the current lines, and what its parts look like.
    text: String,
    parts: Vec<Part>,
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    style: Style,
    /// The size, relative to the block.
    size: f32,
    /// Within inline code, which is a box of its own.
    boxed: bool,
}

/// A part of a text that looks the same, and where it ends. Objects have the place of one letter, `OBJECT`.
struct Part {
    end: usize,
    kind: Kind,
}

enum Kind {
    Text(Look),
    Object(Piece),
}

/// Unicode's letter for an object within text.
const OBJECT: char = '\u{fffc}';

impl<'a> Open<'a> {
    fn new(name: &'a str, class: &'a str) -> Self {
        let bold = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th");
        let style = Style {
            bold,
            italic: false,
            code: name == "pre",
        };
        Self {
            block: Block {
                name,
                class,
                content: Vec::new(),
                span: 1,
            },
            text: String::new(),
            parts: Vec::new(),
            look: Look {
                style,
                size: 1.0,
                boxed: false,
            },
        }
    }
}

impl<'a> Builder<'a> {
    fn open(&mut self, tag: &Tag<'a>) {
        match tag.name {
            "br" => return self.object(Piece::NewLine),
            "img" => {
                let height = picture(tag);
                return self.object(Piece::Picture { height });
            }
            _ => {}
        }
        let class = tag.attributes.iter().find(|(key, _)| *key == "class");
        let class = class.map_or("", |(_, class)| class);
        if is_block(tag.name) || is_line(class) {
            self.end_lines();
            let mut open = Open::new(tag.name, class);
            if let Some(parent) = self.open.last() {
                let inherited = parent.look.style;
                open.look.style.bold |= inherited.bold && !parent.block.name.is_empty();
                open.look.style.code |= inherited.code;
            }
            open.block.span = tag
                .get("colspan")
                .and_then(|span| span.parse().ok())
                .map_or(1, |span: usize| span.clamp(1, 100));
            self.open.push(open);
            if tag.name == "hr" {
                self.close("hr");
            }
        } else if !is_void(tag.name) {
            let Some(open) = self.open.last_mut() else {
                return;
            };
            self.style.push((tag.name, open.look));
            let look = &mut open.look;
            match tag.name {
                "strong" | "b" => look.style.bold = true,
                "em" | "i" | "cite" | "dfn" => look.style.italic = true,
                "code" | "kbd" | "samp" => {
                    look.style.code = true;
                    if open.block.name != "pre" {
                        look.size *= CODE;
                        look.boxed = true;
                    }
                }
                "small" => look.size *= 0.75,
                "sup" | "sub" => look.size *= 0.65,
                _ => {}
            }
        }
    }

    fn close(&mut self, name: &str) {
        if let Some((open, _)) = self.style.last()
            && *open == name
        {
            if let (Some((_, before)), Some(open)) = (self.style.pop(), self.open.last_mut()) {
                open.look = before;
            }
            return;
        }
        if self.open.len() < 2 || self.open.last().is_none_or(|open| open.block.name != name) {
            return;
        }
        self.end_lines();
        if let Some(open) = self.open.pop()
            && let Some(parent) = self.open.last_mut()
        {
            parent.block.content.push(Content::Block(open.block));
        }
    }

    fn finish(mut self) -> Block<'a> {
        while let Some(name) = self.open.last().map(|open| open.block.name)
            && self.open.len() > 1
        {
            self.style.clear();
            self.close(name);
        }
        self.end_lines();
        let root = self.open.pop().unwrap_or_else(|| Open::new("", ""));
        root.block
    }

    /// Adds text, its white space as a browser shows it.
    fn text(&mut self, escaped: &str) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let is_code = open.block.is_code();
        let look = open.look;
        for c in unescaped(escaped).chars() {
            if is_code {
                match c {
                    '\n' => {
                        open.text.push(OBJECT);
                    }
                    '\t' => open.text.push_str("    "),
                    c => open.text.push(c),
                }
            } else if c.is_ascii_whitespace() {
                if !(open.text.is_empty() || open.text.ends_with([' ', OBJECT])) {
                    open.text.push(' ');
                }
            } else {
                open.text.push(c);
            }
        }
        let end = open.text.len();
        let kind = Kind::Text(look);
        open.parts.push(Part { end, kind });
    }

    fn object(&mut self, piece: Piece) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.text.push(OBJECT);
        let end = open.text.len();
        let kind = Kind::Object(piece);
        open.parts.push(Part { end, kind });
    }

    /// Measures the words since the last block.
    fn end_lines(&mut self) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let text = std::mem::take(&mut open.text);
        let parts = std::mem::take(&mut open.parts);
        if text.trim().is_empty() {
            return;
        }
        let is_code = open.block.is_code();
        let pieces = if is_code {
            code_lines(&text)
        } else {
            pieces(&text, &parts, self.lines)
        };
        open.block.content.push(Content::Line(pieces));
    }
}

/// The lines of a block of code, each in one piece.
fn code_lines(text: &str) -> Vec<Piece> {
    let style = Style {
        bold: false,
        italic: false,
        code: true,
    };
    let mut pieces = Vec::new();
    for line in text.split_inclusive(OBJECT) {
        let code = line.trim_end_matches(OBJECT);
        pieces.push(Piece::Whole {
            width: typefaces::width(code, style),
            height: 1.0,
        });
        if line.ends_with(OBJECT) {
            pieces.push(Piece::NewLine);
        }
    }
    pieces
}

fn pieces(text: &str, parts: &[Part], lines: LineSegmenterBorrowed<'static>) -> Vec<Piece> {
    // Inline code moves to the next line as a whole.
    let code = inline_code(parts);
    let mut ends: Vec<usize> = lines
        .segment_str(text)
        .filter(|end| in_code(&code, *end).is_none_or(|code| code.start == *end))
        .chain(code.iter().flat_map(|code| [code.start, code.end]))
        .filter(|end| *end > 0)
        .collect();
    ends.sort_unstable();
    ends.dedup();
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in ends {
        let word = text.get(start..end).unwrap_or_default();
        let letters = word.trim_end_matches(OBJECT);
        if !letters.is_empty() {
            let shown = start + letters.trim_end_matches(' ').len();
            let is_code = in_code(&code, start).is_some();
            let edge = if is_code { CODE_EDGE * CODE } else { 0.0 };
            pieces.push(Piece::Word {
                width: measured(text, start..shown, parts) + edge,
                space: measured(text, shown..start + letters.len(), parts),
                breaks: is_code,
            });
        }
        pieces.extend(objects(parts, start..end));
        start = end;
    }
    pieces
}

/// The objects that end in a range.
fn objects(parts: &[Part], range: Range<usize>) -> impl Iterator<Item = Piece> {
    let first = parts.partition_point(|part| part.end <= range.start);
    let parts = parts.get(first..).unwrap_or_default().iter();
    parts
        .take_while(move |part| part.end <= range.end)
        .filter_map(|part| match part.kind {
            Kind::Object(piece) => Some(piece),
            Kind::Text(_) => None,
        })
}

/// The ranges of inline code, in order.
fn inline_code(parts: &[Part]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for part in parts {
        if matches!(part.kind, Kind::Text(look) if look.boxed) && part.end > start {
            match ranges.last_mut() {
                Some(last) if last.end == start => last.end = part.end,
                _ => ranges.push(start..part.end),
            }
        }
        start = part.end;
    }
    ranges
}

fn in_code(code: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let after = code.partition_point(|code| code.end <= at);
    code.get(after).filter(|code| code.contains(&at))
}

/// The width of a range of a text.
fn measured(text: &str, range: Range<usize>, parts: &[Part]) -> f32 {
    let first = parts.partition_point(|part| part.end <= range.start);
    let mut start = range.start;
    let mut width = 0.0;
    for part in parts.get(first..).unwrap_or_default() {
        if start >= range.end {
            break;
        }
        if let Kind::Text(look) = part.kind
            && let Some(words) = text.get(start..part.end.min(range.end))
        {
            width += typefaces::width(words, look.style) * look.size;
        }
        start = part.end;
    }
    width
}

/// The height of a picture that does not shrink, in em. Its author may have given it in pixels.
fn picture(tag: &Tag<'_>) -> f32 {
    let pixels = |name| tag.get(name).and_then(|value| value.parse::<f32>().ok());
    let (width, height) = (pixels("width"), pixels("height"));
    if tag.get("width").is_none() && tag.get("height").is_none() {
        return PICTURE;
    }
    // A picture with only a width may be upright.
    height
        .or_else(|| width.map(|width| width * 1.34))
        .map_or(SIZED_PICTURE, |said| (said / TYPE).min(SIZED_PICTURE))
}

pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "ul"
            | "ol"
            | "li"
            | "pre"
            | "table"
            | "thead"
            | "tbody"
            | "tr"
            | "td"
            | "th"
            | "blockquote"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "div"
            | "section"
            | "figure"
            | "figcaption"
            | "dl"
            | "dt"
            | "dd"
            | "aside"
            | "header"
            | "footer"
            | "details"
            | "summary"
    )
}
