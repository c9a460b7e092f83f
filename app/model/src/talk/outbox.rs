//! Optimistic updates: the presenter's page shows a tap at once, and corrects itself by the stream.

use super::{Command, Revision, SlideState, Timestamp, command::Refused};
use crate::deck::Outline;
use std::collections::VecDeque;

/// The server's newest known state, and the commands that it has not answered yet.
///
/// Commands are sent one at a time, each with the revision it was made against. So a lost answer, a
/// doubled delivery or another remote's tap never moves the talk twice.
///
/// ```
/// use model::{
///     deck::Outline,
///     talk::{Command, Epoch, Outbox, SlideState, Timestamp},
/// };
///
/// let outline = Outline::new(vec![0; 9]).expect("slides");
/// let epoch = Epoch::try_from("e1".to_owned()).expect("an epoch");
/// let confirmed = SlideState::start(epoch, &outline);
/// let mut outbox = Outbox::new(outline, confirmed.clone());
/// assert_eq!(outbox.tap(Command::Next, Timestamp::default()), Ok(true));
/// assert_eq!(outbox.shown().slide.get(), 2);
/// assert_eq!(outbox.first(), Some((Command::Next, confirmed.revision)));
/// outbox.roll_back();
/// assert_eq!(outbox.shown(), confirmed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbox {
    outline: Outline,
    confirmed: SlideState,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    command: Command,
    if_revision: Revision,
    at: Timestamp,
    /// The expected result.
    after: SlideState,
}

impl Outbox {
    pub fn new(outline: Outline, confirmed: SlideState) -> Self {
        Self {
            outline,
            confirmed,
            waiting: VecDeque::new(),
        }
    }

    /// The state to show: the confirmed state with the waiting commands applied. A command made against
    /// another revision is skipped: if the stream delivered its result before its answer came, it isn't
    /// applied twice. The presenter also sees what the room has not seen yet.
    pub fn shown(&self) -> SlideState {
        let mut shown = self.expected();
        shown.unseen = false;
        shown
    }

    /// The server's state once it has carried out every waiting command.
    fn expected(&self) -> SlideState {
        self.waiting
            .iter()
            .fold(self.confirmed.clone(), |state, waiting| {
                let if_revision = Some(waiting.if_revision);
                state
                    .apply(&self.outline, waiting.command, if_revision, waiting.at)
                    .unwrap_or(state)
            })
    }

    /// Adds a command. Returns whether there is something to send: a command that changes nothing, such
    /// as Next at the end, is not sent.
    ///
    /// # Errors
    /// As [`SlideState::apply`].
    pub fn tap(&mut self, command: Command, now: Timestamp) -> Result<bool, Refused> {
        let before = self.expected();
        let after = before.apply(&self.outline, command, None, now)?;
        let changes = after != before;
        if changes {
            self.waiting.push_back(Waiting {
                command,
                if_revision: before.revision,
                at: now,
                after,
            });
        }
        Ok(changes)
    }

    /// The oldest command without an answer, with its revision: the one to send.
    pub fn first(&self) -> Option<(Command, Revision)> {
        self.waiting
            .front()
            .map(|waiting| (waiting.command, waiting.if_revision))
    }

    /// Takes a state from the stream or an answer.
    pub fn receive(&mut self, state: SlideState) {
        if self.confirmed.gives_way_to(&state) {
            self.confirmed = state;
        }
    }

    /// The server carried out the oldest command and answered with `state`.
    pub fn accepted(&mut self, state: SlideState) {
        self.waiting.pop_front();
        self.receive(state);
    }

    /// The server refused the oldest command as stale; its state is `state`. Returns whether `state` is
    /// the command's expected result: then the command was carried out, and only its answer was lost.
    /// Otherwise rolls back.
    pub fn refused(&mut self, state: SlideState) -> bool {
        let was_carried_out = self
            .waiting
            .front()
            .is_some_and(|waiting| waiting.after.is_like(&state));
        if was_carried_out {
            self.accepted(state);
        } else {
            self.roll_back();
            self.receive(state);
        }
        was_carried_out
    }

    /// Rolls back: drops every waiting command, as each was made against the result of the one before.
    pub fn roll_back(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::{Epoch, Screen};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Tap(usize, Command),
        Deliver(usize),
        Answer(usize),
        LoseAnswer(usize),
        Stream(usize),
    }

    fn steps() -> impl Strategy<Value = Step> {
        let command = prop_oneof![3 => Just(Command::Next), 1 => Just(Command::Previous)];
        let remote = 0_usize..2;
        prop_oneof![
            3 => (remote.clone(), command).prop_map(|(remote, command)| Step::Tap(remote, command)),
            3 => remote.clone().prop_map(Step::Deliver),
            3 => remote.clone().prop_map(Step::Answer),
            1 => remote.clone().prop_map(Step::LoseAnswer),
            2 => remote.prop_map(Step::Stream),
        ]
    }

    fn world() -> (Outline, SlideState) {
        let outline = Outline::new(vec![0, 1, 0, 2, 0, 0]).expect("slides");
        let epoch = Epoch::try_from("test".to_owned()).expect("a valid epoch");
        let state = SlideState::start(epoch, &outline);
        (outline, state)
    }

    proptest! {
        /// Two remotes, any order of taps, deliveries, answers, lost answers and stream events:
        /// once all is delivered, both show what the server has.
        #[test]
        fn two_remotes_end_with_what_the_server_has(steps in prop::collection::vec(steps(), 0..80)) {
            let (outline, mut server) = world();
            let mut remotes = [
                Outbox::new(outline.clone(), server.clone()),
                Outbox::new(outline.clone(), server.clone()),
            ];
            let mut answers: [Option<Result<SlideState, SlideState>>; 2] = [None, None];
            for step in steps {
                match step {
                    Step::Tap(i, command) => { let _ = remotes[i].tap(command, NOW); }
                    Step::Deliver(i) if answers[i].is_none() => {
                        if let Some((command, if_revision)) = remotes[i].first() {
                            answers[i] = Some(match server.apply(&outline, command, Some(if_revision), NOW) {
                                Ok(after) => { server = after.clone(); Ok(after) }
                                Err(_) => Err(server.clone()),
                            });
                        }
                    }
                    Step::Deliver(_) => {}
                    Step::Answer(i) => match answers[i].take() {
                        Some(Ok(state)) => remotes[i].accepted(state),
                        Some(Err(state)) => { remotes[i].refused(state); }
                        None => {}
                    },
                    Step::LoseAnswer(i) => {
                        if answers[i].take().is_some() {
                            remotes[i].roll_back();
                        }
                    }
                    Step::Stream(i) => {
                        let before = remotes[i].confirmed.revision;
                        remotes[i].receive(server.clone());
                        prop_assert!(remotes[i].confirmed.revision >= before);
                    }
                }
            }
            for remote in &mut remotes {
                remote.roll_back();
                remote.receive(server.clone());
                prop_assert_eq!(remote.shown(), server.clone());
            }
        }
    }

    #[test]
    fn a_tap_is_shown_once_though_the_stream_is_faster_than_the_answer() {
        let (outline, server) = world();
        let mut remote = Outbox::new(outline.clone(), server.clone());
        assert_eq!(remote.tap(Command::Next, NOW), Ok(true));
        assert_eq!(remote.tap(Command::Next, NOW), Ok(true));
        assert_eq!(remote.shown().revision, Revision::new(2));

        let after = server
            .apply(&outline, Command::Next, Some(server.revision), NOW)
            .expect("fits");
        remote.receive(after.clone());
        assert_eq!(remote.shown().revision, Revision::new(2));
        remote.accepted(after);
        assert_eq!(remote.shown().revision, Revision::new(2));
        assert_eq!(remote.first(), Some((Command::Next, Revision::new(1))));
    }

    #[test]
    fn a_tap_that_was_sent_again_after_its_answer_was_lost_is_no_loss() {
        let (outline, server) = world();
        let mut remote = Outbox::new(outline.clone(), server.clone());
        assert_eq!(remote.tap(Command::Next, NOW), Ok(true));
        assert_eq!(remote.tap(Command::Next, NOW), Ok(true));
        let after = server
            .apply(&outline, Command::Next, None, NOW)
            .expect("in range");
        assert!(remote.refused(after), "it was carried out");
        assert_eq!(remote.first(), Some((Command::Next, Revision::new(1))));
        assert_eq!(remote.shown().revision, Revision::new(2));

        let mut late = Outbox::new(outline.clone(), server.clone());
        assert_eq!(late.tap(Command::Next, NOW), Ok(true));
        let elsewhere = Command::Screen(Screen::Black);
        let elsewhere = server
            .apply(&outline, elsewhere, None, NOW)
            .expect("in range");
        assert!(!late.refused(elsewhere.clone()), "another remote's");
        assert_eq!((late.first(), late.shown()), (None, elsewhere));
    }

    #[test]
    fn a_presenter_sees_a_deck_that_came_under_a_dark_screen() {
        let (outline, server) = world();
        let dark = Command::Screen(Screen::Black);
        let dark = server.apply(&outline, dark, None, NOW).expect("in range");
        let server = dark.with_deck(&outline);
        let mut remote = Outbox::new(outline.clone(), server.clone());
        assert!(server.unseen && !remote.shown().unseen);
        assert_eq!(remote.tap(Command::Next, NOW), Ok(true));
        assert!(!remote.shown().unseen);
        let after = server
            .apply(&outline, Command::Next, None, NOW)
            .expect("in range");
        assert!(remote.refused(after), "it was carried out");
    }

    #[test]
    fn a_tap_that_changes_nothing_is_not_sent() {
        let (outline, server) = world();
        let mut remote = Outbox::new(outline, server);
        assert_eq!(remote.tap(Command::Previous, NOW), Ok(false));
        assert_eq!(remote.first(), None);
    }
}
