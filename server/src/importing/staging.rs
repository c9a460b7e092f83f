//! Copies a deck's files into a folder that its worker may read. Nothing is decoded here.

mod below;
mod folder;
mod pictures;

use super::{DeckError, free_space::FreeSpace, limits::DeckLimits, workers::BroughtBy};
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

/// Changes whenever an import makes something else of the same files. Decks are then imported again.
const VERSION: &str = "8";

/// The folder in the data directory. After a crash the server finds its unfinished imports there.
const FOLDER: &str = "importing";

const MAX_FILES: usize = 10_000;

/// The file in a staged folder that a restart needs to resume the import. Written once the deck has its
/// first slide.
const IMPORT: &str = "import.json";

/// A staged deck, which a worker can open.
pub struct StagedDeck {
    /// Removed on drop, unless the server is shutting down.
    pub directory: TempDir,
    pub import: KeptImport,
}

/// What a restart needs to know about an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptImport {
    pub id: DeckId,
    pub kind: Kind,
    /// The deck's title, if it has none of its own.
    pub name: String,
    /// Needed to open the file again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    pub by: BroughtBy,
}

/// Makes a staged folder and its import durable, so that a restart resumes it.
///
/// # Errors
/// When the disk can't be written.
pub fn keep(folder: &Path, import: &KeptImport) -> io::Result<()> {
    let mut file = File::create(folder.join(IMPORT))?;
    file.write_all(&serde_json::to_vec(import)?)?;
    // One flush for thousands of files.
    Ok(nix::unistd::syncfs(&file)?)
}

/// An import that a restart interrupted. Dropping it without taking it up removes its folder.
pub struct Interrupted {
    pub import: KeptImport,
    folder: PathBuf,
}

impl Interrupted {
    /// # Errors
    /// When the folder can't be used.
    pub fn take_up(self) -> io::Result<StagedDeck> {
        let below = self.folder.parent().unwrap_or(Path::new("."));
        let directory = tempfile::Builder::new().tempdir_in(below)?;
        // An empty folder may be replaced.
        fs::rename(&self.folder, directory.path())?;
        Ok(StagedDeck {
            directory,
            import: self.import.clone(),
        })
    }
}

impl Drop for Interrupted {
    fn drop(&mut self) {
        // Fails if it was taken up, because the folder was moved.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A deck's files, with their names and paths.
struct Found {
    kind: Kind,
    /// The main one first.
    files: Vec<(String, PathBuf)>,
    said: Vec<String>,
}

/// The folder for decks that are being imported.
pub struct Staging {
    folder: PathBuf,
    /// The limit for all files of a deck together.
    most_bytes: u64,
    room: FreeSpace,
    /// The folders of imports that earlier servers did not finish.
    interrupted: Mutex<Vec<PathBuf>>,
}

impl Staging {
    pub const fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Opens the folder, and removes what an earlier server left there, except for imports that can be
    /// resumed. Only for the process that owns `data`.
    ///
    /// # Errors
    /// When the folder can't be created or cleared.
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
            room: FreeSpace::new(folder.clone(), limits.reserve()),
            folder,
            most_bytes: limits.bytes(),
            interrupted: Mutex::new(interrupted),
        })
    }

    /// Takes the imports that an earlier server did not finish.
    pub fn interrupted(&self) -> Vec<Interrupted> {
        let mut folders = self
            .interrupted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let folders = std::mem::take(&mut *folders).into_iter();
        folders.filter_map(interrupted_in).collect()
    }

    /// Copies the deck's files, so that later changes to them have no effect.
    ///
    /// # Errors
    /// When it does not exist, can't be read, is too large, or is of no known kind.
    pub fn stage(&self, path: &Path, by: BroughtBy) -> Result<StagedDeck, DeckError> {
        stage(path, &self.folder, self.most_bytes, &self.room, by)
    }

    pub const fn room(&self) -> &FreeSpace {
        &self.room
    }
}

fn interrupted_in(folder: PathBuf) -> Option<Interrupted> {
    let read = fs::read(folder.join(IMPORT));
    match read.and_then(|import| Ok(serde_json::from_slice(&import)?)) {
        Ok(import) => Some(Interrupted { import, folder }),
        Err(error) => {
            // The import was never acknowledged: that comes after the file is complete.
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
    room: &FreeSpace,
    by: BroughtBy,
) -> Result<StagedDeck, DeckError> {
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DeckError::Missing(path.to_owned()),
        _ => DeckError::Unreadable(path.to_owned(), error),
    })?;
    // A pipe or a device may have no end.
    if !found.is_file() && !found.is_dir() {
        return Err(DeckError::Unknown(path.to_owned()));
    }
    let unreadable = |error| DeckError::Unreadable(path.to_owned(), error);
    // Resolves `.` and `..`, which have no name.
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

/// Which end of a copy failed.
enum CopyError {
    From(io::Error),
    To(io::Error),
    /// The disk space for imports is used up.
    NoRoom,
}

/// `None` when it is too large.
fn copied(
    Found { kind, files, said }: Found,
    name: String,
    below: &Path,
    most_bytes: u64,
    room: &FreeSpace,
    by: BroughtBy,
) -> Result<Option<StagedDeck>, CopyError> {
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
    // The first file is the text or the PDF, which the deck can't do without. Pictures and notes may be
    // missing.
    let may_miss = |index: usize| index > 0 || kind == Kind::Images;
    let mut missed = Missed::default();
    for (index, (name, path)) in files.into_iter().enumerate() {
        // Untrusted names are not used as names of files.
        let own = format!("{index:05}");
        let there = directory.path().join(&own);
        let (length, digest) = match copy_file(&path, &there, left, room) {
            Err(CopyError::From(error)) if may_miss(index) => {
                // Removes what was copied before the error.
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
    Ok(Some(StagedDeck {
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

/// Files that could not be read.
#[derive(Default)]
struct Missed {
    files: usize,
    said: Vec<String>,
    first: Option<io::Error>,
}

impl Missed {
    /// Nobody reads more sentences.
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

/// Copies at most one byte more than `most`, which shows that the file is too long.
fn copy_file(
    from: &Path,
    to: &Path,
    most: u64,
    room: &FreeSpace,
) -> Result<(u64, [u8; 32]), CopyError> {
    let from = File::open(from).map_err(CopyError::From)?;
    let from = from.take(most.saturating_add(1));
    let to = File::create(to).map_err(CopyError::To)?;
    copy(from, to, || room.left() > 0)
}

/// Copies in parts, to use little memory, and checks for free space before each: other imports use it,
/// too. Returns the length and the hash.
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

/// The first 160 bits of a hash, as text for the name of a file.
pub fn short_name(hash: &[u8]) -> String {
    let short = hash.get(..20).unwrap_or(hash);
    BASE32_NOPAD.encode(short).to_ascii_lowercase()
}

/// The kind of a file, by its content; of Markdown also by its name.
pub fn kind_of(path: &Path) -> io::Result<Option<Kind>> {
    Ok(Kind::of(&head_of(path)?, &ending_of(path)))
}

fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// The error about a file of no known kind. A `.txt` may have any text, so the user has to rename it.
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
