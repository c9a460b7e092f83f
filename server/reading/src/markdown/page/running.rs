//! Marp's header, footer and page number.

use crate::markdown::{
    colour,
    html::escape,
    render::{picture::Ground, short},
    split::Slide,
};
use crate::source::Warning;
use comrak::{
    Arena, Options,
    nodes::{AstNode, NodeValue},
};

/// The key under which `dialects::marp` stores the number of a slide that shows it.
pub const NUMBER: &str = "number";

const PLACES: [(&str, &str); 3] = [
    ("header", "running above"),
    ("footer", "running below"),
    (NUMBER, "running number"),
];

pub fn markup(slide: &Slide, warnings: &mut Vec<Warning>) -> String {
    let mut markup = String::new();
    for (key, class) in PLACES {
        let Some(value) = slide.front.get(key) else {
            continue;
        };
        let (text, has_picture) = plain(value, true);
        if has_picture {
            warnings.push(Warning {
                line: Some(slide.line),
                page: None,
                reason: format!("a picture in the {key}; left out"),
            });
        }
        if !text.trim().is_empty() {
            markup.push_str(&format!("<div class=\"{class}\" dir=\"auto\">"));
            escape(&text, &mut markup);
            markup.push_str("</div>");
        }
    }
    markup
}

/// The plain text of a line of Markdown, and whether it has a picture.
pub fn plain(markdown: &str, has_emoji: bool) -> (String, bool) {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.shortcodes = has_emoji;
    let root = comrak::parse_document(&arena, markdown, &options);
    let mut text = String::new();
    let mut has_picture = false;
    let is_picture = |node: &AstNode<'_>| matches!(node.data().value, NodeValue::Image(_));
    for node in root.descendants().take(200) {
        match &node.data().value {
            _ if node.parent().is_some_and(is_picture) => {}
            NodeValue::Text(said) => text.push_str(said),
            NodeValue::ShortCode(emoji) => text.push_str(&emoji.emoji),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            NodeValue::Image(_) => has_picture = true,
            _ => {}
        }
    }
    (text, has_picture)
}

/// The colour that an author gives to all of a slide's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The class of the theme's shade.
    Shade(&'static str),
    /// A colour without a hue, which chooses light or dark text.
    Light,
    Dark,
}

/// What the slide says of it; the error is for the author.
pub fn ink(slide: &Slide, grounds: &[Ground]) -> Result<Option<Ink>, String> {
    let Some(value) = slide.front.get("color") else {
        return Ok(None);
    };
    let Some(colour) = colour::hex(value) else {
        return Err(format!(
            "the colour “{}” is not understood; left out",
            short(value)
        ));
    };
    if let Some(class) = colour::hue(&colour) {
        return Ok(Some(Ink::Shade(class)));
    }
    let has_ground = grounds
        .iter()
        .any(|ground| matches!(ground, Ground::Colour(_)));
    match (has_ground, colour::is_dark(&colour)) {
        (true, true) => Ok(Some(Ink::Dark)),
        (true, false) => Ok(Some(Ink::Light)),
        (false, _) => Err(format!(
            "the text's colour “{}” without a background's; the theme's holds",
            short(value)
        )),
    }
}
