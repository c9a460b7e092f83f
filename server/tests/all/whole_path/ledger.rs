//! Every change has one command that made it, and every accepted command made its one change.

use super::life::{Answer, decks};
use axum::http::StatusCode;
use model::{
    deck::Outline,
    talk::{Command, Epoch, Revision, SlideState, Timestamp},
};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use server::store::TalkRecord;
use std::collections::{HashMap, HashSet};

/// What is sent to the server.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    Command(Command),
    /// The host ends the talk.
    End,
}

impl Asked {
    /// What it makes of a state; `None` when it is refused.
    fn apply(
        self,
        state: &SlideState,
        outline: &Outline,
        if_revision: Option<Revision>,
    ) -> Option<SlideState> {
        match self {
            Self::Command(command) => state.apply(outline, command, if_revision, NOW).ok(),
            Self::End => Some(state.ended(NOW)),
        }
    }
}

/// A request that was sent.
pub struct Sent {
    /// The number of the first of these that this one only repeats.
    pub tap: usize,
    /// For the reader of a failure.
    pub by: String,
    pub what: Asked,
    pub if_revision: Option<Revision>,
    /// Where the sender was when it was made.
    pub epoch: Epoch,
    /// None when nobody will ever know.
    pub answer: Option<Answer>,
}

/// Which moment a clock started at is not asked here.
const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

/// Two neighbours in the store's log, the later of which a command made.
struct Change {
    outline: Outline,
    before: SlideState,
    after: SlideState,
}

impl Change {
    fn is_made_by(&self, sent: &Sent) -> bool {
        let after = sent
            .what
            .apply(&self.before, &self.outline, sent.if_revision);
        let is_its_own = sent.if_revision.is_none() || sent.epoch == self.before.epoch;
        is_its_own && after.is_some_and(|after| after.is_like(&self.after))
    }
}

/// # Errors
/// When a change has no command, or a command that says so has no change of its own.
pub fn balance(log: &[TalkRecord], commands: &[Sent]) -> Result<(), TestCaseError> {
    let changes = changes(log)?;
    let mut made_by: HashMap<usize, usize> = HashMap::new();
    let mut undecided = Vec::new();
    for (index, sent) in commands.iter().enumerate() {
        let accepted = match &sent.answer {
            // A command that failed may have been stored all the same, as one that was cut off.
            None | Some(Answer::Ended | Answer::Refused(StatusCode::INTERNAL_SERVER_ERROR)) => {
                undecided.push(index);
                continue;
            }
            Some(Answer::Stale(_) | Answer::Refused(_)) => continue,
            Some(Answer::Accepted(state)) => state,
        };
        let change = changes.iter().position(|change| change.after == *accepted);
        let made_it = change.is_some_and(|change| changes[change].is_made_by(sent));
        if is_nothing_at(log, accepted, sent) {
            // Go to where the talk is already: made the change, or found it made.
            if made_it && sent.if_revision.is_none() {
                undecided.push(index);
            }
            continue;
        }
        prop_assert!(
            made_it,
            "{} was told what it did not do: {:?}",
            sent.by,
            accepted
        );
        let other = change.and_then(|change| made_by.insert(change, index));
        let other = other.map(|other| &commands[other].by);
        prop_assert_eq!(other, None, "and {} made one change", sent.by);
    }
    for change in 0..changes.len() {
        if !made_by.contains_key(&change) {
            let found = find_maker(
                change,
                &changes,
                commands,
                &undecided,
                &mut made_by,
                &mut vec![],
            );
            let after = &changes[change].after;
            prop_assert!(
                found,
                "nobody's command, or one that moved twice, made {:?}",
                after
            );
        }
    }
    let mut taps = HashSet::new();
    for made in made_by.values() {
        let sent = &commands[*made];
        prop_assert!(taps.insert(sent.tap), "the tap of {} moved twice", sent.by);
    }
    Ok(())
}

/// The changes that commands made; what the host's starts did is checked here.
fn changes(log: &[TalkRecord]) -> Result<Vec<Change>, TestCaseError> {
    let mut changes = Vec::new();
    for pair in log.windows(2) {
        let [earlier, later] = pair else { continue };
        let (before, after) = (earlier.state.clone(), later.state.clone());
        let outline = outline_of(later);
        if before.epoch != after.epoch {
            prop_assert!(before.over, "a talk that was not over was replaced");
            prop_assert_eq!(SlideState::start(after.epoch.clone(), &outline), after);
        } else if earlier.deck != later.deck {
            prop_assert_eq!(before.with_deck(&outline), after);
        } else if before != after {
            prop_assert_eq!(before.revision.next(), after.revision);
            changes.push(Change {
                outline,
                before,
                after,
            });
        }
    }
    Ok(changes)
}

/// Whether the command changes nothing where its answer says that the talk is.
fn is_nothing_at(log: &[TalkRecord], state: &SlideState, sent: &Sent) -> bool {
    let records = log.iter().filter(|record| record.state == *state);
    let moved_from_it = sent
        .if_revision
        .is_some_and(|revision| revision != state.revision);
    records
        .map(outline_of)
        .any(|outline| sent.what.apply(state, &outline, None).as_ref() == Some(state))
        && !moved_from_it
}

/// Gives a change one of the undecided commands, each to one change: a matching by augmenting paths.
fn find_maker(
    change: usize,
    changes: &[Change],
    commands: &[Sent],
    undecided: &[usize],
    made_by: &mut HashMap<usize, usize>,
    tried: &mut Vec<usize>,
) -> bool {
    for &maker in undecided {
        if tried.contains(&maker) || !changes[change].is_made_by(&commands[maker]) {
            continue;
        }
        tried.push(maker);
        let taken_by = made_by
            .iter()
            .find(|(_, made)| **made == maker)
            .map(|(c, _)| *c);
        if taken_by
            .is_none_or(|other| find_maker(other, changes, commands, undecided, made_by, tried))
        {
            made_by.insert(change, maker);
            return true;
        }
    }
    false
}

fn outline_of(record: &TalkRecord) -> Outline {
    let [long, short] = decks();
    if long.id == record.deck { long } else { short }.outline()
}
