//! Keeps a talk's place while its deck is too short for it. A deck is often short for a moment: an
//! export deletes its old files first, or a file is written in parts.

use super::{Shown, SlideState};
use crate::deck::{Outline, Place, SlideNumber};
use serde::{Deserialize, Serialize};

/// Where a talk was before its deck became too short. Dropped when the presenter moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    room: Place,
    presenter: Place,
    reach: SlideNumber,
    /// Only slides after the deck's end.
    #[serde(default, skip_serializing_if = "Shown::is_empty")]
    shown: Shown,
}

impl Beyond {
    /// A copy with the presenter at the room's place.
    pub(super) fn with_presenter_in_room(&self) -> Self {
        Self {
            presenter: self.room,
            ..self.clone()
        }
    }
}

impl SlideState {
    /// The state as it would be in a deck that is long enough.
    pub(super) fn whole(&self) -> Self {
        let Some(beyond) = &self.beyond else {
            return self.clone();
        };
        let mut whole = self.clone();
        (whole.slide, whole.step) = (beyond.room.slide, beyond.room.step);
        whole.reach = self.reach.max(beyond.reach);
        whole.shown = self.shown.followed_by(&beyond.shown);
        whole.beyond = None;
        whole.present(self.screen(), beyond.presenter);
        whole
    }

    /// The part of this state that the deck is too short for; `None` if the deck has it all.
    pub(super) fn cut_off_by(&self, outline: &Outline) -> Option<Beyond> {
        let (room, presenter) = (self.in_the_room(), self.place());
        let has = |place| outline.nearest(place) == place;
        let fits = has(room) && has(presenter) && self.reach <= outline.last();
        (!fits).then(|| Beyond {
            room,
            presenter,
            reach: self.reach,
            shown: self.shown.beyond(outline.last()),
        })
    }

    /// The room's slide, or the one it would see if the deck were long enough.
    pub fn wanted_slide(&self) -> SlideNumber {
        self.whole().slide
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        deck::{Outline, Place, SlideNumber},
        talk::{Command, Epoch, Screen, SlideState, Timestamp},
    };
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

    fn outlines() -> impl Strategy<Value = Outline> {
        prop::collection::vec(0_u16..3, 1..10)
            .prop_map(|steps| Outline::new(steps).expect("slides"))
    }

    fn commands() -> impl Strategy<Value = Command> {
        prop_oneof![
            4 => (1_u32..10, 0_u16..3).prop_map(|(slide, step)| go_to(slide, step)),
            2 => Just(Command::Next),
            1 => screens().prop_map(Command::Screen),
        ]
    }

    fn screens() -> impl Strategy<Value = Screen> {
        prop::sample::select(vec![
            Screen::Live,
            Screen::Black,
            Screen::White,
            Screen::Frozen,
        ])
    }

    fn go_to(slide: u32, step: u16) -> Command {
        let slide = SlideNumber::new(slide).expect("from 1");
        Command::GoTo { slide, step }
    }

    fn start(outline: &Outline) -> SlideState {
        let epoch = Epoch::try_from("test".to_owned()).expect("a valid epoch");
        SlideState::start(epoch, outline)
    }

    /// Skips commands for slides that the deck does not have.
    fn run(mut state: SlideState, outline: &Outline, commands: &[Command]) -> SlideState {
        for command in commands {
            state = state.apply(outline, *command, None, NOW).unwrap_or(state);
        }
        state
    }

    fn place(slide: u32, step: u16) -> Place {
        let slide = SlideNumber::new(slide).expect("from 1");
        Place { slide, step }
    }

    fn steps(steps: &[u16]) -> Outline {
        Outline::new(steps.to_vec()).expect("slides")
    }

    proptest! {
        #[test]
        fn a_deck_that_was_short_for_a_while_restores_the_place(
            outline in outlines(),
            commands in prop::collection::vec(commands(), 0..20),
            meanwhile in prop::collection::vec(outlines(), 1..4),
        ) {
            let before = run(start(&outline), &outline, &commands);
            let mut state = before.clone();
            for other in &meanwhile {
                state = state.with_deck(other);
                prop_assert_eq!(other.nearest(state.in_the_room()), state.in_the_room());
                prop_assert_eq!(other.nearest(state.place()), state.place());
                prop_assert!(state.reach <= other.last());
            }
            let after = state.with_deck(&outline);
            prop_assert_eq!(after.in_the_room(), before.in_the_room());
            prop_assert_eq!(after.place(), before.place());
            prop_assert_eq!(after.screen(), before.screen());
            prop_assert!(after.reach >= before.reach);
            prop_assert_eq!(&after.beyond, &None);
            let all = 1..=outline.last().get();
            for slide in all.filter_map(SlideNumber::new).filter(|slide| *slide != before.slide) {
                let steps = outline.steps(slide).unwrap_or(0);
                prop_assert!(after.shown_step(slide, steps) >= before.shown_step(slide, steps));
            }
        }

        #[test]
        fn the_place_comes_back_unless_the_presenter_moves(
            outline in outlines(),
            commands in prop::collection::vec(commands(), 0..20),
            other in outlines(),
            moves in prop::collection::vec(commands(), 1..5),
        ) {
            let before = run(start(&outline), &outline, &commands).with_deck(&other);
            let moved = run(before.clone(), &other, &moves);
            if moved.place() != before.place() {
                let after = moved.with_deck(&outline);
                prop_assert_eq!(after.place(), outline.nearest(moved.place()));
            }
        }
    }

    #[test]
    fn the_place_survives_decks_of_any_length_and_a_dark_screen_and_no_move() {
        let long = steps(&[0, 0, 0, 2]);
        let at = run(start(&long), &long, &[go_to(4, 1)]);
        let (one, two) = (steps(&[0]), steps(&[0, 0]));
        let short = at.with_deck(&one).with_deck(&two);
        assert_eq!(short.place(), place(2, 0));
        assert_eq!(short.wanted_slide(), place(4, 0).slide);
        assert_eq!(short.with_deck(&long).place(), place(4, 1));
        // A slide of fewer steps is too short, too.
        let unbuilt = at.with_deck(&steps(&[0, 0, 0, 0]));
        assert_eq!(unbuilt.place(), place(4, 0));
        assert_eq!(unbuilt.with_deck(&long).place(), place(4, 1));
        let dark = Command::Screen(Screen::Black);
        let light = Command::Screen(Screen::Live);
        let looked_away = run(short.clone(), &two, &[dark, light]);
        assert_eq!(looked_away.with_deck(&long).place(), place(4, 1));
        // A tap at the end moves nothing.
        let tapped = run(short.clone(), &two, &[Command::Next]);
        assert_eq!(tapped.with_deck(&long).place(), place(4, 1));
        let moved = run(short, &two, &[Command::Previous, Command::Next]);
        assert_eq!(moved.with_deck(&long).place(), place(2, 0));
        // A command brings the presenter and the room together again.
        let apart = [Command::Screen(Screen::Frozen), go_to(3, 0)];
        let apart = run(at, &long, &apart).with_deck(&one);
        let back = run(apart.clone(), &one, &[Command::BackToRoom]);
        assert_eq!(back.with_deck(&long).place(), place(4, 1));
        let live = run(apart, &one, &[light]);
        assert_eq!(live.with_deck(&long).in_the_room(), place(3, 0));
    }
}
