//! Sends the page's forms without a reload.

use crate::{api, pages::present::remote::Remote};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use model::talk::Command;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement, SubmitEvent};

/// One listener for all forms. The browser submits those that are no command.
pub fn listen(remote: Remote) {
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&document(), "submit", options, move |event| {
        let Some(event) = event.dyn_ref::<SubmitEvent>() else {
            return;
        };
        let form = event.target().map(JsCast::dyn_into::<HtmlFormElement>);
        let Some(Ok(form)) = form else { return };
        let Some(command) = toggled(event, remote).or_else(|| command_in(&form)) else {
            return;
        };
        event.prevent_default();
        if remote.tap(command) {
            vibrate();
        }
        if form.has_attribute("data-closes") {
            super::sheets::close();
            super::sheets::forget_choice();
        }
    });
    StoredValue::new_local(listener);
    Effect::new(move |_| {
        let state = remote.shown();
        press("data-toggles", &[state.screen().as_str()]);
        press(
            "data-chooses",
            &[state.scheme.as_str(), state.transition.as_str()],
        );
    });
}

/// Updates which buttons are pressed: those with one of these values in the attribute.
fn press(attribute: &str, values: &[&str]) {
    super::sheets::each(&format!("[{attribute}]"), |button| {
        let own = button.get_attribute(attribute);
        let is_on = own.is_some_and(|own| values.contains(&own.as_str()));
        // Can't fail for a valid name.
        let _ = button.set_attribute("aria-pressed", &is_on.to_string());
    });
}

/// The command of a toggle: away from its screen if the room sees it, else to it.
fn toggled(event: &SubmitEvent, remote: Remote) -> Option<Command> {
    let button = event.submitter()?.dyn_into::<HtmlElement>().ok()?;
    let screen = button.get_attribute("data-toggles")?.parse().ok()?;
    let state = untrack(move || remote.shown());
    Some(Command::Screen(state.toggled(screen)))
}

fn command_in(form: &HtmlFormElement) -> Option<Command> {
    let fields = FormData::new_with_form(form).ok()?;
    let field = |name: &str| fields.get(name).as_string();
    api::command_of(&form.get_attribute("action")?, field)
}

/// The length of a tap's vibration, in milliseconds.
const TAP_MS: u32 = 12;

/// Confirms a tap while the presenter looks at the room. iPhones can't.
pub fn vibrate() {
    let navigator = window().navigator();
    let can = js_sys::Reflect::has(&navigator, &"vibrate".into());
    if can == Ok(true) {
        navigator.vibrate_with_duration(TAP_MS);
    }
}
