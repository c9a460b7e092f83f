//! Our wrapper over the browser's `EventSource`.
//!
//! A native `EventSource` gives up for good on any status but 200, reports nothing when its socket died
//! while a phone slept, and keeps its page out of the back/forward cache. So this one is watched: it is
//! re-created when it closes, when pings are missing, and whenever the page comes back.

mod asking;
mod tabs;

use super::{ConnectionState, backoff::Backoff, seat, turns::Turns};
use crate::{components::has_panicked, json, routes};
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use model::talk::{Pointing, Presence, Revision, SlideState, Snapshot, TalkCode, View};
use serde::Deserialize;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use tabs::Tabs;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventSource, MessageEvent, PageTransitionEvent, VisibilityState};

/// Two and a half of the server's ping intervals of 15 s: one ping may be late, two may not.
const SILENCE_MS: u32 = 37_500;

/// The longest wait for a stream's first event. After it the page polls the state: a virus scanner or a
/// proxy may hold back or refuse streams, and let everything else through.
const WITHHELD_MS: u32 = 5_000;

/// How long a hidden page keeps its stream. Over HTTP/1.1 a browser has six connections to a host, for
/// all of its tabs: six streams would leave none for a tap.
const OUT_OF_SIGHT_MS: u32 = 3_000;

/// The least age of a page, in milliseconds, at which it may reload itself.
const RELOAD_AFTER_MS: f64 = 60_000.0;

/// A page's connection to the server. Dropping it closes the stream and removes the listeners.
pub struct Connection(#[expect(dead_code, reason = "held for its drop")] Rc<Inner>);

/// What a connection tells its page.
pub struct Signals {
    pub snapshot: WriteSignal<Snapshot>,
    pub state: WriteSignal<ConnectionState>,
    pub presence: WriteSignal<Option<Presence>>,
    pub pointing: fn(&Pointing),
}

struct Inner {
    code: TalkCode,
    view: View,
    /// The page's state. A re-created stream sends its event id in the query: only a native
    /// reconnection sends the `Last-Event-ID` header.
    newest: RefCell<SlideState>,
    signals: Signals,
    stream: RefCell<Option<Stream>>,
    /// When the stream was opened; `None` once its first event has come.
    opened: Cell<Option<f64>>,
    /// The stream's first event came too late: a proxy buffers the stream. Its events are right, but may
    /// be old.
    is_held_back: Cell<bool>,
    /// The page is hidden or in the back/forward cache, and wants no stream.
    hidden: Cell<bool>,
    backoff: RefCell<Backoff>,
    /// Waits either to reconnect or for the silence to last too long.
    timer: RefCell<Option<Timeout>>,
    /// Waits for the next poll of the state. `None` while the stream's events come in time.
    asking: RefCell<Option<Timeout>>,
    /// The last poll was answered: the page is as good as live.
    was_answered: Cell<bool>,
    asked_in_vain: RefCell<Backoff>,
    /// Waits until a hidden page closes its stream.
    leaving: RefCell<Option<Timeout>>,
    /// Whether this tab may have a stream: a browser's tabs share its connections, see [`Turns`].
    has_turn: Cell<bool>,
    turns: RefCell<Turns>,
    tabs: RefCell<Option<Tabs>>,
    page_listeners: RefCell<Vec<EventListener>>,
}

/// One `EventSource` with its listeners; dropped, it is closed.
struct Stream {
    source: EventSource,
    _listeners: [EventListener; 6],
}

#[derive(Deserialize)]
struct Ping {
    revision: Revision,
}

impl Connection {
    pub fn open(code: &TalkCode, view: View, newest: &Snapshot, signals: Signals) -> Self {
        let inner = Rc::new(Inner {
            code: code.clone(),
            view,
            newest: RefCell::new(newest.state.clone()),
            signals,
            stream: RefCell::default(),
            opened: Cell::default(),
            is_held_back: Cell::default(),
            hidden: Cell::new(false),
            backoff: RefCell::default(),
            timer: RefCell::default(),
            asking: RefCell::default(),
            was_answered: Cell::new(false),
            asked_in_vain: RefCell::default(),
            leaving: RefCell::default(),
            has_turn: Cell::new(false),
            turns: RefCell::default(),
            tabs: RefCell::default(),
            page_listeners: RefCell::default(),
        });
        let over = inner.newest.borrow().over;
        if !over {
            inner.watch_page();
            inner.connect();
        }
        Self(inner)
    }
}

impl Inner {
    /// Opens a new stream in place of the current one.
    fn connect(self: &Rc<Self>) {
        // A broken island must not say that it is live.
        if has_panicked() {
            return;
        }
        // Closes the old stream first: one page, one stream.
        self.stream.take();
        self.take_turn();
        if self.asking.borrow().is_none() {
            self.ask_after(WITHHELD_MS);
        }
        let last = self.newest.borrow().event_id();
        let url = routes::events_since(&self.code, &last, self.view, seat());
        let Ok(source) = EventSource::new(&url) else {
            self.connect_later();
            return;
        };
        let listeners = [
            self.listen(&source, "message", |inner, event| inner.on_message(event)),
            self.listen(&source, "ping", |inner, event| inner.on_ping(event)),
            self.listen(&source, "presence", |inner, event| {
                if inner.is_in_time() {
                    inner.signals.presence.set(parsed(event));
                }
            }),
            self.listen(&source, "pointer", |inner, event| {
                if let Some(pointing) = parsed::<Pointing>(event) {
                    (inner.signals.pointing)(&pointing);
                }
            }),
            self.listen(&source, "revoked", |inner, _| {
                inner.finish(ConnectionState::Revoked)
            }),
            self.listen(&source, "error", |inner, _| inner.on_error()),
        ];
        self.stream.replace(Some(Stream {
            source,
            _listeners: listeners,
        }));
        self.is_opened();
        self.expect_event();
    }

    fn connect_later(self: &Rc<Self>) {
        self.stream.take();
        let wait = self.backoff.borrow_mut().next_ms(js_sys::Math::random());
        self.after(wait, |inner| inner.connect());
    }

    /// Reconnects unless an event comes before the silence is too long.
    fn expect_event(self: &Rc<Self>) {
        self.after(SILENCE_MS, |inner| {
            inner.set_broken();
            inner.connect();
        });
    }

    fn on_message(self: &Rc<Self>, event: &Event) {
        let Some(snapshot) = parsed::<Snapshot>(event) else {
            self.on_unreadable();
            return;
        };
        self.heard();
        self.take(snapshot);
    }

    /// Shows a snapshot, if it is newer or fuller than the current one.
    fn take(self: &Rc<Self>, snapshot: Snapshot) {
        if has_panicked() {
            return;
        }
        let newer = self.newest.borrow().gives_way_to(&snapshot.state);
        // More of the slide may come with the same revision.
        let more = *self.newest.borrow() == snapshot.state;
        if newer || more {
            let over = snapshot.state.over;
            self.newest.replace(snapshot.state.clone());
            self.signals.snapshot.set(snapshot);
            if over {
                self.finish(ConnectionState::Over);
            }
        }
    }

    /// Disconnects for good, for the reason `end`.
    fn finish(&self, end: ConnectionState) {
        self.let_go();
        self.tabs.take();
        self.page_listeners.take();
        self.signals.state.set(end);
    }

    /// A newer server sends what this page can't read. A reload helps; but a young page does not reload,
    /// in case it does not.
    fn on_unreadable(self: &Rc<Self>) {
        self.set_broken();
        let reloading = since_begin() > RELOAD_AFTER_MS && window().location().reload().is_ok();
        if !reloading {
            self.connect_later();
        }
    }

    fn on_ping(self: &Rc<Self>, event: &Event) {
        let newest = self.newest.borrow().revision;
        match parsed::<Ping>(event) {
            Some(ping) if ping.revision <= newest => self.heard(),
            // An event was lost, which should not happen.
            _ => {
                self.set_broken();
                self.connect_later();
            }
        }
    }

    fn on_error(self: &Rc<Self>) {
        self.set_broken();
        self.is_opened();
        if self.asking.borrow().is_none() {
            self.ask_after(WITHHELD_MS);
        }
        let closed = self
            .stream
            .borrow()
            .as_ref()
            .is_none_or(|stream| stream.source.ready_state() == EventSource::CLOSED);
        // Unless it is closed, the browser reopens it after the server's `retry`.
        if closed {
            self.connect_later();
        }
    }

    /// An event came. If the stream is buffered, the page goes on polling, and the silence timer opens
    /// another stream.
    fn heard(self: &Rc<Self>) {
        if !self.is_in_time() {
            return;
        }
        self.backoff.borrow_mut().reset();
        self.asking.take();
        self.was_answered.set(false);
        self.expect_event();
        self.set_live();
    }

    fn is_opened(&self) {
        self.opened.set(Some(since_begin()));
        self.is_held_back.set(false);
    }

    /// Whether the stream's events come when they are sent, by its first event.
    fn is_in_time(&self) -> bool {
        if let Some(opened) = self.opened.take() {
            let silence = since_begin() - opened;
            self.is_held_back.set(silence > f64::from(WITHHELD_MS));
        }
        !self.is_held_back.get()
    }

    fn set_live(&self) {
        if !has_panicked() {
            self.signals.state.set(ConnectionState::Live);
        }
    }

    fn set_broken(&self) {
        // Only the stream is missing: polls are answered.
        if self.was_answered.get() {
            return;
        }
        self.signals.presence.set(None);
        let has_network = window().navigator().on_line();
        self.signals.state.set(if has_network {
            ConnectionState::Stale
        } else {
            ConnectionState::Offline
        });
    }

    /// Follows the network's and the page's life cycle.
    fn watch_page(self: &Rc<Self>) {
        let (window, page) = (window(), document());
        let listeners = vec![
            self.listen(&window, "online", |inner, _| inner.connect_at_once()),
            // The server may be on the same machine, and need no network.
            self.listen(&window, "offline", |inner, _| {
                inner.set_broken();
                inner.connect_at_once();
            }),
            self.listen(&window, "pagehide", |inner, _| {
                inner.hidden.set(true);
                inner.let_go();
                inner.tabs.take();
            }),
            self.listen(&window, "pageshow", |inner, event| {
                let from_cache = event
                    .dyn_ref::<PageTransitionEvent>()
                    .is_some_and(PageTransitionEvent::persisted);
                if from_cache || inner.hidden.get() {
                    inner.come_back();
                }
            }),
            self.listen(&page, "visibilitychange", |inner, _| {
                if document().visibility_state() == VisibilityState::Visible {
                    inner.come_back();
                } else if inner.view != View::Project {
                    // A projector's window counts as hidden when others cover it, and may still be
                    // recorded: it stays connected.
                    let leaving = inner.timeout(OUT_OF_SIGHT_MS, |inner| {
                        inner.hidden.set(true);
                        inner.let_go();
                    });
                    inner.leaving.replace(Some(leaving));
                }
            }),
            self.listen(&page, "resume", |inner, _| inner.come_back()),
        ];
        self.page_listeners.replace(listeners);
    }

    /// The page was away, and its socket may have died silently: until an event comes, the page is not
    /// live.
    fn come_back(self: &Rc<Self>) {
        self.leaving.take();
        self.hidden.set(false);
        self.was_answered.set(false);
        self.set_broken();
        self.connect_at_once();
    }

    fn let_go(&self) {
        self.stream.take();
        self.timer.take();
        self.asking.take();
        self.give_turn();
    }

    fn connect_at_once(self: &Rc<Self>) {
        if self.hidden.get() {
            return;
        }
        self.backoff.borrow_mut().reset();
        self.connect();
    }

    fn listen(
        self: &Rc<Self>,
        target: &web_sys::EventTarget,
        event: &'static str,
        then: impl Fn(&Rc<Self>, &Event) + 'static,
    ) -> EventListener {
        let inner = Rc::downgrade(self);
        EventListener::new(target, event, move |event| {
            if let Some(inner) = inner.upgrade() {
                then(&inner, event);
            }
        })
    }

    /// Sets the timer, in place of the previous one.
    fn after(self: &Rc<Self>, ms: u32, then: impl Fn(&Rc<Self>) + 'static) {
        self.timer.replace(Some(self.timeout(ms, then)));
    }

    fn timeout(self: &Rc<Self>, ms: u32, then: impl Fn(&Rc<Self>) + 'static) -> Timeout {
        let inner: Weak<Self> = Rc::downgrade(self);
        Timeout::new(ms, move || {
            if let Some(inner) = inner.upgrade() {
                then(&inner);
            }
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Milliseconds since the page began, by a monotonic clock.
fn since_begin() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The event's data; `None` when this page is too old to read it.
fn parsed<T: for<'de> Deserialize<'de>>(event: &Event) -> Option<T> {
    let data = event.dyn_ref::<MessageEvent>()?.data().as_string()?;
    json::read(&data)
}
