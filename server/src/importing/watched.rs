//! Implements `--watch`: imports a deck again whenever its files change.

use super::{
    Begun, BroughtBy, DeckError, Decks, Rest,
    bring::{complain, finish, keep_warnings},
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

/// How often a watched deck is checked. It is read once two checks in a row are equal, because a program
/// may take a while to write a PDF.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// The pause after a check is at least this many times as long as the check, so that a large folder does
/// not take the machine from the talk.
const PAUSE_FOR_A_LOOK: u32 = 9;

/// How many checks a deck with fewer slides than before must pass before it is shown. An export may
/// delete its files first and write them one after another.
const LOOKS_AT_FEWER: u32 = 8;

/// A deck that is imported again whenever it changes. The talk keeps its place.
pub struct Watched {
    pub path: PathBuf,
    /// The state of its files when it was read, if they existed.
    pub shown: Option<Fingerprint>,
    pub password: Option<String>,
    pub decks: Decks,
    pub talk: Arc<Talk>,
    pub talks: Talks,
    /// The rest of its current import.
    pub rest: Option<Rest>,
}

impl Watched {
    /// Runs until the talk is over. If a new version can't be read, prints why and keeps the old one.
    pub async fn watch(mut self) {
        let mut shown = self.shown.take();
        // Each import ends once no talk shows its deck, so a new version does not wait for the old one.
        let mut imports = JoinSet::new();
        if let Some(rest) = self.rest.take() {
            imports.spawn(finish(rest, self.talk.clone(), self.talks.clone()));
        }
        let mut before = shown.clone();
        let mut times_the_same = 0_u32;
        // A deck with fewer slides, held back until the missing ones are likely gone for good.
        let mut fewer: Option<Begun> = None;
        let mut pause = LOOK_EVERY;
        while !self.talk.is_over() {
            sleep(pause).await;
            while imports.try_join_next().is_some() {}
            let start = Instant::now();
            let looked = self.fingerprint().await;
            pause = LOOK_EVERY.max(start.elapsed().saturating_mul(PAUSE_FOR_A_LOOK));
            // While it is being replaced, the file may not exist for a moment.
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
            // Clears away the old deck unless another talk shows it, or the files of one that failed.
            self.talks.clear_away(Cause::Change).await;
            // A deck that could not be stored is tried again. One that can't be read is not.
            if !matches!(done, Err(DeckError::Store(_) | DeckError::Media(_))) {
                shown = Some(now);
            }
            if let Err(error) = done {
                eprintln!("webslides: {error} The earlier slides stay on screen.");
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

    /// Whether the deck has fewer slides than the one that is shown.
    fn has_fewer(&self, deck: &Deck) -> bool {
        deck.slides().len() < self.talk.deck().slides().len()
    }

    async fn show(&self, begun: Begun, imports: &mut JoinSet<()>) -> Result<(), DeckError> {
        complain(&begun.warnings);
        keep_warnings(&begun, &self.talks);
        let Begun {
            deck,
            rest,
            awaited,
            ..
        } = begun;
        let shown = self.talks.show(&self.talk, deck).await;
        shown.map_err(io::Error::other)?;
        drop(awaited);
        if let Some(rest) = rest {
            imports.spawn(finish(rest, self.talk.clone(), self.talks.clone()));
        }
        Ok(())
    }

    async fn fingerprint(&self) -> io::Result<Fingerprint> {
        let path = self.path.clone();
        spawn_blocking(move || fingerprint(&path)).await?
    }
}

/// The names, lengths and times of a deck's files, by which changes are detected.
pub type Fingerprint = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Of the deck at `path`, with what stands beside it.
///
/// # Errors
/// When there is no such deck.
pub fn fingerprint(path: &Path) -> io::Result<Fingerprint> {
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        paths.extend(all_below(path)?);
    } else if path.is_file() && kind_of(path)? == Some(Kind::Markdown) {
        paths.extend(shown_by(path)?.into_iter().map(|(_, picture)| picture));
    }
    paths.push(path.with_extension("pdfpc"));
    paths.sort();
    let mut files = Vec::new();
    for found in paths {
        match fs::metadata(&found) {
            Ok(file) => files.push((found, file.len(), file.modified().ok())),
            Err(error) if found == path => return Err(error),
            Err(_) => {}
        }
    }
    Ok(files)
}
