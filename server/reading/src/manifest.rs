//! The list of files in a staged folder. The server writes it, the worker reads it.

use crate::{kind::Kind, titles, worker::protocol::Content};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

const MANIFEST: &str = "files.json";

/// The ending of a PDF's notes, as pdfpc writes them.
pub const PDF_NOTES: &str = ".pdfpc";

/// The content of a staged folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The kind of the files that replaced an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<Kind>,
    /// The folder's or file's name, without its ending.
    pub name: String,
    /// The main one first.
    pub files: Vec<NamedFile>,
    /// Sentences for the user about files that were left out.
    #[serde(default)]
    pub said: Vec<String>,
}

impl Manifest {
    /// # Errors
    /// When the folder has no readable manifest.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let file = fs::read(folder.join(MANIFEST))?;
        serde_json::from_slice(&file).map_err(io::Error::other)
    }

    /// Replaces the archive with the files that were unpacked from it.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn replaced_by(
        self,
        files: Vec<NamedFile>,
        content: Content,
        folder: &Path,
    ) -> io::Result<()> {
        let archive = self.files;
        let manifest = Self {
            unpacked: Some(content.kind),
            name: self.name,
            files,
            said: self.said.into_iter().chain(content.said).collect(),
        };
        manifest.write(folder)?;
        for file in archive {
            fs::remove_file(folder.join(file.path))?;
        }
        Ok(())
    }

    /// Writes it atomically.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.persist(folder.join(MANIFEST))?;
        Ok(())
    }
}

/// One of a deck's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// The user's name for it, with its folders, separated by '/'.
    pub name: String,
    /// Where it is stored. This name has no meaning.
    pub path: PathBuf,
}

impl NamedFile {
    /// The name for a message: one line, without control characters.
    pub fn shown(&self) -> String {
        titles::plain(&self.name)
    }

    /// Reads at most `limit` bytes.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn read(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let file = File::open(&self.path)?;
        file.take(limit).read_to_end(&mut content)?;
        Ok(content)
    }
}
