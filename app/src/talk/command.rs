//! What the presenter asks for, and the one function that changes a [`SlideState`].

use super::{Revision, Screen, SlideState};
use crate::deck::{Outline, SlideNumber};
use std::fmt;

/// What a presenter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// One step further: the slide's next build, or the following slide. At the end: no change.
    Next,
    /// One step back: the build before, or the slide before, wholly built. At the start: no change.
    Previous,
    GoTo {
        slide: SlideNumber,
        step: u16,
    },
    Screen(Screen),
    /// The host's, not the presenter's: the talk is over.
    End,
}

impl Command {
    /// The name of its server function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "previous",
            Self::GoTo { .. } => "go_to",
            Self::Screen(_) => "screen",
            Self::End => "end",
        }
    }
}

/// Why a command changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was made against another revision than the current one: late, doubled or reordered.
    Stale,
    /// The deck has no such slide, or the slide has no such step.
    OutOfRange,
    /// The talk was ended.
    Over,
}

impl SlideState {
    /// The state after `command`. A change has the next revision; no change has the same one, so
    /// `apply` twice with the same `if_revision` moves once.
    ///
    /// # Errors
    /// [`Refused::Stale`] when `if_revision` is not this state's; [`Refused::OutOfRange`] for a
    /// slide or step that the deck does not have; [`Refused::Over`] once the talk was ended.
    pub fn apply(
        &self,
        outline: &Outline,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Result<Self, Refused> {
        if if_revision.is_some_and(|revision| revision != self.revision) {
            return Err(Refused::Stale);
        }
        if self.over {
            return if command == Command::End {
                Ok(self.clone())
            } else {
                Err(Refused::Over)
            };
        }
        let mut after = self.clone();
        match command {
            Command::Next => {
                if self.step < outline.steps(self.slide).unwrap_or(0) {
                    after.step += 1;
                } else if self.slide < outline.last() {
                    after.slide = self.slide.next();
                    after.step = 0;
                }
            }
            Command::Previous => {
                if self.step > 0 {
                    after.step -= 1;
                } else if let Some(slide) = self.slide.previous() {
                    after.slide = slide;
                    after.step = outline.steps(slide).unwrap_or(0);
                }
            }
            Command::GoTo { slide, step } => {
                let steps = outline.steps(slide).ok_or(Refused::OutOfRange)?;
                if step > steps {
                    return Err(Refused::OutOfRange);
                }
                after.slide = slide;
                after.step = step;
            }
            Command::Screen(screen) => after.screen = screen,
            Command::End => after.over = true,
        }
        after.reach = after.reach.max(after.slide);
        if after != *self {
            after.revision = self.revision.next();
        }
        Ok(after)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "the talk has moved on since",
            Self::OutOfRange => "the deck has no such slide or step",
            Self::Over => "the talk is over",
        })
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::Epoch;
    use proptest::prelude::*;

    fn outlines() -> impl Strategy<Value = Outline> {
        prop::collection::vec(0_u16..4, 1..12).prop_filter_map("a deck has slides", Outline::new)
    }

    fn commands() -> impl Strategy<Value = Command> {
        let slide = (1_u32..20).prop_filter_map("from 1", SlideNumber::new);
        let screen = prop_oneof![Just(Screen::Live), Just(Screen::Black), Just(Screen::White)];
        prop_oneof![
            4 => Just(Command::Next),
            2 => Just(Command::Previous),
            2 => (slide, 0_u16..6).prop_map(|(slide, step)| Command::GoTo { slide, step }),
            1 => screen.prop_map(Command::Screen),
            1 => Just(Command::End),
        ]
    }

    fn start(outline: &Outline) -> SlideState {
        let epoch = Epoch::try_from("test".to_owned()).expect("a valid epoch");
        SlideState::start(epoch, outline)
    }

    /// Where the command leads, without the revision: what a person sees.
    fn place(state: &SlideState) -> (u32, u16, Screen, bool) {
        (state.slide.get(), state.step, state.screen, state.over)
    }

    proptest! {
        #[test]
        fn any_sequence_stays_in_range(
            outline in outlines(),
            commands in prop::collection::vec(commands(), 0..60),
        ) {
            let mut state = start(&outline);
            for command in commands {
                if let Ok(after) = state.apply(&outline, command, None) {
                    state = after;
                }
                prop_assert!(state.slide <= outline.last());
                prop_assert!(Some(state.step) <= outline.steps(state.slide));
                prop_assert!(state.slide <= state.reach && state.reach <= outline.last());
                prop_assert_eq!(state.slides, outline.last().get());
            }
        }

        #[test]
        fn the_revision_grows_by_one_with_each_change_and_by_none_otherwise(
            outline in outlines(),
            commands in prop::collection::vec(commands(), 0..60),
        ) {
            let mut state = start(&outline);
            for command in commands {
                let Ok(after) = state.apply(&outline, command, None) else { continue };
                let growth = after.revision.get() - state.revision.get();
                prop_assert_eq!(growth, u64::from(place(&after) != place(&state)));
                state = after;
            }
        }

        #[test]
        fn a_repeated_late_or_reordered_command_never_moves_twice(
            outline in outlines(),
            made in prop::collection::vec(commands(), 1..20),
            network in prop::collection::vec(any::<prop::sample::Index>(), 0..80),
        ) {
            // One remote makes its commands one after another, each against what it then shows;
            // the network delivers them in any order and any number of times.
            let mut shown = start(&outline);
            let mut sent = Vec::new();
            for command in made {
                sent.push((command, shown.revision));
                if let Ok(after) = shown.apply(&outline, command, Some(shown.revision)) {
                    shown = after;
                }
            }
            let mut server = start(&outline);
            let mut moved_from = Vec::new();
            for which in network {
                let (command, if_revision) = which.get(&sent);
                let before = server.revision;
                if let Ok(after) = server.apply(&outline, *command, Some(*if_revision)) {
                    if after.revision != before {
                        prop_assert_eq!(*if_revision, before);
                        prop_assert!(!moved_from.contains(if_revision), "moved twice");
                        moved_from.push(*if_revision);
                    }
                    server = after;
                }
            }
            prop_assert!(server.revision <= shown.revision);
        }

        #[test]
        fn next_and_then_previous_is_where_one_was(outline in outlines(), taps in 0_u32..40) {
            let mut state = start(&outline);
            for _ in 0..taps {
                state = state.apply(&outline, Command::Next, None)?;
            }
            let further = state.apply(&outline, Command::Next, None)?;
            if further != state {
                let back = further.apply(&outline, Command::Previous, None)?;
                prop_assert_eq!(place(&back), place(&state));
            }
        }

        #[test]
        fn another_deck_keeps_the_place_as_far_as_it_reaches(
            outline in outlines(),
            other in outlines(),
            commands in prop::collection::vec(commands(), 0..30),
        ) {
            let mut state = start(&outline);
            for command in commands {
                state = state.apply(&outline, command, None).unwrap_or(state);
            }
            let moved = state.with_deck(&other);
            prop_assert_eq!(moved.slide, state.slide.min(other.last()));
            prop_assert!(Some(moved.step) <= other.steps(moved.slide));
            prop_assert!(moved.slide <= moved.reach && moved.reach <= other.last());
            prop_assert!(state.gives_way_to(&moved));
        }
    }

    #[test]
    fn nothing_moves_a_talk_that_is_over() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let over = start(&outline)
            .apply(&outline, Command::End, None)
            .expect("it ends");
        assert!(over.over);
        assert_eq!(
            over.apply(&outline, Command::Next, None),
            Err(Refused::Over)
        );
        assert_eq!(over.apply(&outline, Command::End, None), Ok(over.clone()));
    }

    #[test]
    fn the_ends_are_no_error_and_no_change() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let first = start(&outline);
        assert_eq!(
            first.apply(&outline, Command::Previous, None),
            Ok(first.clone())
        );

        let last = Command::GoTo {
            slide: outline.last(),
            step: 2,
        };
        let last = first.apply(&outline, last, None).expect("in range");
        assert_eq!(last.apply(&outline, Command::Next, None), Ok(last.clone()));
    }

    #[test]
    fn going_where_the_deck_does_not_reach_is_refused() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let state = start(&outline);
        let check = |slide, step, expected| {
            let slide = SlideNumber::new(slide).expect("from 1");
            let answer = state.apply(&outline, Command::GoTo { slide, step }, None);
            assert_eq!(answer.err(), expected, "slide {slide} step {step}");
        };
        check(2, 2, None);
        check(2, 3, Some(Refused::OutOfRange));
        check(1, 1, Some(Refused::OutOfRange));
        check(3, 0, Some(Refused::OutOfRange));
        check(u32::MAX, u16::MAX, Some(Refused::OutOfRange));
    }
}
