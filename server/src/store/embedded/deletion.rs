//! A talk is deleted in one transaction, which also marks its deck.

use super::{GONE, LISTS, StoreError, TALKS, database_error, set_mark, writer::Outcome};
use crate::store::Mark;
use model::{
    deck::DeckId,
    talk::{Epoch, EventId, Revision, TalkCode},
};
use redb::{ReadableTable, Table, WriteTransaction};
use serde::Deserialize;

/// The part of a stored talk that is read here.
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

/// Removes a talk that still is at `expected`, and all of its lists.
pub fn delete_talk(
    transaction: &WriteTransaction,
    code: &TalkCode,
    expected: &EventId,
    last: &[u8],
) -> Outcome {
    let code = code.as_str();
    let mut talks = transaction.open_table(TALKS).map_err(database_error)?;
    let shown = talks.get(code).map_err(database_error)?.map(|document| {
        // A record that can't be read is not at the expected revision.
        serde_json::from_slice::<Shown>(document.value()).ok()
    });
    let shown = shown.flatten();
    let mut gone = transaction.open_table(GONE).map_err(database_error)?;
    if shown.is_none() && is_last_of(&gone, code, last)? {
        // Deleted by an earlier call that was told that it failed.
        return Ok(Ok(()));
    }
    let Some(shown) = shown.filter(|shown| shown.state.is(expected)) else {
        return Ok(Err(StoreError::Conflict));
    };
    talks.remove(code).map_err(database_error)?;
    set_mark(transaction, &shown.deck, Mark::Orphaned)?;
    gone.insert(code, last).map_err(database_error)?;
    let mut lists = transaction.open_table(LISTS).map_err(database_error)?;
    // '0' comes after '/'.
    let (from, to) = (format!("talk/{code}/"), format!("talk/{code}0"));
    lists
        .retain_in((from.as_str(), 0)..(to.as_str(), 0), |_, _| false)
        .map_err(database_error)?;
    Ok(Ok(()))
}

fn is_last_of(gone: &Table<&str, &[u8]>, code: &str, last: &[u8]) -> Result<bool, StoreError> {
    let kept = gone.get(code).map_err(database_error)?;
    Ok(kept.is_some_and(|kept| kept.value() == last))
}
