//! Renders the syntax tree of one slide as HTML that is ready to be sanitised. Code, formulas and diagrams
//! are kept as separate pieces.

mod author;
pub mod braces;
mod clicks;
pub mod code;
mod comments;
mod drawn;
pub mod grid;
mod math;
pub mod own_classes;
pub mod picture;
mod unshown;

use crate::markdown::{
    colour,
    dialects::{Comments, Rules, SoftBreak},
    html::{escape, escaped},
    marks::Mark,
    page::steps::Piece,
    prepare::loose,
};
use crate::{companion_files::Beside, source::Warning};
use code::Highlighter;
use comrak::nodes::{AstNode, ListDelimType, ListType, NodeList, NodeValue, TableAlignment};
use own_classes::OwnClasses;
use picture::{Ground, Sizes};
use std::collections::HashMap;

/// The deepest nesting of lists and quotes. Deeper content is shown as plain text.
const MAX_DEPTH: usize = 24;
const MAX_WARNINGS: usize = 40;

pub struct Renderer<'a> {
    pub rules: &'static Rules,
    pub first_line: u32,
    pub out: String,
    pub pieces: Vec<Piece>,
    pub title: Option<String>,
    /// The slide's plain text. Blocks end with a line end.
    pub text: String,
    pub notes: Vec<String>,
    pub warnings: Vec<Warning>,
    pub layout: Option<String>,
    pub classes: Vec<&'static str>,
    pub grounds: Vec<Ground>,
    /// Whether pictures behind the text are scaled to be fully visible.
    pub contains_ground: bool,
    /// Whether a background came from a picture in the slide's text.
    pub has_own_ground: bool,
    pub open: Vec<OpenTag>,
    /// Where an element of notes began, in the markup and in the text.
    pub notes_from: Option<(usize, usize)>,
    pub incremental: bool,
    /// The prefix of comments that are marks.
    pub seal: &'a str,
    /// The prefix of presenterm's commands.
    pub prefix: &'a str,
    /// The files beside the deck, if they are known.
    pub beside: Option<&'a Beside>,
    /// The numbers of the slide's footnotes, if they are numbered.
    pub footnotes: HashMap<String, u32>,
    /// How many folders above the deck's own were given with it.
    pub folders_above: usize,
    /// The classes that are columns in the deck's own styles.
    pub own_classes: &'a OwnClasses,
    pub highlighter: &'a mut Highlighter,
}

/// An open tag of the author: its name, and ours.
pub struct OpenTag {
    pub name: String,
    pub ours: &'static str,
    /// The widths of the remaining columns in it, last one first.
    pub columns: Vec<u16>,
}

type Node<'a> = &'a AstNode<'a>;

impl Renderer<'_> {
    pub fn warn(&mut self, line: u32, reason: &str) {
        let known = self
            .warnings
            .iter()
            .any(|warning| warning.reason == reason && warning.line == Some(line));
        if !known && self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Warning {
                line: Some(line),
                page: None,
                reason: reason.to_owned(),
            });
        }
    }

    pub fn say(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line<'n>(&self, node: Node<'n>) -> u32 {
        let line = u32::try_from(node.data().sourcepos.start.line).unwrap_or(1);
        self.first_line.saturating_add(line).saturating_sub(1)
    }

    pub fn document<'n>(&mut self, root: Node<'n>) {
        let last = root.last_child();
        for child in root.children() {
            let is_last = last.is_some_and(|last| last.same_node(child));
            if self.rules.comments == Comments::NotesAtEnd
                && is_last
                && let NodeValue::HtmlBlock(html) = &child.data().value
                && let Some(notes) = only_comment(&html.literal)
            {
                self.notes.push(notes.trim().to_owned());
                continue;
            }
            self.block(child, 0);
        }
        self.close_tags(0);
    }

    fn children<'n>(&mut self, node: Node<'n>, depth: usize) {
        if depth > MAX_DEPTH {
            let line = self.line(node);
            self.warn(line, "this is nested too deeply; shown as plain text");
            let text: String = node
                .descendants()
                .filter_map(|inner| match &inner.data().value {
                    NodeValue::Text(text) => Some(format!("{text} ")),
                    NodeValue::Code(code) => Some(format!("{} ", code.literal)),
                    _ => None,
                })
                .take(500)
                .collect();
            escape(&text, &mut self.out);
            self.say(&text);
            return;
        }
        for child in node.children() {
            self.block(child, depth);
        }
    }

    fn wrapped<'n>(&mut self, open: &str, node: Node<'n>, close: &str, depth: usize) {
        self.out.push_str(open);
        self.children(node, depth + 1);
        self.out.push_str(close);
    }

    /// Renders a block of text with a line of its own.
    fn lined<'n>(&mut self, open: &str, node: Node<'n>, close: &str, depth: usize) {
        let left = self.open.len();
        self.wrapped(open, node, "", depth);
        self.close_tags(left);
        self.out.push_str(close);
        self.end_line();
    }

    pub fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.say("\n");
        }
    }

    fn block<'n>(&mut self, node: Node<'n>, depth: usize) {
        let data = node.data();
        let line = self.line(node);
        match &data.value {
            NodeValue::Paragraph => self.paragraph(node, depth),
            NodeValue::Heading(heading) => self.heading(node, heading.level, heading.setext, depth),
            NodeValue::List(list) => self.list(node, list, depth),
            NodeValue::Item(list) => self.item(node, list, None, depth),
            NodeValue::TaskItem(task) => {
                let parent = node.parent().map(|parent| parent.data().value.clone());
                let list = match parent {
                    Some(NodeValue::List(list)) => list,
                    _ => NodeList::default(),
                };
                self.item(node, &list, Some(task.symbol.is_some()), depth);
            }
            NodeValue::CodeBlock(block) => {
                let fragment = self.fragment_of(node);
                if !fragment.is_empty() {
                    self.out.push_str(&format!("<div{fragment}>"));
                }
                self.code(&block.info, &block.literal, line);
                if !fragment.is_empty() {
                    self.out.push_str("</div>");
                }
            }
            NodeValue::HtmlBlock(html) => self.author_html(&html.literal, line, false),
            NodeValue::HtmlInline(html) => self.author_html(html, line, true),
            NodeValue::BlockQuote => {
                let fragment = self.fragment_of(node);
                self.wrapped(
                    &format!("<blockquote{fragment}>"),
                    node,
                    "</blockquote>",
                    depth,
                );
            }
            NodeValue::Alert(alert) => {
                let kind = alert.alert_type.default_title();
                self.out.push_str("<div class=\"alert ");
                self.out.push_str(&kind.to_lowercase());
                self.out.push_str("\"><p class=\"kind\">");
                escape(alert.title.as_deref().unwrap_or(kind), &mut self.out);
                self.wrapped("</p>", node, "</div>", depth);
            }
            NodeValue::ThematicBreak => self.out.push_str("<hr>"),
            NodeValue::Table(table) => self.table(node, &table.alignments, depth),
            NodeValue::FootnoteDefinition(note) => {
                self.out.push_str("<div class=\"footnotes\"><p><sup>");
                self.footnote(&note.name);
                self.out.push_str("</sup></p>");
                self.wrapped("", node, "</div>", depth);
            }
            NodeValue::FootnoteReference(reference) => {
                self.out.push_str("<sup class=\"reference\">");
                self.footnote(&reference.name);
                self.out.push_str("</sup>");
            }
            NodeValue::ShortCode(emoji) => {
                self.out.push_str(&emoji.emoji);
                self.say(&emoji.emoji);
            }
            NodeValue::Text(text) => {
                let text = self.without_braces(text, node, line);
                escape(&text, &mut self.out);
                self.say(&text);
            }
            // A background leaves no line behind.
            NodeValue::SoftBreak
                if self.rules.soft_break == SoftBreak::Line
                    && !self.out.ends_with("<p>")
                    && !node.parent().is_some_and(only_pictures) =>
            {
                self.out.push_str("<br>");
                self.say("\n");
            }
            NodeValue::SoftBreak => {
                self.out.push('\n');
                self.say(" ");
            }
            NodeValue::LineBreak => {
                self.out.push_str("<br>");
                self.say("\n");
            }
            NodeValue::Code(code) => {
                self.out.push_str("<code>");
                escape(&code.literal, &mut self.out);
                self.out.push_str("</code>");
                self.say(&code.literal);
            }
            NodeValue::Emph => self.wrapped("<em>", node, "</em>", depth),
            NodeValue::Strong => self.wrapped("<strong>", node, "</strong>", depth),
            NodeValue::Strikethrough => self.wrapped("<del>", node, "</del>", depth),
            NodeValue::Highlight => self.wrapped("<mark>", node, "</mark>", depth),
            NodeValue::Superscript => self.wrapped("<sup>", node, "</sup>", depth),
            NodeValue::Subscript => self.wrapped("<sub>", node, "</sub>", depth),
            NodeValue::Math(formula) => self.formula(&formula.literal, formula.display_math, line),
            NodeValue::Link(link) => self.link(node, &link.url, depth),
            NodeValue::Image(link) => self.image(node, &link.url, line),
            _ => self.wrapped("", node, "", depth),
        }
    }

    fn footnote(&mut self, name: &str) {
        match self.footnotes.get(name) {
            Some(number) => self.out.push_str(&number.to_string()),
            None => escape(name, &mut self.out),
        }
    }

    /// The attributes of reveal's `<!-- .element: class="fragment" -->` in a block or right after it.
    fn fragment_of<'n>(&mut self, node: Node<'n>) -> String {
        let says = |node: Node<'n>| match &node.data().value {
            NodeValue::HtmlInline(html) => only_comment(html).map(str::to_owned),
            NodeValue::HtmlBlock(html) => only_comment(&html.literal).map(str::to_owned),
            _ => None,
        };
        let found = node
            .last_child()
            .and_then(says)
            .or_else(|| node.next_sibling().and_then(says));
        let line = self.line(node);
        found.map_or(String::new(), |comment| self.element(&comment, line))
    }

    fn paragraph<'n>(&mut self, node: Node<'n>, depth: usize) {
        let in_tight = node
            .parent()
            .and_then(|item| item.parent())
            .is_some_and(|list| matches!(&list.data().value, NodeValue::List(list) if list.tight));
        if in_tight {
            return self.lined("", node, "", depth);
        }
        let class = if only_pictures(node) {
            " class=\"figure\""
        } else {
            ""
        };
        let fragment = self.fragment_of(node);
        self.lined(&format!("<p{class}{fragment}>"), node, "</p>", depth);
    }

    fn heading<'n>(&mut self, node: Node<'n>, level: u8, is_setext: bool, depth: usize) {
        let level = if self.rules.underlined_is_title && is_setext && depth == 0 {
            1
        } else {
            level
        };
        let fits = node.children().any(|child| matches!(&child.data().value, NodeValue::HtmlInline(html) if only_comment(html).is_some_and(|text| text.trim() == "fit")));
        let class = if fits { " class=\"fit\"" } else { "" };
        let from = self.text.len();
        let fragment = self.fragment_of(node);
        self.lined(
            &format!("<h{level}{class}{fragment}>"),
            node,
            &format!("</h{level}>"),
            depth,
        );
        if self.title.is_none() {
            let said = self.text.get(from..).unwrap_or_default().trim();
            if !said.is_empty() {
                self.title = Some(said.replace('\n', " "));
            }
        }
    }

    fn list<'n>(&mut self, node: Node<'n>, list: &NodeList, depth: usize) {
        let class = if list.is_task_list {
            " class=\"tasks\""
        } else {
            ""
        };
        let fragment = self.fragment_of(node);
        if list.list_type == ListType::Ordered {
            let start = if list.start == 1 {
                String::new()
            } else {
                format!(" start=\"{}\"", list.start)
            };
            self.wrapped(
                &format!("<ol{start}{class}{fragment}>"),
                node,
                "</ol>",
                depth,
            );
        } else {
            self.wrapped(&format!("<ul{class}{fragment}>"), node, "</ul>", depth);
        }
        // presenterm pauses after an incremental list.
        let is_inside = node
            .parent()
            .is_some_and(|parent| matches!(parent.data().value, NodeValue::Item(_)));
        if self.incremental && !is_inside {
            self.mark(Mark::Pause, "");
        }
    }

    fn item<'n>(&mut self, node: Node<'n>, list: &NodeList, task: Option<bool>, depth: usize) {
        let by_one = match list.list_type {
            _ if !self.rules.fragments_by_marker => self.incremental,
            ListType::Bullet => list.bullet_char == b'*',
            ListType::Ordered => list.delimiter == ListDelimType::Paren,
        };
        let click = if by_one {
            " data-click=\"\"".to_owned()
        } else {
            node.first_child()
                .map(|first| self.fragment_of(first))
                .unwrap_or_default()
        };
        let class = match task {
            Some(true) => " class=\"task done\"",
            Some(false) => " class=\"task\"",
            None => "",
        };
        self.wrapped(&format!("<li{class}{click}>"), node, "</li>", depth);
        self.end_line();
    }

    fn table<'n>(&mut self, node: Node<'n>, alignments: &[TableAlignment], depth: usize) {
        let headless = node
            .first_child()
            .is_some_and(|row| row.children().all(|cell| cell.first_child().is_none()));
        let fragment = self.fragment_of(node);
        self.out.push_str(&format!("<table{fragment}>"));
        for (row, number) in node.children().zip(0..) {
            if number == 0 && headless {
                continue;
            }
            let (tag, before, after) = match number {
                0 => ("th", "<thead><tr>", "</tr></thead>"),
                _ => ("td", "<tr>", "</tr>"),
            };
            self.out.push_str(before);
            for (cell, alignment) in row.children().zip(alignments) {
                let class = match alignment {
                    TableAlignment::Right => " class=\"right\"",
                    TableAlignment::Center => " class=\"centred\"",
                    TableAlignment::Left | TableAlignment::None => "",
                };
                let left = self.open.len();
                self.wrapped(&format!("<{tag}{class}>"), cell, "", depth + 1);
                self.close_tags(left);
                self.out.push_str(&format!("</{tag}>"));
                self.say(" ");
            }
            self.out.push_str(after);
            self.end_line();
        }
        self.out.push_str("</table>");
    }

    fn link<'n>(&mut self, node: Node<'n>, url: &str, depth: usize) {
        let has_text = node.first_child().is_some();
        if !picture::is_web_or_mail(url) {
            if !url.starts_with('#') {
                let line = self.line(node);
                self.warn(
                    line,
                    &format!(
                        "a link to {}, which is not on the web; only its text is shown",
                        short(url)
                    ),
                );
            }
            return self.wrapped("", node, "", depth);
        }
        self.out.push_str(&format!("<a href=\"{}\">", escaped(url)));
        if has_text {
            self.wrapped("", node, "</a>", depth);
        } else {
            let bare = url
                .split_once("://")
                .map_or(url, |(_, rest)| rest)
                .trim_end_matches('/');
            escape(bare, &mut self.out);
            self.say(bare);
            self.out.push_str("</a>");
        }
    }

    /// Finds the file beside the deck. Warns when there is none.
    pub fn file(&mut self, address: &str, line: u32) -> Option<String> {
        let (address, is_anywhere) = match address.strip_prefix(loose::ANYWHERE) {
            Some(name) => (name, true),
            None => (address, false),
        };
        let names = match picture::names(address, self.rules) {
            Ok(names) => names,
            Err(reason) => {
                self.warn(line, &format!("{reason}; left out"));
                return None;
            }
        };
        let Some(beside) = self.beside else {
            return names.into_iter().next();
        };
        let found = beside
            .find(&names)
            .or_else(|| beside.anywhere(address).filter(|_| is_anywhere));
        if found.is_none() {
            let name = names.first().map_or(address, String::as_str);
            let why = unshown::why(name, &short(address), self.folders_above);
            self.warn(line, &why);
        }
        found.map(str::to_owned)
    }

    fn image<'n>(&mut self, node: Node<'n>, url: &str, line: u32) {
        let mut alt = String::new();
        node.collect_text_append(&mut alt);
        let words = picture::words(&alt);
        if words.ground.is_some() && url.is_empty() {
            return;
        }
        for effect in &words.effects {
            self.warn(
                line,
                &format!("the effect “{effect}” of a picture is not drawn"),
            );
        }
        if words.ground.is_some()
            && let Some(colour) = colour::hex(url)
        {
            self.grounds.push(Ground::Colour(colour));
            return;
        }
        let Some(file) = self.file(url, line) else {
            return;
        };
        if let Some((place, contain)) = words.ground {
            // In Marp it replaces the background of a directive.
            if !std::mem::replace(&mut self.has_own_ground, true) {
                self.grounds
                    .retain(|ground| matches!(ground, Ground::Colour(_)));
            }
            self.grounds.push(Ground::Picture {
                file,
                place,
                contain,
                share: words.share,
                sizes: [words.width, words.height],
                is_stacked: words.is_stacked,
            });
            return;
        }
        self.out.push_str(&format!(
            "<img data-file=\"{}\" alt=\"{}\"",
            escaped(&file),
            escaped(&words.alt)
        ));
        let mut sizes = Sizes {
            width: words.width,
            height: words.height,
            ..Sizes::default()
        };
        // Slidev's sizes follow in braces.
        let after = node.next_sibling().map(|next| next.data().value.clone());
        if let Some(NodeValue::Text(text)) = after
            && let Some((attributes, _)) = braces::split(&text)
            && let Some(written) = braces::with_tag(attributes, Sizes::of)
        {
            sizes = written;
        }
        self.sizes(&sizes, line);
        self.out.push('>');
        self.say(&words.alt);
    }
}

fn only_pictures<'n>(paragraph: Node<'n>) -> bool {
    let mut pictures = 0_u32;
    paragraph.children().all(|child| match &child.data().value {
        NodeValue::Image(_) => {
            pictures += 1;
            true
        }
        NodeValue::SoftBreak | NodeValue::LineBreak => true,
        NodeValue::Text(text) => text.trim().is_empty(),
        _ => false,
    }) && pictures > 0
}

/// The text of HTML that is a single comment.
fn only_comment(html: &str) -> Option<&str> {
    let inner = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    (!inner.contains("-->")).then_some(inner)
}

pub fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(60).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}
