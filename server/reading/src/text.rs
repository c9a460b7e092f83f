//! Decodes text of any encoding.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE, WINDOWS_1252};

#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// Some characters could not be decoded and are replaced.
    pub is_damaged: bool,
    /// The encoding, if it was guessed. None where the text declares it, and for windows-1252, in which
    /// every byte is a letter.
    pub guessed: Option<&'static str>,
}

impl Text {
    fn read(bytes: &[u8], encoding: &'static Encoding) -> Self {
        let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
        Self {
            text: text.into_owned(),
            is_damaged,
            guessed: None,
        }
    }
}

/// Recognises UTF-16 without a byte order mark by its zeros: each space and line end has one, and no
/// other encoding has any.
pub fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |at: usize| {
        let half = bytes.iter().skip(at).step_by(2);
        half.filter(|byte| **byte == 0).count()
    };
    let (first, second) = (zeros(0), zeros(1));
    // A stray zero in another encoding is not enough. Where the bytes are valid UTF-8, too, at least a
    // quarter must be control characters: zeros, or the high bytes of Cyrillic. Chinese UTF-16 is not
    // valid UTF-8 and has few zeros.
    let is_control = |byte: &&u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let is_enough = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.iter().filter(is_control).count() * 4 >= bytes.len(),
        Err(_) => (first + second) * 64 >= bytes.len(),
    };
    if first + second == 0 || !is_enough {
        return None;
    }
    // A few characters have a zero as their other byte.
    let encoding = if second >= first * 4 {
        UTF_16LE
    } else if first >= second * 4 {
        UTF_16BE
    } else {
        return None;
    };
    // Binary files have zeros, too. Decoded, they have control characters.
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let is_text = !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    is_text.then_some(encoding)
}

/// Decodes UTF-8, UTF-16 with or without a byte order mark, else the encoding that a browser would
/// guess.
///
/// ```
/// use reading::text::decoded;
///
/// assert_eq!(decoded("Größe".as_bytes()).text, "Größe");
/// assert_eq!(decoded(b"\xff\xfeH\0i\0").text, "Hi", "UTF-16 with its mark");
///
/// let western = decoded(b"Gr\xf6\xdfe");
/// assert_eq!((&*western.text, western.guessed), ("Größe", None));
/// ```
pub fn decoded(bytes: &[u8]) -> Text {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Text::read(bytes.get(mark..).unwrap_or_default(), encoding);
    }
    if let Some(encoding) = wide(bytes) {
        return Text {
            guessed: Some(encoding.name()),
            ..Text::read(bytes, encoding)
        };
    }
    // ISO-2022-JP is ASCII with escape sequences.
    let has_escapes = bytes.contains(&0x1b);
    let text = String::from_utf8_lossy(bytes);
    let unread = text.chars().filter(|c| *c == '\u{fffd}').count();
    let read = text
        .chars()
        .filter(|c| !c.is_ascii() && *c != '\u{fffd}')
        .count();
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    // UTF-8 with a few broken bytes. In another encoding each character would become two.
    if is_utf8 && !has_escapes || read > unread {
        return Text {
            is_damaged: !is_utf8,
            text: text.into_owned(),
            guessed: None,
        };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if is_utf8 && encoding != ISO_2022_JP {
        return Text {
            text: text.into_owned(),
            is_damaged: false,
            guessed: None,
        };
    }
    Text {
        guessed: (encoding != WINDOWS_1252).then(|| encoding.name()),
        ..Text::read(bytes, encoding)
    }
}

/// Decodes an XML document, which may declare its encoding.
pub fn xml(bytes: &[u8]) -> Text {
    let start = bytes.get(..200).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start);
    let named = start
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .and_then(|(declaration, _)| declaration.split_once("encoding="))
        .and_then(|(_, name)| {
            name.trim_start_matches(['"', '\''])
                .split(['"', '\''])
                .next()
        })
        .and_then(|name| Encoding::for_label(name.as_bytes()));
    match named.filter(|encoding| *encoding != encoding_rs::UTF_8) {
        Some(encoding) if std::str::from_utf8(bytes).is_err() => Text::read(bytes, encoding),
        _ => decoded(bytes),
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
                guessed: None,
            };
            assert_eq!(decoded(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_text_is_no_utf_16() {
        for bytes in [&[0, 1, 2, 3][..], b"\0\x02\0a\0b\0c", b"a\0b\0\x1b\0c\0"] {
            assert_eq!(wide(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn utf_16_without_its_mark_is_known_by_its_zeros() {
        for text in [
            "# Plain\n\ntext\n",
            "# Доклад о погоде\n",
            "# 発表\u{3000}の 題\n\nあ\n",
        ] {
            let check = |order: fn(u16) -> [u8; 2], name| {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
                let read = decoded(&bytes);
                assert_eq!((read.text.as_str(), read.guessed), (text, Some(name)));
            };
            check(u16::to_le_bytes, "UTF-16LE");
            check(u16::to_be_bytes, "UTF-16BE");
        }
        assert_eq!(wide(b"# A\n"), None);
        assert_eq!(wide("# \0 a lost zero in Größe".as_bytes()), None);
        assert_eq!(wide(b""), None);
        assert_eq!(wide(b"\0\0\0\0PNG\0"), None);
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

    #[test]
    fn text_of_other_scripts_is_detected_and_said() {
        use encoding_rs::{EUC_KR, GBK, IBM866, KOI8_U, SHIFT_JIS, WINDOWS_1251};
        const RUSSIAN: &str = "# Доклад\n\nПервый слайд о погоде\n";
        for (encoding, text) in [
            (WINDOWS_1251, RUSSIAN),
            (KOI8_U, RUSSIAN),
            (IBM866, RUSSIAN),
            (SHIFT_JIS, "# 発表\n\nこれは最初のスライドです\n"),
            (ISO_2022_JP, "# 発表\n\nこれは最初のスライドです\n"),
            (GBK, "# 演示\n\n这是第一张幻灯片\n"),
            (EUC_KR, "# 발표\n\n첫 번째 슬라이드입니다\n"),
        ] {
            let read = decoded(&encoding.encode(text).0);
            assert_eq!(read.text, text, "{}", encoding.name());
            assert_eq!(read.guessed, Some(encoding.name()));
            assert!(!read.is_damaged);
        }
        let drawing = "<?xml version='1.0' encoding='windows-1251'?><svg>я</svg>";
        let read = xml(&WINDOWS_1251.encode(drawing).0);
        assert_eq!((read.text.as_str(), read.guessed), (drawing, None));
        // An escape sequence of a terminal.
        assert_eq!(decoded(b"a \x1b[31m").text, "a \x1b[31m");
    }
}
