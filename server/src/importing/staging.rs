//! A deck's files, gathered where its worker may read them: nothing is decoded here.

mod below;
mod folder;
mod pictures;

use super::{DeckError, limits::DeckLimits, readers::BroughtBy, room::Room};
pub use below::all_below;
use data_encoding::BASE32_NOPAD;
use model::deck::DeckId;
pub use pictures::shown_by;
use reading::{
    kind::{HEAD_BYTES, Kind, TEXT},
    main_file,
    manifest::{Manifest, NamedFile},
    titles,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tempfile::TempDir;

/// Changes with what an import makes of the same files: decks of before are then made anew.
const VERSION: &str = "7";

/// In the data directory: a server that was killed finds there what it left behind.
const FOLDER: &str = "importing";

const MAX_FILES: usize = 10_000;

/// In a staged folder whose deck has its first slide: what its import needs to go on after a restart.
const IMPORT: &str = "import.json";

/// A deck that can be opened by a worker.
pub struct Staged {
    /// Removed when it is dropped, unless the server is ending.
    pub directory: TempDir,
    pub import: KeptImport,
}

/// An import, as a restart finds it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptImport {
    pub id: DeckId,
    pub kind: Kind,
    /// What the deck is called when it does not say so itself.
    pub name: String,
    /// Without it the file could not be opened again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    pub by: BroughtBy,
}

/// Makes a staged folder and its import durable: from now on a restart goes on with it.
///
/// # Errors
/// When the disk does not take it.
pub fn keep(folder: &Path, import: &KeptImport) -> io::Result<()> {
    let mut file = File::create(folder.join(IMPORT))?;
    file.write_all(&serde_json::to_vec(import)?)?;
    // One flush for thousands of pictures.
    Ok(nix::unistd::syncfs(&file)?)
}

/// An import that a restart cut off. Dropped without being taken up, its folder is removed.
pub struct Interrupted {
    pub import: KeptImport,
    folder: PathBuf,
}

impl Interrupted {
    /// # Errors
    /// When the folder can't be used.
    pub fn take_up(self) -> io::Result<Staged> {
        let below = self.folder.parent().unwrap_or(Path::new("."));
        let directory = tempfile::Builder::new().tempdir_in(below)?;
        // A folder that is empty may be replaced.
        fs::rename(&self.folder, directory.path())?;
        Ok(Staged {
            directory,
            import: self.import.clone(),
        })
    }
}

impl Drop for Interrupted {
    fn drop(&mut self) {
        // Gone when it was taken up.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A deck's files where they lie now, by their names.
struct Found {
    kind: Kind,
    /// The main one first.
    files: Vec<(String, PathBuf)>,
    said: Vec<String>,
}

/// Where decks lie while they are read.
pub struct Staging {
    folder: PathBuf,
    /// What a deck's files may have, all together.
    most_bytes: u64,
    room: Room,
    /// What earlier servers did not come to the end of.
    interrupted: Mutex<Vec<PathBuf>>,
}

impl Staging {
    /// Without what an earlier server left there, except for imports that go on. For the one
    /// process that has `data`.
    ///
    /// # Errors
    /// When there can be no such folder.
    pub fn in_data(data: &Path, limits: &DeckLimits) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut interrupted = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            } else if entry.path().join(IMPORT).is_file() {
                interrupted.push(entry.path());
            } else {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(Self {
            room: Room::new(folder.clone(), limits.reserve()),
            folder,
            most_bytes: limits.bytes(),
            interrupted: Mutex::new(interrupted),
        })
    }

    /// The imports that an earlier server did not come to the end of. Asked again, there are none.
    pub fn interrupted(&self) -> Vec<Interrupted> {
        let mut folders = self
            .interrupted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let folders = std::mem::take(&mut *folders).into_iter();
        folders.filter_map(interrupted_in).collect()
    }

    /// Copies what makes the deck: whoever changes the files meanwhile changes nothing here.
    ///
    /// # Errors
    /// When it is not there, can't be read, is too large, or is nothing that is known.
    pub fn stage(&self, path: &Path, by: BroughtBy) -> Result<Staged, DeckError> {
        stage(path, &self.folder, self.most_bytes, &self.room, by)
    }

    pub const fn room(&self) -> &Room {
        &self.room
    }
}

fn interrupted_in(folder: PathBuf) -> Option<Interrupted> {
    let read = fs::read(folder.join(IMPORT));
    match read.and_then(|import| Ok(serde_json::from_slice(&import)?)) {
        Ok(import) => Some(Interrupted { import, folder }),
        Err(error) => {
            // It was never acknowledged: the file is whole before that.
            tracing::warn!(%error, "an interrupted import can't be gone on with");
            let _ = fs::remove_dir_all(folder);
            None
        }
    }
}

fn stage(
    path: &Path,
    below: &Path,
    most_bytes: u64,
    room: &Room,
    by: BroughtBy,
) -> Result<Staged, DeckError> {
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DeckError::Missing(path.to_owned()),
        _ => DeckError::Unreadable(path.to_owned(), error),
    })?;
    // A pipe or a device may never come to its end.
    if !found.is_file() && !found.is_dir() {
        return Err(DeckError::Unknown(path.to_owned()));
    }
    let unreadable = |error| DeckError::Unreadable(path.to_owned(), error);
    // `.` and `..` have no name of their own.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let own = own_name(&full);
    let name = if found.is_dir() {
        own
    } else {
        let stem = Path::new(main_file::as_meant(&own)).file_stem();
        stem.unwrap_or_default().to_string_lossy().into_owned()
    };
    let Found { kind, files, said } = if found.is_dir() {
        folder::deck_in(path)?
    } else if found.len() == 0 {
        return Err(DeckError::NoBytes(path.to_owned()));
    } else {
        let kind = kind_of(path).map_err(unreadable)?;
        let kind = kind.ok_or_else(|| unknown(path))?;
        let mut files = vec![(own_name(path), path.to_owned())];
        match kind {
            Kind::Pdf => files.extend(notes_of(path)),
            Kind::Zip => {}
            Kind::Markdown | Kind::Images => {
                files.extend(pictures::shown_by(path).map_err(unreadable)?);
            }
        }
        let said = Vec::new();
        Found { kind, files, said }
    };
    if files.len() > MAX_FILES {
        return Err(DeckError::TooMany(path.to_owned(), MAX_FILES));
    }
    let found = Found { kind, files, said };
    let staged = copied(found, name, below, most_bytes, room, by).map_err(|error| match error {
        CopyError::From(error) => unreadable(error),
        CopyError::To(error) => DeckError::Media(error),
        CopyError::NoRoom => DeckError::NoRoom(room.reserve()),
    })?;
    staged.ok_or_else(|| DeckError::TooLarge(path.to_owned(), most_bytes >> 20))
}

/// Which end of a copy failed: the deck is to blame for one of them only.
enum CopyError {
    From(io::Error),
    To(io::Error),
    /// Imports may take no more of the disk.
    NoRoom,
}

/// `None` when it is too large.
fn copied(
    Found { kind, files, said }: Found,
    name: String,
    below: &Path,
    most_bytes: u64,
    room: &Room,
    by: BroughtBy,
) -> Result<Option<Staged>, CopyError> {
    let directory = tempfile::Builder::new()
        .tempdir_in(below)
        .map_err(CopyError::To)?;
    let mut hash = Sha256::new();
    for part in [VERSION, kind.name(), &name] {
        hash.update(part);
        hash.update([0]);
    }
    let mut left = most_bytes;
    let mut manifest = Manifest {
        name: name.clone(),
        files: Vec::new(),
        said,
        unpacked: None,
    };
    // Without its text or its PDF there is no deck; without one of its pictures, or its notes, it
    // only misses that.
    let may_miss = |index: usize| index > 0 || kind == Kind::Images;
    let mut missed = Missed::default();
    for (index, (name, path)) in files.into_iter().enumerate() {
        // No stranger names a file here.
        let own = format!("{index:05}");
        let there = directory.path().join(&own);
        let (length, digest) = match copy_file(&path, &there, left, room) {
            Err(CopyError::From(error)) if may_miss(index) => {
                // What came of it before it failed.
                let _ = fs::remove_file(there);
                missed.add(&name, error);
                continue;
            }
            copied => copied?,
        };
        if length > left {
            return Ok(None);
        }
        left -= length;
        hash.update(&name);
        hash.update([0]);
        hash.update(digest);
        let path = own.into();
        manifest.files.push(NamedFile { name, path });
    }
    if let (true, Some(error)) = (manifest.files.is_empty(), missed.first.take()) {
        return Err(CopyError::From(error));
    }
    manifest.said.extend(missed.sentences());
    manifest.write(directory.path()).map_err(CopyError::To)?;
    Ok(Some(Staged {
        directory,
        import: KeptImport {
            id: DeckId::new(short_name(&hash.finalize())),
            kind,
            name: titles::of_deck(&name),
            password: None,
            by,
        },
    }))
}

/// What could not be read.
#[derive(Default)]
struct Missed {
    files: usize,
    said: Vec<String>,
    first: Option<io::Error>,
}

impl Missed {
    /// More is not read by anybody.
    const MOST_SAID: usize = 5;

    fn add(&mut self, name: &str, error: io::Error) {
        self.files += 1;
        if self.files <= Self::MOST_SAID {
            let name = titles::plain(name);
            self.said
                .push(format!("{name} can't be read ({error}); left out."));
        }
        self.first.get_or_insert(error);
    }

    fn sentences(self) -> impl Iterator<Item = String> {
        let more = self.files.saturating_sub(Self::MOST_SAID);
        let more = (more > 0).then(|| format!("{more} more files can't be read; left out."));
        self.said.into_iter().chain(more)
    }
}

/// No more than a byte above `most`, which tells that it is too long.
fn copy_file(from: &Path, to: &Path, most: u64, room: &Room) -> Result<(u64, [u8; 32]), CopyError> {
    let from = File::open(from).map_err(CopyError::From)?;
    let from = from.take(most.saturating_add(1));
    let to = File::create(to).map_err(CopyError::To)?;
    copy(from, to, || room.left() > 0)
}

/// How long it was, and its hash. A part at a time: the server's memory is for its followers. And as
/// long as there is room: others may be taking from the same.
fn copy(
    mut from: impl Read,
    mut to: impl Write,
    has_room: impl Fn() -> bool,
) -> Result<(u64, [u8; 32]), CopyError> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut copied = 0;
    loop {
        if !has_room() {
            return Err(CopyError::NoRoom);
        }
        let length = from.read(&mut buffer).map_err(CopyError::From)?;
        let part = buffer.get(..length).unwrap_or_default();
        if part.is_empty() {
            return Ok((copied, hash.finalize().into()));
        }
        hash.update(part);
        to.write_all(part).map_err(CopyError::To)?;
        copied += u64::try_from(length).unwrap_or(u64::MAX);
    }
}

/// The first 160 bits, as text that a file's name may have.
pub fn short_name(hash: &[u8]) -> String {
    let short = hash.get(..20).unwrap_or(hash);
    BASE32_NOPAD.encode(short).to_ascii_lowercase()
}

/// What kind of deck a file is, by its content; Markdown by its name, too.
pub fn kind_of(path: &Path) -> io::Result<Option<Kind>> {
    Ok(Kind::of(&head_of(path)?, &ending_of(path)))
}

fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// Any text may be in a `.txt`, so it is nobody's slides until its writer says so.
fn unknown(path: &Path) -> DeckError {
    let would_be = || {
        let markdown = Kind::Markdown.endings().first()?;
        Kind::of(&head_of(path).ok()?, markdown)
    };
    if ending_of(path) == TEXT && would_be() == Some(Kind::Markdown) {
        DeckError::PlainText(path.to_owned())
    } else {
        DeckError::Unknown(path.to_owned())
    }
}

fn notes_of(pdf: &Path) -> Option<(String, PathBuf)> {
    let notes = pdf.with_extension("pdfpc");
    notes.is_file().then(|| (own_name(&notes), notes))
}

fn own_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn ending_of(path: &Path) -> String {
    let name = own_name(path);
    let ending = Path::new(main_file::as_meant(&name)).extension();
    ending
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod main_file_tests;
#[cfg(test)]
mod tests;
