//! Everybody, and what happens to them.

mod commands;

use super::{
    Schedule, Step,
    disk::{Act, Disk},
    ledger::{Asked, Sent, balance},
    life::{Answer, Life, decks},
    page::Page,
};
use axum::http::StatusCode;
use commands::{Remote, Way};
use model::talk::{Command, Outbox, SlideState};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use std::time::{Duration, Instant};

type Outcome = Result<(), TestCaseError>;

/// How many people are in the room; the first of them have a remote.
pub const PAGES: usize = 4;
pub const REMOTES: usize = 2;

/// How long the server waits for the store until it says that it failed, in seconds.
const STORE_PATIENCE: u64 = 5;

/// How long it takes at most until nothing more happens.
const MOST_ROUNDS: u64 = 1_000;
const MOST_TIME: Duration = Duration::from_secs(60);

pub struct World {
    /// None only between two of them.
    life: Option<Life>,
    disk: Box<dyn Disk>,
    deck: usize,
    /// The page of the remote with the same number, then those that only follow.
    pages: Vec<Page>,
    remotes: Vec<Remote>,
    sent: Vec<Sent>,
    /// Where the command of the same number in `sent` is.
    on_the_way: Vec<Way>,
    /// Something happened after which a command may fail.
    has_failed: bool,
    journal: Vec<String>,
}

impl World {
    pub fn new(disk: impl Disk + 'static) -> Self {
        let mut world = Self {
            life: None,
            disk: Box::new(disk),
            deck: 0,
            pages: Vec::new(),
            remotes: Vec::new(),
            sent: Vec::new(),
            on_the_way: Vec::new(),
            has_failed: false,
            journal: Vec::new(),
        };
        world.start();
        world.pages = (0..PAGES).map(|_| Page::load(world.life())).collect();
        world.remotes = (0..REMOTES).map(|remote| world.loaded(remote)).collect();
        world
    }

    /// All steps, then quiet: everybody is where the store is, and the talk goes on.
    pub fn check(mut self, schedule: &Schedule) -> Outcome {
        let outcome = self.go(&schedule.0);
        outcome.map_err(|error| {
            let journal = self.journal.join("\n  ");
            TestCaseError::fail(format!("{error}\nWhat happened:\n  {journal}\n"))
        })
    }

    fn go(&mut self, steps: &[Step]) -> Outcome {
        for step in steps {
            self.take(*step)?;
            self.hear_answers()?;
        }
        self.say("all comes to rest".to_owned());
        self.rest()?;
        self.agree()?;
        let is_over = self.stored().over;
        self.say("one more tap, as a program".to_owned());
        self.send(
            "the last".to_owned(),
            Asked::Command(Command::Next),
            Some(self.stored().revision),
            self.life().key.clone(),
        );
        self.rest()?;
        let answer = self.sent.last().and_then(|sent| sent.answer.as_ref());
        let goes_on = matches!(answer, Some(Answer::Accepted(_)));
        let has_gone = answer == Some(&Answer::Refused(StatusCode::GONE));
        prop_assert!(if is_over { has_gone } else { goes_on }, "{:?}", answer);
        self.agree()?;
        self.restart(false, false);
        self.rest()?;
        self.agree()?;
        balance(&self.disk.log().records(), &self.sent)
    }

    fn take(&mut self, step: Step) -> Outcome {
        match step {
            Step::Tap(remote, command) => {
                let tapped = self.remotes[remote]
                    .outbox
                    .tap(command, server::talks::now());
                self.say(format!("remote {remote} taps {command:?}: {tapped:?}"));
                self.send_waiting(remote);
            }
            Step::HearNothing { remote, is_cut } => self.hear_nothing(remote, is_cut),
            Step::HearAnswer(remote) => {
                self.hear_answer(remote);
            }
            Step::Program(command) => {
                let key = self.life().key.clone();
                let what = Asked::Command(command);
                self.send("a program".to_owned(), what, None, key);
            }
            Step::End => {
                let key = self.life().key.clone();
                self.send("the host".to_owned(), Asked::End, None, key);
            }
            Step::Arrive(which) => {
                let waiting = self.to_server();
                if let Some(&sent) = waiting.get(which % waiting.len().max(1)) {
                    self.arrive(sent);
                }
            }
            Step::Run(turns) => self.life().run(turns),
            Step::Wait(seconds) => {
                if self.disk.has_paused_time() {
                    self.say(format!("{seconds} s pass"));
                    self.has_failed |= seconds >= STORE_PATIENCE;
                    self.life().wait(seconds);
                }
            }
            Step::Store(act) => {
                if self.disk.act(act) {
                    self.has_failed |= matches!(act, Act::Write { works: false, .. });
                    self.say(format!("the store: {act:?}"));
                }
            }
            Step::Restart {
                is_gentle,
                other_deck,
            } => self.restart(is_gentle, other_deck),
            Step::Pull(page) => while self.pages[page].pull() {},
            Step::Deliver { page, most } => {
                self.deliver(page, most)?;
            }
            Step::Read(page) => while self.pages[page].pull() || self.deliver(page, usize::MAX)? {},
            Step::Lose(page) => {
                if self.pages[page].lose() {
                    self.say(format!("page {page} loses its connection"));
                }
            }
            Step::Connect { page, natively } => {
                self.say(format!("page {page} connects, natively: {natively}"));
                self.connect(page, natively);
            }
            Step::Load(page) => self.load(page),
        }
        Ok(())
    }

    fn start(&mut self) {
        let deck = &decks()[self.deck];
        let store = self.disk.open();
        self.life = Some(Life::start(store, deck, self.disk.has_paused_time()));
        self.disk.hold();
    }

    fn restart(&mut self, is_gentle: bool, other_deck: bool) {
        let how = if is_gentle { "ends" } else { "is killed" };
        self.deck = (self.deck + usize::from(other_deck)) % 2;
        self.say(format!(
            "the server {how} and starts with deck {}",
            self.deck
        ));
        if is_gentle {
            self.life().end();
            self.pages.iter_mut().for_each(Page::outlive);
        } else {
            for page in &mut self.pages {
                page.lose();
            }
        }
        // Whatever was at the server is answered by nobody. What is on its way will find the next.
        for way in &mut self.on_the_way {
            if matches!(way, Way::AtServer(_)) {
                *way = Way::Gone;
            }
        }
        self.life = None;
        self.start();
    }

    fn load(&mut self, page: usize) {
        self.say(format!("page {page} is loaded"));
        self.pages[page] = Page::load(self.life());
        if page < REMOTES {
            self.remotes[page] = self.loaded(page);
        }
    }

    fn loaded(&self, remote: usize) -> Remote {
        let page = &self.pages[remote];
        Remote {
            outbox: Outbox::new(page.deck.outline(), page.newest.clone()),
            key: self.life().key.clone(),
            waits_for: None,
        }
    }

    fn connect(&mut self, page: usize, natively: bool) {
        if let Some(life) = &self.life {
            self.pages[page].connect(life, natively);
        }
    }

    /// Whether anything arrived.
    fn deliver(&mut self, page: usize, most: usize) -> Result<bool, TestCaseError> {
        let before = self.pages[page].newest.clone();
        let arrived = self.pages[page].deliver(most, self.disk.log())?;
        let newest = self.pages[page].newest.clone();
        if newest != before {
            self.say(format!("page {page} shows {}", place(&newest)));
            if let Some(remote) = self.remotes.get_mut(page) {
                remote.outbox.receive(newest);
            }
            if self.pages[page].is_of_another_deck {
                self.load(page);
            }
        }
        Ok(arrived)
    }

    /// Lets all that is under way come to its end, without a second passing.
    fn rest(&mut self) -> Outcome {
        let begun = Instant::now();
        for round in 0_u64.. {
            let mut moved = false;
            for number in self.to_server() {
                self.arrive(number);
                moved = true;
            }
            let most = usize::MAX;
            for act in [Act::Write { most, works: true }, Act::Tell, Act::Answer] {
                moved |= self.disk.act(act);
            }
            self.life().run(64);
            moved |= self.hear_answers()?;
            for remote in 0..REMOTES {
                let is_cut = self.remotes[remote].waits_for.is_some_and(|(sent, _)| {
                    matches!(self.on_the_way[sent], Way::Gone) && self.sent[sent].answer.is_none()
                });
                if is_cut {
                    self.hear_nothing(remote, true);
                }
                moved |= is_cut || self.hear_answer(remote) || self.send_waiting(remote);
            }
            for page in 0..PAGES {
                if !self.pages[page].is_connected() && !self.pages[page].newest.over {
                    self.connect(page, false);
                    moved |= self.pages[page].is_connected();
                }
                moved |= self.pages[page].pull();
                moved |= self.deliver(page, usize::MAX)?;
            }
            let is_busy = |way: &Way| !matches!(way, Way::Gone);
            if !moved && self.disk.is_idle() && !self.on_the_way.iter().any(is_busy) {
                return Ok(());
            }
            // Where a thread of its own works, only the clock tells that it does not.
            let may_go_on = if self.disk.has_paused_time() {
                round < MOST_ROUNDS
            } else {
                begun.elapsed() < MOST_TIME
            };
            prop_assert!(may_go_on, "it does not come to rest");
            if !moved {
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    /// Everybody is where the store is.
    fn agree(&self) -> Outcome {
        let stored = self.stored();
        let log = self.disk.log();
        prop_assert_eq!(&self.life().state().state, &stored, "the published state");
        for (number, page) in self.pages.iter().enumerate() {
            let shown = &page.newest;
            // One who saw the end of a talk stays there, though its code is another talk's now.
            let stays = shown.over && log.age(shown) < log.age(&stored);
            let end = log.newest_of(&shown.epoch).map(|record| record.state);
            let expected = if stays { end } else { Some(stored.clone()) };
            prop_assert_eq!(Some(shown), expected.as_ref(), "page {}", number);
            let deck = log.newest_of(&shown.epoch).map(|record| record.deck);
            prop_assert_eq!(Some(&page.deck.id), deck.as_ref());
            if let Some(remote) = self.remotes.get(number) {
                // What the room has not seen, the presenter has.
                let mut shown = shown.clone();
                shown.unseen = false;
                prop_assert_eq!(remote.outbox.shown(), shown, "remote {}", number);
            }
        }
        Ok(())
    }

    fn stored(&self) -> SlideState {
        self.disk.log().newest().expect("it was opened").state
    }

    fn life(&self) -> &Life {
        self.life.as_ref().expect("it runs")
    }

    fn say(&mut self, line: String) {
        self.journal.push(line);
    }
}

fn place(state: &SlideState) -> String {
    let over = if state.over { ", over" } else { "" };
    let (slide, step, screen) = (state.slide, state.step, state.screen());
    format!("{}: slide {slide}.{step}, {screen}{over}", state.event_id())
}
