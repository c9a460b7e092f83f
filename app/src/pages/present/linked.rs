//! Links on a slide to others of its deck: a tap on one goes there.

use super::remote::Remote;
use crate::{deck::Link, talk::Command};
use leptos::ev::MouseEvent;
use wasm_bindgen::JsCast;
use web_sys::Element;

pub fn follow(event: &MouseEvent, remote: Remote) {
    let link = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let address = link.and_then(|link| link.get_attribute("href"));
    let place = address.and_then(|address| Link::place(&address));
    if let Some((slide, step)) = place {
        event.prevent_default();
        remote.tap(Command::GoTo { slide, step });
    }
}
