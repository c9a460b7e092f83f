//! Estimates the height of a slide to choose the size of its type without a script. A class on the slide's
//! root scales all of it. The sizes here are those of the theme.

mod formula;

use crate::markdown::html::{Tag, Token, Tokens, is_void};
use formula::Formula;

/// The theme's `fit-NN` classes, largest first. The first needs no class.
const SMALLEST: u16 = 36;
const SCALES: [u16; 17] = [
    100, 96, 92, 88, 84, 80, 76, 72, 68, 64, 60, 56, 52, 48, 44, 40, SMALLEST,
];

/// The smallest scale that is readable from the back of a room.
pub const READABLE: u16 = 60;

const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 720.0 - 2.0 * 48.0;
const TYPE: f32 = 36.0;
/// The mean width of a letter in em. It is generous, because each system has other fonts.
const LETTER: f32 = 0.505;
const BOLD_LETTER: f32 = 0.62;
const CODE_LETTER: f32 = 0.605;
/// The height of a line in em.
const LINE: f32 = 1.38;
/// The theme's maximum height of a picture beside text, in a list or in a cell, in em.
const PICTURE: f32 = 6.0;
/// The same if its author gives a size.
const SIZED_PICTURE: f32 = 12.0;
/// The assumed number of such pictures on a line. Their widths are not known.
const PICTURES_ON_A_LINE: f32 = 4.0;
/// The least height of a picture that fills the rest of the slide, in pixels.
const LEAST_PICTURE: f32 = 150.0;
/// The padding of a cell, in em.
const CELL: f32 = 1.4;

/// The measures of a layout in the theme, in em.
#[derive(Clone, Copy)]
struct Layout {
    /// The font size, relative to a slide without a layout.
    large: f32,
    h1: f32,
    h2: f32,
    /// The line height of a title, which is less for large ones.
    title_line: f32,
    /// The height of a bar or quotation mark before the text.
    drawn: f32,
    padding: f32,
}

impl Layout {
    fn of(class: Option<&str>) -> Self {
        let plain = Self {
            large: 1.0,
            h1: 1.5,
            h2: 1.22,
            title_line: 1.2,
            drawn: 0.0,
            padding: 72.0,
        };
        let large = Self {
            large: 1.15,
            ..plain
        };
        match class {
            Some("cover") => Self {
                h1: 2.1,
                title_line: 1.1,
                drawn: 1.1,
                ..large
            },
            Some("section") => Self {
                h1: 1.9,
                h2: 1.9,
                drawn: 1.1,
                ..large
            },
            Some("center") => Self {
                h1: 1.7,
                h2: 1.7,
                ..large
            },
            Some("quote") => Self {
                drawn: 1.7,
                padding: 128.0,
                ..large
            },
            _ => plain,
        }
    }
}

/// The scale in percent at which the slide fits. `layout` is the theme's class of its layout.
pub fn scale(markup: &str, is_beside_picture: bool, layout: Option<&str>) -> u16 {
    let layout = Layout::of(layout);
    let width = if is_beside_picture {
        (WIDTH - 2.0 * layout.padding) * 0.5
    } else {
        WIDTH - 2.0 * layout.padding
    };
    SCALES
        .into_iter()
        .find(|scale| {
            let size = TYPE * f32::from(*scale) / 100.0 * layout.large;
            height(markup, width, size, layout)
                .is_some_and(|height| height + layout.drawn * size <= HEIGHT)
        })
        .unwrap_or(SMALLEST)
}

struct Frame<'a> {
    name: &'a str,
    width: f32,
    size: f32,
    /// The height of its inner blocks.
    height: f32,
    /// The width of the current line of text.
    run: f32,
    /// For blocks side by side: how many are in a row, how many there are so far, and the tallest.
    beside: Option<(u16, u16, f32)>,
    share: f32,
    padding: f32,
    is_code: bool,
    /// Whether a picture in it shrinks to fit.
    gives_way: bool,
    is_column: bool,
    /// The pictures that do not shrink: how many, and the tallest.
    pictures: (f32, f32),
    /// The longest word of a cell, which is not broken.
    word: f32,
    /// Whether it is inline code, which may be broken anywhere.
    is_broken: bool,
    /// In a table the minimal widths of its columns, and in a row the index of the next one.
    columns: Vec<f32>,
    column: usize,
    /// The width of a letter and the height of a line.
    letter: f32,
    line: f32,
}

impl Frame<'_> {
    fn end_line(&mut self) {
        if self.run > 0.0 {
            // On average half a word is empty at the end of a line. With large type that is much.
            let open = if self.run > self.width {
                self.size * self.letter * 2.5
            } else {
                0.0
            };
            let lines = (self.run / (self.width - open).max(self.size)).ceil();
            self.height += lines * self.size * self.line;
            self.run = 0.0;
        }
    }

    fn add(&mut self, height: f32) {
        self.end_line();
        match &mut self.beside {
            None => self.height += height,
            Some((row, count, tallest)) => {
                *tallest = tallest.max(height);
                *count += 1;
                if count >= row {
                    self.height += *tallest + self.size * 0.4;
                    (*count, *tallest) = (0, 0.0);
                }
            }
        }
    }

    /// Adds the pictures, which have lines of their own, or make lines as tall as they are.
    fn end_pictures(&mut self) {
        let (count, tallest) = std::mem::take(&mut self.pictures);
        self.height += (count / PICTURES_ON_A_LINE).ceil() * tallest;
    }

    fn total(mut self) -> f32 {
        self.end_line();
        self.end_pictures();
        self.height + self.beside.map_or(0.0, |(_, _, tallest)| tallest) + self.padding
    }
}

/// The height. None when something is wider than the slide.
fn height(markup: &str, width: f32, size: f32, layout: Layout) -> Option<f32> {
    let root = Frame {
        name: "",
        width,
        size,
        height: 0.0,
        run: 0.0,
        beside: None,
        share: 1.0,
        padding: 0.0,
        is_code: false,
        gives_way: false,
        is_column: false,
        pictures: (0.0, 0.0),
        word: 0.0,
        is_broken: false,
        columns: Vec::new(),
        column: 0,
        letter: LETTER,
        line: LINE,
    };
    let mut formula: Option<Formula<'_>> = None;
    let mut frames = vec![root];
    for token in Tokens::of(markup) {
        if let Some(open) = &mut formula {
            let width = match &token {
                Token::Text(text) => {
                    open.say(text);
                    None
                }
                Token::Open(tag) => {
                    if tag.name == "mtr" {
                        let frame = frames.last_mut()?;
                        frame.height += frame.size * 2.0;
                    }
                    open.open(tag);
                    None
                }
                Token::Close(name) => open.close(name),
                Token::Comment(_) => None,
            };
            if let Some(width) = width {
                formula = None;
                let frame = frames.last_mut()?;
                if width * frame.size > frame.width {
                    return None;
                }
                frame.word = frame.word.max(width);
                frame.run += width * frame.size;
            }
            continue;
        }
        match token {
            Token::Text(text) => {
                let frame = frames.last_mut()?;
                if frame.is_code {
                    let widest = text
                        .lines()
                        .map(|line| units(line, CODE_LETTER))
                        .fold(0.0, f32::max);
                    frame.run += widest * frame.size;
                    if text.ends_with('\n') {
                        if frame.run > frame.width {
                            return None;
                        }
                        frame.run = 0.0;
                        frame.height += frame.size * 1.4;
                    }
                } else if !text.trim().is_empty() {
                    frame.run += units(text, frame.letter) * frame.size;
                    let words = text.split_whitespace().filter(|_| !frame.is_broken);
                    let longest = words.map(|word| units(word, frame.letter));
                    frame.word = longest.fold(frame.word, f32::max);
                }
            }
            Token::Open(tag) if tag.name == "math" => {
                formula = Some(Formula::new());
                if tag.get("display") == Some("block") {
                    let frame = frames.last_mut()?;
                    frame.end_line();
                    frame.height += 0.9 * frame.size;
                }
            }
            Token::Open(tag) if is_name(tag.name) => frames.last_mut()?.is_broken = true,
            Token::Close(name) if is_name(name) => frames.last_mut()?.is_broken = false,
            Token::Open(tag) => open(&mut frames, &tag, layout)?,
            Token::Close(name) => close(&mut frames, name)?,
            Token::Comment(_) => {}
        }
    }
    while frames.len() > 1 {
        let name = frames.last()?.name;
        close(&mut frames, name)?;
    }
    frames.pop().map(Frame::total)
}

fn open<'a>(frames: &mut Vec<Frame<'a>>, tag: &Tag<'a>, layout: Layout) -> Option<()> {
    let parent = frames.last_mut()?;
    let class = tag.get("class").unwrap_or_default();
    let size = parent.size;
    match tag.name {
        "br" => {
            if parent.run == 0.0 {
                parent.height += size * parent.line;
            }
            parent.end_line();
            return Some(());
        }
        "hr" => {
            parent.add(size);
            return Some(());
        }
        "img" => {
            if parent.gives_way {
                parent.add(LEAST_PICTURE);
            } else {
                let (count, tallest) = parent.pictures;
                parent.pictures = (count + 1.0, tallest.max(picture(tag, size)));
            }
            return Some(());
        }
        name if is_void(name) || !is_block(name) => {
            // The spans in code are not blocks.
            return Some(());
        }
        _ => {}
    }
    // Cells share their row's line.
    if !matches!(tag.name, "td" | "th") {
        parent.end_line();
    }
    // As in the theme: a picture alone in the slide or in a column.
    let is_part = parent.name.is_empty() || parent.is_column;
    let gives_way = is_part
        && (tag.name == "figure"
            || class == "figure"
            || (class == "centred" && !is_title(tag.name)));
    let is_title = parent.name.is_empty() && parent.height == 0.0;
    let (factor, gap, indent) = match tag.name {
        "h1" if class == "fit" => (2.2, 0.5, 0.0),
        "h1" => (layout.h1, 0.5, 0.0),
        // In every layout, because the theme's rule for a slide's first h2 is more specific.
        "h2" if is_title => (1.5, 0.5, 0.0),
        "h2" => (layout.h2, 0.5, 0.0),
        "h3" | "h4" | "h5" | "h6" => (1.05, 0.5, 0.0),
        "p" | "ul" | "ol" | "dl" | "table" | "section" => {
            (if tag.name == "table" { 0.84 } else { 1.0 }, 0.55, 0.0)
        }
        "li" => (1.0, 0.28, 1.3),
        "blockquote" if layout.padding > 100.0 => (1.25, 0.6, 0.0),
        "blockquote" => (1.0, 0.6, 1.2),
        "pre" => (0.74, 1.9, 2.0),
        "tr" => (1.0, 0.62, 0.0),
        _ if class.contains("absent") => (0.8, 2.4, 1.6),
        _ if class.contains("alert") => (1.0, 1.2, 1.6),
        _ if class.contains("footnotes") => (0.6, 1.0, 0.0),
        _ if class == "file" => (0.6, 0.4, 0.0),
        _ => (1.0, 0.0, 0.0),
    };
    let size = size * factor;
    let row = class
        .split(' ')
        .find_map(|class| class.strip_prefix("grid-"))
        .and_then(|count| count.parse().ok());
    let beside = match row {
        Some(count) => Some((count, 0, 0.0)),
        None if class == "columns" || class == "stages" || tag.name == "tr" => {
            Some((u16::MAX, 0, 0.0))
        }
        None => None,
    };
    let mut width = parent.width - indent * size;
    if let Some((count, _, _)) = parent.beside
        && count != u16::MAX
    {
        width = width / f32::from(count.max(1)) - size * 0.5;
    }
    let twelfths = class
        .strip_prefix("column w")
        .and_then(|width| width.parse::<u16>().ok());
    if let Some(twelfths) = twelfths {
        width = width * f32::from(twelfths) / 12.0 - size * 0.6;
    }
    let share = if matches!(tag.name, "td" | "th") {
        0.0
    } else {
        1.0
    };
    let is_code = tag.name == "pre";
    let (letter, line) = match tag.name {
        "h1" | "h2" => (BOLD_LETTER, layout.title_line),
        "h3" | "h4" | "h5" | "h6" => (BOLD_LETTER, 1.2),
        "th" => (BOLD_LETTER, parent.line),
        _ => (parent.letter, parent.line),
    };
    frames.push(Frame {
        name: tag.name,
        width: width.max(size),
        size,
        height: 0.0,
        run: 0.0,
        beside,
        share,
        padding: gap * size,
        is_code,
        gives_way,
        is_column: class.starts_with("column "),
        pictures: (0.0, 0.0),
        word: 0.0,
        is_broken: false,
        columns: Vec::new(),
        column: 0,
        letter,
        line,
    });
    Some(())
}

fn is_name(element: &str) -> bool {
    matches!(element, "code" | "kbd" | "samp")
}

fn is_title(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// The height of a picture that does not shrink. Its author may have given it in pixels.
fn picture(tag: &Tag<'_>, size: f32) -> f32 {
    let pixels = |name| tag.get(name).and_then(|value| value.parse::<f32>().ok());
    let (width, height) = (pixels("width"), pixels("height"));
    if tag.get("width").is_none() && tag.get("height").is_none() {
        return PICTURE * size;
    }
    // A picture with only a width may be upright.
    height
        .or_else(|| width.map(|width| width * 1.34))
        .map_or(SIZED_PICTURE * size, |said| said.min(SIZED_PICTURE * size))
}

/// Closes a table. None when it is wider than its part of the slide.
fn close(frames: &mut Vec<Frame<'_>>, name: &str) -> Option<()> {
    if frames.len() < 2 || frames.last().is_none_or(|frame| frame.name != name) {
        return Some(());
    }
    if matches!(name, "td" | "th") {
        widen_column(frames);
    }
    if let Some(frame) = frames.pop()
        && let Some(parent) = frames.last_mut()
    {
        if frame.share == 0.0 {
            // Cells share the width of their row by need.
            parent.run += frame.run + frame.size * CELL;
            let mut frame = frame;
            frame.end_pictures();
            if let Some((_, _, tallest)) = &mut parent.beside {
                *tallest = tallest.max(frame.height);
            }
        } else if parent.name == "tbody" || parent.name == "thead" || frame.name == "tr" {
            let mut frame = frame;
            frame.end_line();
            let tallest = frame.beside.map_or(0.0, |(_, _, tallest)| tallest);
            parent.height += frame.height + tallest + frame.padding;
        } else {
            if frame.columns.iter().sum::<f32>() * frame.size > frame.width {
                return None;
            }
            let height = frame.total();
            parent.add(height);
        }
    }
    Some(())
}

/// Makes a column at least as wide as the longest word in a cell.
fn widen_column(frames: &mut [Frame<'_>]) {
    let Some((cell, outer)) = frames.split_last_mut() else {
        return;
    };
    let Some(row) = outer.last_mut() else { return };
    let column = row.column;
    row.column += 1;
    let Some(table) = outer.iter_mut().rfind(|frame| frame.name == "table") else {
        return;
    };
    if table.columns.len() <= column {
        table.columns.resize(column + 1, 0.0);
    }
    if let Some(widest) = table.columns.get_mut(column) {
        *widest = widest.max(cell.word + CELL);
    }
}

fn is_block(name: &str) -> bool {
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
            | "div"
            | "section"
            | "figure"
            | "dl"
            | "dt"
            | "dd"
            | "aside"
            | "header"
            | "footer"
    )
}

/// The width of a text, in em.
fn units(text: &str, letter: f32) -> f32 {
    let mut width = 0.0;
    let mut entity = false;
    for c in text.chars() {
        match c {
            '\n' => {}
            '&' => {
                entity = true;
                width += letter;
            }
            ';' if entity => entity = false,
            _ if entity && c.is_ascii_alphanumeric() => {}
            // Han, Kana, Hangul and emoji are 1 em wide.
            '\u{1100}'..='\u{11ff}'
            | '\u{2e80}'..='\u{d7ff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{1f000}'.. => width += 1.05,
            _ => width += letter,
        }
    }
    width
}

#[cfg(test)]
mod tests;
