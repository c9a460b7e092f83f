//! Code, formulas and placeholders of diagrams. Our own markup is kept as pieces, which are inserted after
//! sanitising.

use super::{Renderer, code, math, short};
use crate::markdown::{html::escape, page::steps::Piece, prepare::FORMULA, split::scan::fence_of};

/// The most bytes of one block of code with all of its steps.
const MAX_STAGED: usize = 200_000;

impl Renderer<'_> {
    fn piece(&mut self, piece: Piece, is_block: bool) {
        let tag = format!("<ws-piece data-n=\"{}\"></ws-piece>", self.pieces.len());
        self.pieces.push(piece);
        if is_block {
            self.out.push_str("<div class=\"block\">");
        }
        self.out.push_str(&tag);
        if is_block {
            self.out.push_str("</div>");
        }
    }

    pub fn formula(&mut self, latex: &str, is_block: bool, line: u32) {
        let mut latex = latex.trim();
        if latex.starts_with('{')
            && let Some((stages, rest)) = latex.split_once('}')
            && (stages.contains('|') || rest.starts_with('\n'))
        {
            self.warn(
                line,
                "lines of a formula are not stressed one by one; all of it is shown",
            );
            latex = rest.trim_start();
        }
        self.say(latex.trim_start_matches('\\'));
        if let Some(command) = math::lost(latex) {
            self.warn(
                line,
                &format!("“{command}” is not drawn; what it is about is shown without it"),
            );
        }
        match math::markup(latex, is_block) {
            Ok(mathml) => self.piece(Piece::Html(mathml), is_block),
            Err(reason) => {
                self.warn(
                    line,
                    &format!(
                        "this formula is not understood ({}); shown as it is written",
                        short(&reason)
                    ),
                );
                self.out.push_str("<code>");
                escape(latex, &mut self.out);
                self.out.push_str("</code>");
            }
        }
        if is_block {
            self.end_line();
        }
    }

    pub fn code(&mut self, info: &str, literal: &str, line: u32) {
        let info = code::info(info);
        if info.language == FORMULA
            || info.language == "math"
            || info.language == "latex" && info.unknown.iter().any(|word| word == "+render")
        {
            return self.formula(literal, true, line);
        }
        if info.language == "file" && self.rules.has_snippets {
            let path = literal.lines().find_map(|line| line.strip_prefix("path:"));
            return self.warn(
                line,
                &format!(
                    "code of another file, {}, which is not read; left out",
                    short(path.unwrap_or_default())
                ),
            );
        }
        if matches!(
            info.language.as_str(),
            "mermaid" | "plantuml" | "d2" | "typst"
        ) && (!self.rules.has_snippets || info.unknown.iter().any(|word| word == "+render"))
        {
            self.warn(
                line,
                &format!(
                    "a diagram in {}, which is not drawn; put it in a file as a picture",
                    info.language
                ),
            );
            let alt = info
                .unknown
                .iter()
                .find_map(|word| word.split_once("alt:"))
                .map(|(_, alt)| alt.trim().trim_matches(['\'', '"', '}', ' ']));
            self.out.push_str("<div class=\"absent\">");
            escape(alt.unwrap_or("Diagram"), &mut self.out);
            self.out.push_str("</div>");
            return;
        }
        if info.unknown.iter().any(|word| word == "magic-move") {
            return self.magic(literal, line);
        }
        let unknown: Vec<&str> = info.unknown.iter().map(String::as_str).collect();
        if !unknown.is_empty() {
            self.warn(
                line,
                &format!(
                    "{} after a code's language is not understood; the code is shown",
                    short(&unknown.join(", "))
                ),
            );
        }
        self.say(literal);
        self.end_line();
        let stages = self.staged(literal, &info, line);
        let piece = if stages.len() == 1 {
            Piece::Html(stages.concat())
        } else {
            Piece::Stages(stages)
        };
        self.piece(piece, true);
    }

    /// The code's markup for each of its steps.
    fn staged(&mut self, literal: &str, info: &code::Info, line: u32) -> Vec<String> {
        let literal = self.without_hidden(literal, &info.language);
        let lines = self.highlighter.lines(&literal, &info.language);
        if self.highlighter.gave_up() {
            self.warn(
                line,
                "this deck's code takes too long to colour; from here on it is plain",
            );
        }
        let first = code::block(&lines, info, info.stages.first().map_or(&[], Vec::as_slice));
        let room = MAX_STAGED / first.len().max(1);
        let mut stages = vec![first];
        stages.extend(
            info.stages
                .iter()
                .skip(1)
                .take(room)
                .map(|stage| code::block(&lines, info, stage)),
        );
        stages
    }

    /// Removes the lines that presenterm hides because they only make a snippet run.
    fn without_hidden(&self, literal: &str, language: &str) -> String {
        let prefix = match language {
            "rust" => "# ",
            "" => return literal.to_owned(),
            _ => "/// ",
        };
        if !self.rules.has_snippets {
            return literal.to_owned();
        }
        literal
            .lines()
            .filter(|line| !line.starts_with(prefix))
            .fold(String::new(), |all, line| all + line + "\n")
    }

    /// Renders Slidev's magic move: blocks of code that replace each other.
    fn magic(&mut self, literal: &str, first_line: u32) {
        let mut stages = Vec::new();
        let mut lines = literal.lines();
        while let Some(line) = lines.next() {
            let Some(fence) = fence_of(line.trim()) else {
                continue;
            };
            let info = code::info(line.trim().get(fence.len()..).unwrap_or_default());
            let body: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.trim().starts_with(fence))
                .collect();
            let literal = body.join("\n");
            if stages.is_empty() {
                self.say(&literal);
                self.end_line();
            }
            stages.extend(self.staged(&literal, &info, first_line));
        }
        stages.truncate(24);
        self.piece(Piece::Stages(stages), true);
    }
}
