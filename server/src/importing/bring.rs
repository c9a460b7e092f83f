//! Brings decks to their talks: those of the command line, and with `--watch` again whenever they
//! change on the disk.

use super::{
    Awaited, Begun, BroughtBy, DeckError, Decks, Interrupted, Rest, Sharpening, Told, all_below,
    welcome,
};
use crate::{
    observe::print,
    store::{Cause, Store},
    talks::{Talk, Talks, Warnings},
};
use model::deck::Deck;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

/// How often a watched deck is looked at. A program that writes a PDF takes its time: it is read
/// once it was the same twice.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// What whoever brought a deck is told when its import ended; the terminal knows more of why.
const CUT_SHORT: &str = "The rest could not be stored. What is ready is shown on. Make room on the \
                         computer that shows it, then give the deck again.";

/// What is said of a deck whose talk ended before all of it was read.
const ENDED: &str =
    "Its talk ended before all of it was read. Give the deck again to read the rest.";

/// Each deck in its order, with its first slide at least; the welcome deck when there is none.
///
/// # Errors
/// When one of them can't be shown.
pub async fn begin(
    paths: &[PathBuf],
    password: Option<&str>,
    decks: &Decks,
    store: &dyn Store,
) -> Result<Vec<Begun>, DeckError> {
    if paths.is_empty() {
        let claim = Arc::new(store.claims().claim());
        let deck = welcome(store, &claim)?;
        let begun = Begun {
            deck,
            warnings: Vec::new(),
            rest: None,
            awaited: Awaited::new(claim),
        };
        return Ok(vec![begun]);
    }
    let mut begun = Vec::new();
    for path in paths {
        begun.push(decks.begin(path, password).await?);
    }
    Ok(begun)
}

/// The rest of an import, while its talk is on already, and what makes it sharper. Dropped, it ends
/// its workers. It ends when no talk shows its deck any more.
pub async fn finish(rest: Rest, talk: Arc<Talk>, talks: Talks) {
    let id = rest.deck().clone();
    let unwanted = rest.until_unwanted({
        let (talks, id) = (talks.clone(), id.clone());
        move || talks.showing(&id).is_some()
    });
    let reading = async {
        if let Some(sharpening) = read(rest, &talk, &talks).await {
            sharpen(sharpening, &talk, &talks).await;
        }
    };
    tokio::select! {
        () = reading => {}
        () = unwanted => {
            tracing::info!(talk = %talk.code(), "its import ends: no talk shows its deck any more");
            talks.cut_short(&id, ENDED).await;
        }
    }
    talks.clear_away(Cause::LetGo).await;
}

/// Goes on with the imports that an earlier server did not come to the end of. Dropped, it ends
/// their workers, and the next start goes on.
pub async fn resume(decks: Decks, talks: Talks) {
    let interrupted = decks.interrupted();
    let mut lost: Vec<_> = talks.all().iter().map(|talk| talk.deck()).collect();
    lost.retain(|deck| {
        let goes_on = interrupted.iter().any(|it| it.import.id == deck.id);
        deck.is_being_read() && !goes_on && !decks.are_reading(&deck.id)
    });
    for deck in lost {
        talks.cut_short(&deck.id, CUT_SHORT).await;
    }
    let mut imports = JoinSet::new();
    for import in interrupted {
        imports.spawn(go_on(import, decks.clone(), talks.clone()));
    }
    while imports.join_next().await.is_some() {}
}

async fn go_on(interrupted: Interrupted, decks: Decks, talks: Talks) {
    let id = interrupted.import.id.clone();
    let claim = talks.claim(&id).await;
    let Some(talk) = talks.showing(&id) else {
        drop((interrupted, claim));
        talks.clear_away(Cause::LetGo).await;
        return;
    };
    let at = talk.snapshot().state.slide.index().as_usize();
    match decks.resume(interrupted, at).await {
        Ok(begun) => {
            complain(&begun.warnings);
            talks.warn(&id, &begun.warnings, begun.rest.is_some());
            talks.has_grown(begun.deck);
            if let Some(rest) = begun.rest {
                drop(begun.awaited);
                drop(claim);
                finish(rest, talk, talks).await;
            }
        }
        Err(error) => {
            eprintln!("webslides: {error}");
            talks.cut_short(&id, CUT_SHORT).await;
            drop(claim);
            talks.clear_away(Cause::LetGo).await;
        }
    }
}

async fn sharpen(sharpening: Sharpening, talk: &Talk, talks: &Talks) {
    let at = || talk.snapshot().state.slide.index().as_usize();
    let sharpened = sharpening.sharpen(at, |deck| talks.has_grown(deck)).await;
    match sharpened {
        Ok(()) => tracing::info!(talk = %talk.code(), "its slides are as sharp as 4K screens"),
        Err(error) => eprintln!("webslides: {error}"),
    }
}

/// The rest of an import: from then on the deck is whole.
async fn read(rest: Rest, talk: &Talk, talks: &Talks) -> Option<Sharpening> {
    let id = rest.deck().clone();
    let at = || talk.snapshot().state.slide.index().as_usize();
    let tell = |deck: Deck, told: Told<'_>| {
        // Whoever sees that it is whole sees what it lacks.
        match told {
            Told::Grown(warnings) => talks.warn(&deck.id, warnings, false),
            Told::Waits(words) => talks.waits(&deck.id, Some(words)),
            Told::GoesOn => talks.waits(&deck.id, None),
        }
        talks.has_grown(deck);
    };
    match rest.read(at, tell).await {
        Ok((warnings, sharpening)) => {
            complain(&warnings);
            let deck = talk.deck();
            // It may have another one by now.
            if deck.id != id {
                return sharpening;
            }
            let (title, slides) = (&deck.title, deck.slides().len());
            let but = if deck.missing.is_empty() {
                ""
            } else {
                ", but for what could not be read: give the deck again to try that again"
            };
            print(&format!(
                "  {title}: all slides are ready ({slides}){but}.\n"
            ));
            sharpening
        }
        Err(error) => {
            eprintln!("webslides: {error}");
            talks.warn(&id, &[CUT_SHORT.to_owned()], false);
            talks.cut_short(&id, CUT_SHORT).await;
            // Whoever watches the import looks again.
            talk.channel().attendance().prepared(talk.deck().ready());
            None
        }
    }
}

/// What was left out of a deck, to the host's terminal.
pub fn complain(warnings: &[String]) {
    let mut told = Warnings::default();
    told.add(warnings);
    for warning in told.sentences() {
        eprintln!("webslides: {warning}");
    }
}

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
        while !self.talk.is_over() {
            sleep(LOOK_EVERY).await;
            while imports.try_join_next().is_some() {}
            // In the middle of being replaced it may be gone for a moment.
            let Ok(now) = self.look().await else { continue };
            let is_settled = before.as_ref() == Some(&now);
            before = Some(now.clone());
            if is_settled && shown.as_ref() != Some(&now) {
                let done = self.show(&mut imports).await;
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
        }
        while imports.join_next().await.is_some() {}
    }

    async fn show(&self, imports: &mut JoinSet<()>) -> Result<(), DeckError> {
        let at = self.talk.snapshot().state.slide.index().as_usize();
        let Begun {
            deck,
            warnings,
            rest,
            awaited,
        } = self
            .decks
            .begin_at(&self.path, self.password.as_deref(), BroughtBy::Host, at)
            .await?;
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
