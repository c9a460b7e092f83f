//! Agrees with the browser's other tabs on which of them keep a stream; [`Turns`] has the rule.
//!
//! [`Turns`]: crate::live::turns::Turns

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

/// Milliseconds added to the time when a projector opened its stream. So it counts as opened after all
/// remotes: the room looks at it.
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
        let mut opened_at = Date::now() + Math::random();
        if self.view == View::Project {
            opened_at += LAST_MS;
        }
        self.turns.borrow_mut().open(opened_at);
        if self.tabs.borrow().is_none() {
            self.tabs.replace(self.join_tabs());
        }
        self.tell_tabs(opened_at);
    }

    /// Joins the channel of the tabs of this page's kind. `None` if the browser has no such channels.
    fn join_tabs(self: &Rc<Self>) -> Option<Tabs> {
        let kind = match self.view {
            View::Follow => "followers",
            View::Project | View::Present => "presenters",
        };
        let channel = BroadcastChannel::new(kind).ok()?;
        let listener = self.listen(&channel, "message", |inner, event| {
            let message = event.dyn_ref::<MessageEvent>();
            if let Some(opened_at) = message.and_then(|message| message.data().as_f64()) {
                inner.on_tab_message(opened_at);
            }
        });
        Some(Tabs {
            channel,
            _listener: listener,
        })
    }

    /// Announces that this tab has closed its stream.
    pub fn give_turn(&self) {
        if self.has_turn.replace(false) {
            self.tell_tabs(self.turns.borrow().farewell());
        }
    }

    /// Another tab opened its stream at this time or, if negative, closed it.
    fn on_tab_message(self: &Rc<Self>, opened_at: f64) {
        self.turns.borrow_mut().hear(opened_at);
        let has_turn = self.has_turn.get();
        // A tab that opens a stream takes all others for older ones until it hears otherwise.
        let is_new_remote = (0.0..LAST_MS).contains(&opened_at);
        if is_new_remote && self.view == View::Project && has_turn {
            let own = self.turns.borrow().opened_at();
            self.tell_tabs(own);
        }
        let has_room = self.turns.borrow().has_room();
        if has_turn && !has_room {
            // Without a stream the page polls.
            self.let_go();
            self.signals.presence.set(None);
            self.ask_after(0);
        } else if !has_turn && has_room && !self.hidden.get() {
            self.after(jitter_ms(SPREAD_MS), |inner| {
                if inner.turns.borrow().has_room() {
                    inner.connect();
                }
            });
        }
    }

    /// Sends the other tabs a time: positive for a stream that was opened then, negative for one that was
    /// closed.
    fn tell_tabs(&self, opened_at: f64) {
        if let Some(tabs) = self.tabs.borrow().as_ref() {
            // If this fails, a tab may lose its stream, but not its slides.
            let _ = tabs.channel.post_message(&JsValue::from_f64(opened_at));
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
