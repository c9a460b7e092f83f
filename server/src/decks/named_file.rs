//! One of the files that a deck is made of.

use super::titles;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

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
