//! Finds the lines of a deck that are inside of a block, and so can't separate slides. Takes linear time,
//! whatever is left open.

use crate::markdown::dialects::{beamer, fenced_divs::OpenDivs};

/// The result of a scan.
pub struct Scan {
    /// For each line, whether it is inside of a fence, a comment, a formula, a script or notes.
    closed: Vec<bool>,
    /// For each line, whether it is inside of a fenced div of notes.
    private: Vec<bool>,
    /// Line (from 0) and text of each comment.
    pub comments: Vec<(usize, String)>,
}

impl Scan {
    pub fn of(lines: &[&str], start: usize) -> Self {
        let mut scan = Self {
            closed: vec![false; lines.len()],
            private: vec![false; lines.len()],
            comments: Vec::new(),
        };
        // Ends that were not found are not searched for again, to keep the scan linear.
        let mut unclosed: Vec<String> = Vec::new();
        let mut divs = OpenDivs::default();
        let mut at = start;
        while let Some(line) = lines.get(at) {
            let trimmed = line.trim();
            let end = if let Some(fence) = fence_of(trimmed) {
                if unclosed
                    .iter()
                    .any(|known| fence.starts_with(known.as_str()))
                {
                    None
                } else {
                    let end = find(lines, at + 1, |line| closes(line, fence));
                    if end.is_none() {
                        unclosed.push(fence.to_owned());
                    }
                    end
                }
            } else if let Some(from) = comment_start(line) {
                scan.comment(lines, at, from, &mut unclosed)
            } else {
                region_end(lines, at, trimmed, &mut unclosed)
            };
            if let Some(end) = end {
                for closed in scan
                    .closed
                    .iter_mut()
                    .take(end + 1)
                    .skip(at + usize::from(comment_start(line).is_some()))
                {
                    *closed = true;
                }
                at = end;
            } else {
                divs.read(at, trimmed);
            }
            at += 1;
        }
        for (from, to) in divs.private() {
            let lines = scan.closed.iter_mut().zip(&mut scan.private);
            for (closed, private) in lines.take(to + 1).skip(from) {
                (*closed, *private) = (true, true);
            }
        }
        scan
    }

    /// Records the comment that begins in line `at`. Returns its last line if it has several.
    fn comment(
        &mut self,
        lines: &[&str],
        at: usize,
        from: usize,
        unclosed: &mut Vec<String>,
    ) -> Option<usize> {
        let rest = lines.get(at)?.get(from + 4..).unwrap_or_default();
        if let Some((text, _)) = rest.split_once("-->") {
            self.comments.push((at, text.to_owned()));
            return None;
        }
        if unclosed.iter().any(|known| known == "<!--") {
            return None;
        }
        let Some(end) = find(lines, at + 1, |line| line.contains("-->")) else {
            unclosed.push("<!--".to_owned());
            return None;
        };
        let mut text = rest.to_owned();
        for line in lines.get(at + 1..=end).unwrap_or_default() {
            text.push('\n');
            text.push_str(line.split("-->").next().unwrap_or_default());
        }
        self.comments.push((at, text));
        Some(end)
    }

    pub fn is_open(&self, line: usize) -> bool {
        self.closed.get(line) == Some(&false)
    }

    pub fn is_private(&self, line: usize) -> bool {
        self.private.get(line) == Some(&true)
    }

    pub fn open_lines<'a>(
        &'a self,
        lines: &'a [&'a str],
        start: usize,
    ) -> impl Iterator<Item = &'a str> + Clone {
        lines
            .iter()
            .enumerate()
            .skip(start)
            .filter(|(at, _)| self.is_open(*at))
            .map(|(_, line)| *line)
    }
}

fn find(lines: &[&str], from: usize, is_it: impl Fn(&str) -> bool) -> Option<usize> {
    lines
        .iter()
        .skip(from)
        .position(|line| is_it(line))
        .map(|found| found + from)
}

/// The run of backticks or tildes that opens a fence.
pub fn fence_of(line: &str) -> Option<&str> {
    let first = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == first).count();
    let (fence, info) = line.split_at_checked(length)?;
    (length >= 3 && !(first == '`' && info.contains('`'))).then_some(fence)
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    let mark = fence.chars().next().unwrap_or('`');
    line.len() >= fence.len() && line.chars().all(|c| c == mark)
}

/// Where a comment begins, unless it is in backticks.
pub fn comment_start(line: &str) -> Option<usize> {
    let at = line.find("<!--")?;
    let before = line.get(..at)?;
    (before.matches('`').count() % 2 == 0).then_some(at)
}

/// The last line of a formula, style, script, notes or Obsidian comment that begins in line `at`.
fn region_end(
    lines: &[&str],
    at: usize,
    trimmed: &str,
    unclosed: &mut Vec<String>,
) -> Option<usize> {
    let end = if opens_formula(trimmed) {
        "$$"
    } else if trimmed.starts_with("<style") {
        "</style>"
    } else if trimmed.starts_with("<script") {
        "</script>"
    } else if trimmed == "%%" {
        "%%"
    } else if trimmed.starts_with("<Notes") {
        "</Notes>"
    } else if trimmed.starts_with("\\note") {
        return note_end(lines, at, unclosed);
    } else {
        return None;
    };
    let is_closed = match end {
        "$$" | "%%" => false,
        _ => trimmed.contains(end),
    };
    if is_closed || unclosed.iter().any(|known| known == end) {
        return None;
    }
    let found = find(lines, at + 1, |line| line.contains(end));
    if found.is_none() {
        unclosed.push(end.to_owned());
    }
    found
}

/// beamer: the last line of a note of several lines.
fn note_end(lines: &[&str], at: usize, unclosed: &mut Vec<String>) -> Option<usize> {
    let opens = beamer::note(lines.get(at)?.trim()).is_some();
    if !opens || unclosed.iter().any(|known| known == "}") {
        return None;
    }
    let mut open = 0_usize;
    for (line, number) in lines.iter().skip(at).zip(at..) {
        open += line.matches('{').count();
        open = open.saturating_sub(line.matches('}').count());
        if open == 0 {
            return (number > at).then_some(number);
        }
    }
    unclosed.push("}".to_owned());
    None
}

/// Whether a line is `$$` alone, or with Slidev's lines to highlight.
pub fn opens_formula(trimmed: &str) -> bool {
    trimmed.strip_prefix("$$").is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with('{') && rest.ends_with('}') && !rest.contains('\\')
    })
}
