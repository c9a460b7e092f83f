//! Turns glyphs into text: words by the gaps between glyphs, lines by their position, columns one after
//! another. Pure, and independent of PDF.

use super::{columns, direction};
use hayro::kurbo::{Point, Rect, Vec2};

/// The longest text of a page, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
const LONGEST_TITLE: usize = 160;

/// The gap between words, in em. A space in TeX shrinks to 0.22, kerning stays below 0.1.
const WORD_GAP: f64 = 0.15;

/// The largest gap within a run. After a larger one begins another cell or column.
const RUN_GAP: f64 = 1.2;

#[derive(Debug, Clone)]
pub struct Glyph {
    pub text: String,
    /// In points from the page's top left, y downwards.
    pub origin: Point,
    /// The direction of the line, of length 1.
    pub direction: Vec2,
    pub advance: f64,
    pub size: f64,
}

/// Glyphs that were drawn in sequence, close to each other.
#[derive(Debug, Clone)]
pub struct Run {
    pub text: String,
    pub area: Rect,
    pub baseline: f64,
    pub size: f64,
    /// Whether it is horizontal. Other runs, such as the label of an axis, are lines of their own.
    pub is_upright: bool,
}

impl Run {
    pub fn characters(&self) -> usize {
        self.text.chars().count()
    }
}

#[derive(Debug, Clone)]
pub struct Line {
    pub text: String,
    pub baseline: f64,
    pub size: f64,
    is_upright: bool,
}

pub fn runs(glyphs: &[Glyph]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open: Vec<(&Glyph, f64)> = Vec::new();
    for glyph in glyphs {
        let gap = open.last().and_then(|(last, _)| gap(last, glyph));
        if gap.is_none() {
            runs.extend(run(&open));
            open.clear();
        }
        open.push((glyph, gap.unwrap_or(0.0)));
    }
    runs.extend(run(&open));
    runs
}

/// The gap between two glyphs of a run, in points. None when they belong to different runs.
fn gap(last: &Glyph, next: &Glyph) -> Option<f64> {
    let way = next.origin - last.origin;
    let along = way.dot(last.direction) - last.advance;
    let aside = way.cross(last.direction).abs();
    let size = last.size.max(next.size);
    let is_same = last.direction.dot(next.direction) > 0.99
        && aside < size * 0.1
        && last.size.min(next.size) > size * 0.8
        && (-0.5 * size..RUN_GAP * size).contains(&along);
    is_same.then_some(along)
}

fn run(glyphs: &[(&Glyph, f64)]) -> Option<Run> {
    let (first, _) = glyphs.first()?;
    let (last, _) = glyphs.last()?;
    let limit = first.size * WORD_GAP + tracking(glyphs, first.size);
    let mut text = String::new();
    for (glyph, gap) in glyphs {
        if *gap > limit && !text.ends_with(' ') && glyph.text != " " {
            text.push(' ');
        }
        text.push_str(&direction::as_drawn(&glyph.text));
    }
    if text.trim().is_empty() {
        return None;
    }
    let end = last.origin + last.direction * last.advance;
    let up = Vec2::new(first.direction.y, -first.direction.x) * first.size;
    let corner = first.origin + up * 0.75;
    let area = Rect::from_points(corner, end - up * 0.2);
    Some(Run {
        text,
        area,
        baseline: first.origin.y,
        size: first.size,
        is_upright: first.direction.x > 0.9,
    })
}

/// The gap after each letter of letter-spaced text: the median, if there are enough letters.
fn tracking(glyphs: &[(&Glyph, f64)], size: f64) -> f64 {
    let mut gaps: Vec<f64> = glyphs.iter().skip(1).map(|(_, gap)| *gap).collect();
    if gaps.len() < 5 {
        return 0.0;
    }
    gaps.sort_by(f64::total_cmp);
    let median = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
    median.clamp(0.0, size)
}

/// All lines in reading order.
pub fn lines(runs: Vec<Run>) -> Vec<Line> {
    columns::in_order(runs)
        .into_iter()
        .flat_map(lines_of_column)
        .collect()
}

fn lines_of_column(mut runs: Vec<Run>) -> Vec<Line> {
    runs.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut rows: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        // Looks a few lines back: small text beside a large heading may come between it and its row.
        let row = rows
            .iter_mut()
            .rev()
            .take(4)
            .find(|row| row.iter().any(|other| are_beside(other, &run)));
        match row {
            Some(row) => row.push(run),
            None => rows.push(vec![run]),
        }
    }
    rows.into_iter().filter_map(line).collect()
}

/// Whether two runs are on one line: they overlap by half of the smaller one. Superscripts do.
fn are_beside(a: &Run, b: &Run) -> bool {
    if !a.is_upright || !b.is_upright {
        return false;
    }
    let top = |run: &Run| run.baseline - run.size * 0.7;
    let shared = a.baseline.min(b.baseline) - top(a).max(top(b));
    shared > 0.5 * 0.7 * a.size.min(b.size)
}

fn line(mut runs: Vec<Run>) -> Option<Line> {
    runs.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
    let largest = runs.iter().max_by(|a, b| a.size.total_cmp(&b.size))?;
    let (size, baseline, is_upright) = (largest.size, largest.baseline, largest.is_upright);
    let mut text = String::new();
    let mut end = f64::NEG_INFINITY;
    for run in &runs {
        if run.area.x0 - end > run.size * WORD_GAP {
            text.push(' ');
        }
        text.push_str(&run.text);
        end = run.area.x1;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = direction::as_read(&text);
    (!text.is_empty()).then_some(Line {
        text,
        baseline,
        size,
        is_upright,
    })
}

pub fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        if text.len() + line.text.len() >= LONGEST_TEXT {
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line.text);
    }
    text
}

/// The title: the largest text in the upper part, else the first line with a letter. A number alone is that
/// of the page.
pub fn title(lines: &[Line], height: f64) -> Option<String> {
    let is_title = |line: &&Line| {
        let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
        line.is_upright && line.baseline < height * 0.65 && letters > 1
    };
    let largest = lines
        .iter()
        .filter(is_title)
        .map(|line| line.size)
        .fold(0.0, f64::max);
    // A heading within the body is often larger than the title at the top.
    let stands_out = |line: &Line| {
        let is_at_top = line.baseline < height * 0.25;
        line.size > largest * if is_at_top { 0.7 } else { 0.9 }
    };
    let start = lines
        .iter()
        .position(|line| is_title(&line) && stands_out(line))
        .or_else(|| {
            let has_letter = |line: &Line| line.text.chars().any(char::is_alphabetic);
            lines.iter().position(has_letter)
        })?;
    let mut following = lines.iter().skip(start);
    let first = following.next()?;
    let mut title = first.text.clone();
    let mut last = first;
    // A title may have several lines. A page with a single size of text has no title.
    let has_body = lines.iter().any(|line| line.size < first.size * 0.9);
    for line in following.take(2) {
        let step = line.baseline - last.baseline;
        let is_same = (line.size / first.size - 1.0).abs() < 0.05;
        if !has_body || !is_same || step <= 0.0 || step > first.size * 1.8 {
            break;
        }
        title.push(' ');
        title.push_str(&line.text);
        last = line;
    }
    Some(shortened(&title))
}

/// Cuts at a word, and appends an ellipsis.
pub fn shortened(title: &str) -> String {
    if title.len() <= LONGEST_TITLE {
        return title.to_owned();
    }
    let end = title.floor_char_boundary(LONGEST_TITLE);
    let start = title.get(..end).unwrap_or_default();
    let whole = start.rsplit_once(' ').map_or(start, |(words, _)| words);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each glyph is half as wide as high, a space is a gap of 0.3.
    fn written(text: &str, x: f64, y: f64, size: f64) -> Vec<Glyph> {
        let mut at = x;
        let mut glyphs = Vec::new();
        for c in text.chars() {
            if c == ' ' {
                at += size * 0.3;
                continue;
            }
            glyphs.push(Glyph {
                text: c.to_string(),
                origin: Point::new(at, y),
                direction: Vec2::new(1.0, 0.0),
                advance: size * 0.5,
                size,
            });
            at += size * 0.5;
        }
        glyphs
    }

    fn read(parts: &[(&str, f64, f64, f64)]) -> Vec<Line> {
        let glyphs: Vec<Glyph> = parts
            .iter()
            .flat_map(|(text, x, y, size)| written(text, *x, *y, *size))
            .collect();
        lines(runs(&glyphs))
    }

    #[test]
    fn words_are_found_by_the_gaps_between_them() {
        let lines = read(&[("To be or not", 0.0, 50.0, 10.0)]);
        assert_eq!(text(&lines), "To be or not");
    }

    #[test]
    fn spaced_out_type_is_still_words() {
        let mut glyphs = written("SPACED OUT", 0.0, 50.0, 10.0);
        for (glyph, step) in glyphs.iter_mut().zip(0..) {
            glyph.origin.x += f64::from(step) * 3.0;
        }
        assert_eq!(text(&lines(runs(&glyphs))), "SPACED OUT");
    }

    #[test]
    fn a_page_is_read_from_the_top_whatever_was_drawn_first() {
        let lines = read(&[
            ("third", 20.0, 150.0, 10.0),
            ("first", 20.0, 50.0, 20.0),
            ("row", 60.0, 100.0, 10.0),
            ("second", 20.0, 100.0, 10.0),
        ]);
        assert_eq!(text(&lines), "first\nsecond row\nthird");
    }

    #[test]
    fn columns_are_read_one_after_the_other_between_title_and_footer() {
        let lines = read(&[
            ("A title over both of the columns", 20.0, 50.0, 24.0),
            ("left one", 20.0, 100.0, 12.0),
            ("right one", 300.0, 100.0, 12.0),
            ("left two", 20.0, 120.0, 12.0),
            ("right two", 300.0, 120.0, 12.0),
            ("left three", 20.0, 140.0, 12.0),
            (
                "a footer that is written over all of the page's width",
                20.0,
                300.0,
                12.0,
            ),
        ]);
        assert_eq!(
            text(&lines),
            "A title over both of the columns\nleft one\nleft two\nleft three\nright one\n\
             right two\na footer that is written over all of the page's width"
        );
    }

    #[test]
    fn a_bullet_belongs_to_its_line() {
        let lines = read(&[
            ("•", 20.0, 100.0, 12.0),
            ("•", 20.0, 120.0, 12.0),
            ("first of them", 60.0, 100.0, 12.0),
            ("second of them", 60.0, 120.0, 12.0),
        ]);
        assert_eq!(text(&lines), "• first of them\n• second of them");
    }

    #[test]
    fn a_superscript_stays_on_its_line() {
        let lines = read(&[("e = mc", 0.0, 50.0, 10.0), ("2", 26.3, 46.4, 7.0)]);
        assert_eq!(text(&lines), "e = mc2");
    }

    #[test]
    fn the_title_is_the_largest_text_above_all_its_lines() {
        let lines = read(&[
            ("A header", 20.0, 20.0, 8.0),
            ("A title that", 20.0, 60.0, 24.0),
            ("goes on", 20.0, 90.0, 24.0),
            ("body", 20.0, 140.0, 12.0),
            ("LOUD", 20.0, 380.0, 60.0),
        ]);
        assert_eq!(
            title(&lines, 400.0).as_deref(),
            Some("A title that goes on")
        );
        assert_eq!(title(&[], 400.0), None);
    }
}
