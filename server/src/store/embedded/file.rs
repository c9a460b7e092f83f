//! The database's file: opened, and known again.

use super::{DECKS, LISTS, StoreError, TALKS, TalkRecord, database_error};
use crate::store::{
    made_up_epoch,
    removal::{DOOMED, GONE},
};
use redb::{Database, DatabaseError, ReadableTable, TableDefinition};
use std::{fs, io, os::unix::fs::MetadataExt, path::Path, time::UNIX_EPOCH};

/// Which file this is, as the system names it.
const FILE: TableDefinition<&str, &str> = TableDefinition::new("file");

/// Opens the database, or makes a new one where there is no file. An empty file is what was left of a
/// database: a new one gets its name once it is whole.
pub fn open_database(path: &Path) -> Result<Database, StoreError> {
    match fs::metadata(path) {
        Ok(file) if file.len() == 0 => return Err(StoreError::Damaged),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_database(path)?,
        Err(error) => return Err(error.into()),
    }
    let database = Database::open(path).map_err(opening)?;
    with_tables(database)
}

fn make_database(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = tempfile::Builder::new()
        .prefix(".webslides")
        .tempfile_in(folder)?
        .into_temp_path();
    drop(with_tables(Database::create(&beside).map_err(opening)?)?);
    match beside.persist_noclobber(path) {
        // Another process starts at the same time. Which of the two may use it, its lock says.
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error.into()),
        _ => Ok(()),
    }
}

fn opening(error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
        error => database_error(error),
    }
}

/// All that is read: a table that nobody has written is there once it was opened for writing.
pub fn with_tables(database: Database) -> Result<Database, StoreError> {
    let transaction = database.begin_write().map_err(database_error)?;
    transaction.open_table(TALKS).map_err(database_error)?;
    transaction.open_table(DECKS).map_err(database_error)?;
    transaction.open_table(LISTS).map_err(database_error)?;
    transaction.open_table(DOOMED).map_err(database_error)?;
    transaction.open_table(GONE).map_err(database_error)?;
    transaction.commit().map_err(database_error)?;
    Ok(database)
}

/// A copy that was put back is another file than the one it was copied from, and its talks are at
/// revisions that pages may have passed: they start another epoch. Says whether it is one, or the
/// very first start.
pub fn begin_anew_if_restored(database: &Database, path: &Path) -> Result<bool, StoreError> {
    let file = name_of_file(path)?;
    let transaction = database.begin_write().map_err(database_error)?;
    {
        let mut names = transaction.open_table(FILE).map_err(database_error)?;
        let before = names.get("name").map_err(database_error)?;
        let before = before.map(|name| name.value().to_owned());
        if before.as_deref() == Some(file.as_str()) {
            return Ok(false);
        }
        names
            .insert("name", file.as_str())
            .map_err(database_error)?;
        // Of the very first start there is nothing to renew, whatever the file was called.
        let mut talks = transaction.open_table(TALKS).map_err(database_error)?;
        let mut renewed = Vec::new();
        for entry in talks.iter().map_err(database_error)? {
            let (code, document) = entry.map_err(database_error)?;
            if let Ok(mut talk) = serde_json::from_slice::<TalkRecord>(document.value()) {
                talk.state.epoch = made_up_epoch()?;
                renewed.push((code.value().to_owned(), serde_json::to_vec(&talk)?));
            }
        }
        for (code, document) in renewed {
            talks
                .insert(code.as_str(), document.as_slice())
                .map_err(database_error)?;
        }
    }
    transaction.commit().map_err(database_error)?;
    Ok(true)
}

/// Device, number and, because numbers are given again, time of birth where the system knows it.
fn name_of_file(path: &Path) -> io::Result<String> {
    let file = fs::metadata(path)?;
    let born = file.created().ok().and_then(|born| {
        let born = born.duration_since(UNIX_EPOCH).ok()?;
        Some(born.as_nanos())
    });
    Ok(format!("{}-{}-{born:?}", file.dev(), file.ino()))
}
