//! The notes that pdfpc keeps beside a PDF.

use reading::pdf::pdfpc::Notes;

/// The input is the file. Whether it is one; then what it says is text that can be shown, and not
/// more of it than there was.
pub fn pdfpc(input: &[u8]) -> Option<bool> {
    let Some(notes) = Notes::read(input) else {
        return Some(false);
    };
    for index in (0..64).chain([u32::MAX - 1, u32::MAX]) {
        for (page, slide) in [(index, u32::MAX), (u32::MAX, index), (index, index)] {
            let Some(note) = notes.of(page, slide) else {
                continue;
            };
            assert_eq!(note, note.trim(), "{index}");
            let odd = |c: char| c.is_control() && c != '\n';
            assert!(!note.is_empty() && !note.contains(odd), "{note:?}");
            // No escape in JSON is shorter than what it stands for.
            assert!(note.len() <= input.len(), "{note:?}");
        }
    }
    Some(true)
}
