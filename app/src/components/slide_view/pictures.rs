//! Pictures in the browser: fetched ahead, decoded, then swapped in.

use super::Sight;
use crate::{deck::Rendition, live::jitter_ms};
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation as spawn_while_shown};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlImageElement;

/// How many pictures that are not on the page are kept: the next, and a few to go back to.
const KEPT: usize = 4;

/// How long until a picture that did not come is asked for again.
const RETRY_MS: u32 = 1_000;

/// Pictures that were fetched and are not on the page, newest last.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<HtmlImageElement>>>);

/// Makes the frame show each wanted sight, once its picture is decoded; `shown` follows in the
/// same turn, so the page's words and its picture change together.
pub fn show_decoded(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    preload: Signal<Vec<Rendition>>,
    spread_ms: u32,
) {
    let kept = Kept::default();
    let for_ahead = kept.clone();
    Effect::new(move |_| {
        let sight = wanted.get();
        if sight.rendition == shown.read_untracked().rendition {
            // Nothing to fetch; a decoding that is under way finds itself outdated.
            if sight != *shown.read_untracked() {
                shown.set(sight);
            }
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
                if let Some(picture) = kept.picture(&rendition) {
                    // Fetched now; whether it can be decoded matters when it is shown.
                    let _ = JsFuture::from(picture.decode()).await;
                    kept.keep(picture);
                }
            });
        }
    });
}

async fn show(
    frame: NodeRef<html::Figure>,
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
    sight: Sight,
    kept: Kept,
) {
    let is_wanted = || *wanted.read_untracked() == sight;
    let picture = loop {
        let Some(picture) = kept.picture(&sight.rendition) else {
            return;
        };
        if JsFuture::from(picture.decode()).await.is_ok() {
            break picture;
        }
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
    let Some(frame) = frame.get_untracked() else {
        return;
    };
    picture.set_alt(&sight.title);
    if let Some(before) = frame.first_element_child() {
        if before.replace_with_with_node_1(&picture).is_err() {
            return;
        }
        if let Ok(before) = before.dyn_into::<HtmlImageElement>() {
            kept.keep(before);
        }
    }
    shown.set(sight);
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
        if let Some(position) = position {
            return Some(kept.remove(position));
        }
        let picture =
            HtmlImageElement::new_with_width_and_height(rendition.width, rendition.height).ok()?;
        picture.set_src(&rendition.url);
        Some(picture)
    }

    fn keep(&self, picture: HtmlImageElement) {
        let mut kept = self.0.borrow_mut();
        kept.push(picture);
        if kept.len() > KEPT {
            kept.remove(0);
        }
    }
}
