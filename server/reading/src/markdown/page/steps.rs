//! The last pass over a slide's sanitised markup: adds steps and columns, and inserts highlighted code and
//! formulas. Input and output are well formed.

use super::{
    columns::Columns,
    floats::Floats,
    sanitise::{MARK, PIECE},
};
use crate::markdown::{
    html::{Tag, Token, Tokens, is_void},
    marks::Mark,
    render::grid::{COUNTED, FLOAT},
};

/// The maximum number of steps of a slide. Later clicks share the last step. The theme has a CSS rule for
/// each step.
pub const MAX_STEPS: u16 = 32;

/// Our own markup, inserted after sanitising. Each is used once.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    Html(String),
    /// Replace each other in the same place.
    Stages(Vec<String>),
}

#[derive(Debug, Default)]
pub struct Finished {
    pub markup: String,
    pub steps: u16,
    pub warnings: Vec<String>,
}

pub fn finish(clean: &str, pieces: Vec<Piece>) -> Finished {
    let mut pass = Pass {
        pieces: pieces.into_iter().map(Some).collect(),
        ..Pass::default()
    };
    pass.fragment_indices = fragment_indices(clean);
    // In reveal, fragments without an index come after those with one.
    pass.count = u16::try_from(pass.fragment_indices.len())
        .unwrap_or(MAX_STEPS)
        .min(MAX_STEPS);
    for token in Tokens::of(clean) {
        match token {
            Token::Text(text) => pass.text(text),
            Token::Open(tag) => pass.open(&tag),
            Token::Close(name) => pass.close(name),
            Token::Comment(_) => {}
        }
    }
    while let Some(frame) = pass.frames.last() {
        let name = frame.name.clone();
        pass.close(&name);
    }
    pass.end_columns();
    Finished {
        markup: pass.out,
        steps: pass.highest,
        warnings: pass.warnings,
    }
}

/// The distinct indices of reveal's fragments, sorted.
fn fragment_indices(clean: &str) -> Vec<u16> {
    let mut indices: Vec<u16> = Tokens::of(clean)
        .filter_map(|token| match token {
            Token::Open(tag) => tag.get("data-fragment")?.parse().ok(),
            _ => None,
        })
        .collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}

#[derive(Default)]
pub struct Pass {
    pub out: String,
    pub frames: Vec<Frame>,
    pieces: Vec<Option<Piece>>,
    fragment_indices: Vec<u16>,
    /// The step of the last click.
    count: u16,
    highest: u16,
    /// Whether there was a pause. It counts once something follows.
    pub pausing: bool,
    paused: u16,
    /// Whether an element with a click was left out, and its click is not used yet.
    pub lost_click: bool,
    pub columns: Option<Columns>,
    pub floats: Floats,
    pub warnings: Vec<String>,
}

pub struct Frame {
    name: String,
    /// Where its start tag begins and ends in the output.
    start: usize,
    inside: usize,
    /// The latest step of the element and its parents.
    step: u16,
    /// The count and the highest step before and after its own click. If the element is empty, the click is
    /// undone.
    click: Option<[(u16, u16); 2]>,
    /// The number of its child elements so far.
    children: u8,
    /// Whether it has as many columns as child elements.
    is_counted: bool,
    is_float: bool,
    clicks: Option<Clicks>,
}

/// A `<v-clicks>`: its items appear click by click.
struct Clicks {
    /// How many levels of nested lists it covers.
    depth: usize,
    /// How many items appear with one click.
    every: usize,
    /// The number of items so far.
    items: usize,
}

impl Clicks {
    /// Reads `depth;every`. A number that is missing or malformed is 1.
    fn of(value: &str) -> Self {
        let (depth, every) = value.split_once(';').unwrap_or((value, ""));
        Self {
            depth: depth.parse().unwrap_or(1),
            every: every.parse().unwrap_or(1).max(1),
            items: 0,
        }
    }
}

impl Pass {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name {
            MARK => {
                if let Some(mark) = tag.get("data-mark").and_then(Mark::of) {
                    self.mark(mark, tag.get("data-value").unwrap_or_default());
                }
                return;
            }
            PIECE => return self.piece(tag.get("data-n").and_then(|n| n.parse().ok())),
            "img" if tag.get("data-file").is_none_or(str::is_empty) => return,
            _ => {}
        }
        let classes = || tag.get("class").unwrap_or_default().split(' ');
        if let Some(parent) = self.frames.last_mut() {
            parent.children = parent.children.saturating_add(1);
        }
        let outer = self.frames.last().map_or(0, |frame| frame.step);
        let before = (self.count, self.highest);
        let click = self.click(tag);
        let until = self.hidden_from(tag, click);
        let mut step = click.unwrap_or(outer);
        if takes_steps(tag.name) {
            if std::mem::take(&mut self.pausing) {
                self.count = (self.count + 1).min(MAX_STEPS);
                self.paused = self.count;
            }
            step = step.max(self.paused);
        }
        let start = self.out.len();
        self.out.push('<');
        self.out.push_str(tag.name);
        self.copy_attributes(tag);
        if step > outer {
            self.highest = self.highest.max(step);
            self.attribute("data-step", &step.to_string());
        }
        if let Some(until) = until.filter(|until| (1..=MAX_STEPS).contains(until)) {
            if !is_switched(tag) {
                self.highest = self.highest.max(until);
            }
            self.attribute("data-until", &until.to_string());
        }
        self.out.push('>');
        if is_void(tag.name) {
            return;
        }
        self.frames.push(Frame {
            name: tag.name.to_owned(),
            start,
            inside: self.out.len(),
            children: 0,
            is_counted: classes().any(|class| class == COUNTED),
            is_float: classes().any(|class| class == FLOAT),
            step,
            click: click
                .or(until)
                .map(|_| [before, (self.count, self.highest)]),
            clicks: tag.get("data-clicks").map(Clicks::of),
        });
    }

    /// Copies a tag's attributes without those that only this pass reads.
    fn copy_attributes(&mut self, tag: &Tag<'_>) {
        for (key, value) in &tag.attributes {
            match *key {
                "data-click" | "data-clicks" | "data-fragment" | "data-hide" => {}
                "class" => {
                    let kept: Vec<&str> = value.split(' ').filter(|it| *it != FLOAT).collect();
                    if !kept.is_empty() {
                        self.attribute(key, &kept.join(" "));
                    }
                }
                _ => self.attribute(key, value),
            }
        }
    }

    fn attribute(&mut self, key: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(key);
        self.out.push_str("=\"");
        self.out.push_str(value);
        self.out.push('"');
    }

    /// The step with which an element appears.
    fn click(&mut self, tag: &Tag<'_>) -> Option<u16> {
        match tag.get("data-click") {
            Some(value) => Some(
                self.fragment_step(tag)
                    .unwrap_or_else(|| self.resolve_click(value)),
            ),
            None => self
                .in_clicks(tag.name)
                .map(|value| self.resolve_click(value)),
        }
    }

    /// The step from which on an element that appears with `click` is hidden; `None` if it stays.
    fn hidden_from(&mut self, tag: &Tag<'_>, click: Option<u16>) -> Option<u16> {
        let value = tag.get("data-hide")?;
        if is_switched(tag) {
            return Some(click.unwrap_or(self.count).saturating_add(1));
        }
        Some(
            self.fragment_step(tag)
                .unwrap_or_else(|| self.resolve_click(value)),
        )
    }

    /// The step of a fragment with an index.
    fn fragment_step(&self, tag: &Tag<'_>) -> Option<u16> {
        let index = tag.get("data-fragment")?.parse().ok()?;
        let before = self.fragment_indices.binary_search(&index).ok()?;
        Some(
            u16::try_from(before + 1)
                .unwrap_or(MAX_STEPS)
                .min(MAX_STEPS),
        )
    }

    /// The step of a click. In Slidev a number is absolute, `+n` and an empty value count from the last
    /// click, and a range begins at its start.
    fn resolve_click(&mut self, value: &str) -> u16 {
        let is_lost = std::mem::take(&mut self.lost_click);
        let step = match value {
            "after" if !is_lost => self.count,
            "after" => self.count.saturating_add(1),
            "" => self.count.saturating_add(1),
            value => {
                let number: u16 = value.trim_start_matches('+').parse().unwrap_or(1);
                if value.starts_with('+') {
                    self.count.saturating_add(number)
                } else {
                    number.min(MAX_STEPS)
                }
            }
        }
        .min(MAX_STEPS);
        if !value.starts_with(|c: char| c.is_ascii_digit()) {
            self.count = self.count.max(step);
        }
        step
    }

    /// The click of an element that is an item of a `<v-clicks>`.
    fn in_clicks(&mut self, name: &str) -> Option<&'static str> {
        let at = self
            .frames
            .iter()
            .rposition(|frame| frame.clicks.is_some())?;
        let lists = self
            .frames
            .iter()
            .skip(at)
            .filter(|frame| matches!(frame.name.as_str(), "ul" | "ol"))
            .count();
        let is_child = at + 1 == self.frames.len();
        let clicks = self.frames.get_mut(at)?.clicks.as_mut()?;
        let is_item = name == "li" && (1..=clicks.depth).contains(&lists)
            || is_child && takes_steps(name) && !matches!(name, "ul" | "ol" | "li");
        if !is_item {
            return None;
        }
        let is_first = clicks.items.is_multiple_of(clicks.every);
        clicks.items += 1;
        Some(if is_first { "" } else { "after" })
    }

    fn close(&mut self, name: &str) {
        if !self.frames.iter().any(|frame| frame.name == name) {
            return;
        }
        while let Some(frame) = self.frames.pop() {
            let is_empty = self
                .out
                .get(frame.inside..)
                .is_some_and(|inside| inside.trim().is_empty());
            if is_empty
                && matches!(
                    frame.name.as_str(),
                    "a" | "p" | "div" | "span" | "section" | "aside" | "figure"
                )
            {
                self.out.truncate(frame.start);
                if let Some(parent) = self.frames.last_mut() {
                    parent.children = parent.children.saturating_sub(1);
                }
                if let Some([before, after]) = frame.click
                    && after == (self.count, self.highest)
                {
                    (self.count, self.highest) = before;
                }
            } else {
                self.out.push_str("</");
                self.out.push_str(&frame.name);
                self.out.push('>');
                self.add_columns(&frame);
            }
            if frame.name == name {
                return;
            }
        }
    }

    /// Adds the columns that are known only at the end of an element.
    fn add_columns(&mut self, frame: &Frame) {
        if frame.is_counted
            && let Some(tag) = self.out.get(frame.start..frame.inside)
        {
            let tag = tag.replace(COUNTED, &format!("grid-{}", frame.children.clamp(1, 6)));
            self.out.replace_range(frame.start..frame.inside, &tag);
        }
        if frame.is_float {
            self.floats
                .add(&mut self.out, frame.start, self.frames.len());
        }
    }

    fn piece(&mut self, number: Option<usize>) {
        let piece = number
            .and_then(|number| self.pieces.get_mut(number))
            .and_then(Option::take);
        match piece {
            None => {}
            Some(Piece::Html(html)) => self.out.push_str(&html),
            Some(Piece::Stages(stages)) => {
                self.out.push_str("<div class=\"stages\">");
                let last = stages.len();
                for (stage, number) in stages.iter().zip(1..) {
                    self.out.push_str("<div");
                    if number > 1 {
                        self.count = (self.count + 1).min(MAX_STEPS);
                        self.highest = self.highest.max(self.count);
                        self.attribute("data-step", &self.count.to_string());
                    }
                    if number < last {
                        self.attribute("data-until", &(self.count + 1).min(MAX_STEPS).to_string());
                    }
                    self.out.push('>');
                    self.out.push_str(stage);
                    self.out.push_str("</div>");
                }
                self.out.push_str("</div>");
            }
        }
    }
}

/// Whether an element is a template of a `<v-switch>`. The slide's next click hides it: that of the next
/// template, or for the last template a later one. If there is none, the last stays.
fn is_switched(tag: &Tag<'_>) -> bool {
    tag.get("data-hide") == Some("next")
}

/// Whether a pause delays an element of this name.
fn takes_steps(name: &str) -> bool {
    matches!(
        name,
        "p" | "ul"
            | "ol"
            | "li"
            | "pre"
            | "table"
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
            | "img"
            | "hr"
            | "dl"
            | "aside"
    )
}
