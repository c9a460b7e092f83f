//! With `--watch` a deck is shown again whenever it changes on the disk.

use super::{
    Begun, BroughtBy, DeckError, Decks, Rest,
    bring::{complain, finish},
    staging::{all_below, kind_of, shown_by},
};
use crate::{
    store::Cause,
    talks::{Talk, Talks},
};
use model::deck::Deck;
use reading::kind::Kind;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

/// How often a watched deck is looked at. A program that writes a PDF takes its time: it is read
/// once it was the same twice.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// A large folder takes long to look at: the pause is so many times longer, so that most of the
/// machine stays for the talk.
const PAUSE_FOR_A_LOOK: u32 = 9;

/// How many times a deck has to be the same again before it is shown with fewer slides than before. An
/// export may delete its files first and write them one after another.
const LOOKS_AT_FEWER: u32 = 8;

/// A deck that is shown again whenever it changes, at the same place.
pub struct Watched {
    pub path: PathBuf,
    /// What was read of it, if it was there.
    pub shown: Option<Look>,
    pub password: Option<String>,
    pub decks: Decks,
    pub talk: Arc<Talk>,
    pub talks: Talks,
    /// What is still to be read of the deck as it is.
    pub rest: Option<Rest>,
}

impl Watched {
    /// Until the talk is over. What can't be read is said, and the deck of before goes on.
    pub async fn watch(mut self) {
        let mut shown = self.shown.take();
        // Each ends by itself once no talk shows its deck: a deck that is saved meanwhile does not wait
        // for the one of before.
        let mut imports = JoinSet::new();
        if let Some(rest) = self.rest.take() {
            imports.spawn(finish(rest, self.talk.clone(), self.talks.clone()));
        }
        let mut before = shown.clone();
        let mut times_the_same = 0_u32;
        // Held until it is likely that its other slides are gone for good.
        let mut fewer: Option<Begun> = None;
        let mut pause = LOOK_EVERY;
        while !self.talk.is_over() {
            sleep(pause).await;
            while imports.try_join_next().is_some() {}
            let start = Instant::now();
            let looked = self.look().await;
            pause = LOOK_EVERY.max(start.elapsed().saturating_mul(PAUSE_FOR_A_LOOK));
            // In the middle of being replaced it may be gone for a moment.
            let Ok(now) = looked else { continue };
            if before.as_ref() != Some(&now) {
                before = Some(now);
                times_the_same = 0;
                if fewer.take().is_some() {
                    self.talks.clear_away(Cause::Change).await;
                }
                continue;
            }
            times_the_same = times_the_same.saturating_add(1);
            if shown.as_ref() == Some(&now) {
                continue;
            }
            let read = match fewer.take() {
                Some(begun) => Ok(begun),
                None => self.read().await,
            };
            let done = match read {
                Ok(begun) if times_the_same < LOOKS_AT_FEWER && self.has_fewer(&begun.deck) => {
                    fewer = Some(begun);
                    continue;
                }
                Ok(begun) => self.show(begun, &mut imports).await,
                Err(error) => Err(error),
            };
            // The deck of before, unless another talk shows it; or what one left that can't be read.
            self.talks.clear_away(Cause::Change).await;
            // What could not be stored is tried again; what can't be read stays so.
            if !matches!(done, Err(DeckError::Store(_) | DeckError::Media(_))) {
                shown = Some(now);
            }
            if let Err(error) = done {
                eprintln!("webslides: {error} The slides of before are shown on.");
            }
        }
        while imports.join_next().await.is_some() {}
    }

    async fn read(&self) -> Result<Begun, DeckError> {
        let at = self.talk.snapshot().state.wanted_slide();
        let (path, password) = (&self.path, self.password.as_deref());
        let at = at.index().as_usize();
        self.decks
            .begin_at(path, password, BroughtBy::Host, at)
            .await
    }

    /// Than are shown.
    fn has_fewer(&self, deck: &Deck) -> bool {
        deck.slides().len() < self.talk.deck().slides().len()
    }

    async fn show(&self, begun: Begun, imports: &mut JoinSet<()>) -> Result<(), DeckError> {
        let Begun {
            deck,
            warnings,
            rest,
            awaited,
        } = begun;
        complain(&warnings);
        self.talks.warn(&deck.id, &warnings, rest.is_some());
        let shown = self.talks.show(&self.talk, deck).await;
        shown.map_err(io::Error::other)?;
        drop(awaited);
        if let Some(rest) = rest {
            imports.spawn(finish(rest, self.talk.clone(), self.talks.clone()));
        }
        Ok(())
    }

    async fn look(&self) -> io::Result<Look> {
        let path = self.path.clone();
        spawn_blocking(move || look(&path)).await?
    }
}

/// What tells that a deck has changed: its files' names, lengths and times.
pub type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// # Errors
/// When there is no such deck.
pub fn look(path: &Path) -> io::Result<Look> {
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        paths.extend(all_below(path)?);
    } else if path.is_file() && kind_of(path)? == Some(Kind::Markdown) {
        paths.extend(shown_by(path)?.into_iter().map(|(_, picture)| picture));
    }
    paths.push(path.with_extension("pdfpc"));
    paths.sort();
    let mut look = Vec::new();
    for found in paths {
        match fs::metadata(&found) {
            Ok(file) => look.push((found, file.len(), file.modified().ok())),
            Err(error) if found == path => return Err(error),
            Err(_) => {}
        }
    }
    Ok(look)
}
