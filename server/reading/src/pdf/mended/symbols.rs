//! Replaces symbol fonts that are not embedded. hayro would use a text font, so that a bullet would become a
//! letter.

use hayro::hayro_syntax::object::{Array, Dict, Name, Number, Object};
use std::fmt::Write;

/// Wingdings' codes, with similar glyphs of ITC Zapf Dingbats (one of the 14 standard fonts).
const WINGDINGS: [(u8, &str); 40] = [
    (0x22, "a2"),
    (0x28, "a4"),
    (0x29, "a5"),
    (0x2A, "a117"),
    (0x41, "a13"),
    (0x46, "a12"),
    (0x51, "a118"),
    (0x6C, "a71"),
    (0x6D, "a72"),
    (0x6E, "a73"),
    (0x6F, "a74"),
    (0x70, "a74"),
    (0x71, "a75"),
    (0x72, "a204"),
    (0x73, "a78"),
    (0x74, "a78"),
    (0x75, "a78"),
    (0x76, "a79"),
    (0x77, "a78"),
    (0x78, "a22"),
    (0x9E, "a71"),
    (0x9F, "a71"),
    (0xA1, "a72"),
    (0xA4, "a72"),
    (0xA7, "a73"),
    (0xA8, "a74"),
    (0xAA, "a33"),
    (0xAB, "a35"),
    (0xAC, "a36"),
    (0xD8, "a162"),
    (0xDC, "a175"),
    (0xE0, "a161"),
    (0xE8, "a160"),
    (0xEF, "a161"),
    (0xF0, "a161"),
    (0xFB, "a23"),
    (0xFC, "a20"),
    (0xFD, "a22"),
    (0xFE, "a20"),
    (0xA6, "a72"),
];

/// Circled numbers from 1 to 10: their first codes in both fonts, outlined and filled.
const NUMBERS: [(u8, u32); 2] = [(0x81, 120), (0x8C, 130)];

enum Kind {
    Wingdings,
    Symbol,
    /// A font under another name, or a clone.
    ZapfDingbats,
    /// Symbols that no font has. They are left out with a warning, which is better than wrong letters.
    Other,
}

/// Prefixes of symbol fonts without a table here: Webdings, Wingdings 2 and 3, and others of Windows and
/// Office.
const OTHERS: [&str; 9] = [
    "webdings",
    "wingdings",
    "marlett",
    "mtextra",
    "bookshelfsymbol",
    "msoutlook",
    "starsymbol",
    "opensymbol",
    "fontawesome",
];

pub fn is_replaced(font: &Dict<'_>) -> bool {
    kind(font).is_some()
}

/// The replacement of a font.
pub fn replacement(font: &Dict<'_>) -> Option<String> {
    let kind = kind(font)?;
    let (name, encoding) = match kind {
        Kind::Symbol => ("Symbol", String::new()),
        Kind::Wingdings => ("ZapfDingbats", encoding(wingding)),
        Kind::ZapfDingbats => ("ZapfDingbats", String::new()),
        Kind::Other => ("ZapfDingbats", encoding(|_| None)),
    };
    Some(format!(
        "<< /Type /Font /Subtype /Type1 /BaseFont /{name} {encoding} {} >>",
        widths(font)
    ))
}

fn kind(font: &Dict<'_>) -> Option<Kind> {
    let has = |key: &[u8], value: &[u8]| {
        let name = font.get::<Name<'_>>(key);
        name.is_some_and(|name| name.as_ref() == value)
    };
    if !(has(b"Subtype", b"TrueType") || has(b"Subtype", b"Type1")) {
        return None;
    }
    let descriptor = font.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
    let is_embedded = [&b"FontFile"[..], b"FontFile2", b"FontFile3"]
        .iter()
        .any(|key| descriptor.contains_key(key));
    if is_embedded {
        return None;
    }
    let name = font.get::<Name<'_>>(b"BaseFont")?;
    let name = String::from_utf8_lossy(name.as_ref()).to_ascii_lowercase();
    let family = family(&name);
    match family.as_str() {
        // hayro knows them under their own names.
        "symbol" | "zapfdingbats" if name == family => None,
        "wingdings" => Some(Kind::Wingdings),
        "symbol" | "symbolmt" => Some(Kind::Symbol),
        "zapfdingbats" | "zapfdingbatsitc" | "itczapfdingbats" | "monotypesorts" => {
            Some(Kind::ZapfDingbats)
        }
        _ => {
            let is_other = OTHERS.iter().any(|other| family.starts_with(other));
            is_other.then_some(Kind::Other)
        }
    }
}

/// Normalises a name: "Wingdings,Bold", "Wingdings-Bold" and "ABCDEF+Wingdings" are the same font, and so are
/// "Wingdings-2" and "Wingdings 2".
fn family(name: &str) -> String {
    let name = name.split_once('+').map_or(name, |(_, name)| name);
    let mut parts = name.split([',', '-']);
    let first = parts.next().unwrap_or_default();
    let counted = parts.filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let named = [first].into_iter().chain(counted).flat_map(str::chars);
    named.filter(char::is_ascii_alphanumeric).collect()
}

fn wingding(code: u8) -> Option<String> {
    let listed = WINGDINGS.iter().find(|(one, _)| *one == code);
    let number = || {
        NUMBERS.iter().find_map(|(first, name)| {
            let place = code.checked_sub(*first).filter(|place| *place < 10)?;
            Some(format!("a{}", name + u32::from(place)))
        })
    };
    listed.map(|(_, name)| (*name).to_owned()).or_else(number)
}

fn encoding(glyph: impl Fn(u8) -> Option<String>) -> String {
    // No font has this glyph, so that it is reported as missing.
    let missing = || "uniFFFD".to_owned();
    let mut differences = String::from("33");
    for code in 33..=u8::MAX {
        // Writing to a string does not fail.
        let _ = write!(differences, " /{}", glyph(code).unwrap_or_else(missing));
    }
    format!("/Encoding << /Type /Encoding /Differences [{differences}] >>")
}

/// The original widths of the codes.
fn widths(font: &Dict<'_>) -> String {
    let (first, last) = (font.get::<u8>(b"FirstChar"), font.get::<u8>(b"LastChar"));
    let (Some(first), Some(last), Some(widths)) = (first, last, font.get::<Array<'_>>(b"Widths"))
    else {
        return String::new();
    };
    let widths: Vec<String> = widths
        .iter::<Object<'_>>()
        .take(256)
        .filter_map(Object::into_number)
        .map(|width: Number| width.as_f64().to_string())
        .collect();
    format!(
        "/FirstChar {first} /LastChar {last} /Widths [{}]",
        widths.join(" ")
    )
}
