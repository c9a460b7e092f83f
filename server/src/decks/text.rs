//! Text as people's programs write it.

use encoding_rs::{Encoding, WINDOWS_1252};

#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// Some of its letters are marks of what could not be read.
    pub is_damaged: bool,
}

/// UTF-8; UTF-16 when it says so with its first two bytes; else what Windows wrote in Western
/// Europe, of which Latin-1 is a part: there, every byte is a letter.
pub fn decoded(bytes: &[u8]) -> Text {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        let (text, is_damaged) = encoding.decode_without_bom_handling(rest);
        return Text {
            text: text.into_owned(),
            is_damaged,
        };
    }
    let text = String::from_utf8_lossy(bytes);
    let unread = text.chars().filter(|c| *c == '\u{fffd}').count();
    let read = text
        .chars()
        .filter(|c| !c.is_ascii() && *c != '\u{fffd}')
        .count();
    // UTF-8 in which a few bytes are broken: by the other, each of its letters would be two.
    if std::str::from_utf8(bytes).is_ok() || read > unread {
        return Text {
            is_damaged: std::str::from_utf8(bytes).is_err(),
            text: text.into_owned(),
        };
    }
    let (text, is_damaged) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Text {
        text: text.into_owned(),
        is_damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_read_as_it_writes() {
        let wide =
            |order: fn(u16) -> [u8; 2]| "\u{feff}Größe 5 € 🎈".encode_utf16().flat_map(order);
        for (bytes, text) in [
            ("Größe 5 € 🎈".as_bytes().to_vec(), "Größe 5 € 🎈"),
            ("\u{feff}Größe".as_bytes().to_vec(), "Größe"),
            (wide(u16::to_le_bytes).collect(), "Größe 5 € 🎈"),
            (wide(u16::to_be_bytes).collect(), "Größe 5 € 🎈"),
            (b"Gr\xf6\xdfe 5 \x80".to_vec(), "Größe 5 €"),
            (b"plain".to_vec(), "plain"),
            (Vec::new(), ""),
        ] {
            let expected = Text {
                text: text.to_owned(),
                is_damaged: false,
            };
            assert_eq!(decoded(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for bytes in [
            &b"\xff\xfea\0\x00\xd8"[..],
            b"\xef\xbb\xbfa\xff",
            b"Gr\xc3\xb6\xc3\x9fe \xff",
        ] {
            let text = decoded(bytes);
            assert!(
                text.is_damaged && text.text.contains('\u{fffd}'),
                "{text:?}"
            );
        }
    }
}
