//! Reads YAML as a list of keys and the text of their values. It works on the parser's events, because
//! scalars are needed as they are written (a title `1.10` is not a number), and aliases must not be
//! expanded: they are empty.

use granit_parser::{Event, Parser, ScalarStyle};

/// The most events of one front matter. A scalar or a list takes a few.
const MAX_EVENTS: usize = 4_000;
const MAX_DEPTH: usize = 16;

enum Level {
    /// The prefix of its keys, and the key that waits for its value.
    Map(String, Option<String>),
    List(Vec<String>),
}

/// Keys and values in order. A nested key is `parent.child`, a list `[one,two]`. None when the document
/// is not a map, not valid, or too large.
pub fn fields(yaml: &str) -> Option<Vec<(String, String)>> {
    let mut reading = Reading::default();
    for (event, number) in Parser::new_from_str(yaml).zip(0..) {
        if number > MAX_EVENTS || reading.levels.len() > MAX_DEPTH {
            return None;
        }
        match event.ok()?.0 {
            Event::Scalar(text, style, ..) => {
                let is_null = style == ScalarStyle::Plain && matches!(&*text, "~" | "null");
                reading.value(if is_null { "" } else { &text })?;
            }
            Event::Alias(_) => reading.value("")?,
            Event::MappingStart(..) => reading.map()?,
            Event::SequenceStart(..) => reading.levels.push(Level::List(Vec::new())),
            Event::MappingEnd => {
                reading.levels.pop();
                reading.done();
            }
            Event::SequenceEnd => {
                if let Some(Level::List(items)) = reading.levels.pop() {
                    reading.value(&format!("[{}]", items.join(",")))?;
                }
            }
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    reading.is_map.then_some(reading.fields)
}

#[derive(Default)]
struct Reading {
    levels: Vec<Level>,
    fields: Vec<(String, String)>,
    is_map: bool,
}

impl Reading {
    /// None for a document that is one value.
    fn value(&mut self, text: &str) -> Option<()> {
        match self.levels.last_mut()? {
            Level::Map(_, key @ None) => *key = Some(text.to_owned()),
            Level::Map(above, key) => {
                let key = key.take().unwrap_or_default();
                self.fields.push((format!("{above}{key}"), text.to_owned()));
            }
            Level::List(items) => items.push(text.to_owned()),
        }
        Some(())
    }

    /// None where a map is a key.
    fn map(&mut self) -> Option<()> {
        let above = match self.levels.last() {
            None => {
                self.is_map = true;
                String::new()
            }
            Some(Level::Map(_, None)) => return None,
            Some(Level::Map(above, Some(key))) => {
                let path = format!("{above}{key}");
                self.fields.push((path.clone(), String::new()));
                format!("{path}.")
            }
            // A map in a list has no key.
            Some(Level::List(_)) => "-.".to_owned(),
        };
        self.levels.push(Level::Map(above, None));
        Some(())
    }

    /// Ends a map that was a value.
    fn done(&mut self) {
        if let Some(Level::Map(_, key)) = self.levels.last_mut() {
            *key = None;
        }
    }
}
