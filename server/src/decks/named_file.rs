//! One of the files that a deck is made of.

use super::titles;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// As the person calls it; with the folders that it lies in, separated by '/', if any.
    pub name: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Where it can be read. Its own name there says nothing.
    File(PathBuf),
    /// What came out of an archive: a worker can't write.
    #[serde(skip)]
    Memory(Arc<[u8]>),
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
        match &self.content {
            Content::File(path) => {
                let mut content = Vec::new();
                File::open(path)?.take(limit).read_to_end(&mut content)?;
                Ok(content)
            }
            Content::Memory(content) => {
                let most = usize::try_from(limit).unwrap_or(usize::MAX);
                Ok(content.get(..most).unwrap_or(content).to_vec())
            }
        }
    }
}
