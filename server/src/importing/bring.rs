//! Imports the decks of the command line, and resumes imports after a restart.
//!
//! A deck's files lie in `data/importing` with `import.json`, which is durable before its talk is
//! acknowledged. A start removes what has no such file or no talk, and resumes the rest. An import ends
//! when no talk shows its deck any more.

use super::{Awaited, Begun, DeckError, Decks, Interrupted, Progress, Rest, Sharpening, welcome};
use crate::{
    observe::print,
    store::{Cause, Store},
    talks::{Remark, Talk, Talks, Warnings},
};
use model::deck::Deck;
use std::{path::PathBuf, sync::Arc};
use tokio::task::JoinSet;

/// Tells the user that an import failed. The terminal has the reason.
const CUT_SHORT: &str = "The rest could not be stored. What is ready is shown on. Make room on the \
                         computer that shows it, then give the deck again.";

/// The note about a deck whose talk ended before it was read completely.
const ENDED: &str =
    "Its talk ended before all of it was read. Give the deck again to read the rest.";

/// Opens the decks in order, each with at least its first slide. Without any it opens the welcome deck.
///
/// # Errors
/// When a deck can't be shown.
pub async fn begin(
    paths: &[PathBuf],
    password: Option<&str>,
    decks: &Decks,
    store: &Store,
) -> Result<Vec<Begun>, DeckError> {
    if paths.is_empty() {
        let claim = store.claims().claim();
        let deck = welcome(store, &claim).await?;
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

/// Runs the rest of an import and its sharpening while its talk is live. Ends when no talk shows the
/// deck any more. Dropping the future ends its workers.
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

/// Resumes the imports that an earlier server did not finish. Dropping the future ends their workers;
/// the next start resumes them again.
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
            keep_warnings(&begun, &talks);
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

/// Runs the rest of an import. The deck is complete afterwards.
async fn read(rest: Rest, talk: &Talk, talks: &Talks) -> Option<Sharpening> {
    let id = rest.deck().clone();
    let at = || talk.snapshot().state.slide.index().as_usize();
    let tell = |deck: Deck, progress: Progress<'_>| {
        // Stored first: a reader that sees the complete deck must see its warnings, too.
        match progress {
            Progress::Grown(warnings) => talks.warn(&deck.id, warnings),
            Progress::Waits(words) => talks.waits(&deck.id, Some(words)),
            Progress::GoesOn => talks.waits(&deck.id, None),
        }
        talks.has_grown(deck);
    };
    match rest.read(at, tell).await {
        Ok((warnings, sharpening)) => {
            complain(&warnings);
            let deck = talk.deck();
            // The talk may show another deck by now.
            if deck.id != id {
                return sharpening;
            }
            let (title, slides) = (&deck.title, deck.slides().len());
            let but = if deck.reading.is_complete() {
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
            talks.warn(&id, &[Remark::from(CUT_SHORT.to_owned())]);
            talks.cut_short(&id, CUT_SHORT).await;
            // Wakes pages that watch the import.
            talk.channel().attendance().prepared(talk.deck().ready());
            None
        }
    }
}

/// Keeps an import's warnings, to show them with its talks. An import that has just begun replaces those of
/// an earlier one.
pub fn keep_warnings(begun: &Begun, talks: &Talks) {
    let id = &begun.deck.id;
    if begun.rest.is_some() {
        talks.forget_warnings(id);
    }
    talks.warn(id, &begun.warnings);
}

/// Prints a deck's warnings to the host's terminal.
pub fn complain(warnings: &[Remark]) {
    let mut told = Warnings::default();
    told.add(warnings);
    for warning in told.lines() {
        eprintln!("webslides: {warning}");
    }
}
