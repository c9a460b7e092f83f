//! Decks in a zip.

use reading::archive::{Unpacked, unpack};
use std::{
    collections::HashSet,
    io::Cursor,
    path::{Component, Path},
};

/// The input is the archive. Whether anything came out of it: then no more than a deck may have, and
/// each file below the folder that somebody may write it to.
pub fn zip(input: &[u8]) -> Option<bool> {
    let Ok(Unpacked { files, warnings }) = unpack(Cursor::new(input)) else {
        return Some(false);
    };
    let packed = u64::try_from(input.len()).expect("small");
    let bytes: usize = files.iter().map(|file| file.content.len()).sum();
    let bytes = u64::try_from(bytes).expect("small");
    let most = (packed * 100 + (16 << 20)).min(512 << 20);
    assert!(bytes <= most, "{bytes} bytes out of {packed}");
    // An entry of the index is 46 bytes, in front of each file are 30.
    assert!(files.len() <= input.len() / 46, "{} files", files.len());
    let mut names = HashSet::new();
    for file in &files {
        let name = file.name.as_str();
        assert!((1..=1024).contains(&name.len()), "{name:?}");
        assert!(!name.contains(['\\', ':', '\0']), "{name:?}");
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_));
        assert!(Path::new(name).components().all(inside), "{name:?}");
        assert!(names.insert(name), "twice: {name:?}");
    }
    assert!(warnings.len() <= 51, "{} warnings", warnings.len());
    for warning in &warnings {
        let odd = warning.contains(char::is_control);
        assert!(!odd && warning.len() < 5_000, "{warning:?}");
    }
    Some(!files.is_empty())
}
