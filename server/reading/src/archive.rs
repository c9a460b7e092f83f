//! Unpacks a zip under limits.
//!
//! No header is trusted: bytes are counted as they are unpacked. The files stay in memory, because the
//! worker can't write to disk; the server stores them for the workers that read the pages.

mod names;

use crate::{source::SourceError, titles};
use names::Names;
use std::{
    collections::HashSet,
    io::{self, Read, Seek, SeekFrom},
};
use zip::{
    CompressionMethod,
    read::{Config, ZipFileEntry, ZipReadOptions},
    unstable::read::ZipIterable,
};

/// The same as in a folder of slides.
pub const MAX_ENTRIES: usize = 10_000;

/// All unpacked files together.
pub const MAX_TOTAL_BYTES: u64 = 512 << 20;

/// One file.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The highest ratio of unpacked to packed bytes. Images and PDFs are compressed already, text shrinks
/// to a tenth, bombs start at a thousand.
const MAX_RATIO: u64 = 100;

/// The ratio is not checked below this size: white pictures compress very well.
const FREE_BYTES: u64 = 16 << 20;

/// Longer than any real file name.
pub const MAX_NAME_BYTES: usize = 1024;

/// Nobody reads more warnings.
const MAX_WARNINGS: usize = 50;

/// Endings of nested archives.
const ARCHIVES: [&str; 8] = ["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz"];

const BROKEN: &str = "is broken or incomplete;";

#[derive(Debug)]
pub struct Unpacked {
    /// In the order of the archive.
    pub files: Vec<File>,
    /// Sentences.
    pub warnings: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// The path in the archive, separated by '/'.
    pub name: String,
    pub content: Vec<u8>,
}

/// # Errors
/// When it is not a zip, is protected by a password, or exceeds a limit.
pub fn unpack<R: Read + Seek>(mut archive: R) -> Result<Unpacked, SourceError> {
    let packed = archive
        .seek(SeekFrom::End(0))
        .map_err(|error| unreadable(&error))?;
    let mut index = ZipIterable::try_new(archive, Config::default()).map_err(|_| no_zip())?;
    // The reader keeps only one entry in memory, but each costs time.
    if index.len() > MAX_ENTRIES {
        return Err(SourceError::TooLarge(format!(
            "there are {} files in this zip; pack {MAX_ENTRIES} at most",
            index.len()
        )));
    }
    let mut raw = Vec::new();
    let entries = index.files().map_err(|_| no_zip())?;
    for entry in entries.by_ref() {
        let entry = entry.map_err(|_| no_zip())?;
        raw.extend(Some(entry.name_raw().to_vec()).filter(|name| name.len() <= MAX_NAME_BYTES));
    }
    let mut unpacking = Unpacking {
        left: packed
            .saturating_mul(MAX_RATIO)
            .saturating_add(FREE_BYTES)
            .min(MAX_TOTAL_BYTES),
        encoded: Names::of(raw),
        names: HashSet::new(),
        unpacked: Unpacked {
            files: Vec::new(),
            warnings: Vec::new(),
        },
        untold: 0,
    };
    let entries = index.files().map_err(|_| no_zip())?;
    while let Some(entry) = entries.next() {
        unpacking.take(entry.map_err(|_| no_zip())?, entries.reader_mut())?;
    }
    Ok(unpacking.done())
}

fn no_zip() -> SourceError {
    SourceError::Damaged(
        "this zip is broken or incomplete; make it again, or send its files".to_owned(),
    )
}

fn unreadable(error: &io::Error) -> SourceError {
    SourceError::Damaged(format!("this zip cannot be read ({error})"))
}

/// What to do with an entry.
enum Entry {
    Unpack,
    /// Skip it silently.
    Skip,
    /// Skip it with this warning.
    LeaveOut(&'static str),
    /// The archive needs a password.
    Protected,
}

struct Unpacking {
    /// Bytes that may still be unpacked.
    left: u64,
    encoded: Names,
    names: HashSet<String>,
    unpacked: Unpacked,
    /// Number of warnings above the limit.
    untold: usize,
}

impl Unpacking {
    fn take<R: Read + Seek>(
        &mut self,
        entry: ZipFileEntry<'_>,
        archive: &mut R,
    ) -> Result<(), SourceError> {
        // Some Windows programs write backslashes. All checks come after this.
        let name = self.encoded.read(entry.name_raw()).replace('\\', "/");
        match judge(&name, &entry) {
            Entry::Skip => {}
            Entry::LeaveOut(why) => self.warn(&name, why),
            Entry::Protected => {
                return Err(SourceError::Damaged(
                    "this zip is protected by a password; unpack it and make one without"
                        .to_owned(),
                ));
            }
            Entry::Unpack if self.names.contains(&name) => {
                self.warn(
                    &name,
                    "is there twice, and only the first is shown; the other is",
                );
            }
            Entry::Unpack => self.write(name, entry, archive)?,
        }
        Ok(())
    }

    fn write<R: Read + Seek>(
        &mut self,
        name: String,
        entry: ZipFileEntry<'_>,
        archive: &mut R,
    ) -> Result<(), SourceError> {
        let Ok(mut entry) = entry.with_reader(archive, ZipReadOptions::new()) else {
            self.warn(&name, BROKEN);
            return Ok(());
        };
        let mut content = Vec::new();
        match copy(&mut entry, &mut content, self.left.min(MAX_FILE_BYTES)) {
            Ok(bytes) => {
                self.left = self.left.saturating_sub(bytes);
                self.names.insert(name.clone());
                self.unpacked.files.push(File { name, content });
            }
            Err(Stopped::TooMuch) => return Err(self.too_much(&name)),
            Err(Stopped::Read(bytes)) => {
                // The bytes of a broken file count, too. Otherwise broken files would be free.
                self.left = self.left.saturating_sub(bytes);
                self.warn(&name, BROKEN);
            }
        }
        Ok(())
    }

    fn too_much(&self, name: &str) -> SourceError {
        let name = titles::plain(name);
        if self.left > MAX_FILE_BYTES {
            let megabytes = MAX_FILE_BYTES >> 20;
            return SourceError::TooLarge(format!(
                "{name} in this zip is larger than {megabytes} MB; save it smaller"
            ));
        }
        SourceError::TooLarge(format!(
            "this zip unpacks to far more than a deck needs; {name} was one too many"
        ))
    }

    fn warn(&mut self, name: &str, why: &str) {
        if self.unpacked.warnings.len() < MAX_WARNINGS {
            let name = titles::plain(name);
            self.unpacked
                .warnings
                .push(format!("{name} {why} left out."));
        } else {
            self.untold = self.untold.saturating_add(1);
        }
    }

    fn done(self) -> Unpacked {
        let mut unpacked = self.unpacked;
        if self.untold > 0 {
            let more = format!("{} more files were left out.", self.untold);
            unpacked.warnings.push(more);
        }
        unpacked
    }
}

fn judge(name: &str, entry: &ZipFileEntry<'_>) -> Entry {
    if entry.is_dir() || name.ends_with('/') {
        return Entry::Skip;
    }
    if !stays_inside(name) {
        return Entry::LeaveOut("is no name for a file in a folder;");
    }
    // Comes before the other checks: a hidden link needs no warning.
    if is_hidden(name) {
        return Entry::Skip;
    }
    if entry.is_symlink() {
        return Entry::LeaveOut("is a link to another file;");
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ARCHIVES
        .iter()
        .any(|archive| ending.eq_ignore_ascii_case(archive))
    {
        return Entry::LeaveOut("is an archive in the archive;");
    }
    if entry.encrypted() {
        return Entry::Protected;
    }
    if !is_readable(entry.compression()) {
        return Entry::LeaveOut("is packed in an unusual way (use Deflate);");
    }
    Entry::Unpack
}

/// Whether the name is a path below a folder, on any system.
fn stays_inside(name: &str) -> bool {
    name.len() <= MAX_NAME_BYTES
        && !name.contains(':')
        && !name.chars().any(char::is_control)
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Files that operating systems add.
fn is_hidden(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX")
        || ["Thumbs.db", "desktop.ini"]
            .iter()
            .any(|theirs| name.rsplit('/').next() == Some(theirs))
}

fn is_readable(method: CompressionMethod) -> bool {
    method == CompressionMethod::Stored || method == CompressionMethod::Deflated
}

enum Stopped {
    TooMuch,
    /// The number of bytes copied before the error.
    Read(u64),
}

/// Copies to the end, or one byte past the limit.
fn copy(from: &mut impl Read, to: &mut Vec<u8>, limit: u64) -> Result<u64, Stopped> {
    let mut buffer = [0; 64 << 10];
    let mut copied = 0_u64;
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(Stopped::Read(copied)),
        };
        copied = copied.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if copied > limit {
            return Err(Stopped::TooMuch);
        }
        to.extend_from_slice(buffer.get(..length).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
