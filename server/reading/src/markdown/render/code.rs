//! Highlights code with a dozen classes that both themes have colours for.

use crate::markdown::html::escape;
use rustix::time::{ClockId, clock_gettime};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
    time::Duration,
};
use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

/// Loaded with the first code, because it takes longer than all else of a small deck.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// The longest line and the most lines that are highlighted. A slide shows less. Grammars are regular
/// expressions, and some are slow on generated lines.
const MAX_LINE: usize = 1_000;
const MAX_LINES: usize = 400;

/// The most cached blocks. Fewer occur more than once in a deck of 2,000 slides.
const MAX_KNOWN: usize = 500;

/// The words after the language: lines to highlight at each step, and the name of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info {
    pub language: String,
    pub file: Option<String>,
    /// The highlighted lines of each step. Empty means all.
    pub stages: Vec<Vec<(usize, usize)>>,
    pub numbered: bool,
    /// The number of the first line, if it is not 1.
    pub start: Option<u32>,
    /// Words that are not understood.
    pub unknown: Vec<String>,
}

/// Reads ` ```rust {1,3-4|6} +line_numbers ` and ` ```ts [file.ts] {all|2} `.
pub fn info(text: &str) -> Info {
    let mut info = Info::default();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (open, close) = match rest.chars().next() {
            Some('{') => ('{', '}'),
            Some('[') => ('[', ']'),
            _ => (' ', ' '),
        };
        if open != ' '
            && let Some((inner, left)) = rest.get(1..).and_then(|inner| inner.split_once(close))
        {
            // reveal writes its lines in square brackets.
            if open == '[' && info.reveal(inner) {
                // It was understood.
            } else if open == '[' {
                info.file = Some(inner.trim().to_owned());
            } else if let Some(stages) = stages(inner) {
                info.stages = stages;
            } else {
                info.options(inner);
            }
            rest = left.trim_start();
            continue;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_whitespace() || matches!(c, '{' | '['))
            .map_or(rest.len(), |(at, _)| at);
        let (word, left) = rest.split_at_checked(end).unwrap_or((rest, ""));
        match word {
            "+line_numbers" | "lineNumbers" => info.numbered = true,
            "copy" | "wrap" => {}
            _ if info.language.is_empty() && !word.starts_with('+') => {
                word.clone_into(&mut info.language)
            }
            _ => info.unknown.push(word.to_owned()),
        }
        rest = left.trim_start();
    }
    info
}

impl Info {
    /// `1-2|3`, or with the first line's number before it: `252: 1-2|3`.
    fn reveal(&mut self, text: &str) -> bool {
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let (start, lines) = match text.split_once(':') {
            Some((start, lines)) => (start.trim().parse().ok(), lines),
            None => (None, text),
        };
        let stages = if lines.trim().is_empty() {
            Some(Vec::new())
        } else {
            stages(lines)
        };
        let Some(stages) = stages.filter(|_| start.is_some() || !text.contains(':')) else {
            return false;
        };
        self.stages = stages;
        self.start = start;
        self.numbered |= start.is_some();
        true
    }

    /// Slidev: `lines:true,startLine:5`.
    fn options(&mut self, text: &str) {
        for option in text.split(',').filter(|option| !option.trim().is_empty()) {
            let (key, value) = option.split_once(':').unwrap_or((option, ""));
            match (key.trim(), value.trim()) {
                ("lines", "true") => self.numbered = true,
                ("lines", "false") => self.numbered = false,
                ("startLine", value) if value.parse::<u32>().is_ok() => {
                    self.start = value.parse().ok();
                }
                _ => self.unknown.push(format!("{{{}}}", option.trim())),
            }
        }
    }
}

/// `1,3-4|6|all`.
fn stages(text: &str) -> Option<Vec<Vec<(usize, usize)>>> {
    text.split('|')
        .take(16)
        .map(|stage| {
            let stage = stage.trim();
            if stage == "none" {
                // There is no such line, so that no line is highlighted.
                return Some(vec![(0, 0)]);
            }
            if matches!(stage, "all" | "*" | "") {
                return (!text.trim().is_empty()).then(Vec::new);
            }
            stage
                .split(',')
                .map(|range| {
                    let (from, to) = range.split_once('-').unwrap_or((range, range));
                    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
                })
                .collect()
        })
        .collect()
}

/// Highlights a deck's code within a time limit for the deck.
#[derive(Debug)]
pub struct Highlighter {
    /// The remaining processor time of this thread. It is not wall-clock time, so that a busy machine does
    /// not cost the colours.
    left: Duration,
    /// A cache by code and language. A talk may show the same code on many slides, and its first slide is
    /// read twice.
    known: HashMap<(String, String), Vec<String>>,
    gave_up: bool,
    has_said_so: bool,
}

impl Highlighter {
    pub fn new(all: Duration) -> Self {
        Self {
            left: all,
            known: HashMap::new(),
            gave_up: false,
            has_said_so: false,
        }
    }

    /// The lines of the code as markup, without line ends.
    pub fn lines(&mut self, code: &str, language: &str) -> Vec<String> {
        let key = (code.to_owned(), language.to_owned());
        if let Some(lines) = self.known.get(&key) {
            return lines.clone();
        }
        let Some(lines) = self.marked(code, language) else {
            return plain(code);
        };
        if self.known.len() < MAX_KNOWN {
            self.known.insert(key, lines.clone());
        }
        lines
    }

    /// Whether code is plain because the time is used up. True only once.
    pub fn gave_up(&mut self) -> bool {
        self.gave_up && !std::mem::replace(&mut self.has_said_so, true)
    }

    fn marked(&mut self, code: &str, language: &str) -> Option<Vec<String>> {
        let syntax = syntax(language)?;
        let lines = code.lines().count();
        if lines > MAX_LINES || code.lines().any(|line| line.len() > MAX_LINE) {
            return None;
        }
        let mut parser = ParseState::new(syntax);
        let mut stack = ScopeStack::new();
        let mut marked = Vec::with_capacity(lines);
        for line in code.lines() {
            if self.left.is_zero() {
                self.gave_up = true;
                return None;
            }
            let before = processor_time();
            // A panic of the parser costs only the colours.
            let parsed = catch_unwind(AssertUnwindSafe(|| {
                parser.parse_line(&format!("{line}\n"), &SYNTAXES)
            }));
            let took = processor_time().saturating_sub(before);
            self.left = self.left.saturating_sub(took);
            marked.push(with_classes(line, &parsed.ok()?.ok()?, &mut stack)?);
        }
        Some(marked)
    }
}

/// The processor time of this thread.
pub fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

fn plain(code: &str) -> Vec<String> {
    code.lines()
        .map(|line| {
            let mut out = String::new();
            escape(line, &mut out);
            out
        })
        .collect()
}

/// The markup of one line.
fn with_classes(
    line: &str,
    operations: &[(usize, ScopeStackOp)],
    stack: &mut ScopeStack,
) -> Option<String> {
    let mut out = String::new();
    let mut run = Run::default();
    let mut from = 0;
    for (at, operation) in operations {
        run.add(
            line.get(from..(*at).min(line.len())).unwrap_or_default(),
            class(stack),
            &mut out,
        );
        from = (*at).max(from);
        stack.apply(operation).ok()?;
    }
    run.add(line.get(from..).unwrap_or_default(), class(stack), &mut out);
    run.end(&mut out);
    Some(out)
}

/// Merges neighbours of the same class into one span.
#[derive(Default)]
struct Run {
    class: &'static str,
    text: String,
}

impl Run {
    fn add(&mut self, text: &str, class: &'static str, out: &mut String) {
        if text.is_empty() {
            return;
        }
        if class != self.class && !text.trim().is_empty() {
            self.end(out);
            self.class = class;
        }
        self.text.push_str(text);
    }

    fn end(&mut self, out: &mut String) {
        if self.class.is_empty() {
            escape(&self.text, out);
        } else {
            out.push_str("<span class=\"");
            out.push_str(self.class);
            out.push_str("\">");
            escape(&self.text, out);
            out.push_str("</span>");
        }
        self.text.clear();
        self.class = "";
    }
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    if language.is_empty() || language.len() > 40 || language.starts_with(['{', '.']) {
        return None;
    }
    let language = language.to_ascii_lowercase();
    let name = match language.as_str() {
        "text" | "txt" | "plain" | "console" | "output" | "ascii" => return None,
        "shell" | "sh-session" | "zsh" => "bash",
        "vue" | "svelte" => "html",
        "jsonc" | "json5" => "json",
        "c++" => "cpp",
        "c#" => "cs",
        other => other,
    };
    SYNTAXES.find_syntax_by_token(name)
}

/// The class of the innermost scope that has one. Sublime's names for scopes:
/// <https://www.sublimetext.com/docs/scope_naming.html>
fn class(stack: &ScopeStack) -> &'static str {
    const CLASSES: [(&str, &str); 27] = [
        ("comment", "hc"),
        ("punctuation.definition.comment", "hc"),
        ("string", "hs"),
        ("punctuation.definition.string", "hs"),
        ("constant.character.escape", "he"),
        ("constant.numeric", "hn"),
        ("constant", "hn"),
        ("entity.name.function", "hf"),
        ("support.function", "hf"),
        ("variable.function", "hf"),
        ("entity.name.tag", "hk"),
        ("entity.other.attribute-name", "ha"),
        ("entity.name", "ht"),
        ("support.type", "ht"),
        ("support.class", "ht"),
        ("storage.type.function", "hk"),
        ("storage", "hk"),
        ("keyword.operator.word", "hk"),
        ("keyword.operator", "ho"),
        ("keyword", "hk"),
        ("variable.parameter", "hv"),
        ("variable.language", "hk"),
        ("markup.heading", "hk"),
        ("markup.inserted", "hi"),
        ("markup.deleted", "hd"),
        ("markup.bold", "hk"),
        ("meta.annotation", "ha"),
    ];
    static SCOPES: LazyLock<Vec<(syntect::parsing::Scope, &'static str)>> = LazyLock::new(|| {
        CLASSES
            .iter()
            .filter_map(|(name, class)| Some((syntect::parsing::Scope::new(name).ok()?, *class)))
            .collect()
    });
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| {
            SCOPES
                .iter()
                .filter(|(known, _)| known.is_prefix_of(*scope))
                .max_by_key(|(known, _)| known.len())
                .map(|(_, class)| *class)
        })
        .unwrap_or_default()
}

/// The block with some lines highlighted.
pub fn block(lines: &[String], info: &Info, stage: &[(usize, usize)]) -> String {
    let mut out = String::from("<pre class=\"code");
    if info.numbered {
        out.push_str(" numbered");
    }
    if !stage.is_empty() {
        out.push_str(" stressed");
    }
    out.push_str("\"><code>");
    for (line, number) in lines.iter().zip(1..) {
        let lit = stage
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&number));
        out.push_str(if lit {
            "<span class=\"line lit\""
        } else {
            "<span class=\"line\""
        });
        if let Some(start) = info.start.filter(|_| info.numbered) {
            let number = start.saturating_add(u32::try_from(number - 1).unwrap_or(0));
            out.push_str(&format!(" data-number=\"{number}\""));
        }
        out.push('>');
        out.push_str(line);
        out.push_str("\n</span>");
    }
    out.push_str("</code></pre>");
    if let Some(file) = &info.file {
        let mut named = String::from("<div class=\"file\">");
        escape(file, &mut named);
        named.push_str("</div>");
        out.insert_str(0, &named);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_after_a_fence_are_understood() {
        let ts = info("ts [name.ts] {all|4|6-7} twoslash");
        assert_eq!(ts.language, "ts");
        assert_eq!(ts.file.as_deref(), Some("name.ts"));
        assert_eq!(ts.stages, [vec![], vec![(4, 4)], vec![(6, 7)]]);
        assert_eq!(ts.unknown, ["twoslash"]);
        let rust = info("rust {1,3-4} +line_numbers");
        assert_eq!(
            (rust.stages, rust.numbered),
            (vec![vec![(1, 1), (3, 4)]], true)
        );
    }

    #[test]
    fn code_may_begin_at_another_line_than_1() {
        let reveal = info("js [252: 1-2|3]");
        assert_eq!(reveal.stages, [vec![(1, 2)], vec![(3, 3)]]);
        assert_eq!((reveal.start, reveal.numbered), (Some(252), true));
        assert_eq!(info("js [1: x]").file.as_deref(), Some("1: x"));
        let slidev = info("ts {none|1}{lines:true,startLine:5,maxHeight:'100px'}");
        assert_eq!(slidev.stages, [vec![(0, 0)], vec![(1, 1)]]);
        assert_eq!((slidev.start, slidev.numbered), (Some(5), true));
        assert_eq!(slidev.unknown, ["{maxHeight:'100px'}"]);
        let block = block(&["a".to_owned(), "b".to_owned()], &slidev, &[(0, 0)]);
        assert!(
            block.contains("stressed") && !block.contains("lit"),
            "{block}"
        );
        assert!(
            block.contains("<span class=\"line\" data-number=\"6\">b"),
            "{block}"
        );
    }

    #[test]
    fn code_has_classes_and_is_escaped() {
        let mut highlighter = Highlighter::new(Duration::from_secs(5));
        let lines = highlighter.lines("fn a() -> Vec<u8> { \"<b>\" } // x", "rust");
        let line = lines.concat();
        assert!(line.contains("<span class=\"hk\">fn </span>"), "{line}");
        assert!(line.contains("<span class=\"hc\">// x</span>"), "{line}");
        assert!(
            line.contains("&lt;b&gt;") && !line.contains("<b>"),
            "{line}"
        );
    }

    #[test]
    fn code_that_comes_again_keeps_its_colours_when_no_time_is_left() {
        let mut highlighter = Highlighter::new(Duration::from_secs(5));
        let coloured = highlighter.lines("let a = 1;", "rust");
        highlighter.left = Duration::ZERO;
        assert_eq!(highlighter.lines("let a = 1;", "rust"), coloured);
        assert!(!highlighter.gave_up());
        assert_eq!(highlighter.lines("let b = 1;", "rust"), ["let b = 1;"]);
        assert!(highlighter.gave_up() && !highlighter.gave_up(), "told once");
    }

    /// Regression: with wall-clock time, four busy workers cost each other the colours.
    #[test]
    fn what_others_have_of_the_processors_is_not_counted() {
        let before = processor_time();
        let other = std::thread::spawn(|| {
            let start = processor_time();
            while processor_time() - start < Duration::from_millis(200) {}
        });
        other.join().expect("an end");
        assert!(processor_time() - before < Duration::from_millis(100));
    }
}
