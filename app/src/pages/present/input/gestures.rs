//! A finger on the slide.

use crate::{pages::present::remote::Remote, talk::Command};
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::PointerEvent;

/// How far a finger goes until it is a swipe, in CSS pixels; and more across than up or down.
const SWIPE_PX: i32 = 40;

/// Swipes to the left and to the right over the slides.
pub fn listen(remote: Remote) {
    let begun = StoredValue::new(None::<(i32, i32)>);
    let down = EventListener::new(&document(), "pointerdown", move |event| {
        let event = event.dyn_ref::<PointerEvent>();
        let touch = event.filter(|event| event.is_primary() && is_on_slide(event));
        begun.set_value(touch.map(|event| (event.client_x(), event.client_y())));
    });
    let up = EventListener::new(&document(), "pointerup", move |event| {
        let event = event.dyn_ref::<PointerEvent>();
        let (Some(event), Some((x, y))) = (event, begun.get_value()) else {
            return;
        };
        begun.set_value(None);
        let (across, along) = (event.client_x() - x, event.client_y() - y);
        if across.abs() < SWIPE_PX || across.abs() < 2 * along.abs() {
            return;
        }
        remote.tap(if across < 0 {
            Command::Next
        } else {
            Command::Previous
        });
        super::forms::vibrate();
    });
    StoredValue::new_local([down, up]);
}

fn is_on_slide(event: &PointerEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|element| element.closest(".now, .then").ok().flatten())
        .is_some()
}
