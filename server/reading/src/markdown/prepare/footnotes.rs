//! Footnotes of the whole deck. Each slide is parsed separately, and may refer to a footnote that another
//! slide defines.

use crate::markdown::split::scan::Scan;
use comrak::nodes::{AstNode, NodeValue};
use std::collections::HashMap;

const MAX_FOOTNOTES: usize = 1_000;
const MAX_LABEL: usize = 200;

/// The most bytes of footnotes that are added to one slide.
const MAX_ADDED: usize = 16 << 10;

pub struct Footnotes {
    /// The lines of each footnote, by label.
    notes: HashMap<String, String>,
}

impl Footnotes {
    pub fn of<'a>(slides: impl Iterator<Item = &'a str>) -> Self {
        let mut notes = HashMap::new();
        for slide in slides.filter(|slide| slide.contains("[^")) {
            let lines: Vec<&str> = slide.lines().collect();
            let scan = Scan::of(&lines, 0);
            let mut label = None;
            let mut is_after_blank = false;
            for (line, at) in lines.iter().zip(0..) {
                if let Some(found) = defined(line).filter(|_| scan.is_open(at)) {
                    let is_new = notes.len() < MAX_FOOTNOTES && !notes.contains_key(&found);
                    label = is_new.then_some(found);
                } else if is_after_blank && !line.trim().is_empty() && !is_inside(line) {
                    label = None;
                }
                is_after_blank = line.trim().is_empty();
                if let Some(label) = &label {
                    let note: &mut String = notes.entry(label.clone()).or_default();
                    if note.len() + line.len() < MAX_ADDED {
                        note.push_str(line);
                        note.push('\n');
                    }
                }
            }
        }
        Self { notes }
    }

    /// Adds the footnotes of other slides that a slide's text refers to.
    pub fn added_to(&self, mut text: String) -> String {
        if self.notes.is_empty() {
            return text;
        }
        let own: Vec<String> = text.lines().filter_map(defined).collect();
        let mut wanted: Vec<String> = Vec::new();
        for after in text.split("[^").skip(1).take(MAX_FOOTNOTES) {
            let label = after.split_once(']').map(|(label, _)| folded(label));
            wanted.extend(label.filter(|label| !own.contains(label) && !wanted.contains(label)));
        }
        let mut left = MAX_ADDED;
        for note in wanted.iter().filter_map(|label| self.notes.get(label)) {
            if note.len() <= left {
                left -= note.len();
                text.push_str("\n\n");
                text.push_str(note);
            }
        }
        text
    }
}

/// The prefix of comrak's names for inline footnotes.
const INLINE: &str = "__inline_";

/// The number of each footnote of a slide, by name, if there are inline footnotes. Otherwise footnotes are
/// shown with the author's names.
pub fn numbers<'a>(root: &'a AstNode<'a>) -> HashMap<String, u32> {
    let mut numbers = HashMap::new();
    for node in root.descendants() {
        if let NodeValue::FootnoteReference(reference) = &node.data().value {
            numbers.insert(reference.name.clone(), reference.ix);
        }
    }
    if !numbers.keys().any(|name| name.starts_with(INLINE)) {
        numbers.clear();
    }
    numbers
}

/// The label of the footnote whose definition begins in this line.
fn defined(line: &str) -> Option<String> {
    let (label, _) = line.trim_start().strip_prefix("[^")?.split_once("]:")?;
    (!label.is_empty() && label.len() < MAX_LABEL && !label.contains(']')).then(|| folded(label))
}

fn folded(label: &str) -> String {
    label.trim().to_lowercase()
}

fn is_inside(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}
