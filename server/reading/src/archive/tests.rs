use super::*;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        zip.start_file(*name, packed).expect("a file");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A zip of one stored file, byte by byte, so that it can lie.
struct Raw<'a> {
    name: &'a [u8],
    content: &'a [u8],
    says: u32,
    flags: u16,
    method: u16,
    mode: u32,
}

const HONEST: Raw<'static> = Raw {
    name: b"a.txt",
    content: b"",
    says: 0,
    flags: 0,
    method: 0,
    mode: 0o100_644,
};

impl Raw<'_> {
    fn zip(&self) -> Vec<u8> {
        let length = u32::try_from(self.content.len()).expect("small");
        let name_length = u16::try_from(self.name.len()).expect("small");
        let mut common = Vec::new();
        common.extend([20, 0]);
        common.extend(self.flags.to_le_bytes());
        common.extend(self.method.to_le_bytes());
        common.extend([0; 8]);
        common.extend(length.to_le_bytes());
        common.extend(self.says.to_le_bytes());
        common.extend(name_length.to_le_bytes());
        common.extend([0; 2]);
        let mut zip = [b"PK\x03\x04", common.as_slice(), self.name, self.content].concat();
        let start = u32::try_from(zip.len()).expect("small");
        // Made on Unix.
        zip.extend(b"PK\x01\x02\x14\x03");
        zip.extend(&common);
        zip.extend([0; 6]);
        zip.extend((self.mode << 16).to_le_bytes());
        zip.extend([0; 4]);
        zip.extend(self.name);
        let size = u32::try_from(zip.len()).expect("small") - start;
        zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend(size.to_le_bytes());
        zip.extend(start.to_le_bytes());
        zip.extend([0; 2]);
        zip
    }
}

fn unpacked(zip: impl AsRef<[u8]>) -> Result<Unpacked, SourceError> {
    unpack(Cursor::new(zip.as_ref()))
}

/// The names that come out, and what is said.
fn told(zip: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    let outcome = unpacked(zip);
    let Unpacked { files, warnings } = outcome.expect("unpacked");
    (files.into_iter().map(|file| file.name).collect(), warnings)
}

fn refused(zip: impl AsRef<[u8]>) -> String {
    unpacked(zip).expect_err("refused").to_string()
}

#[test]
fn what_is_packed_comes_out_whole_under_its_name() {
    let big = b"slide ".repeat(50_000);
    let zip = zipped(&[
        ("talk/slides.md", b"# Hi"),
        ("talk/img/a b.png", &big),
        ("\u{e9}.txt", b""),
    ]);
    let outcome = unpacked(zip);
    let Unpacked { files, warnings } = outcome.expect("unpacked");
    assert_eq!(warnings, [""; 0]);
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["talk/slides.md", "talk/img/a b.png", "\u{e9}.txt"]);
    assert_eq!(files[1].content, big);
}

/// All of them were left out, so that there was nothing to show.
#[test]
fn names_with_the_separator_of_windows_are_paths() {
    let zip = zipped(&[
        ("Talk\\s1.png", b"x"),
        ("Talk\\.hidden\\s2.png", b"x"),
        ("Talk/s1.png", b"y"),
    ]);
    let (names, warnings) = told(zip);
    assert_eq!(names, ["Talk/s1.png"]);
    assert_eq!(warnings.len(), 1, "there is one twice: {warnings:?}");
}

#[test]
fn what_systems_add_is_skipped_without_a_word() {
    let zip = zipped(&[
        ("__MACOSX/._a.png", b"x"),
        (".DS_Store", b"x"),
        ("a/.git/config", b"x"),
        ("a/Thumbs.db", b"x"),
        ("a.png", b"x"),
    ]);
    assert_eq!(told(zip), (vec!["a.png".to_owned()], vec![]));
}

#[test]
fn an_archive_in_the_archive_stays_packed() {
    let (names, warnings) = told(zipped(&[("old.ZIP", b"PK"), ("a.png", b"x")]));
    assert_eq!(names, ["a.png"]);
    assert_eq!(
        warnings,
        ["old.ZIP is an archive in the archive; left out."]
    );
}

#[test]
fn no_name_leaves_the_folder() {
    for name in [
        "../a.txt",
        "a/../../b",
        "a/..",
        "/etc/passwd",
        "//host/a",
        "..\\a",
        "a\\..\\..\\b",
        "\\\\host\\a",
        "C:\\a",
        "C:a",
        "C:/a",
        "a//b",
        "./a",
        "a:stream",
        "a\0b",
        "a\n",
        "..",
    ] {
        let zip = Raw {
            name: name.as_bytes(),
            ..HONEST
        }
        .zip();
        let outcome = unpacked(zip);
        let Unpacked { files, warnings } = outcome.expect("unpacked");
        assert_eq!(files, [], "{name}");
        assert_eq!(warnings.len(), 1, "{name}");
        assert!(warnings[0].ends_with("is no name for a file in a folder; left out."));
    }
    let long = "a".repeat(2000);
    let (names, warnings) = told(
        Raw {
            name: long.as_bytes(),
            ..HONEST
        }
        .zip(),
    );
    assert_eq!((names.len(), warnings.len()), (0, 1));
}

#[test]
fn a_link_is_not_followed_and_not_made() {
    let zip = Raw {
        content: b"/etc/passwd",
        says: 11,
        mode: 0o120_777,
        ..HONEST
    }
    .zip();
    let (names, warnings) = told(zip);
    assert_eq!(names, [""; 0]);
    assert_eq!(warnings, ["a.txt is a link to another file; left out."]);
}

#[test]
fn a_protected_zip_says_what_to_do() {
    let zip = Raw {
        content: b"secretsecretsecret",
        says: 6,
        flags: 1,
        ..HONEST
    }
    .zip();
    assert_eq!(
        refused(zip),
        "this zip is protected by a password; unpack it and make one without"
    );
}

#[test]
fn an_unusual_packing_is_told() {
    let (names, warnings) = told(
        Raw {
            content: b"x",
            says: 1,
            method: 14,
            ..HONEST
        }
        .zip(),
    );
    assert_eq!(names, [""; 0]);
    assert_eq!(
        warnings,
        ["a.txt is packed in an unusual way (use Deflate); left out."]
    );
}

#[test]
fn a_header_that_lies_is_not_believed() {
    // The checksum is wrong in all of them, and the size in most.
    for says in [0, 1, 5, 6, u32::MAX] {
        let (names, warnings) = told(
            Raw {
                content: b"hello!",
                says,
                ..HONEST
            }
            .zip(),
        );
        assert_eq!(names, [""; 0], "{says}");
        assert_eq!(
            warnings,
            ["a.txt is broken or incomplete; left out."],
            "{says}"
        );
    }
    // An honest checksum over more than the header says.
    let mut zip = zipped(&[("a.txt", &[b'x'; 100_000])]);
    let directory = zip
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .expect("a directory");
    for at in [22, directory + 24] {
        zip[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
    }
    let (names, warnings) = told(zip);
    assert_eq!(names.len() + warnings.len(), 1, "{names:?} {warnings:?}");
}

#[test]
fn a_bomb_is_stopped_while_it_unfolds() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bomb.png", SimpleFileOptions::default())
        .expect("a file");
    let zeros = vec![0; 1 << 20];
    for _ in 0..100 {
        zip.write_all(&zeros).expect("written");
    }
    let zip = zip.finish().expect("a zip").into_inner();
    assert!(zip.len() < 200_000);
    let outcome = unpacked(zip);
    assert_eq!(
        outcome.expect_err("refused").to_string(),
        "this zip unpacks to far more than a deck needs; bomb.png was one too many"
    );
}

#[test]
fn files_that_share_their_bytes_count_each_time() {
    // Many entries of the directory, one content: the bomb that needs no nesting.
    let content = vec![0; 4 << 20];
    let zip = zipped(&[("00.png", &content)]);
    let directory = zip
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .expect("a directory");
    let end = zip
        .windows(4)
        .rposition(|four| four == b"PK\x05\x06")
        .expect("an end");
    let mut many = zip[..directory].to_vec();
    for at in 0..90_u8 {
        let mut entry = zip[directory..end].to_vec();
        entry[46] = b'0' + at / 10;
        entry[47] = b'0' + at % 10;
        many.extend(entry);
    }
    let size = u32::try_from(many.len() - directory).expect("small");
    many.extend(b"PK\x05\x06\0\0\0\0\x5a\0\x5a\0");
    many.extend(size.to_le_bytes());
    many.extend(u32::try_from(directory).expect("small").to_le_bytes());
    many.extend([0; 2]);
    let said = refused(many);
    assert!(said.starts_with("this zip unpacks to far more"), "{said}");
}

#[test]
fn a_hundred_thousand_files_are_refused_unread() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for at in 0..100_000 {
        zip.start_file(format!("{at}"), stored).expect("a file");
    }
    let zip = zip.finish().expect("a zip").into_inner();
    assert_eq!(
        refused(zip),
        "there are 100000 files in this zip; pack 10000 at most"
    );
}

#[test]
fn many_warnings_end_in_a_number() {
    let names: Vec<_> = (0..70).map(|at| format!("{at}.zip")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let (_, warnings) = told(zipped(&files));
    assert_eq!(warnings.len(), MAX_WARNINGS + 1);
    assert_eq!(warnings[MAX_WARNINGS], "20 more files were left out.");
}

#[test]
fn what_is_no_zip_or_cut_is_told() {
    let whole = zipped(&[("a.png", b"hello"), ("b.png", &[7; 3000])]);
    let broken = "this zip is broken or incomplete; make it again, or send its files";
    for end in 0..whole.len() {
        assert_eq!(refused(&whole[..end]), broken, "{end}");
    }
    assert_eq!(refused(b"not a zip at all"), broken);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_are_unpacked_or_refused(content in prop::collection::vec(any::<u8>(), 0..500), is_framed in any::<bool>()) {
        let mut zip = content;
        if is_framed {
            zip.splice(0..0, *b"PK\x03\x04");
            zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0");
        }
        let _ = unpacked(zip);
    }

    #[test]
    fn changed_bytes_never_lead_elsewhere(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut zip = zipped(&[("a/b.png", b"hello hello hello"), ("c.txt", &[9; 999])]);
        for (at, byte) in changes {
            let at = at.index(zip.len());
            zip[at] = byte;
        }
        let outcome = unpacked(zip);
        if let Ok(Unpacked { files, .. }) = outcome {
            prop_assert!(files.iter().all(|file| stays_inside(&file.name)));
        }
    }
}
