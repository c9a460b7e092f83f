//! Attributes in braces, a syntax of Slidev and Pandoc: `![](a.png){width=200px}`, `# Title {.small}`.

use super::Renderer;
use crate::markdown::html::{Tag, Token, Tokens};
use comrak::nodes::{AstNode, NodeValue};
use std::borrow::Cow;

/// The known attributes. Other words in braces are text.
const KEYS: [&str; 6] = ["width", "height", "style", "class", "id", "alt"];

impl Renderer<'_> {
    /// The text without the attributes of the element before it, or of the heading that it ends.
    pub fn without_braces<'t>(
        &mut self,
        text: &'t str,
        node: &AstNode<'_>,
        line: u32,
    ) -> Cow<'t, str> {
        let mut shown = text;
        if self.rules.is_vue
            && let Some((attributes, spans)) = without_spans(text)
        {
            self.lost_classes(&attributes, line);
            return Cow::Owned(spans);
        }
        if node.previous_sibling().is_some_and(has_attributes)
            && let Some((attributes, rest)) = split(shown)
        {
            self.lost_classes(attributes, line);
            shown = rest;
        }
        let in_heading = |node: &AstNode<'_>| matches!(node.data().value, NodeValue::Heading(_));
        if node.next_sibling().is_none()
            && node.parent().is_some_and(in_heading)
            && let Some((before, attributes)) = trailing(shown)
        {
            self.lost_classes(attributes, line);
            shown = before;
        }
        Cow::Borrowed(shown)
    }

    fn lost_classes(&mut self, attributes: &str, line: u32) {
        const REASON: &str = "a class or a style in braces; the theme's holds";
        let is_lost = |tag: &Tag<'_>| {
            tag.attributes
                .iter()
                .any(|(key, _)| key.starts_with('.') || matches!(*key, "class" | "style"))
        };
        let is_known = self.warnings.iter().any(|known| known.reason == REASON);
        if !is_known && with_tag(attributes, is_lost) == Some(true) {
            self.warn(line, REASON);
        }
    }
}

/// Replaces spans (`[words]{.class}`) by their words. Returns the first attributes and the text. None when
/// there is no span.
fn without_spans(text: &str) -> Option<(String, String)> {
    let mut first = None;
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(']') {
        shown.push_str(before);
        match (split(after), shown.rfind('[')) {
            (Some((attributes, left)), Some(open)) => {
                first.get_or_insert_with(|| attributes.to_owned());
                shown.remove(open);
                rest = left;
            }
            _ => {
                shown.push(']');
                rest = after;
            }
        }
    }
    shown.push_str(rest);
    first.map(|first| (first, shown))
}

fn has_attributes(node: &AstNode<'_>) -> bool {
    matches!(
        node.data().value,
        NodeValue::Image(_) | NodeValue::Link(_) | NodeValue::Code(_) | NodeValue::Strong
    )
}

/// Splits attributes in braces off the beginning of a text.
pub fn split(text: &str) -> Option<(&str, &str)> {
    let (attributes, rest) = text.strip_prefix('{')?.split_once('}')?;
    with_tag(attributes, are_attributes)?.then_some((attributes, rest))
}

/// Splits attributes in braces off the end of a text.
pub fn trailing(text: &str) -> Option<(&str, &str)> {
    let (before, attributes) = text.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    with_tag(attributes, are_attributes)?.then_some((before.trim_end(), attributes))
}

/// Parses attributes like those of a tag.
pub fn with_tag<T>(attributes: &str, look: impl FnOnce(&Tag<'_>) -> T) -> Option<T> {
    match Tokens::of(&format!("<x {attributes}>")).next() {
        Some(Token::Open(tag)) => Some(look(&tag)),
        _ => None,
    }
}

fn are_attributes(tag: &Tag<'_>) -> bool {
    let is_attribute = |(key, value): &(&str, &str)| match key.strip_prefix(['.', '#']) {
        Some(name) => value.is_empty() && name.starts_with(|c: char| c.is_ascii_alphabetic()),
        None => !value.is_empty() && KEYS.contains(key),
    };
    !tag.attributes.is_empty() && tag.attributes.iter().all(is_attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_attributes_are_taken_from_a_text() {
        assert_eq!(split("{width=200px} x"), Some(("width=200px", " x")));
        assert_eq!(
            split("{.a #b style=\"color: red\"}"),
            Some((".a #b style=\"color: red\"", ""))
        );
        assert_eq!(trailing("Title {.red}"), Some(("Title", ".red")));
        for text in ["{a, b}", "{}", "{x=1}", "{.5}", "x {.a}", "{.a"] {
            assert_eq!(split(text), None, "{text}");
        }
        assert_eq!(trailing("The set {1}"), None);
        let spans = without_spans("a [b]{.x} [c] [d]{.y} e");
        assert_eq!(spans, Some((".x".to_owned(), "a b [c] d e".to_owned())));
        assert_eq!(without_spans("a] b]{.x} [c]{1}"), None);
    }
}
