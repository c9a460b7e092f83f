//! The height of boxes, as the theme's CSS lays them out. `style/page.css` has the same measures.

use super::{
    Composition,
    boxes::{Block, Content, Piece},
};

/// The height of a line, relative to its type.
const LINE: f32 = 1.35;
/// The least height of a picture that fills the rest of the slide, in pixels.
const LEAST_PICTURE: f32 = 150.0;
/// The height of a title and the space below it, in pixels.
const TITLE: f32 = 56.0;
const BELOW_TITLE: f32 = 32.0;
/// The spacing of a title's letters, in em. Their number is not known here: a letter is about half an em.
const TIGHT: f32 = 0.965;
/// The padding of a cell at both sides, in em, and above and below with its line.
const CELL: f32 = 1.4;
const CELL_HEIGHT: f32 = 0.6;

/// The height of a slide's body in pixels, for type of `size` pixels. None when something is wider than the
/// slide.
pub fn height(root: &Block<'_>, width: f32, size: f32, composition: Composition) -> Option<f32> {
    let layout = Layout { composition, size };
    layout.stack(root, width, size, Stack::Column)
}

/// How a block's margins meet those of its neighbours.
#[derive(Clone, Copy, PartialEq)]
enum Stack {
    /// They add up: in the slide, and in a column.
    Column,
    /// The larger one counts.
    Flow,
}

/// The measures of a block. Margins and paddings are in em of its own type.
struct Measures {
    /// Its type, in pixels.
    size: f32,
    line: f32,
    above: f32,
    below: f32,
    /// Padding and edges at both sides.
    inset: f32,
    /// Padding and edges above and below.
    padding: f32,
    /// How much narrower letters are than in the typeface.
    tight: f32,
}

struct Layout {
    composition: Composition,
    /// The type of the slide's body, in pixels.
    size: f32,
}

impl Layout {
    /// The height of a block's content.
    fn stack(&self, block: &Block<'_>, width: f32, size: f32, stack: Stack) -> Option<f32> {
        let is_root = block.name.is_empty();
        let trims = is_root
            || matches!(block.name, "blockquote" | "li")
            || block.has("column")
            || block.has("alert");
        let last = block.content.len().saturating_sub(1);
        let mut height = 0.0;
        let mut below: f32 = 0.0;
        for (index, content) in block.content.iter().enumerate() {
            let inner = match content {
                Content::Line(pieces) => {
                    height += below;
                    below = 0.0;
                    let measures = self.plain(size);
                    lines(pieces, width, &measures, block.is_code())?
                }
                Content::Block(inner) => {
                    let is_title = is_root && index == 0 && matches!(inner.name, "h1" | "h2");
                    let mut measures = self.measures(inner, size, is_title, is_root);
                    if block.name == "li" && matches!(inner.name, "ul" | "ol") {
                        // Only the first level below is smaller.
                        if size >= self.size {
                            measures.size *= 0.9;
                        }
                        (measures.above, measures.below) = (0.4, 0.0);
                    }
                    let above = if index == 0 && (trims || stack == Stack::Flow) {
                        0.0
                    } else {
                        measures.above * measures.size
                    };
                    height += match stack {
                        Stack::Column => above + below,
                        Stack::Flow => f32::max(above, below),
                    };
                    let trims = trims && block.name != "li";
                    below = if index == last && trims {
                        0.0
                    } else {
                        measures.below * measures.size
                    };
                    self.block(inner, width, &measures, is_root || block.has("column"))?
                }
            };
            height += inner;
        }
        Some(height + below)
    }

    /// The height of a block without its margins.
    fn block(
        &self,
        block: &Block<'_>,
        width: f32,
        measures: &Measures,
        is_part: bool,
    ) -> Option<f32> {
        let size = measures.size;
        let width = (width - measures.inset * size).max(size);
        let padding = measures.padding * size;
        if is_part && gives_way(block) {
            return Some(LEAST_PICTURE);
        }
        let columns = block
            .class
            .split(' ')
            .find_map(|class| class.strip_prefix("grid-"))
            .and_then(|count| count.parse::<u8>().ok());
        let height = if block.has("columns") {
            self.columns(block, width, size)?
        } else if let Some(count) = columns {
            self.grid(block, width, size, count.max(1))?
        } else if block.has("stages") {
            let heights = self.each(block, width, size)?;
            heights.into_iter().fold(0.0, f32::max)
        } else if block.name == "table" {
            self.table(block, width, size)?
        } else if let [Content::Line(pieces)] = block.content.as_slice() {
            lines(pieces, width, measures, block.is_code())?
        } else {
            let stack = if block.has("column") {
                Stack::Column
            } else {
                Stack::Flow
            };
            self.stack(block, width, size, stack)?
        };
        Some(height + padding)
    }

    /// The height of each inner block.
    fn each(&self, block: &Block<'_>, width: f32, size: f32) -> Option<Vec<f32>> {
        blocks(block)
            .map(|inner| {
                let measures = self.measures(inner, size, false, false);
                let margins = (measures.above + measures.below) * measures.size;
                Some(self.block(inner, width, &measures, false)? + margins)
            })
            .collect()
    }

    fn columns(&self, block: &Block<'_>, width: f32, size: f32) -> Option<f32> {
        let share = |column: &Block<'_>| {
            let twelfths = column
                .class
                .split(' ')
                .find_map(|class| class.strip_prefix('w')?.parse::<u8>().ok());
            f32::from(twelfths.unwrap_or(1))
        };
        let all: f32 = blocks(block).map(share).sum();
        let gaps = blocks(block).skip(1).map(|_| 1.6 * size).sum::<f32>();
        let mut tallest = 0.0;
        for column in blocks(block) {
            let width = (width - gaps) * share(column) / all.max(1.0);
            let height = self.stack(column, width.max(size), size, Stack::Column)?;
            tallest = f32::max(tallest, height);
        }
        Some(tallest)
    }

    fn grid(&self, block: &Block<'_>, width: f32, size: f32, count: u8) -> Option<f32> {
        let gaps = f32::from(count.saturating_sub(1)) * 0.8 * size;
        let width = (width - gaps) / f32::from(count);
        let heights = self.each(block, width.max(size), size)?;
        let rows = heights.chunks(usize::from(count));
        let rows = rows.map(|row| row.iter().copied().fold(0.0, f32::max) + 0.4 * size);
        Some(rows.sum())
    }

    /// A table gives each column what its longest word needs, and shares the rest by need.
    fn table(&self, table: &Block<'_>, width: f32, size: f32) -> Option<f32> {
        let mut rows = Vec::new();
        collect_rows(table, &mut rows);
        let edge = CELL * size;
        let (mut least, mut most): (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
        for row in &rows {
            for (column, cell) in cells(row) {
                let (word, line) = widths(cell, size);
                if least.len() <= column {
                    least.resize(column + 1, edge);
                    most.resize(column + 1, edge);
                }
                // What spans several columns has room in each of them.
                if cell.span == 1
                    && let (Some(least), Some(most)) = (least.get_mut(column), most.get_mut(column))
                {
                    *least = least.max(word + edge);
                    *most = most.max(line + edge);
                }
            }
        }
        let [needed, wanted] = [least.iter().sum::<f32>(), most.iter().sum::<f32>()];
        if needed > width {
            return None;
        }
        let share = if wanted > needed {
            ((width - needed) / (wanted - needed)).min(1.0)
        } else {
            1.0
        };
        let widths: Vec<f32> = least
            .iter()
            .zip(&most)
            .map(|(least, most)| least + (most - least) * share)
            .collect();
        let mut height = 0.0;
        for row in &rows {
            let mut tallest = LINE * size;
            for (column, cell) in cells(row) {
                let columns = widths.iter().skip(column).take(cell.span);
                let width = (columns.sum::<f32>() - edge).max(size) + 0.5;
                tallest = f32::max(tallest, self.stack(cell, width, size, Stack::Flow)?);
            }
            height += tallest + CELL_HEIGHT * size + 1.0;
        }
        Some(height)
    }

    fn plain(&self, size: f32) -> Measures {
        Measures {
            size,
            line: LINE,
            above: 0.0,
            below: 0.0,
            inset: 0.0,
            padding: 0.0,
            tight: 1.0,
        }
    }

    fn measures(&self, block: &Block<'_>, size: f32, is_title: bool, is_root: bool) -> Measures {
        let plain = self.plain(size);
        let composition = self.composition;
        // A heading, its letters closer to each other.
        let heading = |factor: f32| Measures {
            size: size * factor,
            line: 1.15,
            above: 0.35,
            below: 0.42,
            tight: TIGHT,
            ..self.plain(size)
        };
        match block.name {
            "h1" if block.has("fit") => heading(2.2),
            "h1" | "h2" if is_root && composition.heading > 0.0 => Measures {
                size: composition.heading * self.size,
                line: composition.heading_line,
                below: 0.3,
                tight: 0.94,
                above: 0.0,
                ..plain
            },
            "h1" | "h2" if is_title => Measures {
                size: TITLE,
                line: 1.15,
                below: BELOW_TITLE / TITLE,
                tight: TIGHT,
                ..plain
            },
            "p" if is_root && composition.paragraph > 0.0 => Measures {
                size: composition.paragraph * self.size,
                line: composition.paragraph_line,
                below: 0.55,
                tight: if composition.paragraph > 1.5 {
                    TIGHT
                } else {
                    1.0
                },
                ..plain
            },
            "blockquote" if is_root && composition.quote > 0.0 => Measures {
                size: composition.quote * self.size,
                line: 1.28,
                tight: 0.975,
                ..plain
            },
            "h1" => heading(1.45),
            "h2" => heading(1.2),
            "h3" | "h4" | "h5" | "h6" => heading(1.0),
            "p" if block.has("kind") => Measures {
                size: size * 0.75,
                below: 0.2,
                ..plain
            },
            "p" => Measures {
                below: 0.55,
                ..plain
            },
            "ul" => Measures {
                below: 0.55,
                inset: 1.15,
                ..plain
            },
            "ol" => Measures {
                below: 0.55,
                inset: 1.7,
                ..plain
            },
            "li" => Measures {
                below: 0.28,
                inset: 0.15,
                ..plain
            },
            "dl" => Measures {
                below: 0.55,
                ..plain
            },
            "dd" => Measures {
                inset: 40.0 / size,
                ..plain
            },
            "table" => Measures {
                size: size * 0.84,
                below: 0.55,
                ..plain
            },
            "blockquote" => Measures {
                below: 0.55,
                inset: 1.01,
                ..plain
            },
            "pre" => Measures {
                size: size * 0.74,
                line: 1.4,
                below: 0.8,
                inset: 2.0,
                padding: 1.7,
                ..plain
            },
            "hr" => Measures {
                above: 0.5,
                below: 0.5,
                padding: 2.0 / size,
                ..plain
            },
            "span" => Measures { line: 1.4, ..plain },
            _ if block.has("absent") => Measures {
                size: size * 0.8,
                inset: 1.7,
                padding: 1.7,
                ..plain
            },
            _ if block.has("alert") => Measures {
                below: 0.55,
                inset: 1.76,
                padding: 1.1,
                ..plain
            },
            _ if block.has("footnotes") => Measures {
                size: size * 0.6,
                padding: 0.6,
                ..plain
            },
            _ if block.has("file") => Measures {
                size: size * 0.6,
                below: 0.25,
                line: 1.4,
                ..plain
            },
            _ => plain,
        }
    }
}

fn blocks<'b, 'a>(block: &'b Block<'a>) -> impl Iterator<Item = &'b Block<'a>> {
    block.content.iter().filter_map(|content| match content {
        Content::Block(inner) => Some(inner),
        Content::Line(_) => None,
    })
}

/// Whether its picture shrinks to what is left of the slide or column.
fn gives_way(block: &Block<'_>) -> bool {
    let is_title = matches!(block.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
    block.name == "figure"
        || block.has("figure")
        || (block.has("centred") && !is_title && is_picture(block))
}

/// Whether a picture is all that it has.
fn is_picture(block: &Block<'_>) -> bool {
    block.content.iter().all(|content| match content {
        Content::Block(inner) => inner.name == "figcaption" || is_picture(inner),
        Content::Line(pieces) => pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Picture { .. } | Piece::NewLine)),
    })
}

fn collect_rows<'b, 'a>(block: &'b Block<'a>, rows: &mut Vec<&'b Block<'a>>) {
    for inner in blocks(block) {
        match inner.name {
            "tr" => rows.push(inner),
            "thead" | "tbody" => collect_rows(inner, rows),
            _ => {}
        }
    }
}

/// The cells of a row, each with the number of its first column.
fn cells<'b, 'a>(row: &'b Block<'a>) -> impl Iterator<Item = (usize, &'b Block<'a>)> {
    let mut column = 0;
    blocks(row).map(move |cell| {
        let first = column;
        column += cell.span;
        (first, cell)
    })
}

/// The widths of a cell's longest word and of its longest line, in pixels.
fn widths(block: &Block<'_>, size: f32) -> (f32, f32) {
    let (mut word, mut line): (f32, f32) = (0.0, 0.0);
    for content in &block.content {
        match content {
            Content::Block(inner) => {
                let (inner_word, inner_line) = widths(inner, size);
                (word, line) = (word.max(inner_word), line.max(inner_line));
            }
            Content::Line(pieces) => {
                let mut row = 0.0;
                for piece in pieces {
                    match *piece {
                        Piece::Word {
                            width,
                            space,
                            breaks,
                        } => {
                            if !breaks {
                                word = word.max(width * size);
                            }
                            row += (width + space) * size;
                        }
                        Piece::Whole { width, .. } => {
                            word = word.max(width * size);
                            row += width * size;
                        }
                        Piece::Picture { height } => row += height * size,
                        Piece::NewLine => {
                            line = line.max(row);
                            row = 0.0;
                        }
                    }
                }
                line = line.max(row);
            }
        }
    }
    (word, line)
}

/// The height of words that are broken into lines. None when a formula or a line of code is too wide.
fn lines(pieces: &[Piece], width: f32, measures: &Measures, is_code: bool) -> Option<f32> {
    let Measures {
        size, line, tight, ..
    } = *measures;
    let (mut height, mut tallest, mut x) = (0.0, 0.0_f32, 0.0_f32);
    let mut space = 0.0;
    let mut is_open = false;
    for piece in pieces {
        let own = match *piece {
            Piece::Word { width, .. } => width * size * tight,
            Piece::Whole { width, .. } => width * size,
            // As wide as high, as far as anybody knows.
            Piece::Picture { height } => height * size,
            Piece::NewLine => {
                height += f32::max(tallest, size * line);
                (tallest, x, space, is_open) = (0.0, 0.0, 0.0, false);
                continue;
            }
        };
        if x > 0.0 && x + space + own > width {
            height += f32::max(tallest, size * line);
            (tallest, x, space) = (0.0, 0.0, 0.0);
        }
        is_open = true;
        x += space + own;
        space = 0.0;
        match *piece {
            Piece::Word { space: after, .. } => {
                space = after * size * tight;
                // A word that is longer than a line is broken.
                while x > width {
                    height += size * line;
                    x -= width;
                }
            }
            Piece::Whole {
                height: own_height, ..
            } => {
                if x > width {
                    return None;
                }
                if !is_code {
                    tallest = tallest.max(own_height * size * LINE);
                }
            }
            Piece::Picture { height } => tallest = tallest.max(height * size),
            Piece::NewLine => {}
        }
    }
    if is_open {
        height += f32::max(tallest, size * line);
    }
    Some(height)
}
