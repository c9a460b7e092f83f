//! Recognises single lines of Markdown.

/// Whether a line is a thematic break: `---`, `***` or `___`, also with spaces between.
pub fn is_ruler(line: &str) -> bool {
    let marks: String = line.trim().chars().filter(|c| !c.is_whitespace()).collect();
    let indented = line.starts_with("    ") || line.starts_with('\t');
    let first = marks.chars().next().unwrap_or('x');
    !indented && marks.len() >= 3 && "-*_".contains(first) && marks.chars().all(|c| c == first)
}

pub fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where the text of a list item begins, in bytes. None for other lines.
pub fn item_text(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    let after = match rest.strip_prefix(['-', '*', '+']) {
        Some(after) => after,
        None => rest
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix(['.', ')'])
            .filter(|_| rest.starts_with(|c: char| c.is_ascii_digit()))?,
    };
    let text = after.trim_start_matches(' ');
    let space = after.len() - text.len();
    let mark = line.len() - after.len();
    match space {
        0 if text.is_empty() => Some(mark + 1),
        0 => None,
        1..=4 => Some(mark + space),
        // Indented code in the item.
        _ => Some(mark + 1),
    }
}

/// Whether a line can't be the text above an underline.
pub fn is_no_paragraph(line: &str) -> bool {
    let line = line.trim();
    heading_level(line).is_some() || line.starts_with(['<', '>', '|', '`', '-', '*', '!'])
}

/// The level of a heading with `#` to `######`.
pub fn heading_level(line: &str) -> Option<usize> {
    let level = line.chars().take_while(|c| *c == '#').count();
    let rest = line.get(level..)?;
    ((1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t'])))
        .then_some(level)
}

pub fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
