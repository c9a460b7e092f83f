//! Ends of lines, as programs of other times and systems write them.

use std::borrow::Cow;

/// What ends lines in some texts and stands inside of them in others.
const PARAGRAPHS: [char; 4] = ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}'];

/// A text of which each line ends with `\n` or `\r\n`: old Macs ended theirs with `\r`, which
/// CommonMark reads, too. Unicode's own ends count only where there are no others: else somebody
/// pasted them, and they stand in the middle of a sentence.
pub fn usual(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        // Converted twice, a line has two of them.
        let text = text.replace("\r\r\n", "\n").replace("\r\n", "\n");
        return Cow::Owned(text.replace('\r', "\n"));
    }
    if !text.contains('\n') && text.contains(PARAGRAPHS) {
        return Cow::Owned(text.replace(PARAGRAPHS, "\n"));
    }
    Cow::Borrowed(text)
}
