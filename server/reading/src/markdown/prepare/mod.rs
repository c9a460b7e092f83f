//! Rewrites a slide's text before it is parsed: what Markdown would misread becomes a comment or a fence.
//! The number of lines stays, so that warnings name the right one.

pub mod footnotes;
pub mod loose;

use crate::markdown::{
    dialects::{NotesBegin, Rules, reveal},
    marks::{self, Mark},
    render::short,
    split::scan::{fence_of, opens_formula},
};

/// The language of a fence that holds a formula.
pub const FORMULA: &str = "ws-formula";

pub struct Prepared {
    pub text: String,
    /// The prefix of comments that are marks.
    pub seal: String,
    pub notes: Option<Notes>,
    /// Sentences about what was left out, by line, from 0.
    pub left_out: Vec<(usize, String)>,
}

pub struct Notes {
    /// From 0.
    pub line: usize,
    /// The word before them.
    pub start: String,
    pub text: String,
}

/// `own_notes` is the deck's own beginning of notes, if it has one.
pub fn prepare(text: &str, rules: &Rules, own_notes: Option<&str>) -> Prepared {
    let mut prepared = Prepared {
        text: String::with_capacity(text.len() + 64),
        seal: marks::seal(text),
        notes: None,
        left_out: Vec::new(),
    };
    let mut fence: Option<String> = None;
    let mut lines = text.lines().enumerate().peekable();
    let mut in_formula = false;
    let mut last_formula_end = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_end().ends_with("$$"))
        .map(|(at, _)| at)
        .last();
    let mut in_comment = false;
    while let Some((at, line)) = lines.next() {
        let trimmed = line.trim();
        if let Some(open) = &fence {
            if trimmed.len() >= open.len() && trimmed.chars().all(|c| open.starts_with(c)) {
                fence = None;
            }
        } else if in_comment {
            in_comment = !line.contains("-->");
        } else if in_formula {
            if let Some(before) = trimmed.strip_suffix("$$") {
                in_formula = false;
                // The end may follow the last line of the formula, which then becomes two lines.
                let end = if before.is_empty() {
                    "~~~~~~~~".to_owned()
                } else {
                    format!("{before}\n~~~~~~~~")
                };
                prepared.text.push_str(&end);
                prepared.text.push('\n');
                continue;
            }
        } else if trimmed.starts_with("<!--") && !trimmed.contains("-->") {
            in_comment = true;
        } else if let Some(open) = fence_of(trimmed) {
            fence = Some(open.to_owned());
        } else if opens_formula(trimmed) && last_formula_end.is_some_and(|end| end > at) {
            in_formula = true;
            prepared.text.push_str("~~~~~~~~");
            prepared.text.push_str(FORMULA);
            prepared.text.push('\n');
            continue;
        } else if rules.notes_begin == NotesBegin::NoteLine
            && let Some(said) = reveal::note(line, own_notes)
        {
            let start = line.strip_suffix(said).unwrap_or_default().to_owned();
            let mut notes = said.trim().to_owned();
            for (_, line) in lines.by_ref() {
                notes.push('\n');
                notes.push_str(line);
            }
            prepared.notes = Some(Notes {
                line: at,
                start,
                text: notes.trim().to_owned(),
            });
            break;
        } else if let Some(mark) = separator(trimmed, rules) {
            prepared
                .text
                .push_str(&format!("<!-- {}{} -->\n", prepared.seal, mark.as_str()));
            continue;
        } else if rules.is_vue
            && let Some(file) = trimmed.strip_prefix("<<<")
        {
            let file = file.split_whitespace().next().unwrap_or_default();
            let reason = format!(
                "code of another file, {}, which is not read; left out",
                short(file)
            );
            prepared.left_out.push((at, reason));
            prepared.text.push('\n');
            continue;
        } else if rules.is_vue
            && let Some((kept, expression)) = without_expressions(line)
        {
            let reason = format!("the expression “{}”; left out", short(&expression));
            prepared.left_out.push((at, reason));
            prepared.text.push_str(&kept);
            prepared.text.push('\n');
            continue;
        } else if let Some(written) = element_last(line) {
            prepared.text.push_str(&written);
            prepared.text.push('\n');
            continue;
        } else if let Some(written) = loose::pictures(line) {
            prepared.text.push_str(&written);
            prepared.text.push('\n');
            continue;
        }
        prepared.text.push_str(line);
        prepared.text.push('\n');
        if last_formula_end == Some(at) {
            last_formula_end = None;
        }
    }
    prepared
}

/// A line without Vue's `{{ … }}` outside of code, and the first of them. None when there is none.
fn without_expressions(line: &str) -> Option<(String, String)> {
    let mut kept = String::new();
    let mut first = None;
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        kept.push_str(before);
        let is_inside = |mark: &str| {
            let closes = after
                .split_once("}}")
                .is_some_and(|(_, left)| left.contains(mark));
            kept.matches(mark).count() % 2 == 1 && closes
        };
        // Formulas have double braces, too.
        let is_code = is_inside("`") || is_inside("$");
        match after.split_once("}}").filter(|_| !is_code) {
            Some((expression, left)) => {
                first.get_or_insert_with(|| format!("{{{{{expression}}}}}"));
                rest = left;
            }
            None => {
                kept.push_str("{{");
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    first.map(|first| (kept, first))
}

/// Moves reveal's `.element` comment from the beginning of an item to its end. CommonMark would read the
/// whole item as HTML.
fn element_last(line: &str) -> Option<String> {
    let (before, after) = line.split_once("<!--")?;
    let (comment, words) = after.split_once("-->")?;
    let mark = before.trim();
    let number = mark.trim_end_matches(['.', ')']);
    let is_item = matches!(mark, "-" | "*" | "+")
        || number.len() < mark.len() && number.chars().all(|c| c.is_ascii_digit());
    let is_element = comment.trim_start().starts_with(".element");
    (is_item && is_element && !words.trim().is_empty())
        .then(|| format!("{before}{} <!--{comment}-->", words.trim()))
}

/// The mark that a line stands for: a pause, one of Slidev's slots, our own line between columns.
fn separator(line: &str, rules: &Rules) -> Option<Mark> {
    match line {
        pause if rules.pauses.contains(&pause) => Some(Mark::Pause),
        "|||" => Some(Mark::Split),
        "::right::" => Some(Mark::Right),
        "::left::" => Some(Mark::Left),
        "::default::" | "::bottom::" => Some(Mark::Reset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_left_out_and_braces_in_code_and_formulas_are_not() {
        let of = |line: &str| without_expressions(line).map(|(kept, _)| kept);
        assert_eq!(of("a {{ $b }} c {{d}}").as_deref(), Some("a  c "));
        assert_eq!(of("`{{ a }}` {{ b }}").as_deref(), Some("`{{ a }}` "));
        for kept in [r"$\frac{{a}}{{b}}$", "a {{ b", "a }} {{ b"] {
            assert_eq!(of(kept), None, "{kept}");
        }
    }
}
