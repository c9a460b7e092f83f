//! The sheets over the page. The browser opens them; this updates what they show.

use crate::{
    pages::present::{look::Look, remote::Remote},
    routes,
};
use gloo_events::{EventListener, EventListenerOptions};
use js_sys::JsString;
use leptos::prelude::*;
use model::deck::SlideNumber;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, HtmlDocument, HtmlElement, HtmlFormElement, HtmlInputElement,
    ScrollIntoViewOptions, ScrollLogicalPosition,
};

/// A year, in seconds.
const REMEMBERED_S: u32 = 31_536_000;

pub fn listen(remote: Remote) {
    let root = document();
    let is_all_slides =
        |event: &Event| target::<Element>(event).is_some_and(|sheet| sheet.id() == "all-slides");
    // These two do not bubble, so they are captured. The first one comes before the next key: `toggle` may
    // come after it, and would clear what was typed.
    let options = EventListenerOptions::run_in_capture_phase();
    let opens = EventListener::new_with_options(&root, "beforetoggle", options, move |event| {
        if is_all_slides(event) {
            begin_anew();
        }
    });
    let opened = EventListener::new_with_options(&root, "toggle", options, move |event| {
        if is_all_slides(event) {
            show_place(remote);
            if !is_one_open() {
                leave_search();
            }
        }
    });
    let typed = EventListener::new(&root, "input", |event| {
        if let Some(input) = target::<HtmlInputElement>(event)
            && input.type_() == "search"
        {
            search(&input.value());
        }
    });
    let chosen = EventListener::new(&root, "change", |event| {
        if let Some(input) = target::<HtmlInputElement>(event) {
            change_look(&input.name(), &input.value());
        }
    });
    StoredValue::new_local([opens, opened, typed, chosen]);
    // On a wide screen all slides stand on the page.
    Effect::new(move |_| {
        remote.shown();
        show_place(remote);
    });
    // Scrolls another slide's notes to the top.
    Effect::new(move |before: Option<SlideNumber>| {
        let slide = remote.shown().place().slide;
        if before.is_some_and(|before| before != slide)
            && let Some(notes) = find::<Element>(".notes")
        {
            notes.set_scroll_top(0);
        }
        slide
    });
}

pub fn toggle(sheet: &str) {
    if let Some(sheet) = find::<HtmlElement>(&format!("#{sheet}")) {
        // Can't fail for an element of the page.
        let _ = sheet.toggle_popover();
        if let Some(open) = open() {
            focus(&open, "[type=search]");
        }
    }
}

/// Chooses the first slide that the search found. Another Enter goes there.
pub fn choose_first() {
    if let Some(first) = find::<HtmlElement>("#all-slides li:not([hidden]) input") {
        first.click();
        if let Some(sheet) = find("#all-slides") {
            focus(&sheet, "li:not([hidden]) button");
        }
    }
}

fn focus(within: &HtmlElement, selector: &str) {
    let element = within.query_selector(selector).ok().flatten();
    if let Some(Ok(element)) = element.map(JsCast::dyn_into::<HtmlElement>) {
        // Can't fail for an element that is shown.
        let _ = element.focus();
    }
}

/// Closes the open sheet, and the one that it was opened from.
pub fn close() {
    leave_search();
    while let Some(sheet) = open() {
        if sheet.hide_popover().is_err() {
            break;
        }
    }
}

/// On a wide page the field stays visible, and so would keep the focus: the next key is the talk's.
fn leave_search() {
    if let Some(field) = find::<HtmlElement>("#all-slides .search:focus") {
        // Can't fail for an element of the page.
        let _ = field.blur();
    }
}

pub fn is_one_open() -> bool {
    open().is_some()
}

/// The open sheet. In a browser without popovers, `popovers.js` marks it by a class, and the first
/// selector is an error.
fn open() -> Option<HtmlElement> {
    find("[popover]:popover-open").or_else(|| find("[popover].open"))
}

/// Chooses the next layout.
pub fn next_layout() {
    let mut choices = Vec::new();
    each("[name=layout]", |choice| choices.push(choice.clone()));
    let is_chosen = |choice: &HtmlElement| choice.matches(":checked").unwrap_or(false);
    let chosen = choices.iter().position(is_chosen).unwrap_or(0);
    if let Some(next) = choices.iter().cycle().nth(chosen + 1) {
        next.click();
    }
}

fn change_look(name: &str, value: &str) {
    let Some(page) = find::<Element>(".remote") else {
        return;
    };
    if !matches!(name, "layout" | "notes_size" | "tool") {
        return;
    }
    // Can't fail for a valid name.
    let _ = page.set_attribute(&format!("data-{name}"), value);
    let look = format!("{}-{}", look("layout"), look("notes_size"));
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        let (name, age) = (Look::COOKIE, REMEMBERED_S);
        // Without cookies the choice is forgotten; that is all.
        let _ = document.set_cookie(&format!(
            "{name}={look};path={};max-age={age};samesite=lax",
            routes::HOME
        ));
    }
}

/// The chosen value of `name`.
pub fn look(name: &str) -> String {
    let page = find::<Element>(".remote");
    let chosen = page.and_then(|page| page.get_attribute(&format!("data-{name}")));
    chosen.unwrap_or_default()
}

/// Clears the search and the choice.
fn begin_anew() {
    if let Some(typed) = find::<HtmlInputElement>("#all-slides [type=search]") {
        typed.set_value("");
        search("");
    }
    forget_choice();
}

/// Clears the choice of a slide.
pub fn forget_choice() {
    if let Some(choice) = find::<HtmlFormElement>("#all-slides form") {
        choice.reset();
    }
}

/// Marks the current slide.
fn show_place(remote: Remote) {
    let here = untrack(move || remote.shown()).place().slide.to_string();
    each("#all-slides li", |slide| {
        let is_here = slide.get_attribute("data-number").as_ref() == Some(&here);
        if is_here {
            let _ = slide.set_attribute("aria-current", "true");
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            slide.scroll_into_view_with_scroll_into_view_options(&options);
        } else {
            let _ = slide.remove_attribute("aria-current");
        }
    });
}

/// Uses the browser's strings: Rust's tables of lower-case letters would cost each page 2 KB.
fn search(typed: &str) {
    let words = String::from(JsString::from(typed).to_lower_case());
    let mut found = false;
    each("#all-slides li", |slide| {
        let text: JsString = slide.get_attribute("data-words").unwrap_or_default().into();
        let fits = words.split(' ').all(|word| text.includes(word, 0));
        found |= fits;
        slide.set_hidden(!fits);
    });
    if let Some(nothing) = find::<HtmlElement>("#all-slides .nothing") {
        nothing.set_hidden(found);
    }
}

pub fn each(selector: &str, mut then: impl FnMut(&HtmlElement)) {
    let Ok(found) = document().query_selector_all(selector) else {
        return;
    };
    for index in 0..found.length() {
        if let Some(Ok(element)) = found.get(index).map(JsCast::dyn_into::<HtmlElement>) {
            then(&element);
        }
    }
}

fn find<T: JsCast>(selector: &str) -> Option<T> {
    let element = document().query_selector(selector).ok().flatten()?;
    element.dyn_into().ok()
}

fn target<T: JsCast>(event: &Event) -> Option<T> {
    event.target()?.dyn_into().ok()
}
