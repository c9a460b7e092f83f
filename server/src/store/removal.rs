//! What was deleted goes whole: a talk with its history, decks that no talk shows any more, media
//! that no deck shows.
//!
//! The talk goes in one transaction, which also marks its deck; so does the change of a talk to
//! another deck. Files can't take part in one: those that may go are listed before their deck does,
//! so that whoever was interrupted goes on with them at the next start.

use super::{
    StoreError,
    embedded::{DECKS, LISTS, Outcome, TALKS, database_error},
    media_files::{MediaFiles, media_of},
};
use app::{
    deck::{Deck, DeckId},
    talk::{Epoch, EventId, Revision, TalkCode},
};
use redb::{Database, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};

/// Decks of talks that were deleted. Another talk may show one all the same.
pub const DOOMED: TableDefinition<&str, ()> = TableDefinition::new("doomed");

/// Decks in whose place a talk shows another one since the last time that decks were cleared away.
/// They are doomed then, and not before: the clearing comes right after the change, when a page may
/// still load what it was told to show a moment ago.
const REPLACED: TableDefinition<&str, ()> = TableDefinition::new("replaced");

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
/// neither a stored one nor one of `unstored`. Decks that were replaced meanwhile are doomed from
/// then on. Nobody may be about to show one.
pub fn clear_away(
    database: &Database,
    media: &MediaFiles,
    unstored: &[Deck],
) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(database_error)?;
    let marked = taken(&transaction, DOOMED)?;
    doom_replaced(&transaction)?;
    remove(transaction, marked, media, unstored)
}

/// The same at a start, when no page can be loading anything: of those that were replaced, too.
pub fn clear_all_away(database: &Database, media: &MediaFiles) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(database_error)?;
    doom_replaced(&transaction)?;
    let marked = taken(&transaction, DOOMED)?;
    remove(transaction, marked, media, &[])
}

fn doom_replaced(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let replaced = taken(transaction, REPLACED)?;
    let mut doomed = transaction.open_table(DOOMED).map_err(database_error)?;
    for id in replaced {
        doomed.insert(id.as_str(), ()).map_err(database_error)?;
    }
    Ok(())
}

/// All decks that a table marks; it marks none any more.
fn taken(
    transaction: &WriteTransaction,
    table: TableDefinition<&str, ()>,
) -> Result<Vec<String>, StoreError> {
    let mut table = transaction.open_table(table).map_err(database_error)?;
    let mut marked = Vec::new();
    while let Some((id, _)) = table.pop_first().map_err(database_error)? {
        marked.push(id.value().to_owned());
    }
    Ok(marked)
}

/// Commits, too.
fn remove(
    transaction: WriteTransaction,
    marked: Vec<String>,
    media: &MediaFiles,
    unstored: &[Deck],
) -> Result<(), StoreError> {
    let mut loose: BTreeSet<String> = media.loose()?;
    {
        let talks = transaction.open_table(TALKS).map_err(database_error)?;
        let mut decks = transaction.open_table(DECKS).map_err(database_error)?;
        let mut shown = HashSet::new();
        for entry in talks.iter().map_err(database_error)? {
            // One that can't be read may show any of them: then none goes.
            let (_, document) = entry.map_err(database_error)?;
            shown.insert(serde_json::from_slice::<Shown>(document.value())?.deck);
        }
        for id in marked {
            // It may be another talk's, or its own one's again.
            if shown.contains(&DeckId::new(id.clone())) {
                continue;
            }
            if let Some(deck) = decks.remove(id.as_str()).map_err(database_error)? {
                loose.extend(media_of(deck.value()));
            }
        }
        if loose.is_empty() {
            drop((talks, decks));
            return transaction.commit().map_err(database_error);
        }
        for entry in decks.iter().map_err(database_error)? {
            let (_, document) = entry.map_err(database_error)?;
            for name in media_of(document.value()) {
                loose.remove(&name);
            }
        }
    }
    // A deck that could not be stored is shown all the same; the next start removes its media.
    let mut spared = BTreeSet::new();
    for deck in unstored {
        let names = media_of(&serde_json::to_vec(deck)?).into_iter();
        spared.extend(names.filter(|name| loose.contains(name)));
    }
    media.list_loose(&loose)?;
    transaction.commit().map_err(database_error)?;
    loose.retain(|name| !spared.contains(name));
    Ok(media.remove_loose(&loose, &spared)?)
}
