//! What was deleted goes whole: a talk with its history, decks that no talk shows any more, media
//! that no deck shows.
//!
//! The talk goes in one transaction, which also marks its deck; so does the change of a talk to
//! another deck. Files can't take part in one: those that may go are listed before their deck does,
//! so that whoever was interrupted goes on with them at the next start.

use super::{
    Cause, Claims, StoreError,
    claims::Clearing,
    embedded::{DECKS, LISTS, Outcome, TALKS, database_error},
    media_files::{MediaFiles, media_of},
};
use model::{
    deck::{Deck, DeckId},
    talk::{Epoch, EventId, Revision, TalkCode},
};
use redb::{Database, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};

/// Decks of talks that were deleted. Another talk may show one all the same.
pub const DOOMED: TableDefinition<&str, ()> = TableDefinition::new("doomed");

/// Decks in whose place a talk shows another one since the last time that decks were cleared away
/// after a change. They are outdated then and doomed the next time, and not before: the clearing
/// comes right after the change, when a page may still load what it was told to show a moment ago.
const REPLACED: TableDefinition<&str, ()> = TableDefinition::new("replaced");
const OUTDATED: TableDefinition<&str, ()> = TableDefinition::new("outdated");

/// Of a talk that is gone, the last that its followers are told. By code.
pub const GONE: TableDefinition<&str, &[u8]> = TableDefinition::new("gone");

/// What matters here of a stored talk.
#[derive(Deserialize)]
struct Shown {
    deck: DeckId,
    state: State,
}

#[derive(Deserialize)]
struct State {
    epoch: Epoch,
    revision: Revision,
}

impl State {
    fn is(&self, id: &EventId) -> bool {
        self.epoch == id.epoch && self.revision == id.revision
    }
}

/// Removes a talk that is still as `expected`.
pub fn delete_talk(
    transaction: &WriteTransaction,
    code: &TalkCode,
    expected: &EventId,
    last: &[u8],
) -> Outcome {
    let code = code.as_str();
    let mut talks = transaction.open_table(TALKS).map_err(database_error)?;
    let shown = talks.get(code).map_err(database_error)?.map(|document| {
        // One that can't be read is as nobody expects.
        serde_json::from_slice::<Shown>(document.value()).ok()
    });
    let shown = shown.flatten();
    let mut gone = transaction.open_table(GONE).map_err(database_error)?;
    if shown.is_none() && is_said(&gone, code, last)? {
        // By a call that was told that it failed.
        return Ok(Ok(()));
    }
    let Some(shown) = shown.filter(|shown| shown.state.is(expected)) else {
        return Ok(Err(StoreError::Conflict));
    };
    talks.remove(code).map_err(database_error)?;
    let mut doomed = transaction.open_table(DOOMED).map_err(database_error)?;
    doomed
        .insert(shown.deck.as_str(), ())
        .map_err(database_error)?;
    gone.insert(code, last).map_err(database_error)?;
    let mut lists = transaction.open_table(LISTS).map_err(database_error)?;
    // Of all its lives: '0' comes after '/'.
    let (from, to) = (format!("history/{code}/"), format!("history/{code}0"));
    lists
        .retain_in((from.as_str(), 0)..(to.as_str(), 0), |_, _| false)
        .map_err(database_error)?;
    Ok(Ok(()))
}

/// Whether this is the last of a talk that is gone.
fn is_said(gone: &Table<&str, &[u8]>, code: &str, last: &[u8]) -> Result<bool, StoreError> {
    let said = gone.get(code).map_err(database_error)?;
    Ok(said.is_some_and(|said| said.value() == last))
}

/// Says that a talk shows another deck in place of this one.
pub fn replace_deck(transaction: &WriteTransaction, deck: &DeckId) -> Result<(), StoreError> {
    let mut replaced = transaction.open_table(REPLACED).map_err(database_error)?;
    replaced.insert(deck.as_str(), ()).map_err(database_error)?;
    Ok(())
}

/// Removes the decks that are doomed and are shown by no talk, and the media that no deck shows,
/// neither a stored one nor one of `unstored`; none that is claimed. After a change, decks that were
/// replaced meanwhile are outdated from then on, and those that were outdated are doomed.
pub fn clear_away(
    database: &Database,
    media: &MediaFiles,
    clearing: &Clearing<'_>,
    cause: Cause,
    unstored: &dyn Fn() -> Vec<Deck>,
) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(database_error)?;
    let mut marked = taken(&transaction, DOOMED)?;
    if cause == Cause::Change {
        marked.extend(taken(&transaction, OUTDATED)?);
        let replaced = taken(&transaction, REPLACED)?;
        mark(&transaction, OUTDATED, replaced)?;
    }
    remove_decks(transaction, marked, media, clearing)?;
    remove_media(database, media, clearing, unstored)
}

/// The same at a start, when no page can be loading anything: of those that were replaced, too.
pub fn clear_all_away(database: &Database, media: &MediaFiles) -> Result<(), StoreError> {
    let claims = Claims::default();
    let clearing = claims.clearing();
    let transaction = database.begin_write().map_err(database_error)?;
    let mut marked = Vec::new();
    for table in [DOOMED, OUTDATED, REPLACED] {
        marked.extend(taken(&transaction, table)?);
    }
    remove_decks(transaction, marked, media, &clearing)?;
    remove_media(database, media, &clearing, &Vec::new)
}

fn mark(
    transaction: &WriteTransaction,
    table: TableDefinition<&str, ()>,
    ids: Vec<DeckId>,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(table).map_err(database_error)?;
    for id in ids {
        table.insert(id.as_str(), ()).map_err(database_error)?;
    }
    Ok(())
}

/// All decks that a table marks; it marks none any more.
fn taken(
    transaction: &WriteTransaction,
    table: TableDefinition<&str, ()>,
) -> Result<Vec<DeckId>, StoreError> {
    let mut table = transaction.open_table(table).map_err(database_error)?;
    let mut marked = Vec::new();
    while let Some((id, _)) = table.pop_first().map_err(database_error)? {
        marked.push(DeckId::new(id.value().to_owned()));
    }
    Ok(marked)
}

/// Commits, too. From then on the decks' media are loose.
fn remove_decks(
    transaction: WriteTransaction,
    mut marked: Vec<DeckId>,
    media: &MediaFiles,
    clearing: &Clearing<'_>,
) -> Result<(), StoreError> {
    if !marked.is_empty() {
        let talks = transaction.open_table(TALKS).map_err(database_error)?;
        let mut shown = HashSet::new();
        for entry in talks.iter().map_err(database_error)? {
            // One that can't be read may show any of them: then none goes.
            let (_, document) = entry.map_err(database_error)?;
            shown.insert(serde_json::from_slice::<Shown>(document.value())?.deck);
        }
        // It may be another talk's, or its own one's again.
        marked.retain(|id| !shown.contains(id));
        let going: HashSet<DeckId> = clearing.take_decks(marked.iter().cloned());
        let mut decks = transaction.open_table(DECKS).map_err(database_error)?;
        let mut loose = Vec::new();
        for id in &going {
            if let Some(deck) = decks.remove(id.as_str()).map_err(database_error)? {
                loose.extend(media_of(deck.value()));
            }
        }
        marked.retain(|id| !going.contains(id));
        mark(&transaction, DOOMED, marked)?;
        if !loose.is_empty() {
            media.change_loose(|names| names.extend(loose))?;
        }
    }
    transaction.commit().map_err(database_error)
}

/// No write transaction, which taps would wait for: a deck that is stored meanwhile names nothing
/// that was taken.
fn remove_media(
    database: &Database,
    media: &MediaFiles,
    clearing: &Clearing<'_>,
    unstored: &dyn Fn() -> Vec<Deck>,
) -> Result<(), StoreError> {
    let mut unlisted: BTreeSet<String> = clearing.take_media(media.loose()?);
    // A deck that could not be stored is shown all the same; the next start removes its media. Asked
    // for before the stored ones: it may be stored in between.
    let unstored = unstored();
    if unlisted.is_empty() {
        return Ok(());
    }
    for deck in unstored {
        for name in media_of(&serde_json::to_vec(&deck)?) {
            unlisted.remove(&name);
        }
    }
    let mut loose = unlisted.clone();
    let transaction = database.begin_read().map_err(database_error)?;
    let decks = transaction.open_table(DECKS).map_err(database_error)?;
    for entry in decks.iter().map_err(database_error)? {
        let (_, document) = entry.map_err(database_error)?;
        for name in media_of(document.value()) {
            loose.remove(&name);
        }
    }
    media.remove(loose.iter())?;
    Ok(media.change_loose(|names| names.retain(|name| !unlisted.contains(name)))?)
}
