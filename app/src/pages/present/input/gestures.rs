//! A finger on the slide: a swipe moves the talk, a finger that rests points.

use super::pencil::Pencil;
use crate::pages::present::{
    fingers::{Did, Meaning, meaning},
    remote::Remote,
};
use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use model::{
    deck::Link,
    talk::{Command, Tool},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, PointerEvent};

/// The least length of a swipe, in CSS pixels. It must be more horizontal than vertical.
const SWIPE_PX: i32 = 40;

/// A finger that moves by fewer CSS pixels than this, for this many milliseconds, points.
const STILL_PX: i32 = 10;
const HOLD_MS: u32 = 180;

enum Touch {
    /// Still either a swipe or a pointing finger.
    Begun {
        x: i32,
        y: i32,
        _hold: Option<Timeout>,
    },
    Points,
}

struct Hand {
    remote: Remote,
    pencil: Pencil,
    touch: RefCell<Option<Touch>>,
    /// The gesture's pointer.
    pointer: Cell<i32>,
    /// The next click is the end of pointing, and must not follow a link.
    has_pointed: Cell<bool>,
}

pub fn listen(remote: Remote, pencil: &Pencil) {
    let hand = Rc::new(Hand {
        remote,
        pencil: pencil.clone(),
        touch: RefCell::default(),
        pointer: Cell::default(),
        has_pointed: Cell::default(),
    });
    let listen = |name: &'static str, did: Did| {
        let hand = hand.clone();
        EventListener::new(&document(), name, move |event| {
            if let Some(event) = event.dyn_ref::<PointerEvent>() {
                hand.hear(event, did);
            }
        })
    };
    let listeners = [
        listen("pointerdown", Did::Press),
        listen("pointermove", Did::Move),
        listen("pointerup", Did::Lift),
        listen("pointercancel", Did::Cancel),
    ];
    // No context menu on a long press, no dragging of pictures. And the browser would take a swipe for the
    // start of a scroll, and swallow the tap after it.
    let options = EventListenerOptions::enable_prevent_default();
    let ours = ["contextmenu", "dragstart", "touchmove"].map(|name| {
        EventListener::new_with_options(&document(), name, options, |event| {
            if slide(event).is_some() {
                event.prevent_default();
            }
        })
    });
    let clicked = EventListener::new_with_options(&document(), "click", options, move |event| {
        let element = event.target().map(JsCast::dyn_into::<Element>);
        let Some(Ok(element)) = element else { return };
        if hand.has_pointed.take() && slide(event).is_some() {
            event.prevent_default();
            return;
        }
        if element.has_attribute("data-wipes") {
            hand.pencil.wipe();
            super::sheets::close();
        }
        // A link within the deck.
        let address = element.get_attribute("href");
        if let Some((slide, step)) = address.and_then(|address| Link::place(&address)) {
            event.prevent_default();
            hand.remote.tap(Command::GoTo { slide, step });
        }
    });
    StoredValue::new_local((listeners, ours, clicked));
}

impl Hand {
    fn hear(self: &Rc<Self>, event: &PointerEvent, did: Did) {
        let active = self.touch.borrow().as_ref().map(|_| self.pointer.get());
        match meaning(active, event.pointer_id(), event.is_primary(), did) {
            Meaning::Begin => self.down(event),
            Meaning::Go => self.moves(event),
            Meaning::End => self.up(Some(event)),
            Meaning::GiveUp => self.up(None),
            Meaning::Nothing => {}
        }
    }

    fn down(self: &Rc<Self>, event: &PointerEvent) {
        self.has_pointed.set(false);
        // With a sheet open, a finger beside it only closes it.
        let Some(slide) = slide(event).filter(|_| !super::is_one_open()) else {
            return;
        };
        self.pointer.set(event.pointer_id());
        let (x, y) = (event.client_x(), event.client_y());
        let is_current = slide.class_name() == "now";
        if is_current && self.pencil.tool() == Tool::Pencil {
            self.point(x, y);
            return;
        }
        let hand = Rc::downgrade(self);
        let hold = is_current.then(|| {
            Timeout::new(HOLD_MS, move || {
                if let Some(hand) = hand.upgrade() {
                    hand.point(x, y);
                }
            })
        });
        self.touch.replace(Some(Touch::Begun { x, y, _hold: hold }));
    }

    fn point(&self, x: i32, y: i32) {
        self.touch.replace(Some(Touch::Points));
        self.pencil.press(x, y);
    }

    fn moves(&self, event: &PointerEvent) {
        let (at_x, at_y) = (event.client_x(), event.client_y());
        let mut touch = self.touch.borrow_mut();
        match touch.as_mut() {
            Some(Touch::Points) => self.pencil.move_to(at_x, at_y),
            Some(Touch::Begun { x, y, _hold }) => {
                let is_still = (at_x - *x).abs() < STILL_PX && (at_y - *y).abs() < STILL_PX;
                if !is_still {
                    *_hold = None;
                }
            }
            None => {}
        }
    }

    fn up(&self, event: Option<&PointerEvent>) {
        let touch = self.touch.take();
        match (touch, event) {
            (Some(Touch::Points), event) => {
                // A cancelled pointer has no click: the next click is another finger's.
                self.has_pointed.set(event.is_some());
                self.pencil.lift();
            }
            (Some(Touch::Begun { x, y, .. }), Some(event)) => {
                self.swipe(event.client_x() - x, event.client_y() - y);
            }
            _ => {}
        }
    }

    fn swipe(&self, across: i32, along: i32) {
        if across.abs() < SWIPE_PX || across.abs() < 2 * along.abs() {
            return;
        }
        let is_taken = self.remote.tap(if across < 0 {
            Command::Next
        } else {
            Command::Previous
        });
        if is_taken {
            super::forms::vibrate();
        }
    }
}

/// The section with a slide in which the event happened.
fn slide(event: &Event) -> Option<Element> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    element.closest(".now, .then").ok().flatten()
}
