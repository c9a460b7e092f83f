//! Finds the classes that are columns in a deck's own styles. Nothing else of a style is read.

use crate::markdown::html::Tag;
use std::collections::HashMap;

const MAX_RULES: usize = 500;

#[derive(Debug, Default)]
pub struct OwnClasses {
    /// The declarations of each class.
    rules: HashMap<String, String>,
}

impl OwnClasses {
    /// Reads the `style` of the front matter, and the `<style>` of slides.
    pub fn of<'a>(style: Option<&str>, slides: impl Iterator<Item = &'a str>) -> Self {
        let mut own = Self::default();
        style.into_iter().for_each(|sheet| own.read(sheet));
        for slide in slides.filter(|slide| slide.contains("<style")) {
            for after in slide.split("<style").skip(1) {
                let sheet = after.split_once('>').map_or("", |(_, sheet)| sheet);
                own.read(sheet.split("</style").next().unwrap_or_default());
            }
        }
        own
    }

    fn read(&mut self, sheet: &str) {
        for rule in sheet.split('}') {
            let Some((selectors, declared)) = rule.rsplit_once('{') else {
                continue;
            };
            if !["display", "grid-template-columns", "float"]
                .iter()
                .any(|key| declared.contains(key))
            {
                continue;
            }
            for selector in selectors.split(',') {
                // A rule for `section .two` is about the last class.
                let class = selector.split_whitespace().next_back();
                let class = class
                    .and_then(|last| last.rsplit_once('.'))
                    .map(|(_, class)| class);
                let is_name = |class: &&str| {
                    class
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
                };
                if let Some(class) = class
                    .filter(is_name)
                    .filter(|_| self.rules.len() < MAX_RULES)
                {
                    let rule = self.rules.entry(class.to_owned()).or_default();
                    rule.push_str(declared.trim());
                    rule.push(';');
                }
            }
        }
    }

    /// The declarations of a tag's classes, then its own style.
    pub fn style(&self, tag: &Tag<'_>) -> String {
        let classes = tag.get("class").unwrap_or_default().split_whitespace();
        let mut style: String = classes
            .filter_map(|class| self.rules.get(class))
            .map(String::as_str)
            .collect();
        style.push_str(tag.get("style").unwrap_or_default());
        style
    }
}
