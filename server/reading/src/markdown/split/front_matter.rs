//! The `key: value` lines before a deck or a slide: YAML, and what authors take for YAML.

use super::yaml;

/// The longest front matter, in lines.
pub const MAX_LINES: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// In order. A nested key is written `parent.child`.
    fields: Vec<(String, String)>,
}

impl FrontMatter {
    /// Parses lines such as `title: My talk`. If they are not valid YAML, such as `title: A: talk`, each
    /// entry is read separately, and its text taken literally.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let lines: Vec<&str> = lines.into_iter().take(MAX_LINES).collect();
        let mut fields = match yaml::fields(&lines.join("\n")) {
            Some(fields) => fields,
            None => entries(&lines)
                .into_iter()
                .filter_map(|entry| yaml::fields(&entry.join("\n")).or_else(|| literal(entry)))
                .flatten()
                .collect(),
        };
        for line in &lines {
            if let Some((key, value)) = key_value(line).filter(|(_, value)| is_text(value)) {
                fields.retain(|(name, _)| name != key);
                fields.push((key.to_owned(), unquoted(value).to_owned()));
            }
        }
        Self { fields }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.said(key).filter(|value| !value.is_empty())
    }

    /// Like [`Self::get`], but an empty value counts: it revokes an earlier one.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.fields
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.trim())
    }

    /// The value on one line.
    pub fn line(&self, key: &str) -> Option<String> {
        let words: Vec<&str> = self.get(key)?.split_whitespace().collect();
        Some(words.join(" "))
    }

    pub fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some("true")
    }

    pub fn has(&self, keys: &[&str]) -> bool {
        self.fields
            .iter()
            .any(|(name, _)| keys.contains(&name.as_str()))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    pub fn extend(&mut self, later: Self) {
        self.fields.extend(later.fields);
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.fields.push((key.to_owned(), value.to_owned()));
    }
}

/// Groups lines into entries: a key that is not indented, and the lines below it.
fn entries<'l>(lines: &'l [&'l str]) -> Vec<&'l [&'l str]> {
    let begins = |line: &str| !line.starts_with([' ', '\t']) && key_value(line).is_some();
    let mut starts: Vec<usize> = (0..)
        .zip(lines)
        .filter(|(_, line)| begins(line))
        .map(|(at, _)| at)
        .collect();
    // The first may be indented, as in a comment of several lines.
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| lines.get(*start..end))
        .collect()
}

fn literal(entry: &[&str]) -> Option<Vec<(String, String)>> {
    let (key, value) = key_value(entry.first()?.trim())?;
    Some(vec![(key.to_owned(), unquoted(value).to_owned())])
}

/// Whether YAML would read the value as a comment, a tag, an anchor or an alias, where its author means
/// text: `#fff`, `*emphasis*`, `&copy; me`.
fn is_text(value: &str) -> bool {
    let value = value.trim_start();
    let colour = value.strip_prefix('#').unwrap_or_default();
    value.starts_with(['*', '&', '!', '%', '@', '`'])
        || colour.starts_with(|c: char| !c.is_whitespace())
}

/// The number, from 1, of the line with this key.
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
        assert_eq!(matter.get("class"), Some("[lead,invert]"));
    }

    #[test]
    fn strings_are_read_by_yamls_rules() {
        for (text, value) in [
            (r#"title: "Say \"hi\" to all""#, r#"Say "hi" to all"#),
            ("title: 'It''s here'", "It's here"),
            ("title: |\n  Two lines\n  of title", "Two lines\nof title"),
            ("title: >-\n  folded\n  lines", "folded lines"),
            ("title: plain\n  goes on", "plain goes on"),
            ("title: \"\\u00e9 \\U0001F680\"", "é 🚀"),
            ("title: 1.10", "1.10"),
            ("title: a#b # c", "a#b"),
            ("{title: flow}", "flow"),
            // Not YAML.
            ("title: A: talk\nx: y", "A: talk"),
            ("title: #fff", "#fff"),
            ("title: **bold**", "**bold**"),
            ("title: &copy; me # c", "&copy; me"),
            ("title: [a](b)", "[a](b)"),
            ("x: [\ntitle: here", "here"),
        ] {
            assert_eq!(parse(text).get("title"), Some(value), "{text}");
        }
        assert_eq!(parse("title: ~").get("title"), None);
        let nested =
            parse("theme:\n  override:\n    code:\n      background: false\nlist:\n  - a: b");
        assert!(nested.has(&["theme"]));
        assert_eq!(nested.get("theme.override.code.background"), Some("false"));
    }

    #[test]
    fn a_bomb_unfolds_nothing() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (name, before) in ('b'..='z').zip('a'..) {
            bomb.push_str(&format!(
                "{name}: &{name} [{}]\n",
                format!("*{before},").repeat(9)
            ));
        }
        assert!(
            parse(&bomb)
                .fields
                .iter()
                .all(|(_, value)| value.len() < 100)
        );
        parse(&format!("a: {}", "[".repeat(100_000)));
        parse(&format!("a: {}", "{a: ".repeat(100_000)));
        parse(&format!("a: [{}]", "x,".repeat(100_000)));
    }

    #[test]
    fn prose_is_not_front_matter() {
        assert!(!is_matter(&["# Heading", "", "Text"]));
        assert!(!is_matter(&["See https://example.com: it is"]));
        assert!(is_matter(&["layout: center", "class: x"]));
    }
}
