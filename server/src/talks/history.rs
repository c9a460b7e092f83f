//! What a talk showed and when: a list in the store, for whoever cuts the recording.

use crate::store::{Store, StoreError};
use app::{
    deck::SlideNumber,
    talk::{Screen, SlideState, TalkCode},
};
use serde::{Deserialize, Serialize};

/// How many entries are read at a time.
const AT_ONCE: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970, UTC.
    at_ms: u64,
    slide: SlideNumber,
    step: u16,
    screen: Screen,
}

/// Notes a state that was committed. One that is lost by a pulled plug is lost to the history, not
/// to the talk, so nobody waits for it.
pub fn note(store: &dyn Store, code: &TalkCode, state: &SlideState) {
    let moment = Moment {
        at_ms: super::now().unix_ms(),
        slide: state.slide,
        step: state.step,
        screen: state.screen,
    };
    if let Ok(entry) = serde_json::to_vec(&moment) {
        drop(store.append(&list(code, state), entry));
    }
}

/// All that was noted of this life of the talk, oldest first.
///
/// # Errors
/// When the store can't be read.
pub fn read(
    store: &dyn Store,
    code: &TalkCode,
    state: &SlideState,
) -> Result<Vec<Moment>, StoreError> {
    let list = list(code, state);
    let mut moments = Vec::new();
    let mut from = 0;
    loop {
        let entries = store.read(&list, from, AT_ONCE)?;
        for entry in &entries {
            moments.push(serde_json::from_slice(entry)?);
        }
        if entries.len() < AT_ONCE {
            return Ok(moments);
        }
        from += u64::try_from(entries.len()).unwrap_or(u64::MAX);
    }
}

fn list(code: &TalkCode, state: &SlideState) -> String {
    format!("history/{code}/{}", state.epoch)
}
