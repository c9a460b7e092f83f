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

/// How long a slide's number that is typed waits for its next key, in milliseconds: the page shows
/// nothing of it, so an Enter long after means Next.
const TYPED_MS: f64 = 3_000.0;

/// Listens for as long as the page's owner lives. A key moves the talk from wherever it is: two of them
/// that come quickly move it twice, though the stream has not said yet where the first one led.
pub fn listen_to_clicker(code: TalkCode, snapshot: ReadSignal<Snapshot>) {
    let options = EventListenerOptions::enable_prevent_default();
    // The slide that is being typed, 0 when none is; and when its last digit came.
    let typed = StoredValue::new((0_u32, 0.0));
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
        let (number, at) = typed.get_value();
        let is_fresh = event.time_stamp() - at < TYPED_MS;
        let number = if is_fresh { number } else { 0 };
        let wished = wish(key, &snapshot.read_untracked().state, number);
        let taken = matches!(wished, Some(Wish::Tap(_) | Wish::Digit(_)));
        if taken {
            event.prevent_default();
        }
        // A key that is held down would race through the deck.
        if event.repeat() || !taken {
            return;
        }
        let number = match wished {
            Some(Wish::Digit(digit)) => number.saturating_mul(10).saturating_add(digit),
            _ => 0,
        };
        typed.set_value((number, event.time_stamp()));
        if let Some(Wish::Tap(command)) = wished {
            spawn_local(api::send_once(code.clone(), command));
        }
    });
    StoredValue::new_local(listener);
}
