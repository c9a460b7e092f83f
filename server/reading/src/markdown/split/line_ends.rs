//! Line ends of other systems.

use std::borrow::Cow;

/// Characters that end lines in some texts and occur inside of lines in others.
const PARAGRAPHS: [char; 4] = ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}'];

/// The text with `\n` at the end of each line. Old Macs wrote `\r`, which CommonMark reads, too. Unicode's
/// line ends count only if there are no others. Otherwise they were pasted, and are in the middle of a
/// sentence.
pub fn usual(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        // Text that was converted twice has two of them.
        let text = text.replace("\r\r\n", "\n").replace("\r\n", "\n");
        return Cow::Owned(text.replace('\r', "\n"));
    }
    if !text.contains('\n') && text.contains(PARAGRAPHS) {
        return Cow::Owned(text.replace(PARAGRAPHS, "\n"));
    }
    Cow::Borrowed(text)
}
