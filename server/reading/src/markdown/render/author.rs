//! Translates an author's HTML into our own vocabulary. No attribute or class is taken over literally.

use super::{
    OpenTag, Renderer, grid,
    picture::{self, Sizes},
    short,
};
use crate::markdown::{
    colour,
    html::{self, Tag, Token, Tokens, escape, is_void},
    marks::Mark,
};
use crate::vocabulary::WORDS;

/// Stands for the tag of speaker notes, which have none of ours.
const NOTES: &str = "ws-notes";

/// The deepest nesting of an author's tags. Deeper ones are left out.
const MAX_OPEN: usize = 24;

impl Renderer<'_> {
    /// `is_inline` means inside of a line of text, where a block would end the paragraph.
    pub fn author_html(&mut self, html: &str, line: u32, is_inline: bool) {
        let mut skipping: Option<String> = None;
        let mut line = line;
        for token in Tokens::of(html) {
            if let Some(name) = &skipping {
                if token == Token::Close(name) {
                    skipping = None;
                }
                continue;
            }
            match token {
                Token::Text(text) => {
                    escape_keeping_entities(text, &mut self.out);
                    self.say(text);
                    line =
                        line.saturating_add(u32::try_from(text.matches('\n').count()).unwrap_or(0));
                }
                Token::Comment(text) => {
                    self.comment(text, line);
                    line =
                        line.saturating_add(u32::try_from(text.matches('\n').count()).unwrap_or(0));
                }
                Token::Close(name) => self.close_tag(&name.to_ascii_lowercase()),
                Token::Open(tag) => {
                    let name = tag.name.to_ascii_lowercase();
                    if let Some(what) = left_out_whole(&name) {
                        self.warn(line, &format!("{what}; left out"));
                        self.lost_click(&tag);
                        if !tag.closes_itself {
                            skipping = Some(tag.name.to_owned());
                        }
                    } else {
                        self.open_tag(&tag, &name, line, is_inline);
                    }
                }
            }
        }
    }

    fn open_tag(&mut self, tag: &Tag<'_>, name: &str, line: u32, is_inline: bool) {
        if name == "img" {
            return self.author_picture(tag, line);
        }
        // The name is that of mdx-deck and Spectacle.
        let is_notes = name == "notes" && !tag.closes_itself
            || name == "aside" && has_class(tag, "notes")
            || has_class(tag, "speaker-notes");
        if is_notes && self.notes_from.is_none() && !is_void(name) {
            return self.open_notes(name);
        }
        let (ours, mut extra) = match name {
            "v-click" | "v-after" | "v-clicks" | "v-switch" => {
                (if is_inline { "span" } else { "div" }, String::new())
            }
            "template" if self.open.last().is_some_and(|open| open.name == "v-switch") => {
                (if is_inline { "span" } else { "div" }, String::new())
            }
            "center" => ("div", " class=\"centred\"".to_owned()),
            "big" => ("span", String::new()),
            "main" | "article" | "nav" => ("div", String::new()),
            _ => match WORDS.iter().find(|known| **known == name) {
                Some(known) => (*known, String::new()),
                None => {
                    let quiet = matches!(
                        name,
                        "button"
                            | "font"
                            | "template"
                            | "summary"
                            | "picture"
                            | "source"
                            | "tt"
                            | "strike"
                            | "label"
                    );
                    let icon = name.contains(':') || name.contains("icon");
                    if !quiet && !icon {
                        self.warn(line, &format!("<{}> is not known here; left out", tag.name));
                        self.lost_click(tag);
                    }
                    return;
                }
            },
        };
        extra.push_str(&self.clicks(tag, line));
        if name == "section" {
            self.slide_attributes(tag, line);
        }
        if name == "a" {
            match tag
                .get("href")
                .filter(|address| picture::is_web_or_mail(address))
            {
                Some(address) => extra.push_str(&format!(" href=\"{}\"", html::escaped(address))),
                None => self.warn(line, "a link to another place than the web; left out"),
            }
        }
        for (key, value) in &tag.attributes {
            match *key {
                "start" if ours == "ol" && value.parse::<u32>().is_ok() => {
                    extra.push_str(&format!(" start=\"{value}\""))
                }
                "colspan" | "rowspan" if value.parse::<u8>().is_ok() => {
                    extra.push_str(&format!(" {key}=\"{value}\""))
                }
                _ => {}
            }
        }
        let mut classes = classes(tag);
        let style = self.own_classes.style(tag);
        let widths = grid::widths(tag, &style);
        let columns = grid::shares(&widths);
        if columns.is_empty() {
            classes.splice(0..0, grid::class(tag, &style));
        } else {
            classes.insert(0, "columns");
        }
        let share = self
            .open
            .last_mut()
            .filter(|_| !is_void(ours))
            .and_then(|parent| parent.columns.pop());
        let column = share.map(|share| format!("column w{share}"));
        let classes: Vec<&str> = column.as_deref().into_iter().chain(classes).collect();
        if !classes.is_empty() && !extra.contains("class=") {
            extra.push_str(&format!(" class=\"{}\"", classes.join(" ")));
        }
        if !is_void(ours) && self.open.len() >= MAX_OPEN {
            self.warn(line, "HTML is nested too deeply here; left out");
            return;
        }
        self.out.push('<');
        self.out.push_str(ours);
        self.out.push_str(&extra);
        self.out.push('>');
        if tag.closes_itself && !is_void(ours) {
            self.out.push_str(&format!("</{ours}>"));
        } else if !is_void(ours) {
            self.open.push(OpenTag {
                name: name.to_owned(),
                ours,
                columns,
            });
        }
    }

    fn close_tag(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            self.close_tags(at);
        }
    }

    /// Closes an author's open tags until `left` are open.
    pub fn close_tags(&mut self, left: usize) {
        while self.open.len() > left
            && let Some(OpenTag { ours, .. }) = self.open.pop()
        {
            if ours == NOTES {
                self.close_notes();
            } else {
                self.out.push_str(&format!("</{ours}>"));
            }
        }
    }

    /// Begins notes in `<aside class="notes">`. Their content is rendered, and removed at the end.
    fn open_notes(&mut self, name: &str) {
        self.end_line();
        self.notes_from = Some((self.out.len(), self.text.len()));
        self.open.push(OpenTag {
            name: name.to_owned(),
            ours: NOTES,
            columns: Vec::new(),
        });
    }

    fn close_notes(&mut self) {
        let Some((markup, text)) = self.notes_from.take() else {
            return;
        };
        self.out.truncate(markup);
        let notes = html::unescaped(self.text.get(text..).unwrap_or_default());
        self.text.truncate(text);
        let lines: Vec<&str> = notes.trim().lines().map(str::trim).collect();
        self.notes.push(lines.join("\n"));
    }

    /// Keeps the click of an element that was left out for the content after it.
    fn lost_click(&mut self, tag: &Tag<'_>) {
        let has_click = |key: &str| key.split('.').next() == Some("v-click");
        if tag.attributes.iter().any(|(key, _)| has_click(key)) {
            self.mark(Mark::LostClick, "");
        }
    }

    fn author_picture(&mut self, tag: &Tag<'_>, line: u32) {
        let source = html::unescaped(tag.get("src").unwrap_or_default());
        let Some(file) = self.file(&source, line) else {
            return self.lost_click(tag);
        };
        let alt = html::unescaped(tag.get("alt").unwrap_or_default());
        let extra = self.clicks(tag, line);
        self.out.push_str(&format!(
            "<img data-file=\"{}\" alt=\"{}\"{extra}",
            html::escaped(&file),
            html::escaped(&alt)
        ));
        self.sizes(&Sizes::of(tag), line);
        self.out.push('>');
    }

    /// A picture's width and height, as attributes.
    pub fn sizes(&mut self, sizes: &Sizes, line: u32) {
        for (key, value) in [("width", &sizes.width), ("height", &sizes.height)] {
            if let Some(value) = value {
                self.out.push_str(&format!(" {key}=\"{value}\""));
            }
        }
        for unknown in &sizes.unknown {
            self.warn(
                line,
                &format!("the size “{}” is not understood; left out", short(unknown)),
            );
        }
    }
}

fn has_class(tag: &Tag<'_>, class: &str) -> bool {
    let classes = tag.get("class").unwrap_or_default();
    classes.split_whitespace().any(|word| word == class)
}

fn left_out_whole(name: &str) -> Option<&'static str> {
    Some(match name {
        "script" => "a script; slides run none",
        "style" => "a style of its own; the theme's holds",
        "svg" => "a drawing (SVG) in the text; put it in a file as a picture",
        "math" => "MathML in the text; write it between dollar signs",
        "iframe" | "object" | "embed" => "another page inside this slide",
        "video" | "audio" => "sound or film, which can't be shown",
        _ => return None,
    })
}

/// Our classes for the few classes of other programs that are understood.
fn classes(tag: &Tag<'_>) -> Vec<&'static str> {
    let class = tag.get("class").unwrap_or_default();
    let mut found = Vec::new();
    let words = || class.split_whitespace();
    let style = tag.get("style").unwrap_or_default();
    if words().any(|word| matches!(word, "text-center" | "center"))
        || style.contains("text-align: center")
        || tag.get("align") == Some("center")
        || tag.get("text-center").is_some()
    {
        found.push("centred");
    }
    for property in style.split(';') {
        let Some((name, value)) = property.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.trim() {
            "color" => found.extend(colour::hue(value)),
            // Any colour, even grey, becomes the theme's own ground.
            "background-color" | "background" if colour::hex(value).is_some() => {
                found.push("marked");
            }
            _ => {}
        }
    }
    found
}

/// Keeps an author's entities, because sanitising decodes them.
fn escape_keeping_entities(text: &str, out: &mut String) {
    for part in text.split_inclusive('&') {
        let (plain, and) = part
            .strip_suffix('&')
            .map_or((part, ""), |plain| (plain, "&"));
        escape(plain, out);
        out.push_str(and);
    }
}
