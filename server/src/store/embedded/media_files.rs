//! Media as files in a folder, and the list of loose names beside them.

use crate::store::Part;
use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The list of loose names. A name is added before its file is written, and before its deck is removed.
const LOOSE: &str = "loose";

/// The prefix of a file's name while it is written.
const UNFINISHED: &str = ".tmp";

pub struct MediaFiles {
    directory: PathBuf,
    /// Held while the list of loose names is rewritten or extended.
    listing: Mutex<()>,
}

impl MediaFiles {
    /// Opens the folder, and removes files that an earlier process did not finish.
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(UNFINISHED) && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self {
            directory,
            listing: Mutex::default(),
        })
    }

    /// Reads a part and closes the file: a slow reader keeps none open. A truncated file is an error.
    pub fn part(&self, name: &str, from: u64, most: usize) -> io::Result<Option<Part>> {
        let Some(path) = self.path(name) else {
            return Ok(None);
        };
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let whole = file.metadata()?.len();
        if from == 0 && is_cut_off(name, &mut file, whole)? {
            let words = format!("media/{name} is damaged: give its deck again");
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        file.seek(SeekFrom::Start(from))?;
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let length = whole.saturating_sub(from).min(most);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.take(length).read_to_end(&mut bytes)?;
        let bytes = bytes.into();
        Ok(Some(Part { bytes, whole }))
    }

    /// Writes a file beside, flushes it, then renames it.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let Some(path) = self.path(name) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a media name",
            ));
        };
        // A file that is truncated or damaged is written again.
        if fs::read(&path).is_ok_and(|kept| kept == content) {
            return Ok(());
        }
        // Not flushed: without the name, a power failure leaves one file too many. A flush for each
        // file would slow imports down.
        {
            let _listing = self.listing();
            let mut loose = OpenOptions::new();
            let mut loose = loose
                .create(true)
                .append(true)
                .open(self.directory.join(LOOSE))?;
            loose.write_all(format!("{name}\n").as_bytes())?;
        }
        // A random name: two slides with the same picture may be stored at the same time.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.directory)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        fs::File::open(&self.directory)?.sync_all()
    }

    /// The list of loose names.
    pub fn loose(&self) -> io::Result<BTreeSet<String>> {
        match fs::read(self.directory.join(LOOSE)) {
            // A name that a failing disk has garbled matches no file.
            Ok(names) => Ok(String::from_utf8_lossy(&names)
                .lines()
                .map(ToOwned::to_owned)
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(error),
        }
    }

    /// Changes the list and flushes it.
    pub fn change_loose(&self, change: impl FnOnce(&mut BTreeSet<String>)) -> io::Result<()> {
        let _listing = self.listing();
        let mut names = self.loose()?;
        change(&mut names);
        self.list_loose(&names)
    }

    fn list_loose(&self, names: &BTreeSet<String>) -> io::Result<()> {
        let list = self.directory.join(LOOSE);
        if names.is_empty() {
            return match fs::remove_file(list) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.directory)?;
        for name in names {
            writeln!(file, "{name}")?;
        }
        file.as_file().sync_all()?;
        file.persist(list)?;
        fs::File::open(&self.directory)?.sync_all()
    }

    fn listing(&self) -> MutexGuard<'_, ()> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes files; unknown names are no error.
    pub fn remove<'a>(&self, names: impl Iterator<Item = &'a String>) -> io::Result<()> {
        for path in names.filter_map(|name| self.path(name)) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::File::open(&self.directory)?.sync_all()
    }

    /// A name is a hash and an ending, of lower-case letters and digits. No other name leads anywhere.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = |part: &str| {
            let all = part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            all && (1..=64).contains(&part.len())
        };
        let (hash, ending) = name.split_once('.')?;
        (plain(hash) && plain(ending)).then(|| self.directory.join(name))
    }
}

/// Whether a file is truncated. A WebP's header says how many bytes follow its first eight.
fn is_cut_off(name: &str, file: &mut File, length: u64) -> io::Result<bool> {
    if !name.ends_with(".webp") {
        return Ok(length == 0);
    }
    let mut head = [0; 8];
    if length < 8 {
        return Ok(true);
    }
    file.read_exact(&mut head)?;
    let [.., a, b, c, d] = head;
    Ok(length - 8 < u32::from_le_bytes([a, b, c, d]).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::thread;
    use tempfile::TempDir;

    fn get(files: &MediaFiles, name: &str) -> Option<Bytes> {
        let part = files.part(name, 0, usize::MAX).expect("readable");
        part.map(|part| part.bytes)
    }

    #[test]
    fn a_file_is_read_in_parts() {
        let directory = TempDir::new().expect("a temporary directory");
        let files = MediaFiles::open(directory.path().to_owned()).expect("a folder");
        files.put("hash.png", b"content").expect("it is kept");
        for (from, most, expected) in [(0, 4, "cont"), (4, 4, "ent"), (7, 4, ""), (9, 4, "")] {
            let part = files.part("hash.png", from, most).expect("readable");
            let part = part.expect("it is there");
            assert_eq!((&part.bytes[..], part.whole), (expected.as_bytes(), 7));
        }
    }

    #[test]
    fn the_same_content_kept_by_many_at_once_is_kept() {
        let directory = TempDir::new().expect("a temporary directory");
        let files = MediaFiles::open(directory.path().join("media")).expect("a folder");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| files.put("hash.png", b"content").expect("it is kept"));
            }
        });
        assert_eq!(get(&files, "hash.png").as_deref(), Some(&b"content"[..]));
        let entries = fs::read_dir(directory.path().join("media")).expect("readable");
        let names = entries.map(|entry| entry.expect("a file").file_name());
        let besides: Vec<_> = names
            .filter(|name| name != "hash.png" && name != LOOSE)
            .collect();
        assert!(besides.is_empty(), "left beside: {besides:?}");
    }

    #[test]
    fn a_file_that_was_cut_off_or_damaged_is_written_again() {
        let directory = TempDir::new().expect("a temporary directory");
        let files = MediaFiles::open(directory.path().to_owned()).expect("a folder");
        for harmed in ["con", "c0ntent", "content and more", ""] {
            fs::write(directory.path().join("hash.png"), harmed).expect("a file");
            files.put("hash.png", b"content").expect("it is kept");
            assert_eq!(
                get(&files, "hash.png").as_deref(),
                Some(&b"content"[..]),
                "{harmed:?}"
            );
        }
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let directory = TempDir::new().expect("a temporary directory");
        fs::write(directory.path().join("secret.txt"), "secret").expect("a file");
        let files = MediaFiles::open(directory.path().join("media")).expect("a folder");
        for name in [
            "../secret.txt",
            "..",
            "",
            ".",
            "a",
            "a.b/c",
            "a/.png",
            "A.png",
            "a.png.",
            "\0.png",
        ] {
            assert_eq!(get(&files, name), None, "{name:?}");
            assert!(files.put(name, b"x").is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_picture_that_was_cut_off_is_no_picture() {
        let directory = TempDir::new().expect("a temporary directory");
        let files = MediaFiles::open(directory.path().to_owned()).expect("a folder");
        let whole = b"RIFF\x0e\0\0\0WEBPVP8L12\0\0\0\0";
        for length in 0..whole.len() {
            let cut = whole.get(..length).expect("a part");
            fs::write(directory.path().join("hash.webp"), cut).expect("a file");
            let part = files.part("hash.webp", 0, 4);
            let said = part.expect_err("it is cut off").to_string();
            assert!(said.contains("hash.webp is damaged"), "{length}: {said}");
        }
        files.put("hash.webp", whole).expect("it is kept");
        assert_eq!(get(&files, "hash.webp").as_deref(), Some(&whole[..]));
    }
}
