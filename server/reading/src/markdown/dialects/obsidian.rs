//! Obsidian's comments.

/// A line without its `%%…%%` outside of code, and whether one of them is left open. None when it has
/// no comment.
pub fn without_comments(line: &str) -> Option<(String, bool)> {
    let mut shown = String::new();
    let mut rest = line;
    let mut has_any = false;
    while let Some((before, after)) = rest.split_once("%%") {
        shown.push_str(before);
        let is_code = shown.matches('`').count() % 2 == 1;
        // `50%%` is a number.
        let is_number = shown.ends_with(|c: char| c.is_alphanumeric() || c == '%');
        if is_code || is_number {
            shown.push_str("%%");
            rest = after;
            continue;
        }
        has_any = true;
        match after.split_once("%%") {
            Some((_, left)) => rest = left,
            None => return Some((shown, true)),
        }
    }
    shown.push_str(rest);
    has_any.then_some((shown, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_obsidian_are_told_from_percents() {
        let of = |line| without_comments(line).map(|(shown, _)| shown);
        assert_eq!(of("a %%b%% c%%d%%").as_deref(), Some("a  c%%d%%"));
        assert_eq!(of("%%b").as_deref(), Some(""));
        for kept in ["50%% and 60%%", "`%%a%%`", "100 %"] {
            assert_eq!(of(kept), None, "{kept}");
        }
    }
}
