//! Comments: the dialects' commands, and speaker notes.

use super::{
    Renderer,
    picture::{self, Ground},
    short,
};
use crate::markdown::{
    colour,
    dialects::{Comments, marp, presenterm},
    html::{self, Tag, Token, Tokens, escaped},
    marks::Mark,
};

impl Renderer<'_> {
    pub fn mark(&mut self, mark: Mark, value: &str) {
        let mark = mark.as_str();
        self.out.push_str(&format!(
            "<ws-mark data-mark=\"{mark}\" data-value=\"{}\"></ws-mark>",
            escaped(value)
        ));
    }

    pub fn comment(&mut self, text: &str, line: u32) {
        let text = text.trim();
        if let Some(mark) = text.strip_prefix(self.seal).and_then(Mark::of) {
            return self.mark(mark, "");
        }
        let Some(text) = presenterm::unprefixed(text, self.prefix) else {
            return;
        };
        if text.is_empty()
            || text == "fit"
            || text.starts_with("//")
            || text.starts_with(".element")
        {
            return;
        }
        if let Some(attributes) = text.strip_prefix(".slide:") {
            return self.reveal_slide(attributes, line);
        }
        if let Some((command, value)) = presenterm::command(text) {
            return self.command(command, value, line);
        }
        let notes = ["notes:", "note:", "Notes:", "Note:"]
            .iter()
            .find_map(|start| text.strip_prefix(start));
        if let Some(notes) = notes {
            self.notes.push(notes.trim().to_owned());
            return;
        }
        match (self.rules.comments, marp::directives_of(text)) {
            (Comments::NotesAndDirectives, Some(directives)) => {
                for (_, reason) in marp::unmet(&directives) {
                    self.warn(line, &reason);
                }
            }
            (Comments::Notes | Comments::NotesAndDirectives, None) => {
                self.notes.push(text.to_owned());
            }
            (Comments::Commands, _) => self.warn(
                line,
                &format!(
                    "the comment “{}” is no command that is understood; left out",
                    short(text)
                ),
            ),
            // A last comment was handled in `document`.
            (Comments::Notes | Comments::NotesAtEnd | Comments::Ignored, _) => {}
        }
    }

    fn command(&mut self, command: &str, value: &str, line: u32) {
        match command {
            "pause" => self.mark(Mark::Pause, ""),
            // The value may be a YAML block: `speaker_note: |`.
            "speaker_note" => self.notes.push(
                value
                    .trim_start_matches('|')
                    .lines()
                    .map(str::trim)
                    .collect::<Vec<_>>()
                    .join("\n")
                    .trim()
                    .to_owned(),
            ),
            "column_layout" => self.mark(Mark::Layout, value),
            "column" => self.mark(Mark::Column, value),
            "reset_layout" => self.mark(Mark::Reset, ""),
            "incremental_lists" => self.incremental = value == "true",
            "jump_to_middle" => self.layout = Some("center".to_owned()),
            "alignment" if value == "center" => self.classes.push("centred"),
            "alignment" if value == "left" => {}
            "alignment" | "font_size" | "snippet_output" => self.warn(
                line,
                &format!("“{command}: {}” is not done; left out", short(value)),
            ),
            "include" => self.warn(
                line,
                &format!(
                    "another file, {}, which is not read; left out",
                    short(value)
                ),
            ),
            _ => {}
        }
    }

    fn reveal_slide(&mut self, attributes: &str, line: u32) {
        if let Some(Token::Open(tag)) = Tokens::of(&format!("<x {attributes}>")).next() {
            self.slide_attributes(&tag, line);
        }
    }

    /// Reads the attributes of reveal's slide element.
    pub fn slide_attributes(&mut self, tag: &Tag<'_>, line: u32) {
        self.contains_ground = tag.get("data-background-size") == Some("contain");
        for (key, value) in &tag.attributes {
            match *key {
                "data-background" | "data-background-color" | "data-background-image" => {
                    self.ground(value, line)
                }
                key if key.starts_with("data-background-") && !is_plain(key, value) => self.warn(
                    line,
                    &format!("“{key}” of a slide is not understood; left out"),
                ),
                "class" if value.contains("center") => self.classes.push("centred"),
                "data-notes" => self.notes.push(html::unescaped(value)),
                _ => {}
            }
        }
    }

    /// Adds a background: a colour, a file or `url(file)`.
    pub fn ground(&mut self, value: &str, line: u32) {
        let value = value.trim();
        if let Some(colour) = colour::hex(value) {
            self.grounds.push(Ground::Colour(colour));
            return;
        }
        let inner = value
            .strip_prefix("url(")
            .and_then(|rest| rest.split(')').next())
            .unwrap_or(value)
            .trim_matches(['"', '\'']);
        if value.contains("gradient(") {
            self.warn(
                line,
                &format!("the gradient “{}” is not drawn; left out", short(value)),
            );
        } else if !value.starts_with("url(") && !value.contains(['.', '/']) {
            self.warn(
                line,
                &format!(
                    "the background “{}” is not understood; left out",
                    short(value)
                ),
            );
        } else if let Some(file) = self.file(inner, line) {
            self.grounds.push(Ground::Picture {
                file,
                place: picture::Place::Behind,
                contain: self.contains_ground,
                share: None,
                sizes: [None, None],
                is_stacked: false,
            });
        }
    }
}

/// Whether an attribute needs no warning, because the theme or the background takes care of it.
fn is_plain(key: &str, value: &str) -> bool {
    matches!(
        (key, value),
        ("data-background-size", "contain" | "cover") | ("data-background-transition", _)
    )
}
