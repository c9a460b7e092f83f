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
        1 => prop::sample::select(Scheme::ALL.to_vec()).prop_map(Command::Scheme),
        1 => prop::sample::select(Transition::ALL.to_vec()).prop_map(Command::Transition),
        1 => (prop::sample::select(timing), minutes)
            .prop_map(|(timing, minutes)| Command::Clock(timing, minutes)),
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
    let of_the_room = (state.in_the_room(), state.screen(), state.over);
    let of_the_look = (state.inviting, state.scheme, state.transition);
    (of_the_room, state.place(), state.clock, of_the_look)
}

proptest! {
    #[test]
    fn a_command_is_the_same_after_its_form(command in commands()) {
        let fields = command.to_form();
        let field = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone())
        };
        prop_assert_eq!(Command::from_form(command.name(), field), Some(command));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
        prop_assert!(fields.iter().all(|(_, value)| value.bytes().all(is_plain)));
    }

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
            prop_assert!(state.screen() != Screen::Live || state.place() == state.in_the_room());
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
            after.screen(),
            after.place().slide.get(),
        )
    };
    assert_eq!(then(Command::Screen(Screen::Live)), (4, 4, Screen::Live, 4));
    assert_eq!(
        then(Command::Screen(Screen::Black)),
        (2, 2, Screen::Black, 4)
    );
    assert_eq!(then(Command::BackToRoom), (2, 2, Screen::Live, 2));
    assert_eq!(then(Command::Screen(Screen::Frozen)).0, 2);
}

#[test]
fn under_a_dark_screen_nothing_moves_for_the_room_and_nothing_counts_as_shown() {
    let outline = slides(9);
    for dark in [Screen::Black, Screen::White] {
        let commands = [
            Command::Next,
            Command::Screen(dark),
            Command::Next,
            Command::Next,
        ];
        let state = run(&outline, &commands);
        assert_eq!((state.slide.get(), state.place().slide.get()), (2, 4));
        assert_eq!(state.shown.to_string(), "1-2");
        let live = state
            .apply(&outline, Command::Screen(Screen::Live), None, NOW)
            .expect("carried out");
        assert_eq!((live.slide.get(), live.place().slide.get()), (4, 4));
        assert_eq!(live.shown.to_string(), "1-2,4");
    }
}

#[test]
fn a_deck_that_comes_under_a_dark_screen_is_not_shown_before_the_screen_is_back() {
    let (outline, shorter) = (slides(9), slides(3));
    let slide = |slide| SlideNumber::new(slide).expect("from 1");
    let six = Command::GoTo {
        slide: slide(6),
        step: 0,
    };
    for dark in [Screen::Black, Screen::White] {
        let state = run(&outline, &[six, Command::Screen(dark)]).with_deck(&shorter);
        assert_eq!(
            (state.slide.get(), state.shown.to_string()),
            (3, "1".to_owned())
        );
        let apply = |state: &SlideState, command| {
            state
                .apply(&shorter, command, None, NOW)
                .expect("carried out")
        };
        let moved = apply(&state, Command::Previous);
        let other = apply(&moved, Command::Screen(Screen::White));
        for state in [&moved, &other, &other.with_deck(&shorter)] {
            assert_eq!(state.shown.to_string(), "1");
            assert_eq!(state.shown_step(slide(3), 0), None);
            assert!(state.unseen);
        }
        let frozen = apply(&moved, Command::Screen(Screen::Frozen));
        assert_eq!(
            (frozen.shown.to_string(), frozen.unseen),
            ("1,3".to_owned(), false)
        );
        let live = apply(&moved, Command::Screen(Screen::Live));
        assert_eq!(
            (live.shown.to_string(), live.unseen),
            ("1-2".to_owned(), false)
        );
    }
    // The first slide is the only one that was shown, and is another by now.
    let first = run(&outline, &[Command::Screen(Screen::Black)]).with_deck(&shorter);
    assert_eq!(first.shown_step(slide(1), 0), None);
}

#[test]
fn what_a_presenter_jumps_over_was_not_shown() {
    let outline = Outline::new(vec![2; 9]).expect("slides");
    let slide = |slide| SlideNumber::new(slide).expect("from 1");
    let go_to = |number| Command::GoTo {
        slide: slide(number),
        step: 0,
    };
    let state = run(&outline, &[Command::Next, go_to(6), Command::Next]);
    assert_eq!(state.shown.to_string(), "1.1,6.1");
    let seen: Vec<_> = (1..=9)
        .filter_map(|number| state.shown_step(slide(number), 2))
        .collect();
    assert_eq!(seen, [1, 1]);
}

#[test]
fn a_talk_that_was_stored_with_its_reach_only_shows_as_much_as_before() {
    let outline = slides(9);
    let mut state = run(&outline, &[Command::Next, Command::Next]);
    state.shown = Shown::default();
    let slide = |slide| SlideNumber::new(slide).expect("from 1");
    assert_eq!(state.shown_step(slide(2), 0), Some(0));
    assert_eq!(state.shown_step(slide(4), 0), None);
    let state = state
        .apply(&outline, Command::Next, None, NOW)
        .expect("carried out");
    assert_eq!(state.shown.to_string(), "1-2,3.0,4");
}

#[test]
fn the_clock_starts_when_the_talk_first_leaves_a_slide_and_ends_with_the_talk() {
    let outline = Outline::new(vec![1, 0, 0]).expect("slides");
    let built = run(&outline, &[Command::Next]);
    assert!(!built.clock.has_started(), "a build is no move");
    let moved = [Command::Next, Command::Next, Command::Screen(Screen::Black)];
    let moved = run(&outline, &moved);
    let over = moved.ended(Timestamp::from_unix_ms(1_700_000_003_000));
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
    let first = start(&outline);
    let over = first.ended(NOW);
    assert!(over.over);
    assert_eq!(over.revision, first.revision.next());
    assert_eq!(
        over.apply(&outline, Command::Next, None, NOW),
        Err(Refused::Over)
    );
    assert_eq!(over.ended(NOW), over);
}

#[test]
fn a_form_with_a_missing_or_malformed_field_is_no_command() {
    let read = |name: &str, form: &[(&str, &str)]| {
        let field = |wanted: &str| {
            let found = form.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        Command::from_form(name, field)
    };
    let slide = |slide| SlideNumber::new(slide).expect("from 1");
    let (slide, step) = (slide(3), 0);
    let go_to = Some(Command::GoTo { slide, step });
    let plan = Some(Command::Clock(Timing::Plan, None));
    for (name, form, expected) in [
        ("go_to", &[("slide", "3")][..], go_to),
        ("go_to", &[("slide", "3"), ("step", "")], go_to),
        ("go_to", &[("slide", "3"), ("step", "x")], None),
        ("go_to", &[("slide", "0")], None),
        ("go_to", &[], None),
        ("clock", &[("clock", "plan"), ("minutes", "")], plan),
        ("clock", &[("clock", "plan"), ("minutes", "0")], None),
        ("clock", &[("minutes", "5")], None),
        ("screen", &[("screen", "Black")], None),
        ("invite", &[("inviting", "yes")], None),
        (
            "scheme",
            &[("scheme", "dark")],
            Some(Command::Scheme(Scheme::Dark)),
        ),
        ("scheme", &[("scheme", "red")], None),
        (
            "transition",
            &[("transition", "fade")],
            Some(Command::Transition(Transition::Fade)),
        ),
        ("transition", &[], None),
        ("end", &[], None),
    ] {
        assert_eq!(read(name, form), expected, "{name} {form:?}");
    }
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

#[test]
fn the_first_move_takes_the_invitation_away() {
    let outline = Outline::new(vec![1, 0, 0]).expect("slides");
    let state = SlideState::start(
        Epoch::try_from("e1".to_owned()).expect("an epoch"),
        &outline,
    );
    let apply = |state: &SlideState, command| {
        state
            .apply(&outline, command, None, Timestamp::default())
            .expect("it fits")
    };
    let invited = apply(&state, Command::Invite(true));
    assert!(invited.inviting && !invited.has_begun());
    // Where there is nothing before it, Previous is no move.
    assert!(apply(&invited, Command::Previous).inviting);
    let begun = apply(&invited, Command::Next);
    assert!(!begun.inviting && begun.has_begun());
    // Later it stays until it is taken away.
    let again = apply(&begun, Command::Invite(true));
    assert!(apply(&again, Command::Next).inviting);
}
