//! What lies in the folder that a worker is given: the list that the server wrote, and its files.

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

/// What lies in a staged folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// What the files are, once an archive was replaced by what it held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<Kind>,
    /// The folder's or file's name, without its ending.
    pub name: String,
    /// The main one first.
    pub files: Vec<NamedFile>,
    /// What is not among them, in sentences for the person.
    #[serde(default)]
    pub said: Vec<String>,
}

impl Manifest {
    /// # Errors
    /// When the folder was not staged.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let file = fs::read(folder.join(MANIFEST))?;
        serde_json::from_slice(&file).map_err(io::Error::other)
    }

    /// Says what came out of the archive that it named, and removes that.
    ///
    /// # Errors
    /// When the disk does not take it.
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

    /// In the place of the one that is there, whole or not at all.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.persist(folder.join(MANIFEST))?;
        Ok(())
    }
}

/// One of the files that a deck is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// As the person calls it; with the folders that it lies in, separated by '/', if any.
    pub name: String,
    /// Where it can be read. What it is called there says nothing.
    pub path: PathBuf,
}

impl NamedFile {
    /// For a sentence: on one line, and nothing that a terminal would obey.
    pub fn shown(&self) -> String {
        titles::plain(&self.name)
    }

    /// At most so many bytes of it, however long it is or grows.
    ///
    /// # Errors
    /// When its file can't be read.
    pub fn read(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let file = File::open(&self.path)?;
        file.take(limit).read_to_end(&mut content)?;
        Ok(content)
    }
}
