//! A talk is opened for a deck, or the talk that has its code goes on with it.

use super::{Remotes, Talk, Talks, locked};
use crate::{
    access::{Key, KeyHash},
    store::{StoreError, TalkRecord, made_up_epoch},
};
use model::{
    deck::Deck,
    talk::{Revision, SlideState, TalkCode},
};
use std::sync::Arc;
use tokio::spawn;

/// The most presenter keys that a talk remembers. Each start makes one; the oldest are forgotten.
const KEYS_KEPT: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the stored talk {0} has lost its deck, or points out of it")]
    Damaged(TalkCode),
    #[error(
        "the talk {0} is in the store, but can't be shown. Take another --code, or another --data."
    )]
    Unshowable(TalkCode),
    #[error("there is a talk {0} already")]
    Taken(TalkCode),
    #[error("the snapshot could not be written: {0}")]
    Snapshot(#[from] serde_json::Error),
}

/// Who brings a deck in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bringer {
    pub is_host: bool,
    /// Has a key of the talk that has the code already.
    pub presents: bool,
}

impl Bringer {
    /// Whether they may go on with an open talk. Someone who brings a deck again, because the answer
    /// was lost, gets the talk that was made of it: with a key of it, or while it is untouched.
    fn may_reopen(self, talk: &Talk, deck: &Deck) -> bool {
        talk.deck().id == deck.id && (self.presents || talk.is_untouched())
    }
}

impl Talks {
    /// Opens a talk for `deck` and makes a presenter's key for it. A talk that has this code
    /// already goes on: same epoch, same place as far as the deck reaches, earlier keys still
    /// good.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn open(
        &self,
        code: Option<TalkCode>,
        deck: Deck,
    ) -> Result<(Arc<Talk>, Key), OpenError> {
        self.open_or_create(code, deck, None).await
    }

    /// Opens a talk for someone in the browser, who gets no key to a talk of somebody else. The host may
    /// go on with a talk that lost its deck.
    ///
    /// # Errors
    /// [`OpenError::Taken`] when the code is another talk's; else as [`open`](Self::open).
    pub async fn create(
        &self,
        code: Option<TalkCode>,
        deck: Deck,
        bringer: Bringer,
    ) -> Result<(Arc<Talk>, Key), OpenError> {
        self.open_or_create(code, deck, Some(bringer)).await
    }

    /// Runs to its end, even if this future is dropped: a talk that is stored is opened, too.
    async fn open_or_create(
        &self,
        code: Option<TalkCode>,
        deck: Deck,
        bringer: Option<Bringer>,
    ) -> Result<(Arc<Talk>, Key), OpenError> {
        let talks = self.clone();
        let opened = spawn(async move {
            talks.0.keep(&deck).await?;
            let code = match code {
                Some(code) => code,
                None => talks.made_up_code()?,
            };
            let key = Key::made_up()?;
            let opening = Opening {
                deck,
                link: key.hash(),
                bringer,
            };
            let talk = talks.open_by_code(code, opening).await?;
            talks.catch_up(&talk).await?;
            Ok((talk, key))
        });
        opened.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    async fn open_by_code(&self, code: TalkCode, opening: Opening) -> Result<Arc<Talk>, OpenError> {
        match self.find(&code) {
            Some(talk) if !talk.is_over() => opening.go_on(talk).await,
            // A code may be used again once its talk is over: for another talk, with other keys.
            Some(over) => {
                let expected = over.record().state.revision;
                self.begin(code, Some(expected), opening).await
            }
            None => {
                let left_out = locked(&self.0.left_out).get(&code).cloned();
                match left_out {
                    Some(record) if !record.state.over => self.revive(record, opening).await,
                    over => {
                        let expected = over.map(|record| record.state.revision);
                        self.begin(code, expected, opening).await
                    }
                }
            }
        }
    }

    /// Goes on with a stored talk that has no deck, as it was.
    async fn revive(
        &self,
        mut record: TalkRecord,
        opening: Opening,
    ) -> Result<Arc<Talk>, OpenError> {
        if opening.bringer.is_some_and(|bringer| !bringer.is_host) {
            return Err(OpenError::Taken(record.code));
        }
        let expected = record.state.revision;
        record.deck = opening.deck.id.clone();
        record.state = record.state.with_deck(&opening.deck.outline());
        remember(&mut record, opening.link);
        self.commit_and_add(record, Some(expected), opening.deck)
            .await
    }

    /// Begins a new talk, in place of one that is over and `expected` to be at this revision.
    async fn begin(
        &self,
        code: TalkCode,
        expected: Option<Revision>,
        opening: Opening,
    ) -> Result<Arc<Talk>, OpenError> {
        let Opening {
            deck,
            link,
            bringer,
        } = opening;
        let mut record = TalkRecord {
            state: SlideState::start(made_up_epoch()?, &deck.outline())
                .with_plan_of(&deck.sections()),
            code: code.clone(),
            deck: deck.id.clone(),
            title: None,
            presenter_keys: Vec::new(),
            remotes: Remotes::default(),
        };
        remember(&mut record, link);
        match self.commit_and_add(record, expected, deck).await {
            // Another one was opened a moment ago.
            Err(OpenError::Store(StoreError::Conflict)) if bringer.is_some() => {
                Err(OpenError::Taken(code))
            }
            Err(OpenError::Store(StoreError::Conflict)) if expected.is_none() => {
                Err(OpenError::Unshowable(code))
            }
            begun => begun,
        }
    }

    async fn commit_and_add(
        &self,
        record: TalkRecord,
        expected: Option<Revision>,
        deck: Deck,
    ) -> Result<Arc<Talk>, OpenError> {
        let journal = self.store().journal();
        journal.commit(record.clone(), expected, None).await?;
        locked(&self.0.left_out).remove(&record.code);
        self.0.add(record, deck)
    }

    /// Another talk of the same deck under a code of its own, called the same. Holds `awaited`, which
    /// keeps the deck's import going, until that talk shows the deck. Runs to its end, even if this
    /// future is dropped.
    ///
    /// # Errors
    /// When the deck is gone by now, with its talk; else as [`open`](Self::open).
    pub async fn open_again(
        &self,
        talk: &Arc<Talk>,
        awaited: impl Send + 'static,
    ) -> Result<Arc<Talk>, OpenError> {
        let (talks, talk) = (self.clone(), talk.clone());
        let opened = spawn(async move {
            let opened = talks.open_another(&talk).await;
            drop(awaited);
            opened
        });
        opened.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    async fn open_another(&self, talk: &Talk) -> Result<Arc<Talk>, OpenError> {
        let deck = talk.deck();
        let _claim = self.claim(&deck.id).await;
        let deck = self.0.newest(&deck.id).await?;
        let deck = deck.ok_or_else(|| OpenError::Damaged(talk.code().clone()))?;
        let (again, _) = self.open(None, deck).await?;
        if let Some(title) = talk.record().title {
            again.rename(title).await?;
        }
        Ok(again)
    }

    fn made_up_code(&self) -> Result<TalkCode, getrandom::Error> {
        loop {
            let mut random = [0_u8; 6];
            getrandom::fill(&mut random)?;
            let code = TalkCode::made_up(random);
            if self.find(&code).is_none() {
                return Ok(code);
            }
        }
    }
}

/// A deck that is to be shown.
struct Opening {
    deck: Deck,
    /// The new presenter's link.
    link: KeyHash,
    /// `None` for the command line, which may go on with any talk.
    bringer: Option<Bringer>,
}

impl Opening {
    /// Goes on with an open talk.
    async fn go_on(self, talk: Arc<Talk>) -> Result<Arc<Talk>, OpenError> {
        let seen_at = talk.record().state.revision;
        let taken = || OpenError::Taken(talk.code().clone());
        match self.bringer {
            None => {
                talk.reopen(self.deck, self.link, None).await?;
            }
            Some(bringer) => {
                let may_reopen = bringer.may_reopen(&talk, &self.deck);
                // Someone may move it in between.
                if !may_reopen || !talk.reopen(self.deck, self.link, Some(seen_at)).await? {
                    return Err(taken());
                }
            }
        }
        Ok(talk)
    }
}

/// Adds a presenter's link.
pub(super) fn remember(record: &mut TalkRecord, key: KeyHash) {
    record.presenter_keys.push(key);
    let forgotten = record.presenter_keys.len().saturating_sub(KEYS_KEPT);
    record.presenter_keys.drain(..forgotten);
    record.remotes.has_changed();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{live::Hub, store::Store};
    use model::deck::{DeckId, Face, Markup, Reading, Size, Slide};

    fn deck(face: Face, reading: Reading) -> Deck {
        let slide = Slide::new("One".to_owned(), face);
        let id = DeckId::new("deck".to_owned());
        let mut deck = Deck::new(id, "A deck".to_owned(), vec![slide]).expect("a slide");
        deck.reading = reading;
        deck
    }

    /// If an import ended before a talk showed its deck, the talk that was opened a moment later showed the
    /// deck's beginning for ever.
    #[tokio::test]
    async fn a_talk_that_is_opened_when_its_import_ends_shows_all_of_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = Store::open(directory.path()).await.expect("a store");
        let talks = Talks::start(store.clone(), Hub::new(1).start())
            .await
            .expect("talks");
        let begun = deck(Face::pending(16, 9), Reading::Underway);
        let whole = deck(
            Face::Markup(Markup {
                size: Size::FULL_HD,
                html: "<p>One</p>".to_owned(),
            }),
            Reading::default(),
        );
        store.put_deck(whole.clone()).await.expect("stored");
        talks.has_grown(whole.clone());
        let (talk, _) = talks.open(None, begun.clone()).await.expect("opened");
        assert_eq!(*talk.deck(), whole);
        let (again, _) = talks.open(None, begun).await.expect("opened");
        assert_eq!(*again.deck(), whole);
        assert_eq!(again.snapshot().face, whole.slides()[0].faces[0]);
    }
}
