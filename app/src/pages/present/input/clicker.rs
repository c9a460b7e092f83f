//! Keys on the projector's page, in the browser of whoever presents.

use super::shortcuts::is_elsewheres;
use crate::{
    api,
    pages::present::keys::{Key, Wish, wish},
    talk::{Snapshot, TalkCode},
};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// Listens for as long as the page's owner lives. A key moves the talk from wherever it is: two of them
/// that come quickly move it twice, though the stream has not said yet where the first one led.
pub fn listen_to_clicker(code: TalkCode, snapshot: ReadSignal<Snapshot>) {
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
        let event = event.dyn_ref::<KeyboardEvent>();
        let Some(event) = event.filter(|event| !is_elsewheres(event)) else {
            return;
        };
        let (key, written_there, shift) = (event.key(), event.code(), event.shift_key());
        let key = Key {
            key: &key,
            code: &written_there,
            shift,
        };
        let wished = wish(key, &snapshot.read_untracked().state, 0);
        let Some(Wish::Tap(command)) = wished else {
            return;
        };
        event.prevent_default();
        // A key that is held down would race through the deck.
        if !event.repeat() {
            spawn_local(api::send_once(code.clone(), command));
        }
    });
    StoredValue::new_local(listener);
}
