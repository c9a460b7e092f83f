//! remark.js: how its decks are recognised, and the properties that its slides begin with.

use super::{Comments, FROM_MARKDOWN, NotesBegin, Rules, SlideFront};
use crate::markdown::{
    render::short,
    split::front_matter::{FrontMatter, key_value},
};

pub static RULES: Rules = Rules {
    name: "remark.js",
    slide_front: SlideFront::Properties,
    notes_begin: NotesBegin::QuestionMarks,
    comments: Comments::Notes,
    pauses: &[STEP],
    ..FROM_MARKDOWN
};

/// Begins the notes of a slide, alone in its line.
pub const NOTES: &str = "???";

/// Begins a step, alone in its line: the slide again, with more on it.
pub const STEP: &str = "--";

const PROPERTIES: [&str; 11] = [
    "name",
    "class",
    "template",
    "layout",
    "count",
    "exclude",
    "continued",
    "background-image",
    "background-color",
    "background-size",
    "background-position",
];

/// Classes for the position of a slide's text.
const PLACES: [&str; 7] = [
    "left", "center", "right", "top", "middle", "bottom", "inverse",
];

fn property(line: &str) -> Option<(&str, &str)> {
    let (key, value) = key_value(line)?;
    PROPERTIES.contains(&key).then(|| (key, value.trim()))
}

/// Whether only remark has such a property.
fn is_unmistakable(line: &str) -> bool {
    property(line).is_some_and(|(key, value)| match key {
        "class" => {
            let mut words = value.split([',', ' ']).filter(|word| !word.is_empty());
            !value.is_empty() && words.all(|word| PLACES.contains(&word))
        }
        "background-image" => value.starts_with("url("),
        "layout" => matches!(value, "true" | "false"),
        _ => false,
    })
}

/// Whether a deck was written for remark.
pub fn is_deck<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut has_steps, mut has_notes) = (false, false);
    let (mut is_top, mut is_asked) = (true, false);
    for line in lines.map(str::trim_end) {
        has_steps |= line == STEP;
        has_notes |= line == NOTES;
        if matches!(line, "---" | STEP) {
            // Closed by another `---`, they would be front matter.
            (is_top, is_asked) = (true, false);
        } else if is_top && property(line).is_some() {
            is_asked |= is_unmistakable(line);
        } else if !line.is_empty() {
            if is_asked {
                return true;
            }
            is_top = false;
        }
    }
    has_steps && has_notes
}

/// A slide's properties.
#[derive(Debug, Default)]
pub struct Properties {
    pub front: FrontMatter,
    /// How many lines they take.
    pub lines: usize,
    /// Sentences about properties that have no effect, by line.
    pub left_out: Vec<(usize, String)>,
    pub is_hidden: bool,
}

impl Properties {
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() && found.lines == 0 {
                continue;
            }
            let Some((key, value)) = property(line) else {
                break;
            };
            found.lines = at + 1;
            found.read(at, key, value);
        }
        found
    }

    fn read(&mut self, at: usize, key: &str, value: &str) {
        match key {
            "name" | "count" | "continued" => {}
            "class" => {
                let words: Vec<&str> = value.split([',', ' ']).collect();
                let has = |word| words.contains(&word);
                if has("center") && has("middle") {
                    self.front.set("layout", "center");
                } else if has("center") {
                    self.front.set("class", "text-center");
                }
                let is_unknown =
                    |word: &&&str| !matches!(**word, "" | "center" | "middle" | "left" | "top");
                if let Some(word) = words.iter().find(is_unknown) {
                    self.leave_out(at, &format!("the class “{}” of a slide", short(word)));
                }
            }
            "exclude" => self.is_hidden |= value == "true",
            "layout" => {
                if value == "true" {
                    self.is_hidden = true;
                    self.leave_out(at, "a layout of remark's, for the slides that follow");
                }
            }
            "background-image" => self.front.set("backgroundImage", value),
            "background-color" => self.front.set("backgroundColor", value),
            "background-size" if matches!(value, "contain" | "cover") => {
                self.front.set("backgroundSize", value);
            }
            _ => self.leave_out(at, &format!("“{key}: {}” of a slide", short(value))),
        }
    }

    fn leave_out(&mut self, at: usize, what: &str) {
        self.left_out.push((at, format!("{what}; left out")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_of_remark_is_told_by_what_only_it_has() {
        let of = |text: &str| is_deck(text.lines());
        assert!(of("class: center, middle\n\n# A"));
        assert!(of("# A\n\n---\nname: x\nlayout: true\n\n# B"));
        assert!(of("# A\n\n--\n\nb\n\n???\n\nc"));
        for other in [
            "class: biology\n\n# A",
            "# A\n\nclass: center",
            "# A\n\n---\nclass: center\n---\n\n# B",
            "# A\n\n---\n\nlayout: cover\n\n# B",
            "# A\n\n???\n\nb",
            "class:\n\n# A",
        ] {
            assert!(!of(other), "{other}");
        }
    }
}
