//! What a talk showed and when: a list in the store, for cutting the recording.

use crate::store::{Entry, Journal, List, StoreError, TalkList};
use model::{
    deck::SlideNumber,
    talk::{Screen, SlideState, TalkCode},
};
use serde::{Deserialize, Serialize};

/// Entries that are read at a time.
const AT_ONCE: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970, UTC.
    at_ms: u64,
    slide: SlideNumber,
    step: u16,
    screen: Screen,
}

/// The entry that is committed with a state, in one transaction: a second one would cost every tap
/// another flush of the disk, and the next tap would wait for it.
///
/// # Errors
/// When it can't be serialized.
pub fn note(code: &TalkCode, state: &SlideState) -> Result<Entry, serde_json::Error> {
    let moment = Moment {
        at_ms: super::now().unix_ms(),
        slide: state.slide,
        step: state.step,
        screen: state.screen(),
    };
    Ok(Entry {
        list: list(code, state),
        content: serde_json::to_vec(&moment)?,
    })
}

/// All entries of this life of the talk, oldest first.
///
/// # Errors
/// When the store can't be read.
pub async fn read(
    journal: &dyn Journal,
    code: &TalkCode,
    state: &SlideState,
) -> Result<Vec<Moment>, StoreError> {
    let list = list(code, state);
    let mut moments = Vec::new();
    let mut from = 0;
    loop {
        let entries = journal.read(&list, from, AT_ONCE).await?;
        for entry in &entries {
            moments.push(serde_json::from_slice(entry)?);
        }
        if entries.len() < AT_ONCE {
            return Ok(moments);
        }
        from += u64::try_from(entries.len()).unwrap_or(u64::MAX);
    }
}

fn list(code: &TalkCode, state: &SlideState) -> List {
    List::Talk(code.clone(), TalkList::History(state.epoch.clone()))
}
