//! The whole path of a tap, in process and in any order: remotes and programs, the router, the
//! talk, a store that fails and forgets, streams that break, pages that read slowly.
//!
//! A schedule says who takes the next step; nothing happens in between. Only the order in which
//! tokio wakes those who wait for one and the same state is not said.

mod disk;
mod ledger;
mod life;
mod model_store;
mod page;
mod real_store;
mod world;

use disk::Act;
use model::{
    deck::SlideNumber,
    talk::{Command, Screen, Timing},
};
use model_store::ModelDisk;
use proptest::prelude::*;
use real_store::RealDisk;
use std::fmt;
use world::{PAGES, REMOTES, World};

/// Who takes the next step.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A thumb on a remote.
    Tap(usize, Command),
    /// The remote hears the answer that it waits for, if there is one.
    HearAnswer(usize),
    /// It does not, in time: it sends the same again.
    HearNothing {
        remote: usize,
        is_cut: bool,
    },
    /// A command without a revision.
    Program(Command),
    /// The host ends the talk.
    End,
    /// One of the commands that were sent reaches the server.
    Arrive(usize),
    /// So many of the server's tasks get on.
    Run(usize),
    /// So many seconds pass.
    Wait(u64),
    Store(Act),
    Restart {
        is_gentle: bool,
        other_deck: bool,
    },
    /// The server writes to the page's socket, if there is room.
    Pull(usize),
    /// So many bytes of that reach the page.
    Deliver {
        page: usize,
        most: usize,
    },
    /// Both, all there is: a page that is quick.
    Read(usize),
    Lose(usize),
    /// By the browser itself, or by the page.
    Connect {
        page: usize,
        natively: bool,
    },
    Load(usize),
}

fn commands() -> impl Strategy<Value = Command> {
    let slide = (1_u32..9).prop_filter_map("from 1", SlideNumber::new);
    let screen = prop::sample::select(vec![Screen::Live, Screen::Black, Screen::Frozen]);
    prop_oneof![
        4 => Just(Command::Next),
        2 => Just(Command::Previous),
        2 => (slide, 0_u16..2).prop_map(|(slide, step)| Command::GoTo { slide, step }),
        1 => screen.prop_map(Command::Screen),
        1 => Just(Command::BackToRoom),
        1 => Just(Command::Clock(Timing::Run, None)),
        1 => Just(Command::Clock(Timing::Pause, None)),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let remote = 0..REMOTES;
    let page = 0..PAGES;
    let write = (1_usize..5, prop::bool::weighted(0.85))
        .prop_map(|(most, works)| Step::Store(Act::Write { most, works }));
    prop_oneof![
        12 => (remote.clone(), commands()).prop_map(|(remote, command)| Step::Tap(remote, command)),
        5 => remote.clone().prop_map(Step::HearAnswer),
        4 => (remote, any::<bool>())
            .prop_map(|(remote, is_cut)| Step::HearNothing { remote, is_cut }),
        5 => commands().prop_map(Step::Program),
        14 => (0_usize..4).prop_map(Step::Arrive),
        20 => (1_usize..40).prop_map(Step::Run),
        1 => prop::sample::select(vec![1, 5, 15, 40]).prop_map(Step::Wait),
        10 => write,
        10 => Just(Step::Store(Act::Tell)),
        10 => Just(Step::Store(Act::Answer)),
        1 => (any::<bool>(), prop::bool::weighted(0.3))
            .prop_map(|(is_gentle, other_deck)| Step::Restart { is_gentle, other_deck }),
        6 => page.clone().prop_map(Step::Pull),
        6 => (page.clone(), 1_usize..1_500).prop_map(|(page, most)| Step::Deliver { page, most }),
        16 => page.clone().prop_map(Step::Read),
        2 => page.clone().prop_map(Step::Lose),
        3 => (page.clone(), any::<bool>())
            .prop_map(|(page, natively)| Step::Connect { page, natively }),
        1 => page.prop_map(Step::Load),
    ]
}

pub struct Schedule(Vec<Step>);

/// One step a line.
impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| write!(f, "\n  {step:?}"))
    }
}

/// Any steps, and at any moment, or never, the end of the talk.
fn schedules(most: usize) -> impl Strategy<Value = Schedule> {
    let end = prop::option::weighted(0.2, any::<prop::sample::Index>());
    (prop::collection::vec(steps(), 0..most), end).prop_map(|(mut steps, end)| {
        if let Some(end) = end {
            steps.insert(end.index(steps.len() + 1), Step::End);
        }
        Schedule(steps)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_everybody_ends_where_the_store_is(schedule in schedules(250)) {
        World::new(ModelDisk::default()).check(&schedule)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn with_the_real_store_too(schedule in schedules(120)) {
        World::new(RealDisk::new()).check(&schedule)?;
    }
}
