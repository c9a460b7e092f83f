//! Estimates the width of a formula. Browsers don't break formulas into lines, so that it has to fit.

use crate::markdown::html::{Tag, is_void};

/// The mean width of a letter or digit in the theme's mathematical font, in em.
const SIGN: f32 = 0.64;
/// The width of an operator with its gaps.
const OPERATOR: f32 = 1.5;
const SCRIPT: f32 = 0.72;
/// The theme's font size of formulas, relative to the text.
const LARGER: f32 = 1.06;

/// The open elements of a formula.
pub struct Formula<'a> {
    open: Vec<Element<'a>>,
}

struct Element<'a> {
    name: &'a str,
    /// The width of its children side by side.
    row: f32,
    /// The width of the widest, if they are above each other.
    widest: f32,
    children: u16,
}

impl<'a> Formula<'a> {
    pub fn new() -> Self {
        Self {
            open: vec![Element::of("math")],
        }
    }

    pub fn open(&mut self, tag: &Tag<'a>) {
        if !is_void(tag.name) && !tag.closes_itself {
            self.open.push(Element::of(tag.name));
        }
    }

    pub fn say(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            let text = text.trim();
            element.row += match (element.name, text) {
                ("mo", "+" | "-" | "−" | "=" | "≤" | "≥" | "→" | "⇒" | "≈" | "∈") => {
                    OPERATOR
                }
                // Written as an entity.
                (_, text) if text.starts_with('&') => OPERATOR,
                (_, text) => text.chars().map(|_| SIGN).sum(),
            };
        }
    }

    /// Closes an element. Returns the width in em of the text once the formula is complete.
    pub fn close(&mut self, name: &str) -> Option<f32> {
        let element = self.open.pop_if(|element| element.name == name)?;
        let width = element.width();
        let Some(parent) = self.open.last_mut() else {
            return Some(width * LARGER);
        };
        let is_script = matches!(parent.name, "msub" | "msup" | "msubsup") && parent.children > 0;
        let width = if is_script { width * SCRIPT } else { width };
        parent.row += width;
        parent.widest = parent.widest.max(width);
        parent.children = parent.children.saturating_add(1);
        None
    }
}

impl<'a> Element<'a> {
    fn of(name: &'a str) -> Self {
        Self {
            name,
            row: 0.0,
            widest: 0.0,
            children: 0,
        }
    }

    fn width(&self) -> f32 {
        match self.name {
            "mfrac" | "munder" | "mover" | "munderover" | "mtable" => self.widest,
            // An annotation, which is not shown.
            "annotation" => 0.0,
            "mtd" => self.row + 0.6,
            "mspace" => 0.5,
            "msqrt" | "mroot" => self.row + 0.8,
            _ => self.row,
        }
    }
}
