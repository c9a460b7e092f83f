//! A zip, unpacked under limits. What lies in it decides what it is: images, a PDF, Markdown.
//!
//! Nothing is believed that a header says: what comes out is counted while it comes. It stays in
//! memory: the worker that unpacks it can't write. The server does, for the workers of its pages.

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

/// As many files as a folder of slides may have.
pub const MAX_ENTRIES: usize = 10_000;

/// All that is unpacked, together.
pub const MAX_TOTAL_BYTES: u64 = 512 << 20;

/// One file.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// How many times larger than the archive its content may be. Images and PDFs are packed already;
/// text shrinks to a tenth. Bombs start at a thousand.
const MAX_RATIO: u64 = 100;

/// Below this the ratio is nobody's concern: a folder of white pictures.
const FREE_BYTES: u64 = 16 << 20;

/// Longer ones are nobody's file names.
pub const MAX_NAME_BYTES: usize = 1024;

/// More is not read by anybody.
const MAX_WARNINGS: usize = 50;

/// Endings of what is an archive again.
const ARCHIVES: [&str; 8] = ["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz"];

const BROKEN: &str = "is broken or incomplete;";

#[derive(Debug)]
pub struct Unpacked {
    /// In the archive's order.
    pub files: Vec<File>,
    /// Sentences.
    pub warnings: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// With the folders that it lies in, separated by '/'.
    pub name: String,
    pub content: Vec<u8>,
}

/// # Errors
/// When it is no zip, is protected, or too large in any way.
pub fn unpack<R: Read + Seek>(mut archive: R) -> Result<Unpacked, SourceError> {
    let packed = archive
        .seek(SeekFrom::End(0))
        .map_err(|error| unreadable(&error))?;
    let mut index = ZipIterable::try_new(archive, Config::default()).map_err(|_| no_zip())?;
    // It holds no more than one entry in memory; still each costs time.
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
    /// Nobody misses it.
    Skip,
    /// Somebody may; why it is left out.
    LeaveOut(&'static str),
    /// Nothing is, without its password.
    Protected,
}

struct Unpacking {
    /// Bytes that may still come.
    left: u64,
    encoded: Names,
    names: HashSet<String>,
    unpacked: Unpacked,
    /// Warnings above the limit.
    untold: usize,
}

impl Unpacking {
    fn take<R: Read + Seek>(
        &mut self,
        entry: ZipFileEntry<'_>,
        archive: &mut R,
    ) -> Result<(), SourceError> {
        // Some programs of Windows write its separator; all that is checked is checked after that.
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
                // What was unpacked in vain counts too, else broken files would cost nothing.
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
    // Before the rest, so that a hidden link is nobody's worry.
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

/// What systems put beside people's files.
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
    /// After so many bytes.
    Read(u64),
}

/// Copies until the end, or until one byte more than the limit came.
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
