//! Opens files that are protected with RC4 or AES-128 (revisions 2 to 4 of the standard handler). Their user
//! and owner passwords are bytes of an unknown encoding. hayro 0.9 supports user passwords in UTF-8; for
//! all others lopdf removes the protection.

use super::strings;
use crate::source::SourceError;
use encoding_rs::{
    Encoding, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255,
    WINDOWS_1256, WINDOWS_1257,
};
use lopdf::{Document, IncrementalDocument, LoadOptions, Object};
use unicode_normalization::UnicodeNormalization;

/// Encodings that programs use instead of PDFDocEncoding, besides UTF-8.
const CODE_PAGES: [&Encoding; 8] = [
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
];

/// The last revision with RC4 or AES-128.
const LAST: i64 = 4;

/// The limit for decompressed object streams, in bytes.
const LARGEST_PACK: usize = 64 << 20;

/// Removes a document's protection.
pub fn lifted(bytes: &[u8], password: &str) -> Result<Vec<u8>, SourceError> {
    let mut locked = load(bytes, None).map_err(|_| unread(password))?;
    let amended = amended(bytes, &locked);
    if let Some(amended) = &amended {
        locked = load(amended, None).map_err(|_| unread(password))?;
    }
    let bytes = amended.as_deref().unwrap_or(bytes);
    let right = right_spelling(&locked, &password.nfc().collect::<String>())?;
    drop(locked);
    // lopdf expects the characters that these bytes are in PDFDocEncoding.
    let letters = right.into_iter().map(strings::of_pdf_doc_encoding);
    let mut unlocked = load(bytes, Some(letters.collect())).map_err(|_| unreadable())?;
    if unlocked.is_encrypted() {
        return Err(unreadable());
    }
    let mut open = Vec::new();
    unlocked.save_to(&mut open).map_err(|_| unreadable())?;
    Ok(open)
}

fn load(bytes: &[u8], password: Option<String>) -> Result<Document, lopdf::Error> {
    let options = LoadOptions {
        password,
        ..LoadOptions::with_max_decompressed_size(LARGEST_PACK)
    };
    Document::load_mem_with_options(bytes, options)
}

/// lopdf requires the protection to be an indirect object, and the file to have an ID. If necessary, both are
/// appended like an incremental update.
fn amended(bytes: &[u8], locked: &Document) -> Option<Vec<u8>> {
    let protection = locked.trailer.get(b"Encrypt").ok()?;
    let protection = protection.as_dict().ok().cloned();
    let has_id = locked.trailer.has(b"ID");
    if has_id && protection.is_none() {
        return None;
    }
    let mut file = IncrementalDocument::create_from(bytes.to_vec(), locked.clone());
    let new = &mut file.new_document;
    if let Some(protection) = protection {
        let id = new.add_object(protection);
        new.trailer.set("Encrypt", Object::Reference(id));
    }
    if !has_id {
        let id = Object::string_literal("");
        new.trailer.set("ID", Object::Array(vec![id]));
    }
    let mut amended = Vec::new();
    file.save_to(&mut amended).ok()?;
    Some(amended)
}

/// The bytes that this password may have in the file.
fn right_spelling(locked: &Document, password: &str) -> Result<Vec<u8>, SourceError> {
    let revision = locked
        .get_encrypted()
        .and_then(|protection| protection.get(b"R")?.as_i64());
    if revision.map_err(|_| unread(password))? > LAST {
        return Err(SourceError::WrongPassword);
    }
    let standard = strings::encoded(password);
    let refused = if standard.is_some() {
        SourceError::WrongPassword
    } else {
        SourceError::Damaged(
            "this password does not open it. It may be right: this PDF is protected in an old way, \
             whose passwords have the letters of Western Europe only; give the file another \
             password, or save it without protection"
                .to_owned(),
        )
    };
    let local = CODE_PAGES.iter().filter_map(|page| {
        let (spelling, _, has_unknown) = page.encode(password);
        (!has_unknown).then(|| spelling.into_owned())
    });
    standard
        .into_iter()
        .chain([password.as_bytes().to_vec()])
        .chain(local)
        .find(|spelling| locked.authenticate_raw_password(spelling).is_ok())
        .ok_or(refused)
}

/// The error about a file that lopdf can't read. hayro has tried ASCII passwords before.
pub fn unread(password: &str) -> SourceError {
    if password.is_ascii() {
        SourceError::WrongPassword
    } else {
        unreadable()
    }
}

pub fn unreadable() -> SourceError {
    SourceError::Damaged(
        "this PDF is protected in a way that WebSlides can't open; save it without protection"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{Limits, Pdf};

    // Made with qpdf, with letters from each part of PDFDocEncoding.
    const USER: &str = "“Ž” €5 pässwört";
    const OWNER: &str = "öwner™";

    const RC4: [&[u8]; 4] = [
        include_bytes!("fixtures/rc4-40.pdf"),
        include_bytes!("fixtures/rc4-128.pdf"),
        include_bytes!("fixtures/rc4-filter.pdf"),
        // Protection in the trailer, and no ID.
        include_bytes!("fixtures/rc4-direct.pdf"),
    ];
    const AES_128: [&[u8]; 3] = [
        // Indirect lengths.
        include_bytes!("fixtures/aes128-letters.pdf"),
        // Object streams, and metadata without protection.
        include_bytes!("fixtures/aes128-packed.pdf"),
        // Streams without protection.
        include_bytes!("fixtures/aes128-identity.pdf"),
    ];
    const AES_256: &[u8] = include_bytes!("fixtures/aes256-letters.pdf");
    const IN_WINDOWS_1251: &[u8] = include_bytes!("fixtures/rc4-windows.pdf");
    const IN_UTF_8: &[u8] = include_bytes!("fixtures/aes128-utf8.pdf");

    /// Its title and its only page's text.
    fn opened(bytes: &[u8], password: &str) -> Result<(Option<String>, String), SourceError> {
        let pdf = Pdf::open(bytes.to_vec(), Some(password), None, &Limits::default())?;
        let text = pdf.page_at(0, 160).expect("a page").text;
        Ok((pdf.title, text))
    }

    fn hidden() -> Result<(Option<String>, String), SourceError> {
        Ok((Some("Hidden".to_owned()), "Secret".to_owned()))
    }

    #[test]
    fn letters_beyond_ascii_open_old_and_new_protection() {
        let decomposed: String = USER.nfd().collect();
        assert_ne!(decomposed, USER);
        for bytes in RC4.into_iter().chain(AES_128) {
            for password in [USER, &decomposed, OWNER] {
                assert_eq!(opened(bytes, password), hidden(), "{password}");
            }
        }
        for password in [USER, OWNER] {
            assert_eq!(opened(AES_256, password), hidden(), "{password}");
        }
    }

    #[test]
    fn a_password_in_a_programs_own_encoding_opens() {
        for (bytes, passwords) in [
            (IN_WINDOWS_1251, ["пароль", "хозяин"]),
            (IN_UTF_8, ["“Ž” €5", OWNER]),
        ] {
            for password in passwords {
                assert_eq!(opened(bytes, password), hidden(), "{password}");
            }
        }
    }

    #[test]
    fn the_owners_plain_password_opens_old_protection() {
        let bytes = include_bytes!("fixtures/rc4-owner.pdf");
        assert_eq!(opened(bytes, "landlord"), hidden());
    }

    #[test]
    fn another_password_opens_nothing() {
        let all = RC4.into_iter().chain(AES_128).chain([AES_256]);
        for bytes in all.chain([IN_WINDOWS_1251, IN_UTF_8]) {
            for password in ["passwort", "pässwört", "“Ž” €5 pässwör", "öwner", "€", " "]
            {
                let refused = opened(bytes, password);
                assert_eq!(refused, Err(SourceError::WrongPassword), "{password}");
            }
        }
    }

    #[test]
    fn letters_that_old_protection_does_not_have_are_named() {
        for bytes in RC4.into_iter().chain(AES_128) {
            for password in ["κωδικός", "öwner™😀", "öwner™中"] {
                let said = opened(bytes, password).expect_err("refused").to_string();
                assert!(said.contains("letters of Western Europe only"), "{said}");
            }
        }
        let refused = opened(AES_256, "κωδικός");
        assert_eq!(refused, Err(SourceError::WrongPassword));
    }

    #[test]
    fn what_is_broken_is_refused() {
        for bytes in RC4.into_iter().chain(AES_128) {
            for at in (0..bytes.len()).step_by(5) {
                let mut broken = bytes.to_vec();
                broken[at] ^= 0x15;
                // It must not panic.
                let _ = lifted(&broken, USER);
            }
        }
    }
}
