//! Removes remark.js's content classes: `.center[words]` becomes the words.

use crate::markdown::split::scan::fence_of;

const MAX_CLASS: usize = 80;

/// The text without content classes, with the same number of lines, and the first class with its line,
/// from 0.
pub fn without(text: &str) -> (String, Option<(usize, String)>) {
    let mut stripped = Stripped::default();
    let mut code: Option<&str> = None;
    for (at, line) in text.lines().enumerate() {
        let words = line.trim();
        let is_code = match code {
            Some(fence) => {
                if words.len() >= fence.len() && words.chars().all(|c| fence.starts_with(c)) {
                    code = None;
                }
                true
            }
            None => {
                code = fence_of(words);
                code.is_some()
            }
        };
        if is_code {
            stripped.text.push_str(line);
        } else {
            stripped.line(at, line);
        }
        stripped.text.push('\n');
    }
    (stripped.text, stripped.first)
}

#[derive(Default)]
struct Stripped {
    text: String,
    /// For each open bracket, whether it belongs to a class.
    open: Vec<bool>,
    first: Option<(usize, String)>,
}

impl Stripped {
    fn line(&mut self, at: usize, line: &str) {
        let mut rest = line;
        let mut in_code = false;
        while let Some(c) = rest.chars().next() {
            in_code ^= c == '`';
            let class = class(rest).filter(|_| !in_code && !self.is_in_word());
            let taken = match (c, class) {
                (_, Some(class)) => {
                    self.open.push(true);
                    self.first.get_or_insert_with(|| (at, class.to_owned()));
                    rest = rest.get(class.len() + 1..).unwrap_or_default();
                    continue;
                }
                ('\\', _) => rest.chars().take(2).map(char::len_utf8).sum(),
                ('[', _) if !in_code => {
                    self.open.push(false);
                    1
                }
                (']', _) if !in_code && self.open.pop() == Some(true) => {
                    rest = rest.get(1..).unwrap_or_default();
                    continue;
                }
                _ => c.len_utf8(),
            };
            let (said, left) = rest.split_at_checked(taken).unwrap_or((rest, ""));
            self.text.push_str(said);
            rest = left;
        }
    }

    /// Whether a point here would be part of a name or a number.
    fn is_in_word(&self) -> bool {
        self.text.ends_with(|c: char| c.is_alphanumeric())
    }
}

/// `.a` or `.a.b` before a bracket.
fn class(text: &str) -> Option<&str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let is_after = |c: char| !is_of_name(c) && c != '.';
    // No real class is longer, and a longer search for each point would take too much time.
    let end = text.chars().take(MAX_CLASS).position(is_after)?;
    let (class, after) = text.split_at_checked(end)?;
    let mut names = class.strip_prefix('.')?.split('.');
    let is_name = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic());
    (after.starts_with('[') && names.all(is_name)).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_left_and_brackets_of_other_things_stay() {
        let of = |text: &str| without(text).0;
        for (text, left) in [
            (".center[a [b](c) d] e\n", "a [b](c) d e\n"),
            (".left.small[\n- a\n]\n", "\n- a\n\n"),
            (".footnote[.red[*] a]\n", "* a\n"),
            (
                "`.a[b]` a.b[c] 1.5[d] [.x] .a b[c]\n",
                "`.a[b]` a.b[c] 1.5[d] [.x] .a b[c]\n",
            ),
            ("```\n.a[b]\n```\n", "```\n.a[b]\n```\n"),
            (r".a[\] b]", "\\] b\n"),
        ] {
            assert_eq!(of(text), left, "{text}");
        }
        assert_eq!(without("a\n.b.c[d]").1, Some((1, ".b.c".to_owned())));
    }
}
