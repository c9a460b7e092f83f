//! Rewrites pictures that other programs read and CommonMark does not: names with spaces, sizes after the
//! name (`![](a.png =300x)`), Obsidian's `![[a.png]]`.

/// Prefix of the address of a picture that may be in any folder, as in Obsidian.
pub const ANYWHERE: &str = "anywhere:///";

/// The line with such pictures rewritten. None when it has none.
pub fn pictures(line: &str) -> Option<String> {
    let mut written = String::new();
    let mut rest = line;
    let mut has_any = false;
    while let Some((before, after)) = rest.split_once("![") {
        written.push_str(before);
        let is_code = written.matches('`').count() % 2 == 1;
        match embedded(after).or_else(|| spelled(after)) {
            Some((picture, left)) if !is_code => {
                written.push_str(&picture);
                has_any = true;
                rest = left;
            }
            _ => {
                written.push_str("![");
                rest = after;
            }
        }
    }
    written.push_str(rest);
    has_any.then_some(written)
}

/// Reads `![[name|300]]`. Returns it rewritten, and the rest.
fn embedded(after: &str) -> Option<(String, &str)> {
    let (inside, left) = after.strip_prefix('[')?.split_once("]]")?;
    let mut parts = inside.split('|');
    let name = parts.next()?.trim();
    let words: Vec<String> = parts
        .map(|part| size(part.trim()).unwrap_or_else(|| part.trim().to_owned()))
        .collect();
    let is_picture = !name.is_empty() && !name.contains(['[', '<', '>']);
    is_picture.then(|| {
        let words = words.join(" ");
        (format!("![{words}](<{ANYWHERE}{name}>)"), left)
    })
}

/// Reads `![words](name =300x200 "title")` that CommonMark would not read as a picture. Returns it
/// rewritten, and the rest.
fn spelled(after: &str) -> Option<(String, &str)> {
    let (words, rest) = after.split_once("](")?;
    if words.contains(['[', '`']) {
        return None;
    }
    let (inside, left) = balanced(rest)?;
    let inside = inside.trim();
    let (inside, title) = titled(inside);
    let (name, size) = match inside.rsplit_once(" =") {
        Some((name, sizes)) => match size(sizes.trim()) {
            Some(size) => (name.trim(), Some(size)),
            None => (inside, None),
        },
        None => (inside, None),
    };
    let is_windows = name
        .split('\\')
        .skip(1)
        .any(|part| part.starts_with(char::is_alphanumeric));
    let is_bracketed = name.starts_with('<');
    let is_odd = name.contains(' ') && !is_bracketed || is_windows || size.is_some();
    if !is_odd || name.is_empty() || !is_bracketed && name.contains(['<', '>']) {
        return None;
    }
    let mut name = name
        .trim_start_matches('<')
        .trim_end_matches('>')
        .to_owned();
    if is_windows {
        name = name.replace('\\', "/");
    }
    let words: Vec<&str> = [words].into_iter().chain(size.as_deref()).collect();
    let words = words.join(" ");
    let title = title.map_or(String::new(), |title| format!(" {title}"));
    Some((format!("![{words}](<{name}>{title})"), left))
}

/// Splits at the closing parenthesis.
fn balanced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let at = text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Splits a quoted title off the end.
fn titled(inside: &str) -> (&str, Option<&str>) {
    let title = ['"', '\''].into_iter().find_map(|quote| {
        let start = inside.strip_suffix(quote)?.rfind(&format!(" {quote}"))?;
        Some((inside.get(..start)?.trim(), inside.get(start + 1..)?))
    });
    title.map_or((inside, None), |(name, title)| (name, Some(title)))
}

/// `300x200`, `300x`, `x200` or `50%` in Marp's syntax.
pub fn size(text: &str) -> Option<String> {
    let is_side = |side: &str| {
        let number = side.trim_end_matches("px").trim_end_matches('%');
        side.is_empty() || !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
    };
    let (width, height) = text.split_once('x').unwrap_or((text, ""));
    let is_size = is_side(width) && is_side(height) && !(width.is_empty() && height.is_empty());
    is_size.then(|| {
        let side = |key: &str, side: &str| match side {
            "" => String::new(),
            side => format!("{key}:{side}"),
        };
        format!("{} {}", side("w", width), side("h", height))
            .trim()
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_other_programs_are_written_as_commonmark() {
        let embedded = format!("![w:300](<{ANYWHERE}my pic.png>)");
        for (line, expected) in [
            ("![](my pic.png)", "![](<my pic.png>)"),
            (
                "a ![b c](x y.png \"t u\") d",
                "a ![b c](<x y.png> \"t u\") d",
            ),
            ("![a](x.png =300x)", "![a w:300](<x.png>)"),
            (
                "![a](x.png =300x20) ![](y =x9)",
                "![a w:300 h:20](<x.png>) ![ h:9](<y>)",
            ),
            ("![](<x y.png> =50%)", "![ w:50%](<x y.png>)"),
            (r"![](img\_a\b.png)", "![](<img/_a/b.png>)"),
            ("![[my pic.png|300]]", &embedded),
        ] {
            assert_eq!(pictures(line).as_deref(), Some(expected), "{line}");
        }
        for line in [
            "![](a(1).png)",
            "![](a.png \"a title\")",
            "![](<my pic.png>)",
            "`![](my pic.png)`",
            r"![](a\_b.png)",
            "![a][b]",
            "![never closed](a b",
            "[a](b c)",
        ] {
            assert_eq!(pictures(line), None, "{line}");
        }
    }
}
