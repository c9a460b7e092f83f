//! beamer's notes, as Pandoc's Markdown carries them.

/// The text after the brace of a line that begins `\note{…}` or `\note<2>[item]{…}`.
pub fn note(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("\\note")?;
    let (options, text) = rest.split_once('{')?;
    (options.is_empty() || options.starts_with(['<', '['])).then_some(text)
}
