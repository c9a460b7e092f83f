//! How wide a formula will be. No browser breaks one into lines, so that it has to fit in one.

use crate::markdown::html::{Tag, is_void};

/// The mean width of a letter or a figure of the theme's mathematical type, in its size.
const SIGN: f32 = 0.64;
/// What stands between two operands, with its gaps.
const OPERATOR: f32 = 1.5;
const SCRIPT: f32 = 0.72;
/// The theme's, against the words around it.
const LARGER: f32 = 1.06;

/// A formula that is being read: its open elements.
pub struct Formula<'a> {
    open: Vec<Element<'a>>,
}

struct Element<'a> {
    name: &'a str,
    /// Of those of its children that stand beside each other.
    row: f32,
    /// Of the widest, where they stand above each other.
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

    /// The whole width in the size of the words around it, when its last element is closed.
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
            // A source's text, which is not shown.
            "annotation" => 0.0,
            "mtd" => self.row + 0.6,
            "mspace" => 0.5,
            "msqrt" | "mroot" => self.row + 0.8,
            _ => self.row,
        }
    }
}
