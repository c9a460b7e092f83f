//! The database's file: opened, converted, and recognized at the next start.

use super::{DECKS, GONE, LISTS, MARKS, StoreError, TALKS, TalkRecord, database_error};
use crate::store::made_up_epoch;
use redb::{Database, DatabaseError, ReadableTable, TableDefinition, WriteTransaction};
use std::{fs, io, os::unix::fs::MetadataExt, path::Path, time::UNIX_EPOCH};

/// Identifies the file, as [`name_of_file`] does.
const FILE: TableDefinition<&str, &str> = TableDefinition::new("file");

/// Opens the database, or creates it. An empty file is a damaged database: a new one gets its name when
/// it is complete.
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
        // Another process started at the same time. The file's lock decides which of them may use it.
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

/// Decks to remove, as earlier versions marked them.
const EARLIER_MARKS: [TableDefinition<&str, ()>; 3] = [
    TableDefinition::new("doomed"),
    TableDefinition::new("outdated"),
    TableDefinition::new("replaced"),
];

/// Creates every table that is read, and converts what earlier versions wrote.
pub fn with_tables(database: Database) -> Result<Database, StoreError> {
    let transaction = database.begin_write().map_err(database_error)?;
    transaction.open_table(TALKS).map_err(database_error)?;
    transaction.open_table(DECKS).map_err(database_error)?;
    transaction.open_table(LISTS).map_err(database_error)?;
    transaction.open_table(MARKS).map_err(database_error)?;
    transaction.open_table(GONE).map_err(database_error)?;
    convert_marks(&transaction)?;
    convert_histories(&transaction)?;
    transaction.commit().map_err(database_error)?;
    Ok(database)
}

/// They were three tables. After a start there is no difference between them.
fn convert_marks(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut marks = transaction.open_table(MARKS).map_err(database_error)?;
    for earlier in EARLIER_MARKS {
        {
            let mut earlier = transaction.open_table(earlier).map_err(database_error)?;
            while let Some((id, _)) = earlier.pop_first().map_err(database_error)? {
                marks.insert(id.value(), false).map_err(database_error)?;
            }
        }
        transaction.delete_table(earlier).map_err(database_error)?;
    }
    Ok(())
}

/// They were `history/{code}/{epoch}`. The paths' range ends before '0', which comes after '/'.
fn convert_histories(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut lists = transaction.open_table(LISTS).map_err(database_error)?;
    let earlier = lists.extract_from_if(("history/", 0)..("history0", 0), |_, _| true);
    let mut converted = Vec::new();
    for entry in earlier.map_err(database_error)? {
        let (place, content) = entry.map_err(database_error)?;
        let (list, number) = place.value();
        if let Some((code, epoch)) = list
            .strip_prefix("history/")
            .and_then(|list| list.split_once('/'))
        {
            let list = format!("talk/{code}/history/{epoch}");
            converted.push((list, number, content.value().to_vec()));
        }
    }
    for (list, number, content) in converted {
        lists
            .insert((list.as_str(), number), content.as_slice())
            .map_err(database_error)?;
    }
    Ok(())
}

/// Gives each talk a new epoch if the file is a copy that was put back: its talks are at revisions that
/// pages may have seen beyond. Returns whether it is one, or new.
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
        let mut talks = transaction.open_table(TALKS).map_err(database_error)?;
        let mut renewed = Vec::new();
        for entry in talks.iter().map_err(database_error)? {
            let (code, document) = entry.map_err(database_error)?;
            if let Ok(mut talk) = serde_json::from_slice::<TalkRecord>(document.value()) {
                talk.state = talk.state.in_epoch(made_up_epoch()?);
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

/// Device, inode and, because inodes are used again, the time of creation where the system knows it.
fn name_of_file(path: &Path) -> io::Result<String> {
    let file = fs::metadata(path)?;
    let born = file.created().ok().and_then(|born| {
        let born = born.duration_since(UNIX_EPOCH).ok()?;
        Some(born.as_nanos())
    });
    Ok(format!("{}-{}-{born:?}", file.dev(), file.ino()))
}
