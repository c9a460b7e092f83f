//! Shares the browser's connections with its other tabs.

use super::Inner;
use crate::live::jitter_ms;
use gloo_events::EventListener;
use js_sys::{Date, Math, Reflect};
use leptos::prelude::{Set, window};
use model::talk::View;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// The longest random delay before a tab takes a place that has become free.
const SPREAD_MS: u32 = 1_000;

/// Added to the name of a projector's stream, which so counts as opened after all remotes: the room
/// looks at it.
const LAST_MS: f64 = 1e13;

/// The channel between tabs. Dropping it closes it.
pub struct Tabs {
    channel: BroadcastChannel,
    _listener: EventListener,
}

impl Inner {
    /// Announces that this tab opens a stream.
    pub fn take_turn(self: &Rc<Self>) {
        if self.has_turn.replace(true) || !shares_connections() {
            return;
        }
        let mut name = Date::now() + Math::random();
        if self.view == View::Project {
            name += LAST_MS;
        }
        self.turns.borrow_mut().open(name);
        if self.tabs.borrow().is_none() {
            let kind = match self.view {
                View::Follow => "followers",
                View::Project | View::Present => "presenters",
            };
            let tabs = BroadcastChannel::new(kind).ok().map(|channel| Tabs {
                _listener: self.listen(&channel, "message", |inner, event| {
                    let said = event.dyn_ref::<MessageEvent>();
                    if let Some(name) = said.and_then(|said| said.data().as_f64()) {
                        inner.on_tab(name);
                    }
                }),
                channel,
            });
            self.tabs.replace(tabs);
        }
        self.tell_tabs(name);
    }

    /// Announces that this tab has closed its stream.
    pub fn give_turn(&self) {
        if self.has_turn.replace(false) {
            self.tell_tabs(self.turns.borrow().farewell());
        }
    }

    fn on_tab(self: &Rc<Self>, name: f64) {
        self.turns.borrow_mut().hear(name);
        // A tab that opens a stream takes all others for older ones until it is told.
        let is_remote = (0.0..LAST_MS).contains(&name);
        if is_remote && self.view == View::Project && self.has_turn.get() {
            let mine = self.turns.borrow().name();
            self.tell_tabs(mine);
        }
        let has_room = self.turns.borrow().has_room();
        match (self.has_turn.get(), has_room) {
            // Without a stream the page polls.
            (true, false) => {
                self.let_go();
                self.told.presence.set(None);
                self.ask_after(0);
            }
            (false, true) if !self.hidden.get() => self.after(jitter_ms(SPREAD_MS), |inner| {
                if inner.turns.borrow().has_room() {
                    inner.connect();
                }
            }),
            _ => {}
        }
    }

    fn tell_tabs(&self, name: f64) {
        if let Some(tabs) = self.tabs.borrow().as_ref() {
            // Without it a tab may lose its stream, but not its slides.
            let _ = tabs.channel.post_message(&JsValue::from_f64(name));
        }
    }
}

/// HTTP/2 and later need only one connection for all tabs.
fn shares_connections() -> bool {
    let pages = window()
        .performance()
        .map(|clock| clock.get_entries_by_type("navigation"));
    let protocol =
        pages.and_then(|pages| Reflect::get(&pages.get(0), &"nextHopProtocol".into()).ok());
    let protocol = protocol.and_then(|protocol| protocol.as_string());
    !matches!(protocol.as_deref(), Some("h2" | "h3"))
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.close();
    }
}
