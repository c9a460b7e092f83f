//! Keys of a keyboard, and of the clickers that pretend to be one.

use super::remote::Remote;
use crate::{
    deck::SlideNumber,
    talk::{Command, Screen},
};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// Listens for as long as the page's owner lives.
pub fn listen(remote: Remote) {
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if let Some(command) = command_of(event, remote) {
            event.prevent_default();
            // A key that is held down would race through the deck.
            if !event.repeat() {
                remote.tap(command);
            }
        }
    });
    StoredValue::new_local(listener);
}

fn command_of(event: &KeyboardEvent, remote: Remote) -> Option<Command> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let key = event.key();
    // Space and Enter on a focused button are that button's.
    let is_activation = key == " " || key == "Enter";
    if is_activation && is_on_button(event) {
        return None;
    }
    let state = untrack(move || remote.shown());
    let toggled = |screen: Screen| {
        Command::Screen(if state.screen == screen {
            Screen::Live
        } else {
            screen
        })
    };
    match key.as_str() {
        " " if event.shift_key() => Some(Command::Previous),
        " " | "Enter" | "ArrowRight" | "ArrowDown" | "PageDown" => Some(Command::Next),
        "Backspace" | "ArrowLeft" | "ArrowUp" | "PageUp" => Some(Command::Previous),
        "Home" => Some(Command::GoTo {
            slide: SlideNumber::FIRST,
            step: 0,
        }),
        "End" => {
            let slide = SlideNumber::new(state.slides)?;
            Some(Command::GoTo { slide, step: 0 })
        }
        "b" | "B" | "." => Some(toggled(Screen::Black)),
        "w" | "W" | "," => Some(toggled(Screen::White)),
        _ => None,
    }
}

fn is_on_button(event: &Event) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.tag_name() == "BUTTON")
}

/// Takes the focus off a button that a finger or a mouse pressed: else the clicker's Space would
/// press it again, and Previous would follow Previous. A keyboard's focus stays.
pub fn release_focus(event: &SubmitEvent) {
    let button = event
        .submitter()
        .and_then(|submitter| submitter.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button {
        let by_keyboard = button.matches(":focus-visible").unwrap_or(false);
        if !by_keyboard {
            // Only fails on an element that can't have focus, and then there is none to take.
            let _ = button.blur();
        }
    }
}
