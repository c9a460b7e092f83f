//! Splits HTML into tags, text and comments. It accepts any input, in linear time and without recursion.

#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    Text(&'a str),
    Open(Tag<'a>),
    Close(&'a str),
    Comment(&'a str),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tag<'a> {
    pub name: &'a str,
    pub attributes: Vec<(&'a str, &'a str)>,
    pub closes_itself: bool,
}

impl Tag<'_> {
    /// An attribute's value, still escaped.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

pub struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub const fn of(html: &'a str) -> Self {
        Self { rest: html }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

/// The most attributes of one tag that are read.
const MAX_ATTRIBUTES: usize = 32;

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if let Some(rest) = self.rest.strip_prefix("<!--") {
            let (text, rest) = rest.split_once("-->").unwrap_or((rest, ""));
            self.rest = rest;
            return Some(Token::Comment(text));
        }
        if let Some(rest) = self.rest.strip_prefix("</") {
            let name = name_of(rest);
            if !name.is_empty() {
                self.rest = rest.split_once('>').map_or("", |(_, rest)| rest);
                return Some(Token::Close(name));
            }
        } else if let Some(rest) = self.rest.strip_prefix('<') {
            let name = name_of(rest);
            if !name.is_empty() {
                let (tag, left) = tag(name, rest.get(name.len()..).unwrap_or_default());
                self.rest = left;
                return Some(Token::Open(tag));
            }
        }
        let end = self
            .rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '<')
            .map_or(self.rest.len(), |(at, _)| at);
        Some(Token::Text(self.take(end)))
    }
}

fn name_of(text: &str) -> &str {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return "";
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c)))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn tag<'a>(name: &'a str, mut rest: &'a str) -> (Tag<'a>, &'a str) {
    let mut tag = Tag {
        name,
        attributes: Vec::new(),
        closes_itself: false,
    };
    loop {
        rest = rest.trim_start();
        if let Some(left) = rest.strip_prefix("/>") {
            tag.closes_itself = true;
            return (tag, left);
        }
        if let Some(left) = rest.strip_prefix('>') {
            return (tag, left);
        }
        if rest.is_empty() {
            return (tag, rest);
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_whitespace() || "=>/".contains(*c))
            .map_or(rest.len(), |(at, _)| at);
        let (key, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (value, left) = match left.trim_start().strip_prefix('=') {
            Some(left) => value(left.trim_start()),
            None => ("", left),
        };
        rest = left;
        if key != "/" && tag.attributes.len() < MAX_ATTRIBUTES {
            tag.attributes.push((key, value));
        }
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split_once(quote).unwrap_or((rest, ""));
        }
    }
    let end = text
        .find(|c: char| c.is_whitespace() || c == '>')
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Escapes text for use between tags and in attributes with double quotes.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => {}
            _ => out.push(c),
        }
    }
}

pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(text, &mut out);
    out
}

/// Resolves the few entities that a serialiser writes.
pub fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

pub fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "wbr" | "input" | "col")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_with_odd_attributes_are_read() {
        let html = "<div @click=\"a > b\" hover:bg=x v-click [k]='v' />t<!-- c --></p>1 < 2";
        let tokens: Vec<_> = Tokens::of(html).collect();
        assert_eq!(
            tokens,
            [
                Token::Open(Tag {
                    name: "div",
                    attributes: vec![
                        ("@click", "a > b"),
                        ("hover:bg", "x"),
                        ("v-click", ""),
                        ("[k]", "v")
                    ],
                    closes_itself: true
                }),
                Token::Text("t"),
                Token::Comment(" c "),
                Token::Close("p"),
                Token::Text("1 "),
                Token::Text("< 2"),
            ]
        );
    }
}
