//! Pictures in the browser: fetched ahead, decoded, then swapped in.

use super::Sight;
use crate::{deck::Rendition, live::jitter_ms, talk::Screen};
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation as spawn_while_shown};
use std::{cell::RefCell, pin::pin, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlImageElement;

/// How many pictures that are not on the page are kept: the next, and a few to go back to.
const KEPT: usize = 4;

/// How long until a picture that did not come is asked for again, and how long it may take to
/// come; the latter doubles, so that a slow network gets there.
const RETRY_MS: u32 = 1_000;
const PATIENCE_MS: u32 = 8_000;
const LONGEST_PATIENCE_MS: u32 = 64_000;

/// Pictures that were fetched and are not on the page, newest last.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<HtmlImageElement>>>);

/// Makes the frame show each wanted sight, once its picture is decoded; `shown` follows in the
/// same turn, so that what is said of the slide and its picture change together.
pub fn show_decoded(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    preload: Signal<Vec<Rendition>>,
    spread_ms: u32,
) {
    let kept = Kept::default();
    let for_ahead = kept.clone();
    Effect::new(move |before: Option<()>| {
        let sight = wanted.get();
        if before.is_none() {
            // The picture that came with the page may be broken by now, or never come.
            spawn_while_shown(check_first(frame, wanted, shown, kept.clone()));
            return;
        }
        // A dark screen does not wait for the picture that it hides.
        if sight.state.screen != Screen::Live {
            shown.update(|shown| shown.state.screen = sight.state.screen);
        }
        if sight.rendition == shown.read_untracked().rendition {
            // Nothing to fetch; a decoding that is under way finds itself outdated.
            if let Some(picture) = picture_of(frame) {
                picture.set_alt(&sight.title);
            }
            shown.set(sight);
            return;
        }
        spawn_while_shown(show(frame, wanted, shown, sight, kept.clone()));
    });
    Effect::new(move |_| {
        for rendition in preload.get() {
            let kept = for_ahead.clone();
            spawn_while_shown(async move {
                if spread_ms > 0 {
                    TimeoutFuture::new(jitter_ms(spread_ms)).await;
                }
                // A picture that is wanted by now is on its way already.
                if wanted.read_untracked().rendition == rendition {
                    return;
                }
                let Some(picture) = kept.picture(&rendition) else {
                    return;
                };
                // One that can't be decoded is asked for again when it is needed.
                if JsFuture::from(picture.decode()).await.is_ok() {
                    kept.keep(picture);
                }
            });
        }
    });
}

async fn check_first(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    kept: Kept,
) {
    let sight = wanted.get_untracked();
    if sight.rendition == shown.read_untracked().rendition
        && let Some(picture) = picture_of(frame)
        && is_decoded(&picture, PATIENCE_MS).await
    {
        return;
    }
    show(frame, wanted, shown, sight, kept).await;
}

async fn show(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    sight: Sight,
    kept: Kept,
) {
    let is_wanted = || *wanted.read_untracked() == sight;
    let mut patience = PATIENCE_MS;
    let mut tries: u32 = 0;
    let picture = loop {
        let picture = match tries {
            0 => kept.picture(&sight.rendition),
            // Under another name, or the browser would wait for the same answer that never came.
            tries => new_picture(&sight.rendition, &format!("?again={tries}")),
        };
        let Some(picture) = picture else { return };
        if is_decoded(&picture, patience).await {
            break picture;
        }
        tries += 1;
        patience = LONGEST_PATIENCE_MS.min(patience * 2);
        TimeoutFuture::new(RETRY_MS).await;
        if !is_wanted() {
            return;
        }
    };
    // A newer sight came while this one was decoded: that one's turn will come, or has.
    if !is_wanted() {
        kept.keep(picture);
        return;
    }
    picture.set_alt(&sight.title);
    let Some(before) = picture_of(frame) else {
        return;
    };
    if before.replace_with_with_node_1(&picture).is_ok() {
        kept.keep(before);
        shown.set(sight);
    }
}

async fn is_decoded(picture: &HtmlImageElement, patience_ms: u32) -> bool {
    let decoded = pin!(JsFuture::from(picture.decode()));
    match select(decoded, TimeoutFuture::new(patience_ms)).await {
        Either::Left((decoded, _)) => decoded.is_ok(),
        Either::Right(_) => false,
    }
}

fn picture_of(frame: NodeRef<html::Figure>) -> Option<HtmlImageElement> {
    frame
        .get_untracked()?
        .first_element_child()?
        .dyn_into()
        .ok()
}

fn new_picture(rendition: &Rendition, query: &str) -> Option<HtmlImageElement> {
    let picture =
        HtmlImageElement::new_with_width_and_height(rendition.width, rendition.height).ok()?;
    picture.set_src(&format!("{}{query}", rendition.url));
    Some(picture)
}

impl Kept {
    /// The picture, taken from what was kept, or asked for.
    fn picture(&self, rendition: &Rendition) -> Option<HtmlImageElement> {
        let mut kept = self.0.borrow_mut();
        let position = kept.iter().position(|picture| {
            picture
                .get_attribute("src")
                .is_some_and(|src| src == rendition.url)
        });
        match position {
            Some(position) => Some(kept.remove(position)),
            None => new_picture(rendition, ""),
        }
    }

    fn keep(&self, picture: HtmlImageElement) {
        let mut kept = self.0.borrow_mut();
        kept.push(picture);
        if kept.len() > KEPT {
            kept.remove(0);
        }
    }
}
