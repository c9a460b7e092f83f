//! Open talks, and the way of a tap: from a command to everybody's frame.

mod deleting;
pub mod history;
mod opening;
mod pointer_rate;
mod requests;
mod talk;
mod visitor;
mod warnings;

pub use crate::store::{Device, LinkState, Remote, Remotes, RemovedBy, TalkTitle};
pub use opening::{Bringer, OpenError};
pub use pointer_rate::Sent;
pub use requests::{NotAsked, Request, RequestState, device_name};
pub use talk::CommandError as EndError;
pub use talk::Talk;
pub use visitor::Visitor;
pub use warnings::{Place, Remark, Warnings};

use crate::{
    access::{CookieNames, Key, KeyHash},
    live::Hub,
    observe::metrics::FOLLOWERS,
    store::{Cause, Committed, Store, StoreError, TalkRecord},
};
use app::pages::LeftOut;
use metrics::gauge;
use model::{
    deck::{Deck, DeckId, Reading},
    talk::TalkCode,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing::{error, warn};

/// Every open talk. A cheap handle.
#[derive(Clone)]
pub struct Talks(Arc<Inner>);

/// Lock order: `keeping`, then `growing` or `warnings`, then the claims of the store, then `open`, then
/// those of a [`Talk`]. Only `keeping` is held across an await.
struct Inner {
    store: Store,
    hub: Hub,
    /// Read by every request, written when a talk is opened or deleted.
    open: RwLock<HashMap<TalkCode, Arc<Talk>>>,
    /// Stored talks whose deck is missing, because its import was interrupted. A talk goes on when it is
    /// given a deck again.
    left_out: Mutex<HashMap<TalkCode, TalkRecord>>,
    /// Hashes of the host's keys, which present every talk. Oldest first.
    host_keys: OnceLock<Vec<KeyHash>>,
    cookies: OnceLock<CookieNames>,
    /// Decks that are shown while they are still being read. They are ahead of what is stored.
    growing: Mutex<HashMap<DeckId, Deck>>,
    /// Held from the look for a deck in the store until the deck is put there.
    keeping: tokio::sync::Mutex<()>,
    /// Warnings of imports since the start.
    warnings: Mutex<HashMap<DeckId, Warnings>>,
    /// Whether a device that opens a presenter's link waits until another one admits it.
    ask_first: AtomicBool,
}

pub use crate::observe::steady::now;

impl Talks {
    /// Opens every stored talk and publishes what is committed from now on.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn start(store: Store, hub: Hub) -> Result<Self, OpenError> {
        let mut feed = store.journal().feed();
        let inner = Arc::new(Inner {
            store,
            hub,
            open: RwLock::default(),
            left_out: Mutex::default(),
            host_keys: OnceLock::new(),
            cookies: OnceLock::new(),
            growing: Mutex::default(),
            keeping: tokio::sync::Mutex::default(),
            warnings: Mutex::default(),
            ask_first: AtomicBool::default(),
        });
        for record in inner.store.journal().load().await? {
            let code = record.code.clone();
            // The others are shown all the same.
            let opened = match inner.store.deck(&record.deck).await {
                Ok(Some(deck)) => inner.add(record.clone(), deck).map(drop),
                Ok(None) => Err(OpenError::Damaged(code.clone())),
                Err(error) => Err(error.into()),
            };
            if let Err(error) = opened {
                warn!(talk = %code, %error, "a stored talk is left out until its deck is given again");
                locked(&inner.left_out).insert(code, record);
            }
        }
        // Holds no strong handle: the store, and its feed, end with the last one.
        let publishing = Arc::downgrade(&inner);
        tokio::spawn(async move {
            while let Some(committed) = feed.recv().await {
                let Some(inner) = publishing.upgrade() else {
                    break;
                };
                match committed {
                    Committed::Talk(record) => inner.publish(*record).await,
                    Committed::Entry(_) => {}
                }
            }
        });
        // Neither does this task.
        let mut let_go = inner.store.claims().let_go();
        let clearing = Arc::downgrade(&inner);
        tokio::spawn(async move {
            while let_go.recv().await.is_some() {
                let Some(inner) = clearing.upgrade() else {
                    break;
                };
                Self(inner).clear_away(Cause::LetGo).await;
            }
        });
        Ok(Self(inner))
    }

    pub fn find(&self, code: &TalkCode) -> Option<Arc<Talk>> {
        self.0.find(code)
    }

    /// The talk of a code that was typed as it is spoken.
    pub fn meant(&self, typed: &TalkCode) -> Option<Arc<Talk>> {
        self.0.find(typed).or_else(|| self.0.meant(typed))
    }

    /// Shows another deck in a running talk, at the same place as far as the deck reaches.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn show(&self, talk: &Arc<Talk>, deck: Deck) -> Result<(), OpenError> {
        self.0.keep(&deck).await?;
        talk.change_deck(deck).await?;
        self.catch_up(talk).await
    }

    /// Shows a more complete version of a deck in all talks that show the deck.
    pub fn has_grown(&self, deck: Deck) {
        if deck.is_being_read() {
            locked(&self.0.growing).insert(deck.id.clone(), deck.clone());
        } else {
            locked(&self.0.growing).remove(&deck.id);
        }
        let deck = Arc::new(deck);
        for talk in self.all() {
            if let Err(error) = talk.take_grown(&deck) {
                error!(talk = %talk.code(), %error, "an imported slide was not shown");
            }
        }
    }

    /// The import of a deck ended early: it keeps the slides that it has, and `why` it lacks others.
    pub async fn cut_short(&self, id: &DeckId, why: &str) {
        // Claimed, so that a deck that is being removed is not stored again.
        let _claim = self.claim(id).await;
        match self.0.cut_short(id, why).await {
            Ok(Some(deck)) => self.has_grown(deck),
            Ok(None) => {}
            // Until it can be stored, it counts as one whose import goes on: its pictures are kept.
            Err(error) => warn!(%error, "the end of an import was not stored"),
        }
    }

    /// A talk that is not over and shows this deck.
    pub fn showing(&self, deck: &DeckId) -> Option<Arc<Talk>> {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        let mut talks = open.values();
        talks
            .find(|talk| !talk.is_over() && talk.deck().id == *deck)
            .cloned()
    }

    /// Every talk, by code.
    pub fn all(&self) -> Vec<Arc<Talk>> {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        let mut talks: Vec<_> = open.values().cloned().collect();
        talks.sort_by(|a, b| a.code().cmp(b.code()));
        talks
    }

    /// Adds warnings of an import.
    pub fn warn(&self, deck: &DeckId, warnings: &[Remark]) {
        if !warnings.is_empty() {
            let mut kept = locked(&self.0.warnings);
            kept.entry(deck.clone()).or_default().add(warnings);
        }
    }

    /// Forgets the warnings of an earlier import of a deck that is being imported again.
    pub fn forget_warnings(&self, deck: &DeckId) {
        locked(&self.0.warnings).remove(deck);
    }

    /// Sets why the import of a deck waits, or that it does not.
    pub fn waits(&self, deck: &DeckId, why: Option<String>) {
        let mut kept = locked(&self.0.warnings);
        kept.entry(deck.clone()).or_default().waits = why;
    }

    /// Warnings of the deck's import, if it was imported since the start.
    pub fn warnings(&self, deck: &DeckId) -> Vec<LeftOut> {
        let kept = locked(&self.0.warnings);
        kept.get(deck).map(Warnings::grouped).unwrap_or_default()
    }

    /// Admits a device by a presenter's link, and returns the key that it presents with. If devices have
    /// to ask, it may present once another one has let it in.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn admit(
        &self,
        talk: &Arc<Talk>,
        link: &Key,
        device: Device,
    ) -> Result<Key, OpenError> {
        talk.admit(link.hash(), device, self.asks_first()).await
    }

    /// Admits a device by a link that admits one, as [`admit`](Self::admit) does. `None` if the link was used
    /// or has expired.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn admit_once(
        &self,
        talk: &Arc<Talk>,
        link: &Key,
        device: Device,
    ) -> Result<Option<Key>, OpenError> {
        talk.admit_once(link.hash(), device, self.asks_first())
            .await
    }

    /// From now on, a device that comes by a presenter's link waits until another one lets it in.
    pub fn ask_first(&self) {
        self.0.ask_first.store(true, Ordering::Relaxed);
    }

    pub fn asks_first(&self) -> bool {
        self.0.ask_first.load(Ordering::Relaxed)
    }

    /// Sets the host's keys, once, at the start. Oldest first: the first one names this server's cookies.
    pub fn have_host(&self, keys: Vec<KeyHash>) {
        let _ = self.0.cookies.set(CookieNames::of(keys.first()));
        let _ = self.0.host_keys.set(keys);
    }

    pub fn cookies(&self) -> &CookieNames {
        self.0.cookies.get_or_init(CookieNames::default)
    }

    pub fn is_host(&self, key: &KeyHash) -> bool {
        let keys = self.0.host_keys.get();
        keys.is_some_and(|keys| keys.contains(key))
    }

    /// Whether a key presents any talk.
    pub fn any_has_key(&self, key: &KeyHash) -> bool {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        open.values().any(|talk| talk.has_key(key))
    }

    /// Whether a device that presents a talk, or asks to, has this key.
    pub fn any_knows(&self, key: &KeyHash) -> bool {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        open.values().any(|talk| talk.remotes().of(key).is_some())
    }

    /// Updates the gauges of each talk's followers.
    pub fn count_followers(&self) {
        let open = self.0.open.read().unwrap_or_else(PoisonError::into_inner);
        for (code, talk) in open.iter() {
            let room = talk.channel().attendance().presence();
            let silent = (room.followers + room.projectors).saturating_sub(room.answering);
            let behind = room.answering.saturating_sub(room.seen + room.elsewhere);
            say_followers(code, [room.seen, room.elsewhere, behind, silent]);
        }
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Shows what the deck's import has added since the deck was given to the talk.
    async fn catch_up(&self, talk: &Talk) -> Result<(), OpenError> {
        let deck = talk.deck();
        match self.0.newest(&deck.id).await? {
            Some(newest) if newest != *deck => talk.take_grown(&Arc::new(newest)),
            _ => Ok(()),
        }
    }
}

impl Inner {
    fn find(&self, code: &TalkCode) -> Option<Arc<Talk>> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(code)
            .cloned()
    }

    fn meant(&self, typed: &TalkCode) -> Option<Arc<Talk>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let code = typed.meant(open.keys())?;
        open.get(code).cloned()
    }

    fn add(&self, record: TalkRecord, deck: Deck) -> Result<Arc<Talk>, OpenError> {
        let code = record.code.clone();
        let journal = self.store.journal().clone();
        let talk = Arc::new(Talk::new(record, deck, &self.hub, journal)?);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.insert(code, talk.clone());
        Ok(talk)
    }

    /// Publishes what the store's feed says.
    async fn publish(&self, record: TalkRecord) {
        // A talk that is being opened is added with what was committed.
        let Some(talk) = self.find(&record.code) else {
            return;
        };
        let published = match talk.known(&record.deck) {
            Some(deck) => talk.publish(record, deck),
            None => match self.newest(&record.deck).await {
                Ok(Some(deck)) => talk.publish(record, Arc::new(deck)),
                Ok(None) => Err(OpenError::Damaged(record.code)),
                Err(error) => Err(error.into()),
            },
        };
        if let Err(error) = published {
            error!(talk = %talk.code(), %error, "a change was not published");
        }
    }

    /// The most complete version of a deck.
    async fn newest(&self, id: &DeckId) -> Result<Option<Deck>, StoreError> {
        let growing = locked(&self.growing).get(id).cloned();
        match growing {
            Some(deck) => Ok(Some(deck)),
            None => self.store.deck(id).await,
        }
    }

    /// Stores a deck, unless it is there. Done before its talk is stored, so that a restart finds both.
    async fn keep(&self, deck: &Deck) -> Result<(), StoreError> {
        // Two callers may bring the same deck; the second must not store its beginning over its end.
        let _keeping = self.keeping.lock().await;
        let is_growing = locked(&self.growing).contains_key(&deck.id);
        if is_growing || self.store.deck(&deck.id).await?.is_some() {
            return Ok(());
        }
        if deck.is_being_read() {
            locked(&self.growing).insert(deck.id.clone(), deck.clone());
        }
        self.store.put_deck(deck.clone()).await
    }

    async fn cut_short(&self, id: &DeckId, why: &str) -> Result<Option<Deck>, StoreError> {
        let newest = self.newest(id).await?;
        let Some(mut deck) = newest.filter(Deck::is_being_read) else {
            return Ok(None);
        };
        let missing = why.to_owned();
        deck.reading = Reading::Done { missing };
        self.store.put_deck(deck.clone()).await?;
        Ok(Some(deck))
    }
}

fn say_followers(code: &TalkCode, counts: [u32; 4]) {
    let states = ["seen", "elsewhere", "behind", "silent"];
    for (state, count) in states.into_iter().zip(counts) {
        gauge!(FOLLOWERS, "talk" => code.to_string(), "state" => state).set(count);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one of these.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
