//! What the presenter asks for, and the one function that changes a [`SlideState`].

use super::{Minutes, Revision, Screen, SlideState, Timestamp, Timing};
use crate::deck::{Outline, Place, SlideNumber};
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
    /// Another screen for the room. One that was frozen jumps to where the presenter is by then.
    Screen(Screen),
    /// Gives up what the presenter looked at while the screen was frozen: both are where the room
    /// is. Unless it is frozen: no change.
    BackToRoom,
    Clock(Timing, Option<Minutes>),
    /// Whether the projector shows how to join.
    Invite(bool),
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
            Self::BackToRoom => "back_to_room",
            Self::Clock(..) => "clock",
            Self::Invite(_) => "invite",
            Self::End => "end",
        }
    }
}

impl Command {
    /// The fields of its server function's form that are its own, encoded, each after an `&`.
    pub fn fields(self) -> String {
        match self {
            Self::GoTo { slide, step } => format!("&slide={slide}&step={step}"),
            Self::Screen(screen) => format!("&screen={screen}"),
            Self::Clock(timing, None) => format!("&clock={timing}"),
            Self::Clock(timing, Some(minutes)) => {
                format!("&clock={timing}&minutes={}", minutes.get())
            }
            Self::Invite(inviting) => format!("&inviting={inviting}"),
            Self::Next | Self::Previous | Self::BackToRoom | Self::End => String::new(),
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
    /// `apply` twice with the same `if_revision` moves once. `now` is for the talk's clock.
    ///
    /// # Errors
    /// [`Refused::Stale`] when `if_revision` is not this state's; [`Refused::OutOfRange`] for a
    /// slide or step that the deck does not have; [`Refused::Over`] once the talk was ended.
    pub fn apply(
        &self,
        outline: &Outline,
        command: Command,
        if_revision: Option<Revision>,
        now: Timestamp,
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
            Command::Next => after.go(outline.after(self.place()), now),
            Command::Previous => after.go(outline.before(self.place()), now),
            Command::GoTo { slide, step } => {
                let steps = outline.steps(slide).ok_or(Refused::OutOfRange)?;
                if step > steps {
                    return Err(Refused::OutOfRange);
                }
                after.go(Place { slide, step }, now);
            }
            Command::Screen(screen) => after.show(screen),
            Command::BackToRoom => {
                if self.screen == Screen::Frozen {
                    after.screen = Screen::Live;
                    after.cue = None;
                }
            }
            Command::Clock(Timing::Run, _) => after.clock.run(now),
            Command::Clock(Timing::Pause, _) => after.clock.pause(now),
            Command::Clock(Timing::Reset, _) => after.clock.reset(),
            Command::Clock(Timing::Plan, planned) => after.clock.planned = planned,
            Command::Invite(inviting) => after.inviting = inviting,
            Command::End => {
                after.over = true;
                after.clock.pause(now);
            }
        }
        after.reach = after.reach.max(after.slide);
        if after != *self {
            after.revision = self.revision.next();
        }
        Ok(after)
    }

    /// The presenter moves; the room with them, unless it is frozen.
    fn go(&mut self, to: Place, now: Timestamp) {
        if to.slide != self.place().slide && !self.clock.has_started() {
            self.clock.run(now);
        }
        if self.screen == Screen::Frozen {
            self.cue = Some(to);
        } else {
            (self.slide, self.step) = (to.slide, to.step);
        }
    }

    fn show(&mut self, screen: Screen) {
        let place = self.place();
        self.screen = screen;
        if screen == Screen::Frozen {
            self.cue = Some(place);
        } else {
            self.cue = None;
            (self.slide, self.step) = (place.slide, place.step);
        }
    }

    /// Whether this is where a command led, by a clock that may differ: the phone's guess and what
    /// the server did.
    pub fn is_like(&self, other: &Self) -> bool {
        let other_at_this_time = Self {
            clock: self.clock,
            ..other.clone()
        };
        *self == other_at_this_time && self.clock.is_like(other.clock)
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

    const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

    fn outlines() -> impl Strategy<Value = Outline> {
        prop::collection::vec(0_u16..4, 1..12).prop_filter_map("a deck has slides", Outline::new)
    }

    fn commands() -> impl Strategy<Value = Command> {
        let slide = (1_u32..20).prop_filter_map("from 1", SlideNumber::new);
        let screens = vec![Screen::Live, Screen::Black, Screen::White, Screen::Frozen];
        let screen = prop::sample::select(screens);
        let timing = vec![Timing::Run, Timing::Pause, Timing::Reset, Timing::Plan];
        let minutes = prop::option::of(
            (1_u16..99).prop_map(|minutes| Minutes::try_from(minutes).expect("a plan")),
        );
        prop_oneof![
            4 => Just(Command::Next),
            2 => Just(Command::Previous),
            2 => (slide, 0_u16..6).prop_map(|(slide, step)| Command::GoTo { slide, step }),
            2 => screen.prop_map(Command::Screen),
            1 => Just(Command::BackToRoom),
            1 => any::<bool>().prop_map(Command::Invite),
            1 => (prop::sample::select(timing), minutes)
                .prop_map(|(timing, minutes)| Command::Clock(timing, minutes)),
            1 => Just(Command::End),
        ]
    }

    fn slides(count: usize) -> Outline {
        Outline::new(vec![0; count]).expect("slides")
    }

    /// The state after each of `commands` in turn, a second apart.
    fn run(outline: &Outline, commands: &[Command]) -> SlideState {
        let seconds = (1_700_000_000..).map(|second| Timestamp::from_unix_ms(second * 1_000));
        commands
            .iter()
            .zip(seconds)
            .fold(start(outline), |state, (command, now)| {
                state
                    .apply(outline, *command, None, now)
                    .expect("carried out")
            })
    }

    fn start(outline: &Outline) -> SlideState {
        let epoch = Epoch::try_from("test".to_owned()).expect("a valid epoch");
        SlideState::start(epoch, outline)
    }

    /// Where the command leads, without the revision: what a person sees.
    fn seen(state: &SlideState) -> impl PartialEq + std::fmt::Debug + use<> {
        let of_the_room = (state.in_the_room(), state.screen, state.over);
        (of_the_room, state.cue, state.clock, state.inviting)
    }

    proptest! {
        #[test]
        fn any_sequence_stays_in_range(
            outline in outlines(),
            commands in prop::collection::vec(commands(), 0..60),
        ) {
            let mut state = start(&outline);
            for command in commands {
                if let Ok(after) = state.apply(&outline, command, None, NOW) {
                    state = after;
                }
                prop_assert!(state.slide <= outline.last());
                prop_assert!(Some(state.step) <= outline.steps(state.slide));
                prop_assert!(Some(state.place().step) <= outline.steps(state.place().slide));
                prop_assert_eq!(state.cue.is_some(), state.screen == Screen::Frozen);
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
                let Ok(after) = state.apply(&outline, command, None, NOW) else { continue };
                let growth = after.revision.get() - state.revision.get();
                prop_assert_eq!(growth, u64::from(seen(&after) != seen(&state)));
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
                if let Ok(after) = shown.apply(&outline, command, Some(shown.revision), NOW) {
                    shown = after;
                }
            }
            let mut server = start(&outline);
            let mut moved_from = Vec::new();
            for which in network {
                let (command, if_revision) = which.get(&sent);
                let before = server.revision;
                if let Ok(after) = server.apply(&outline, *command, Some(*if_revision), NOW) {
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
                state = state.apply(&outline, Command::Next, None, NOW)?;
            }
            let further = state.apply(&outline, Command::Next, None, NOW)?;
            if further != state {
                let back = further.apply(&outline, Command::Previous, None, NOW)?;
                prop_assert_eq!(back.place(), state.place());
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
                state = state.apply(&outline, command, None, NOW).unwrap_or(state);
            }
            let moved = state.with_deck(&other);
            prop_assert_eq!(moved.slide, state.slide.min(other.last()));
            prop_assert!(Some(moved.step) <= other.steps(moved.slide));
            prop_assert!(moved.slide <= moved.reach && moved.reach <= other.last());
            prop_assert!(state.gives_way_to(&moved));
        }
    }

    #[test]
    fn a_frozen_room_keeps_its_slide_until_it_jumps_to_the_presenters() {
        let outline = slides(9);
        let frozen = [
            Command::Next,
            Command::Screen(Screen::Frozen),
            Command::Next,
            Command::Next,
        ];
        let state = run(&outline, &frozen);
        assert_eq!((state.slide.get(), state.reach.get()), (2, 2));
        assert_eq!(state.place().slide.get(), 4);
        let then = |command| {
            let after = state
                .apply(&outline, command, None, NOW)
                .expect("carried out");
            (
                after.slide.get(),
                after.reach.get(),
                after.screen,
                after.cue,
            )
        };
        assert_eq!(
            then(Command::Screen(Screen::Live)),
            (4, 4, Screen::Live, None)
        );
        assert_eq!(
            then(Command::Screen(Screen::Black)),
            (4, 4, Screen::Black, None)
        );
        assert_eq!(then(Command::BackToRoom), (2, 2, Screen::Live, None));
        assert_eq!(then(Command::Screen(Screen::Frozen)).0, 2);
    }

    #[test]
    fn the_clock_starts_when_the_talk_first_leaves_a_slide_and_ends_with_the_talk() {
        let outline = Outline::new(vec![1, 0, 0]).expect("slides");
        let built = run(&outline, &[Command::Next]);
        assert!(!built.clock.has_started(), "a build is no move");
        let moved = [
            Command::Next,
            Command::Next,
            Command::Screen(Screen::Black),
            Command::End,
        ];
        let over = run(&outline, &moved);
        assert_eq!((over.clock.is_running(), over.clock.ran_ms), (false, 2_000));
        let paused = [
            Command::Clock(Timing::Run, None),
            Command::Clock(Timing::Pause, None),
            Command::GoTo {
                slide: outline.last(),
                step: 0,
            },
        ];
        assert!(
            !run(&outline, &paused).clock.is_running(),
            "a pause is the presenter's to end"
        );
        let frozen = [
            Command::Screen(Screen::Frozen),
            Command::Next,
            Command::Next,
        ];
        assert!(run(&outline, &frozen).clock.is_running());
    }

    #[test]
    fn nothing_moves_a_talk_that_is_over() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let over = start(&outline)
            .apply(&outline, Command::End, None, NOW)
            .expect("it ends");
        assert!(over.over);
        assert_eq!(
            over.apply(&outline, Command::Next, None, NOW),
            Err(Refused::Over)
        );
        assert_eq!(
            over.apply(&outline, Command::End, None, NOW),
            Ok(over.clone())
        );
    }

    #[test]
    fn the_ends_are_no_error_and_no_change() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let first = start(&outline);
        assert_eq!(
            first.apply(&outline, Command::Previous, None, NOW),
            Ok(first.clone())
        );

        let last = Command::GoTo {
            slide: outline.last(),
            step: 2,
        };
        let last = first.apply(&outline, last, None, NOW).expect("in range");
        assert_eq!(
            last.apply(&outline, Command::Next, None, NOW),
            Ok(last.clone())
        );
    }

    #[test]
    fn going_where_the_deck_does_not_reach_is_refused() {
        let outline = Outline::new(vec![0, 2]).expect("two slides");
        let state = start(&outline);
        let check = |slide, step, expected| {
            let slide = SlideNumber::new(slide).expect("from 1");
            let answer = state.apply(&outline, Command::GoTo { slide, step }, None, NOW);
            assert_eq!(answer.err(), expected, "slide {slide} step {step}");
        };
        check(2, 2, None);
        check(2, 3, Some(Refused::OutOfRange));
        check(1, 1, Some(Refused::OutOfRange));
        check(3, 0, Some(Refused::OutOfRange));
        check(u32::MAX, u16::MAX, Some(Refused::OutOfRange));
    }
}
