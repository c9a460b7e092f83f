//! A deck becomes a talk, or goes on in the one that has its code.

use super::{Remotes, Talk, Talks, locked};
use crate::{
    access::{Key, KeyHash},
    store::{StoreError, TalkRecord, made_up_epoch},
};
use model::{
    deck::Deck,
    talk::{SlideState, TalkCode},
};
use std::sync::Arc;

/// How many presenter keys a talk remembers. Each start makes one; the oldest are forgotten.
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

/// Which talks may be gone on with, by whoever brings a deck under their code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    All,
    /// As whoever brought it may.
    By(Bringer),
}

/// Who brings a deck in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bringer {
    pub is_host: bool,
    /// Has a key of the talk that has the code already.
    pub presents: bool,
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
        self.open_or_create(code, deck, Taking::All).await
    }

    /// The same, but no talk of somebody else: whoever brings a deck gets no key to another's. Who
    /// brings a deck again, because the answer was lost, gets the talk that was made of it: with a
    /// key of it, or while it is untouched. The host may go on with one that lost its deck.
    ///
    /// # Errors
    /// [`OpenError::Taken`] when the code is another talk's; else as [`open`](Self::open).
    pub async fn create(
        &self,
        code: Option<TalkCode>,
        deck: Deck,
        bringer: Bringer,
    ) -> Result<(Arc<Talk>, Key), OpenError> {
        self.open_or_create(code, deck, Taking::By(bringer)).await
    }

    async fn open_or_create(
        &self,
        code: Option<TalkCode>,
        deck: Deck,
        taking: Taking,
    ) -> Result<(Arc<Talk>, Key), OpenError> {
        let key = Key::made_up()?;
        self.0.keep(&deck).await?;
        let code = match code {
            Some(code) => code,
            None => self.made_up_code()?,
        };
        let existing = self.find(&code);
        let left_out = locked(&self.0.left_out).get(&code).cloned();
        // A code may be used again once its talk is over: for another talk, with other keys.
        let record = existing.as_ref().map(|talk| talk.record());
        let was = record.as_ref().or(left_out.as_ref());
        let was = was.map(|record| record.state.revision);
        let existing = existing.filter(|talk| !talk.is_over());
        let left_out = left_out.filter(|record| existing.is_none() && !record.state.over);
        let may_take = match taking {
            Taking::All => true,
            Taking::By(bringer) => match &existing {
                Some(talk) => {
                    let is_same = talk.deck().id == deck.id;
                    is_same && (bringer.presents || talk.is_untouched())
                }
                None => bringer.is_host || left_out.is_none(),
            },
        };
        if !may_take {
            return Err(OpenError::Taken(code));
        }
        if let Some(record) = left_out {
            // As it was, in the deck that is given now.
            let was = record.state.revision;
            let mut record = with_key(record, key.hash());
            record.deck = deck.id.clone();
            record.state = record.state.with_deck(&deck.outline());
            self.journal()
                .commit(record.clone(), Some(was), None)
                .await?;
            locked(&self.0.left_out).remove(&code);
            let talk = self.0.add(record, deck)?;
            self.catch_up(&talk).await?;
            return Ok((talk, key));
        }
        let (record, expected) = match &existing {
            Some(talk) => {
                let mut record = talk.record();
                let expected = record.state.revision;
                if record.deck != deck.id {
                    record.deck = deck.id.clone();
                    record.state = record.state.with_deck(&deck.outline());
                }
                (record, Some(expected))
            }
            None => {
                let state = SlideState::start(made_up_epoch()?, &deck.outline());
                let deck = deck.id.clone();
                (
                    TalkRecord {
                        code,
                        deck,
                        title: None,
                        state,
                        presenter_keys: Vec::new(),
                        remotes: Remotes::default(),
                    },
                    was,
                )
            }
        };
        let record = with_key(record, key.hash());
        let committed = self.journal().commit(record.clone(), expected, None).await;
        match committed {
            // Somebody was first, a moment ago.
            Err(StoreError::Conflict) if taking != Taking::All => {
                return Err(OpenError::Taken(record.code));
            }
            Err(StoreError::Conflict) if expected.is_none() => {
                return Err(OpenError::Unshowable(record.code));
            }
            committed => committed?,
        }
        let talk = match existing {
            Some(talk) => {
                // The feed publishes it, as any change.
                talk.until(|seen| seen.presenter_keys == record.presenter_keys)
                    .await?;
                talk
            }
            None => {
                locked(&self.0.left_out).remove(&record.code);
                self.0.add(record, deck)?
            }
        };
        self.catch_up(&talk).await?;
        Ok((talk, key))
    }

    /// Another talk of the same deck under a code of its own, called the same.
    ///
    /// # Errors
    /// When the deck is gone by now, with its talk; else as [`open`](Self::open).
    pub async fn open_again(&self, talk: &Talk) -> Result<Arc<Talk>, OpenError> {
        let deck = talk.deck();
        let _claim = self.claim(&deck.id).await;
        let deck = self.0.newest(&deck.id).await?;
        let deck = deck.ok_or_else(|| OpenError::Damaged(talk.code().clone()))?;
        let (again, _) = self.open(None, deck).await?;
        if let Some(title) = talk.record().title {
            self.rename(&again, title).await?;
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

fn with_key(mut record: TalkRecord, key: KeyHash) -> TalkRecord {
    remember(&mut record, key);
    record
}

/// One more presenter's link.
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
    use model::deck::{DeckId, Face, Reading, Slide};

    fn deck(face: Face, reading: Reading) -> Deck {
        let slide = Slide::new("One".to_owned(), face);
        let id = DeckId::new("deck".to_owned());
        let mut deck = Deck::new(id, "A deck".to_owned(), vec![slide]).expect("a slide");
        deck.reading = reading;
        deck
    }

    /// An import told of its end when nobody showed its deck yet: who opened a talk for it a moment
    /// later showed what there was at its beginning, for ever.
    #[tokio::test]
    async fn a_talk_that_is_opened_when_its_import_ends_shows_all_of_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = Store::open(directory.path()).await.expect("a store");
        let talks = Talks::start(store.clone(), Hub::start(1, true))
            .await
            .expect("talks");
        let begun = deck(Face::pending(16, 9), Reading::Underway);
        let whole = deck(
            Face {
                html: Some("<p>One</p>".to_owned()),
                ..Face::pending(16, 9)
            },
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
