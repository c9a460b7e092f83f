//! Content-addressed files. Their names are their content's hash, so a file is written once and
//! never changes.

use bytes::Bytes;
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

pub struct MediaFiles {
    directory: PathBuf,
}

impl MediaFiles {
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self { directory })
    }

    pub fn get(&self, name: &str) -> io::Result<Option<Bytes>> {
        let Some(path) = self.path(name) else { return Ok(None) };
        match fs::read(path) {
            Ok(content) => Ok(Some(content.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whole or not at all: written beside, made durable, then given its name.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let Some(path) = self.path(name) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a media name"));
        };
        if fs::metadata(&path).is_ok_and(|file| file.is_file()) {
            return Ok(());
        }
        let beside = path.with_extension("part");
        let mut file = fs::File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(&self.directory)?.sync_all()
    }

    /// A name is a hash and an ending, of letters and digits: nothing that leads out of here.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = |part: &str| {
            let all = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            all && (1..=64).contains(&part.len())
        };
        let (hash, ending) = name.split_once('.')?;
        let named = plain(hash) && plain(ending) && ending != "part";
        named.then(|| Path::new(&self.directory).join(name))
    }
}
