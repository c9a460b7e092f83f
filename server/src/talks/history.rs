//! What a talk showed and when: a list in the store, for cutting the recording.

use crate::store::{Entry, Journal, List, StoreError, TalkList};
use model::{
    deck::SlideNumber,
    talk::{Screen, SlideState, TalkCode, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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

/// How long each slide was shown in the last run: since the first slide was left for the last time, until
/// `until`, or until the last moment where the clock does not run. In the order in which they were first
/// shown.
pub fn times(moments: &[Moment], until: Option<Timestamp>) -> Vec<(SlideNumber, Duration)> {
    let last = moments.last().map_or(0, |moment| moment.at_ms);
    let until = until.map_or(last, Timestamp::unix_ms);
    let is_first = |moment: &Moment| moment.slide == SlideNumber::FIRST;
    let run = moments.iter().rposition(is_first).map_or(0, |at| at + 1);
    let run = moments.get(run..).unwrap_or_default();
    let ends = run.iter().skip(1).map(|moment| moment.at_ms);
    let mut times: Vec<(SlideNumber, Duration)> = Vec::new();
    for (moment, end) in run.iter().zip(ends.chain([until])) {
        let shown = Duration::from_millis(end.saturating_sub(moment.at_ms));
        match times.iter_mut().find(|(slide, _)| *slide == moment.slide) {
            Some((_, time)) => *time = time.saturating_add(shown),
            None => times.push((moment.slide, shown)),
        }
    }
    times
}

fn list(code: &TalkCode, state: &SlideState) -> List {
    List::Talk(code.clone(), TalkList::History(state.epoch.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_last_run() {
        let at = |seconds: u64, slide| Moment {
            at_ms: seconds * 1_000,
            slide: SlideNumber::new(slide).expect("a number"),
            step: 0,
            screen: Screen::Live,
        };
        let until = |seconds: u64| Timestamp::from_unix_ms(seconds * 1_000);
        let of = |moments: &[Moment], end| {
            let times = times(moments, Some(until(end))).into_iter();
            times
                .map(|(slide, time)| (slide.get(), time.as_secs()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&[], 9), []);
        assert_eq!(of(&[at(0, 1)], 9), []);
        // A rehearsal, then another.
        let moments = [
            at(0, 1),
            at(5, 2),
            at(9, 3),
            at(12, 1),
            at(20, 2),
            at(30, 3),
            at(34, 2),
        ];
        assert_eq!(of(&moments[..3], 10), [(2, 4), (3, 1)]);
        assert_eq!(of(&moments, 40), [(2, 16), (3, 4)]);
        // Where the clock does not run, the last slide's time stands.
        assert_eq!(
            times(&moments, None)
                .first()
                .map(|(_, time)| time.as_secs()),
            Some(10)
        );
        // A clock that was set back adds nothing.
        assert_eq!(of(&[at(9, 2), at(5, 3)], 6), [(2, 0), (3, 1)]);
    }
}
