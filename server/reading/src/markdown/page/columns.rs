//! Collects markup in columns, until they end. They may be filled in any order.

use super::steps::Pass;
use crate::markdown::marks::Mark;

pub struct Columns {
    widths: Vec<u16>,
    filled: Vec<String>,
    /// The markup before them.
    before: String,
    current: Option<usize>,
    /// The first column begins where the slide does, so that it has the slide's title.
    has_title: bool,
}

impl Pass {
    pub fn mark(&mut self, mark: Mark, value: &str) {
        self.floats.forget();
        if mark == Mark::Pause {
            self.pausing = true;
            return;
        }
        if mark == Mark::LostClick {
            self.lost_click = true;
            return;
        }
        if !self.frames.is_empty() {
            self.warnings.push("a column inside a list, a quote or an HTML element is not understood; left where it is".to_owned());
            return;
        }
        match mark {
            Mark::Layout => {
                self.end_columns();
                let widths: Vec<u16> = value
                    .split(|c: char| !c.is_ascii_digit())
                    .filter_map(|width| width.parse().ok())
                    .map(|width: u16| width.clamp(1, 99))
                    .take(6)
                    .collect();
                if widths.is_empty() {
                    return;
                }
                self.columns = Some(Columns {
                    filled: vec![String::new(); widths.len()],
                    widths,
                    before: std::mem::take(&mut self.out),
                    current: None,
                    has_title: false,
                });
            }
            Mark::Column => self.column(value.parse().unwrap_or(0)),
            Mark::Left => {
                self.two_columns(self.out.len());
                self.column(0);
            }
            Mark::Right | Mark::Split => {
                if self.columns.is_none() {
                    self.two_columns(0);
                    if let Some(columns) = &mut self.columns {
                        columns.has_title = mark == Mark::Split;
                    }
                }
                let next = self
                    .columns
                    .as_ref()
                    .and_then(|columns| columns.current)
                    .map_or(1, |current| current + 1);
                if mark == Mark::Split
                    && let Some(columns) = &mut self.columns
                    && next >= columns.widths.len()
                    && next < 4
                {
                    columns.widths.push(1);
                    columns.filled.push(String::new());
                }
                self.column(if mark == Mark::Split { next } else { 1 });
            }
            Mark::Reset | Mark::Pause | Mark::LostClick => self.end_columns(),
        }
    }

    /// Two columns. The markup from `from` on goes into the first.
    fn two_columns(&mut self, from: usize) {
        self.end_columns();
        let first = if self.out.is_char_boundary(from) {
            self.out.split_off(from)
        } else {
            String::new()
        };
        let before = std::mem::replace(&mut self.out, first);
        self.columns = Some(Columns {
            widths: vec![1, 1],
            filled: vec![String::new(); 2],
            before,
            current: Some(0),
            has_title: false,
        });
    }

    fn column(&mut self, number: usize) {
        let Some(columns) = &mut self.columns else {
            return;
        };
        if number >= columns.widths.len() {
            self.warnings.push(format!(
                "there is no column {number}; the columns are counted from 0"
            ));
            return;
        }
        let written = std::mem::take(&mut self.out);
        match columns
            .current
            .and_then(|current| columns.filled.get_mut(current))
        {
            Some(column) => *column = written,
            None => columns.before.push_str(&written),
        }
        self.out = columns
            .filled
            .get_mut(number)
            .map(std::mem::take)
            .unwrap_or_default();
        columns.current = Some(number);
    }

    pub fn end_columns(&mut self) {
        let Some(mut columns) = self.columns.take() else {
            return;
        };
        let written = std::mem::take(&mut self.out);
        match columns
            .current
            .and_then(|current| columns.filled.get_mut(current))
        {
            Some(column) => *column = written,
            None => columns.before.push_str(&written),
        }
        if columns.has_title {
            columns.take_title();
        }
        self.out = columns.before;
        let used: Vec<_> = columns.filled.iter().zip(&columns.widths).collect();
        let filled = used
            .iter()
            .filter(|(html, _)| !html.trim().is_empty())
            .count();
        // `[1, 3, 1]` with only the middle filled means narrower, in the middle.
        let keeps_gaps = columns.widths.len() > 2;
        match filled {
            0 => {}
            1 if !keeps_gaps => used.iter().for_each(|(html, _)| self.out.push_str(html)),
            _ => {
                self.out.push_str("<div class=\"columns\">");
                for (html, width) in used {
                    self.out.push_str(&format!(
                        "<div class=\"column w{}\">{html}</div>",
                        share(*width, &columns.widths)
                    ));
                }
                self.out.push_str("</div>");
            }
        }
    }
}

impl Columns {
    /// Moves the slide's title out of the first column. Where the others begin with a heading, too, one of the
    /// same level or below belongs to the first column, so that all begin at the same height.
    fn take_title(&mut self) {
        let mut columns = self.filled.iter_mut();
        let Some(first) = columns.next() else { return };
        let others = columns.filter_map(|column| headings(column).next());
        let level = others.map(|(level, _)| level).min();
        let title =
            headings(first).take_while(|(heading, _)| level.is_none_or(|level| *heading < level));
        if let Some((_, end)) = title.last() {
            let rest = first.split_off(end);
            self.before.push_str(&std::mem::replace(first, rest));
        }
    }
}

/// The headings that markup begins with: the level of each, and where it ends.
fn headings(markup: &str) -> impl Iterator<Item = (u8, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = markup.get(at..)?;
        let heading = rest.trim_start().strip_prefix("<h")?;
        let level = heading.chars().next()?.to_digit(10)?;
        let close = format!("</h{level}>");
        at += rest.find(&close)? + close.len();
        Some((u8::try_from(level).ok()?, at))
    })
}

/// A column's width in twelfths. The theme has a class for each.
pub fn share(width: u16, all: &[u16]) -> u16 {
    let total: u16 = all.iter().sum();
    ((width * 24 / total.max(1)) + 1).div_euclid(2).clamp(1, 12)
}
