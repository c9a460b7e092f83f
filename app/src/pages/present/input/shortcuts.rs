//! Keys on the remote's page.

use super::{pencil::Pencil, sheets};
use crate::pages::present::{
    keys::{Key, Wish, wish},
    remote::Remote,
};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use model::talk::SlideState;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// Listens as long as the page's owner lives.
pub fn listen(remote: Remote, pencil: Pencil) {
    let options = EventListenerOptions::enable_prevent_default();
    // The slide number typed so far; 0 for none.
    let typed = StoredValue::new(0_u32);
    let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        let state = untrack(move || remote.shown());
        // Dropped with its hint: otherwise a much later Enter would go there.
        let number = typed.get_value();
        if *remote.hint.read_untracked() != typed_hint(number) {
            typed.set_value(0);
        }
        let Some(wish) = wish_of(event, &state, typed.get_value()) else {
            return;
        };
        // Escape also closes sheets, which the browser does.
        if !matches!(wish, Wish::GiveUp) {
            event.prevent_default();
        }
        // A held key would race through the deck.
        if event.repeat() {
            return;
        }
        let number = match wish {
            Wish::Digit(digit) => typed.get_value().saturating_mul(10).saturating_add(digit),
            _ => 0,
        };
        typed.set_value(number);
        match wish {
            Wish::Tap(command) => {
                remote.tap(command);
            }
            Wish::Open(sheet) => sheets::toggle(sheet),
            Wish::FirstFound => sheets::choose_first(),
            Wish::Close => sheets::close(),
            Wish::NextLayout => sheets::next_layout(),
            Wish::Digit(_) if number > 0 => remote.say(&typed_hint(number)),
            Wish::Digit(_) => {}
            // It closes the sheet, and nothing more.
            Wish::GiveUp if sheets::is_one_open() => {}
            Wish::GiveUp => {
                pencil.wipe();
                remote.say("");
            }
        }
    });
    StoredValue::new_local(listener);
}

fn wish_of(event: &KeyboardEvent, state: &SlideState, typed: u32) -> Option<Wish> {
    if is_elsewheres(event) {
        return None;
    }
    let key = event.key();
    // A clicker's keys type nothing, wherever the focus is.
    let is_clickers = matches!(key.as_str(), "PageDown" | "PageUp");
    if is_on("input", event) && !is_clickers {
        // Some browsers keep Escape to themselves in an empty search field.
        return match key.as_str() {
            "Enter" if is_on("[type=search]", event) => Some(Wish::FirstFound),
            "Escape" if is_on(".search:placeholder-shown", event) => Some(Wish::Close),
            _ => None,
        };
    }
    if typed == 0 && is_activation(event) {
        return None;
    }
    // Arrows scroll notes that have the keyboard's focus. Clickers send other keys.
    if matches!(key.as_str(), "ArrowUp" | "ArrowDown") && is_on(".notes:focus-visible", event) {
        return None;
    }
    let (code, shift) = (event.code(), event.shift_key());
    let key = Key {
        key: &key,
        code: &code,
        shift,
    };
    wish(key, state, typed)
}

/// Whether a key is the system's or an input method's: an Enter that ends a composed word chooses nothing
/// else.
pub fn is_elsewheres(event: &KeyboardEvent) -> bool {
    const COMPOSING: u32 = 229;
    let is_systems = event.ctrl_key() || event.alt_key() || event.meta_key();
    is_systems || event.is_composing() || event.key_code() == COMPOSING
}

/// Whether a key activates a button or link that has the keyboard's focus.
pub fn is_activation(event: &KeyboardEvent) -> bool {
    let activates = matches!(event.key().as_str(), " " | "Enter");
    activates && is_on(":is(button, a):focus-visible", event)
}

fn typed_hint(number: u32) -> String {
    format!("Slide {number}: press Enter.")
}

fn is_on(selector: &str, event: &Event) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.matches(selector).unwrap_or(false))
}
