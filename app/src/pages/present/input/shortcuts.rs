//! Keys of a keyboard, and of the clickers that pretend to be one.

use super::{pencil::Pencil, sheets};
use crate::{
    deck::SlideNumber,
    pages::present::remote::Remote,
    talk::{Command, Screen, SlideState, Timing},
};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};

/// What a key asks for.
enum Wish {
    Tap(Command),
    Open(&'static str),
    /// One more digit of a slide's number.
    Digit(u32),
    NextLayout,
    /// The first slide that the search has found.
    FirstFound,
    Close,
    GiveUp,
}

/// Listens for as long as the page's owner lives.
pub fn listen(remote: Remote, pencil: Pencil) {
    let options = EventListenerOptions::enable_prevent_default();
    // The slide that is being typed; 0 when none is.
    let typed = StoredValue::new(0_u32);
    let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        let state = untrack(move || remote.shown());
        // Only as long as the page says so: else an Enter long after would go there.
        let number = typed.get_value();
        if *remote.hint.read_untracked() != typed_hint(number) {
            typed.set_value(0);
        }
        let Some(wish) = wish_of(event, &state, typed.get_value()) else {
            return;
        };
        // Escape also closes what is open; that is the browser's part.
        if !matches!(wish, Wish::GiveUp) {
            event.prevent_default();
        }
        // A key that is held down would race through the deck.
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
            // It closes what is open, and nothing more.
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
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let key = event.key();
    if is_on("input", event) {
        // An empty search has browsers that keep Escape for themselves.
        return match key.as_str() {
            "Enter" if is_on("[type=search]", event) => Some(Wish::FirstFound),
            "Escape" if is_on(".search:placeholder-shown", event) => Some(Wish::Close),
            _ => None,
        };
    }
    // Space and Enter on a focused button are that button's.
    let is_activation = key == " " || key == "Enter";
    if is_activation && typed == 0 && is_on("button, a", event) {
        return None;
    }
    // Long notes are read with the arrows once a keyboard went to them. A clicker has other keys.
    if matches!(key.as_str(), "ArrowUp" | "ArrowDown") && is_on(".notes:focus-visible", event) {
        return None;
    }
    let first = SlideNumber::FIRST;
    let toggled = |screen| {
        Command::Screen(if state.screen == screen {
            Screen::Live
        } else {
            screen
        })
    };
    let go_to = |slide| Command::GoTo { slide, step: 0 };
    Some(Wish::Tap(match key.as_str() {
        "Enter" if typed > 0 => go_to(SlideNumber::new(typed.min(state.slides))?),
        " " if event.shift_key() => Command::Previous,
        " " | "Enter" | "ArrowRight" | "ArrowDown" | "PageDown" => Command::Next,
        "Backspace" | "ArrowLeft" | "ArrowUp" | "PageUp" => Command::Previous,
        "Home" => go_to(first),
        "End" => go_to(SlideNumber::new(state.slides)?),
        "b" | "B" | "." => toggled(Screen::Black),
        "w" | "W" | "," => toggled(Screen::White),
        "f" | "F" => toggled(Screen::Frozen),
        "r" | "R" => Command::BackToRoom,
        "t" | "T" if state.clock.is_running() => Command::Clock(Timing::Pause, None),
        "t" | "T" => Command::Clock(Timing::Run, None),
        // What a clicker's Play sends. A page that loads anew in its place would be no help.
        "F5" => Command::Screen(Screen::Live),
        "s" | "S" | "/" => return Some(Wish::Open("all-slides")),
        "l" | "L" => return Some(Wish::Open("links")),
        "?" => return Some(Wish::Open("help")),
        "n" | "N" => return Some(Wish::NextLayout),
        "Escape" => return Some(Wish::GiveUp),
        digit => return Some(Wish::Digit(digit.parse().ok().filter(|digit| *digit < 10)?)),
    }))
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
