//! The `key: value` lines before a deck or a slide. A reader of our own: of YAML we want a few
//! plain values, and none of its anchors, tags and bombs.

/// Longest front matter that is read, in lines.
pub const MAX_LINES: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// In their order; a key below another is written `parent.child`.
    fields: Vec<(String, String)>,
}

impl FrontMatter {
    /// What lines such as `title: My talk` say. What is not understood is passed over.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut parent = String::new();
        // A block scalar (`info: |`) lasts while lines are indented.
        let mut in_block = false;
        for line in lines.into_iter().take(MAX_LINES) {
            let indented = line.starts_with([' ', '\t']);
            let trimmed = line.trim();
            if in_block && (indented || trimmed.is_empty()) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push_str(trimmed);
                    value.push('\n');
                }
                continue;
            }
            in_block = false;
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if let Some(item) = trimmed.strip_prefix("- ") {
                if let Some((_, value)) = fields.last_mut() {
                    if !value.is_empty() {
                        value.push(',');
                    }
                    value.push_str(unquoted(item));
                }
                continue;
            }
            let Some((key, value)) = key_value(trimmed) else {
                continue;
            };
            let key = if indented && !parent.is_empty() {
                format!("{parent}.{key}")
            } else {
                parent = key.to_owned();
                key.to_owned()
            };
            let value = value.trim();
            in_block = matches!(value, "|" | ">" | "|-" | ">-" | "|+" | ">+");
            let value = if in_block { "" } else { unquoted(value) };
            fields.push((key, value.to_owned()));
        }
        Self { fields }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.said(key).filter(|value| !value.is_empty())
    }

    /// As `get`, but an empty value counts: it takes back what was said before.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.fields
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.trim())
    }

    pub fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some("true")
    }

    pub fn has(&self, keys: &[&str]) -> bool {
        self.fields
            .iter()
            .any(|(name, _)| keys.contains(&name.as_str()))
    }

    pub fn extend(&mut self, later: Self) {
        self.fields.extend(later.fields);
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.fields.push((key.to_owned(), value.to_owned()));
    }
}

/// The number, from 1, of the line of these that says a key.
pub fn line_of(lines: &[&str], key: &str) -> Option<u32> {
    let says = |line: &&str| key_value(line.trim()).is_some_and(|(name, _)| name == key);
    (1..)
        .zip(lines)
        .find(|(_, line)| says(line))
        .map(|(number, _)| number)
}

/// Whether these lines are front matter and not a slide's text.
pub fn is_matter(lines: &[&str]) -> bool {
    if lines.len() > MAX_LINES {
        return false;
    }
    let mut keys = 0_u32;
    for line in lines {
        let trimmed = line.trim();
        if line.starts_with([' ', '\t', '-']) && keys > 0
            || trimmed.is_empty()
            || trimmed.starts_with('#')
        {
            continue;
        }
        if key_value(trimmed).is_none() {
            return false;
        }
        keys += 1;
    }
    keys > 0
}

/// `key: value`, where the key is one word.
pub fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = unquoted(key.trim());
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    (is_word && (value.is_empty() || value.starts_with([' ', '\t']))).then_some((key, value))
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> FrontMatter {
        FrontMatter::parse(text.lines())
    }

    #[test]
    fn quotes_comments_blocks_and_nesting_are_understood() {
        let matter = parse(
            "title: \"A: talk\" # here\n# none\ninfo: |\n  ## Two\n  lines\noptions:\n  end_slide_shorthand: true\nclass:\n  - lead\n  - invert",
        );
        assert_eq!(matter.get("title"), Some("A: talk"));
        assert_eq!(matter.get("info"), Some("## Two\nlines"));
        assert!(matter.is_true("options.end_slide_shorthand"));
        assert_eq!(matter.get("class"), Some("lead,invert"));
    }

    #[test]
    fn prose_is_not_front_matter() {
        assert!(!is_matter(&["# Heading", "", "Text"]));
        assert!(!is_matter(&["See https://example.com: it is"]));
        assert!(is_matter(&["layout: center", "class: x"]));
    }
}
