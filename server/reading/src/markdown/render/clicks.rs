//! Elements that appear or disappear by a click: Slidev's directives and reveal.js's fragments.

use super::Renderer;
use crate::markdown::html::{Tag, Token, Tokens};

/// Slidev's directives that can be ignored without a warning.
const QUIET: [&str; 4] = ["v-bind", "v-pre", "v-once", "v-drag"];

impl Renderer<'_> {
    /// The attributes of our tag, which `page::steps` carries out.
    pub fn clicks(&mut self, tag: &Tag<'_>, line: u32) -> String {
        let mut extra = self.fragment(tag, line);
        let is_click = tag.name.eq_ignore_ascii_case("v-click");
        match tag.name.to_ascii_lowercase().as_str() {
            "v-click" if tag.get("hide").is_some() => {
                extra.push_str(&hide(tag.get("at").unwrap_or_default()))
            }
            "v-click" => extra.push_str(&click(tag.get("at").unwrap_or_default())),
            "v-after" => extra.push_str(" data-click=\"after\""),
            // A switch shows one template at a time. The first may be visible from the start.
            "template" if tag.get("#0").is_some() => extra.push_str(" data-hide=\"next\""),
            "template" => extra.push_str(" data-click=\"\" data-hide=\"next\""),
            "v-clicks" => extra.push_str(&format!(
                " data-clicks=\"{};{}\"",
                count(tag, "depth"),
                count(tag, "every")
            )),
            _ => {}
        }
        for (key, value) in &tag.attributes {
            let mut words = key.split('.');
            let name = words.next().unwrap_or(key);
            let hides = words.any(|word| word == "hide");
            match name {
                _ if is_click => {}
                "v-click-hide" => extra.push_str(&hide(value)),
                "v-click" if hides => extra.push_str(&hide(value)),
                "v-click" => extra.push_str(&click(value)),
                "v-after" if hides => extra.push_str(" data-hide=\"after\""),
                "v-after" => extra.push_str(" data-click=\"after\""),
                "v-clicks" => extra.push_str(&format!(
                    " data-clicks=\"{};1\"",
                    if value.is_empty() { "1" } else { "2" }
                )),
                name if name.starts_with("v-")
                    && !QUIET.iter().any(|quiet| name.starts_with(quiet)) =>
                {
                    self.warn(
                        line,
                        &format!("“{name}” is not understood; what it is on is shown"),
                    );
                }
                _ => {}
            }
        }
        extra
    }

    /// The attributes of reveal's `class="fragment"`, with its place among the others.
    fn fragment(&mut self, tag: &Tag<'_>, line: u32) -> String {
        let class = tag.get("class").unwrap_or_default();
        if !class.split_whitespace().any(|word| word == "fragment") {
            return String::new();
        }
        let effect = class.split_whitespace().find(|word| {
            word.starts_with("highlight-")
                || matches!(*word, "grow" | "shrink" | "strike" | "semi-fade-out")
        });
        if let Some(effect) = effect {
            self.warn(
                line,
                &format!("the fragment's effect “{effect}” is not done; it is shown as it is"),
            );
            return String::new();
        }
        let index = tag.get("data-fragment-index");
        let index = index.and_then(|index| index.trim().parse::<u16>().ok());
        let mut clicks = if class.split_whitespace().any(|word| word == "fade-out") {
            hide("")
        } else {
            click("")
        };
        if let Some(index) = index {
            clicks.push_str(&format!(" data-fragment=\"{index}\""));
        }
        clicks
    }

    /// The attributes of a comment such as `.element: class="fragment"`.
    pub fn element(&mut self, comment: &str, line: u32) -> String {
        let Some(attributes) = comment.trim().strip_prefix(".element") else {
            return String::new();
        };
        let attributes = attributes.trim_start_matches(':');
        match Tokens::of(&format!("<x {attributes}>")).next() {
            Some(Token::Open(tag)) => self.fragment(&tag, line),
            _ => String::new(),
        }
    }
}

/// Reads Slidev's `'+2'`, `3` or `[4, 5]`.
fn click(value: &str) -> String {
    format!(" data-click=\"{}\"", step(value))
}

fn hide(value: &str) -> String {
    format!(" data-hide=\"{}\"", step(value))
}

fn step(value: &str) -> String {
    let value: String = value
        .chars()
        .filter(|c| c.is_ascii_digit() || "+,".contains(*c))
        .take(5)
        .collect();
    value.split(',').next().unwrap_or_default().to_owned()
}

fn count(tag: &Tag<'_>, name: &str) -> u8 {
    tag.get(name)
        .or(tag.get(&format!(":{name}")))
        .and_then(|value| value.parse().ok())
        .unwrap_or(1)
}
