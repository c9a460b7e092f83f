//! Text strings (ISO 32000-2, 7.9.2.2): titles, notes, labels.

/// The longest string, in bytes in the file.
const LONGEST: usize = 64 << 10;

/// Decodes UTF-16 or UTF-8 with a byte order mark, else PDFDocEncoding. Invalid bytes become U+FFFD.
pub fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Not standard, but some programs write it, and no sentence begins with it.
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes
            .iter()
            .map(|byte| of_pdf_doc_encoding(*byte))
            .collect(),
    };
    without_controls(&text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Converts line breaks to '\n', and removes other control characters.
pub fn without_controls(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

/// Encodes in PDFDocEncoding. None when it lacks a letter.
pub fn encoded(text: &str) -> Option<Vec<u8>> {
    let byte = |letter| {
        (u8::MIN..=u8::MAX)
            .find(|byte| of_pdf_doc_encoding(*byte) == letter)
            .filter(|_| letter != char::REPLACEMENT_CHARACTER)
    };
    text.chars().map(byte).collect()
}

/// PDFDocEncoding is Latin 1 except for these (ISO 32000-2, annex D.2).
pub fn of_pdf_doc_encoding(byte: u8) -> char {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{FFFD}', '€',
    ];
    let special = match byte {
        0x18..=0x1F => LOW.get(usize::from(byte - 0x18)),
        0x80..=0xA0 => HIGH.get(usize::from(byte - 0x80)),
        _ => None,
    };
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_each_of_its_encodings() {
        for (bytes, text) in [
            (&b"Caf\xe9 \x83 \x8dquoted\x8e"[..], "Café … “quoted”"),
            (b"\xfe\xff\0H\0i\xd8\x3d\xde\x00", "Hi😀"),
            (b"\xff\xfeH\0i\0", "Hi"),
            (b"\xef\xbb\xbfna\xc3\xafve", "naïve"),
            (b"one\rtwo\r\nthree\x07", "one\ntwo\nthree"),
            (b"\xfe\xff\0H\xd8", "H"),
            (b"", ""),
        ] {
            assert_eq!(decoded(bytes), text);
        }
    }

    #[test]
    fn a_text_is_written_with_the_letters_that_there_are() {
        for (text, bytes) in [
            ("pässwört", Some(&b"p\xe4ssw\xf6rt"[..])),
            ("€uro • “Žluť”", None),
            ("€uro • “Žlu˘”", Some(b"\xa0uro \x80 \x8d\x99lu\x18\x8e")),
            ("κωδικός", None),
            ("\u{FFFD}", None),
            ("", Some(b"")),
        ] {
            assert_eq!(encoded(text).as_deref(), bytes, "{text}");
        }
        for byte in (0x20..=u8::MAX).filter(|byte| *byte != 0x9F) {
            let letter = String::from(of_pdf_doc_encoding(byte));
            assert_eq!(encoded(&letter), Some(vec![byte]), "{letter}");
        }
    }
}
