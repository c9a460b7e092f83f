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

pub fn open_database(path: &Path) -> Result<Database, StoreError> {
    let database = Database::create(path).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
        error => database_error(error),
    })?;
    with_tables(database)
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
