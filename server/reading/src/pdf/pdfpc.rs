//! pdfpc's file beside a PDF, with notes and hidden pages: JSON since its version 4.4, text before.

use super::strings::without_controls;
use crate::{source::MAX_MINUTES, text};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// The largest file. That of a long talk has less than 100 KB.
const LARGEST: usize = 4 << 20;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// By index of the page.
    by_page: HashMap<u32, String>,
    /// By index of the slide: in the old format all steps of a slide share a note.
    by_slide: HashMap<u32, String>,
    /// Hidden pages.
    pub hidden: HashSet<u32>,
    /// The planned length of the talk, in minutes.
    pub minutes: Option<u16>,
    /// Pages that are a step of the slide before, regardless of their labels.
    pub steps: HashSet<u32>,
}

impl Notes {
    /// Parses the file. None when it is not pdfpc's.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > LARGEST {
            return None;
        }
        let text = text::decoded(bytes).text;
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        if text.starts_with('{') {
            of_json(text)
        } else {
            of_sections(text)
        }
    }

    pub fn of(&self, page: u32, slide: u32) -> Option<&str> {
        let note = self.by_page.get(&page).or(self.by_slide.get(&slide))?;
        Some(note)
    }
}

/// Reads values one by one and not into a struct, so that an invalid page costs only its own note.
fn of_json(text: &str) -> Option<Notes> {
    let file: Value = serde_json::from_str(text).ok()?;
    let minutes = file.get("duration").and_then(Value::as_u64);
    let minutes = minutes.and_then(|minutes| u16::try_from(minutes).ok());
    let mut notes = Notes {
        minutes: minutes.filter(|minutes| (1..=MAX_MINUTES).contains(minutes)),
        ..Notes::default()
    };
    for page in file.get("pages")?.as_array()? {
        let index = page.get("idx").and_then(Value::as_u64);
        let Some(index) = index.and_then(|index| u32::try_from(index).ok()) else {
            continue;
        };
        let is = |key: &str| page.get(key).and_then(Value::as_bool) == Some(true);
        if is("hidden") {
            notes.hidden.insert(index);
        }
        if is("forcedOverlay") {
            notes.steps.insert(index);
        }
        if let Some(note) = page.get("note").and_then(Value::as_str) {
            keep(&mut notes.by_page, index, note);
        }
    }
    Some(notes)
}

/// Reads `[notes]`, then for each slide `### 3` (from 1) and its lines.
fn of_sections(text: &str) -> Option<Notes> {
    if !text.starts_with('[') {
        return None;
    }
    let mut notes = Notes::default();
    let mut in_notes = false;
    let mut slide = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let number = line.strip_prefix("###").map(|rest| rest.trim().parse());
        let is_section = matches!(line.trim_end(), "[file]" | "[notes]" | "[font_size]")
            || (line.starts_with("[end_") && line.trim_end().ends_with(']'));
        if let (true, Some(Ok(number))) = (in_notes, number) {
            finish(&mut notes, slide, &mut lines);
            slide = u32::checked_sub(number, 1);
        } else if is_section {
            finish(&mut notes, slide.take(), &mut lines);
            in_notes = line.trim_end() == "[notes]";
        } else {
            lines.push(line);
        }
    }
    finish(&mut notes, slide, &mut lines);
    Some(notes)
}

fn finish(notes: &mut Notes, slide: Option<u32>, lines: &mut Vec<&str>) {
    if let Some(slide) = slide {
        // A `#` or `[` at the beginning of a line is escaped with a backslash.
        let note: Vec<&str> = lines
            .iter()
            .map(|line| match line.strip_prefix('\\') {
                Some(rest) if rest.starts_with(['#', '[']) => rest,
                _ => line,
            })
            .collect();
        keep(&mut notes.by_slide, slide, &note.join("\n"));
    }
    lines.clear();
}

fn keep(notes: &mut HashMap<u32, String>, index: u32, note: &str) {
    let note = without_controls(note).trim().to_owned();
    if !note.is_empty() {
        notes.insert(index, note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_json_format_has_its_note() {
        let notes = Notes::read(
            br##"{"pdfpcFormat": 2, "duration": 20, "disableMarkdown": false, "pages": [
                {"idx": 0, "label": "1", "overlay": 0, "note": "# Hello\r\nworld\n"},
                {"idx": 2, "label": "2", "overlay": 1, "note": " "},
                {"idx": -1, "note": "odd"}, {"note": "odd"}, 7,
                {"idx": 3, "note": "last"}]}"##,
        )
        .expect("notes");
        assert_eq!(notes.minutes, Some(20));
        assert_eq!(notes.of(0, 0), Some("# Hello\nworld"));
        assert_eq!(notes.of(2, 1), None);
        assert_eq!(notes.of(3, 2), Some("last"));
    }

    #[test]
    fn a_slide_of_the_old_format_has_its_note_at_each_step() {
        let notes = Notes::read(
            b"[file]\ntalk.pdf\n[notes]\n### 1\nHello\n\n\\### no number\n### 3\nlast\n[font_size]\n20000\n",
        )
        .expect("notes");
        assert_eq!(notes.of(0, 0), Some("Hello\n\n### no number"));
        assert_eq!(notes.of(5, 0), Some("Hello\n\n### no number"));
        assert_eq!(notes.of(1, 1), None);
        assert_eq!(notes.of(4, 2), Some("last"));
    }

    #[test]
    fn garbage_is_no_notes() {
        for bytes in [
            &b""[..],
            b"{",
            b"{}",
            b"{\"pages\": 3}",
            b"\xff\xfe",
            b"hello",
            &b"[".repeat(100_000),
            &[&b"{\"pages\":"[..], &b"[".repeat(100_000)].concat(),
        ] {
            let notes = Notes::read(bytes).unwrap_or_default();
            assert_eq!(notes, Notes::default());
        }
    }
}
