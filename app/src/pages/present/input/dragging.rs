//! A finger on a sheet's heading pulls the sheet down, and so closes it.

use gloo_events::EventListener;
use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, PointerEvent};

/// A sheet that was pulled further closes, in CSS pixels.
const FAR_PX: i32 = 96;

/// A sheet under a finger.
struct Drag {
    sheet: HtmlElement,
    pointer: i32,
    from: i32,
}

pub fn listen() {
    let drag: Rc<RefCell<Option<Drag>>> = Rc::default();
    let listen = |name: &'static str, hear: fn(&RefCell<Option<Drag>>, &PointerEvent)| {
        let drag = Rc::clone(&drag);
        EventListener::new(&document(), name, move |event| {
            if let Some(event) = event.dyn_ref::<PointerEvent>() {
                hear(&drag, event);
            }
        })
    };
    StoredValue::new_local([
        listen("pointerdown", begin),
        listen("pointermove", pull),
        listen("pointerup", |drag, event| end(drag, event, true)),
        listen("pointercancel", |drag, event| end(drag, event, false)),
    ]);
}

fn begin(drag: &RefCell<Option<Drag>>, event: &PointerEvent) {
    if !event.is_primary() || drag.borrow().is_some() {
        return;
    }
    let Some(sheet) = pulled(event) else { return };
    drag.replace(Some(Drag {
        sheet,
        pointer: event.pointer_id(),
        from: event.client_y(),
    }));
}

fn pull(drag: &RefCell<Option<Drag>>, event: &PointerEvent) {
    if let Some(drag) = drag.borrow().as_ref()
        && drag.pointer == event.pointer_id()
    {
        let down = (event.client_y() - drag.from).max(0);
        // Can't fail for valid names.
        let _ = drag.sheet.set_attribute("data-pulled", "true");
        let style = drag.sheet.style();
        let _ = style.set_property("translate", &format!("0 {down}px"));
    }
}

fn end(drag: &RefCell<Option<Drag>>, event: &PointerEvent, closes: bool) {
    let is_its = drag
        .borrow()
        .as_ref()
        .is_some_and(|drag| drag.pointer == event.pointer_id());
    let Some(Drag { sheet, from, .. }) = drag.borrow_mut().take_if(|_| is_its) else {
        return;
    };
    let _ = sheet.remove_attribute("data-pulled");
    let _ = sheet.style().remove_property("translate");
    if closes && event.client_y() - from > FAR_PX {
        super::sheets::close();
    }
}

/// The sheet whose heading is touched, and not a button in it.
fn pulled(event: &Event) -> Option<HtmlElement> {
    let touched = event.target()?.dyn_into::<Element>().ok()?;
    if touched.closest("button, a, input").ok()?.is_some() {
        return None;
    }
    let heading = touched.closest("[popover] > header").ok()??;
    heading.parent_element()?.dyn_into().ok()
}
