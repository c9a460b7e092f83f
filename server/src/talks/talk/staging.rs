//! Changes on their way to the disk, so that many of them can share one flush.

use crate::store::{StoreError, TalkRecord, TalkTitle};
use model::{
    deck::{Deck, DeckId},
    talk::Revision,
};
use std::sync::Arc;

/// A version of a talk: its record and the deck that this names. Neither changes without the other.
#[derive(Debug, Clone)]
pub struct Version {
    pub record: TalkRecord,
    pub deck: Arc<Deck>,
}

impl Version {
    /// Another deck, at the same place as far as it reaches.
    pub fn change_deck(&mut self, deck: Arc<Deck>) {
        self.record.deck = deck.id.clone();
        self.record.state = self.record.state.with_deck(&deck.outline());
        self.deck = deck;
    }

    /// Another title, at the same place.
    pub fn rename(&mut self, title: TalkTitle) {
        self.record.title = Some(title);
        self.record.state = self.record.state.with_deck(&self.deck.outline());
    }

    /// Replaces the deck with a more complete version of itself.
    fn grow(&mut self, deck: &Arc<Deck>) {
        if self.deck.id == deck.id {
            self.deck = deck.clone();
        }
    }
}

/// A talk's commits without an outcome, and the state before them. Never shown to anybody.
pub struct Staged {
    durable: Version,
    /// Commits without an outcome, oldest first.
    under_way: Vec<Version>,
    /// One of them failed, and so will those after it. Nothing is staged until all have an outcome:
    /// otherwise one revision would mean two states in the store's queue.
    is_rolling_back: bool,
}

/// Identifies a staged record among its talk's.
pub type Age = (Revision, u64);

impl Staged {
    pub const fn new(durable: Version) -> Self {
        Self {
            durable,
            under_way: Vec::new(),
            is_rolling_back: false,
        }
    }

    /// What the next change is applied to.
    ///
    /// # Errors
    /// While a failed commit is rolled back.
    pub fn newest(&self) -> Result<&Version, StoreError> {
        if self.is_rolling_back {
            return Err(StoreError::Closed);
        }
        let last = self.under_way.last();
        let is_newer = |last: &&Version| last.record.age() > self.durable.record.age();
        Ok(last.filter(is_newer).unwrap_or(&self.durable))
    }

    /// Adds a commit.
    pub fn push(&mut self, next: Version) {
        self.under_way.push(next);
    }

    /// The outcome of a commit; outcomes arrive in any order. After a failure and the last outcome,
    /// the talk is where the durable record says.
    pub fn settle(&mut self, age: Age, is_durable: bool) {
        let index = self
            .under_way
            .iter()
            .position(|shown| shown.record.age() == age);
        if let Some(settled) = index.map(|index| self.under_way.remove(index)) {
            if is_durable {
                self.adopt(settled);
            } else {
                self.is_rolling_back = true;
            }
        }
        self.is_rolling_back &= !self.under_way.is_empty();
    }

    /// Takes over a durable record, whether it was staged here or not.
    pub fn adopt(&mut self, durable: Version) {
        if durable.record.age() > self.durable.record.age() {
            self.durable = durable;
        }
    }

    /// Replaces a deck with a more complete version of itself, wherever it is staged.
    pub fn grow(&mut self, deck: &Arc<Deck>) {
        self.durable.grow(deck);
        for shown in &mut self.under_way {
            shown.grow(deck);
        }
    }

    /// The deck of this id, if a staged record or the durable one shows it.
    pub fn deck(&self, id: &DeckId) -> Option<Arc<Deck>> {
        let mut shown = self.under_way.iter().rev().chain([&self.durable]);
        shown
            .find(|shown| shown.deck.id == *id)
            .map(|shown| shown.deck.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Remotes;
    use model::{
        deck::{Face, Slide},
        talk::{Epoch, SlideState},
    };

    fn deck(id: &str, title: &str) -> Arc<Deck> {
        let slide = Slide::new("One".to_owned(), Face::pending(16, 9));
        let id = DeckId::new(id.to_owned());
        Arc::new(Deck::new(id, title.to_owned(), vec![slide]).expect("a slide"))
    }

    fn first() -> Version {
        let deck = deck("first", "A deck");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let record = TalkRecord {
            code: "room".parse().expect("a code"),
            deck: deck.id.clone(),
            title: None,
            state: SlideState::start(epoch, &deck.outline()),
            presenter_keys: Vec::new(),
            remotes: Remotes::default(),
        };
        Version { record, deck }
    }

    fn push(staged: &mut Staged, change: impl FnOnce(&mut Version)) -> Age {
        let mut next = staged.newest().expect("nothing failed").clone();
        change(&mut next);
        let age = next.record.age();
        staged.push(next);
        age
    }

    fn rename(shown: &mut Version) {
        shown.rename("Renamed".parse().expect("a title"));
    }

    /// The deck used to stay beside the earlier record when something else was published meanwhile.
    #[test]
    fn a_deck_whose_commit_failed_goes_with_its_record() {
        let mut staged = Staged::new(first());
        let changed = push(&mut staged, |shown| shown.change_deck(deck("second", "")));
        let renamed = push(&mut staged, rename);
        staged.settle(changed, false);
        assert!(staged.newest().is_err(), "another one will fail, too");
        staged.settle(renamed, false);
        let now = staged.newest().expect("all have an outcome");
        assert_eq!(now.record, first().record);
        assert_eq!(now.deck, first().deck);
    }

    #[test]
    fn outcomes_may_come_in_any_order_and_after_the_feed() {
        let mut staged = Staged::new(first());
        let one = push(&mut staged, rename);
        let two = push(&mut staged, |shown| shown.change_deck(deck("second", "")));
        let newest = staged.newest().expect("nothing failed").clone();
        staged.adopt(newest.clone());
        for age in [two, one] {
            staged.settle(age, true);
            let now = staged.newest().expect("nothing failed");
            assert_eq!(now.record, newest.record);
            assert_eq!(now.deck.id, newest.record.deck);
        }
    }

    #[test]
    fn a_deck_grows_in_every_record_that_shows_it() {
        let mut staged = Staged::new(first());
        let renamed = push(&mut staged, rename);
        let changed = push(&mut staged, |shown| shown.change_deck(deck("second", "")));
        let more = deck("first", "The same deck with more of it");
        staged.grow(&more);
        assert_eq!(staged.deck(&more.id), Some(more.clone()));
        staged.settle(renamed, true);
        staged.settle(changed, false);
        assert_eq!(staged.newest().expect("all have an outcome").deck, more);
    }
}
