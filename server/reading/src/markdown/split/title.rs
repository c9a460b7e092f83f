//! The title of a deck: from its front matter, or from the first heading that the audience sees.

use crate::markdown::{
    dialects::Rules,
    options,
    page::running,
    render::{self, braces},
    split::{Deck, lines::heading_level, scan::Scan},
};
use comrak::{
    Arena,
    nodes::{AstNode, NodeValue},
};
use std::{collections::HashMap, sync::Arc};

/// The number of slides in which a heading is searched for.
const MAX_SLIDES: usize = 20;

pub fn of(deck: &Deck) -> Option<String> {
    if let Some(title) = deck.front.line("title") {
        let title = running::plain(&title, deck.rules.shortcodes).0;
        return Some(title.trim().to_owned());
    }
    let mut slides = deck.slides.iter().take(MAX_SLIDES);
    let title = slides.find_map(|slide| heading(&slide.text, deck.rules))?;
    Some(render::short(&title))
}

/// The text of a slide's first heading.
fn heading(text: &str, rules: &Rules) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let scan = Scan::of(&lines, 0);
    let mut above = "";
    // A heading in notes is not the title.
    let mut in_notes = false;
    for line in scan.open_lines(&lines, 0) {
        in_notes |= line.contains("<aside") || line.contains("<Notes");
        if in_notes {
            in_notes = !line.contains("</aside>") && !line.contains("</Notes>");
            continue;
        }
        let marks = line.trim_end();
        let underlines = |mark| marks.len() >= 3 && marks.chars().all(|c| c == mark);
        let is_underline = underlines('=') || rules.underlined_is_title && underlines('-');
        let title = if is_underline && !above.trim().is_empty() {
            Some(above)
        } else if heading_level(line).is_some() {
            Some(line.trim_start_matches('#'))
        } else {
            None
        };
        let title = title.map(|title| plain(title.trim(), rules));
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            return Some(title);
        }
        above = line;
    }
    None
}

/// A heading's text without markup.
fn plain(text: &str, rules: &Rules) -> String {
    let text = braces::trailing(text).map_or(text, |(text, _)| text);
    let text = without_footnotes(text);
    let arena = Arena::new();
    let options = options(&Arc::new(HashMap::new()), rules);
    let root = comrak::parse_document(&arena, &format!("# {text}"), &options);
    let mut plain = String::new();
    let mut nodes: Vec<&AstNode<'_>> = vec![root];
    while let Some(node) = nodes.pop() {
        match &node.data().value {
            NodeValue::Text(said) => plain.push_str(said),
            NodeValue::Code(code) => plain.push_str(&code.literal),
            NodeValue::Math(formula) => plain.push_str(&formula.literal),
            NodeValue::ShortCode(emoji) => plain.push_str(&emoji.emoji),
            NodeValue::SoftBreak | NodeValue::LineBreak => plain.push(' '),
            NodeValue::FootnoteDefinition(_) => continue,
            _ => {}
        }
        nodes.extend(node.reverse_children());
    }
    plain.trim().to_owned()
}

/// Removes references to footnotes. Without their definitions they would be text.
fn without_footnotes(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[^") {
        left.push_str(before);
        let is_code = left.matches('`').count() % 2 == 1;
        match after.split_once(']').filter(|_| !is_code) {
            Some((_, behind)) => rest = behind,
            None => {
                left.push_str("[^");
                rest = after;
            }
        }
    }
    left + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::dialects::{marp, plain};

    #[test]
    fn a_title_has_no_marks() {
        for (text, title) in [
            ("One[^a]", "One"),
            ("One^[b *c*]", "One"),
            ("`a*b*[^c]` *and* **so** on", "a*b*[^c] and so on"),
            ("A [link](https://a.b) ![of *x*](a.png)", "A link of x"),
            ("2 * 3 = $x^2$", "2 * 3 = x^2"),
            (r"\*not so\* &amp; snake_case", "*not so* & snake_case"),
            ("C# ##", "C#"),
            ("a <b>c</b> <!-- d -->", "a c"),
            ("a {.x}", "a"),
            ("1. One", "1. One"),
        ] {
            assert_eq!(plain(text, &plain::RULES), title, "{text}");
        }
        assert_eq!(plain("a :rocket:", &marp::RULES), "a \u{1f680}");
    }
}
