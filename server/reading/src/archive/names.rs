//! Decodes file names in a zip without the UTF-8 flag. A Mac writes UTF-8, other systems write the
//! computer's code page, in Japan Shift_JIS. One program wrote all names, so the encoding is detected
//! over all of them.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, SHIFT_JIS, WINDOWS_1252};

/// More names don't improve the detection.
const MOST_BYTES: usize = 64 << 10;

/// The upper half of code page 850, which DOS and Windows use for zips in Western Europe. Its letters
/// are those of 437, which the format prescribes.
const DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// How names that are not UTF-8 are decoded.
#[derive(Debug, Default)]
pub struct Names {
    /// None means the code page of DOS.
    encoding: Option<&'static Encoding>,
}

impl Names {
    /// `raw` is the names of all entries.
    pub fn of(raw: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut all = Vec::new();
        for name in raw {
            if std::str::from_utf8(&name).is_err() && all.len() < MOST_BYTES {
                // The ending is ASCII and says nothing about the encoding.
                let stem = name.rsplitn(2, |byte| *byte == b'.').last();
                all.extend_from_slice(stem.unwrap_or(&name));
                all.push(b'\n');
            }
        }
        Self {
            encoding: (!all.is_empty()).then(|| guessed(&all)).flatten(),
        }
    }

    pub fn read(&self, raw: &[u8]) -> String {
        if let Ok(name) = std::str::from_utf8(raw) {
            return name.to_owned();
        }
        let Some(encoding) = self.encoding else {
            return raw.iter().map(|byte| of_dos(*byte)).collect();
        };
        encoding.decode_without_bom_handling(raw).0.into_owned()
    }
}

fn guessed(names: &[u8]) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(names, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let high = || names.iter().filter(|byte| !byte.is_ascii());
    let letters = names.iter().filter(|byte| byte.is_ascii_alphabetic());
    let is_western = high().all(|byte| matches!(byte, 0x80..=0x9a | 0xa0..=0xa5 | 0xe1));
    // Two bytes of a German word may form a Chinese character, but most of its letters are ASCII.
    let is_sparse = high().count() * 3 < letters.count() * 2;
    let is_many = [SHIFT_JIS, EUC_JP, GBK, GB18030, BIG5, EUC_KR].contains(&guess);
    if is_western && (is_sparse || !is_many && guess != IBM866) {
        return None;
    }
    if is_many && high().count() * 4 < names.len() {
        return Some(WINDOWS_1252);
    }
    Some(guess)
}

fn of_dos(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(upper) => DOS.chars().nth(usize::from(upper)).unwrap_or('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{KOI8_U, WINDOWS_1251};

    fn read(names: &[&[u8]]) -> Vec<String> {
        let all = Names::of(names.iter().map(|name| name.to_vec()));
        names.iter().map(|name| all.read(name)).collect()
    }

    #[test]
    fn names_are_read_as_the_computer_wrote_them() {
        for (encoding, names) in [
            (SHIFT_JIS, &["スライド1.png", "スライド2.png"][..]),
            (SHIFT_JIS, &["発表/資料.md", "発表/図1.png"]),
            (GBK, &["幻灯片1.png", "演示文稿/图片.png"]),
            (BIG5, &["投影片1.png", "簡報/圖片.png"]),
            (EUC_KR, &["슬라이드1.png", "발표 자료/그림.png"]),
            (IBM866, &["Слайд1.png", "Доклад/картинка.png"]),
            (WINDOWS_1251, &["Слайд1.png", "Доклад/картинка.png"]),
            (KOI8_U, &["Слайд1.png", "Доклад/картинка.png"]),
            (WINDOWS_1252, &["Größe.png", "Übersicht/Straße.png"]),
            (WINDOWS_1252, &["résumé.png", "Présentation/été.png"]),
        ] {
            let raw: Vec<_> = names.iter().map(|name| encoding.encode(name).0).collect();
            let raw: Vec<&[u8]> = raw.iter().map(AsRef::as_ref).collect();
            assert_eq!(read(&raw), names, "{}", encoding.name());
        }
        for names in [
            &["Größe.png", "Übersicht/Straße.png"][..],
            &["für.png"],
            &["Präsentation/Übung.md", "Präsentation/Lösung.png"],
            &["résumé.png", "Présentation/été.png"],
            &["mañana.png"],
            &["Straße.png"],
            &["Smörgåsbord.png", "Tårta.png"],
        ] {
            let dos = |name: &str| -> Vec<u8> {
                let byte = |c: char| match DOS.chars().position(|known| known == c) {
                    Some(at) => u8::try_from(at + 0x80).expect("a byte"),
                    None => u8::try_from(c).expect("ASCII"),
                };
                name.chars().map(byte).collect()
            };
            let raw: Vec<_> = names.iter().map(|name| dos(name)).collect();
            let raw: Vec<&[u8]> = raw.iter().map(AsRef::as_ref).collect();
            assert_eq!(read(&raw), names);
        }
        assert_eq!(
            read(&["Größe.png".as_bytes(), b"a.png"]),
            ["Größe.png", "a.png"]
        );
    }
}
