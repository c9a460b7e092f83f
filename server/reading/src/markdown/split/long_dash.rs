//! Long dashes alone in their line: programs with typographic replacement make them of `---`.

use crate::source::Warning;

const MAX_SAID: usize = 20;

/// Whether a line is a long dash between two empty lines. Most programs replace two hyphens, and some
/// leave the third.
pub fn is_alone(lines: &[&str], at: usize) -> bool {
    let is_dash = |c| {
        matches!(
            c,
            '\u{2012}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}'
        )
    };
    let is_empty = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    lines.get(at).is_some_and(|line| {
        let line = line.trim();
        line.starts_with(is_dash)
            && line.chars().count() <= 3
            && line.chars().all(|c| is_dash(c) || c == '-')
            && at.checked_sub(1).is_none_or(is_empty)
            && is_empty(at + 1)
    })
}

/// The warnings about long dashes in these lines.
pub fn said(lines: impl Iterator<Item = u32>, do_separate: bool) -> Vec<Warning> {
    let (most, reason) = if do_separate {
        let reason = "there is no line of `---` between slides, so a long dash alone in its line \
                      begins one; write ---";
        (1, reason)
    } else {
        (
            MAX_SAID,
            "a long dash alone does not begin a slide; write ---",
        )
    };
    let said = lines.take(most).map(|line| Warning {
        line: Some(line),
        page: None,
        reason: reason.to_owned(),
    });
    said.collect()
}
