//! Keys on the projector's page, in a presenter's browser.

use super::shortcuts::{is_activation, is_elsewheres};
use crate::{
    api,
    live::Live,
    pages::present::{
        keys::{Key, Wish, wish},
        sending::KEY_PATIENCE_MS,
        ticking::{ServerClock, since_begin},
    },
};
use gloo_events::{EventListener, EventListenerOptions};
use leptos::{prelude::*, task::spawn_local};
use model::talk::{Command, Screen, TalkCode};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// How long a typed slide number waits for its next key, in milliseconds. The page does not show it, so a
/// much later Enter means Next.
const TYPED_MS: f64 = 3_000.0;

/// What the server told about this browser.
#[derive(Clone, Copy)]
struct Known {
    presents: StoredValue<bool>,
    /// Until the server's clock is known, no key is sent: a delayed one would move the talk when nobody
    /// expects it any more.
    clock: StoredValue<Option<ServerClock>>,
    /// The screen that the last key asked for, until the answer comes. The same key pressed again takes
    /// it back.
    asked: StoredValue<Option<Screen>>,
}

/// Listens as long as the page's owner lives. Keys carry no revision: two quick ones move the talk twice,
/// though the stream has not shown the result of the first.
///
/// The browser may become a presenter's while the page is open, by a link in another tab. So each key
/// first asks the server, and is dropped without a presenter's cookie.
pub fn listen_to_clicker(code: TalkCode, live: Live, presents: bool) {
    let known = Known {
        presents: StoredValue::new(presents),
        clock: StoredValue::new(None),
        asked: StoredValue::new(None),
    };
    // The monotonic clock may have stood still while the computer slept.
    Effect::new(move |_| {
        if live.connection.get().is_lost() {
            known.clock.set_value(None);
        }
    });
    let options = EventListenerOptions::enable_prevent_default();
    // The number typed so far (0 for none), and the time of its last digit.
    let typed = StoredValue::new((0_u32, 0.0));
    let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
        let event = event.dyn_ref::<KeyboardEvent>();
        let Some(event) = event.filter(|event| !is_elsewheres(event) && !is_activation(event))
        else {
            return;
        };
        let (key, written_there, shift) = (event.key(), event.code(), event.shift_key());
        let key = Key {
            key: &key,
            code: &written_there,
            shift,
        };
        let (number, at) = typed.get_value();
        let is_fresh = event.time_stamp() - at < TYPED_MS;
        let number = if is_fresh { number } else { 0 };
        let mut wished = wish(key, &live.snapshot.read_untracked().state, number);
        let taken = matches!(wished, Some(Wish::Tap(_) | Wish::Digit(_)));
        if taken && known.presents.get_value() {
            event.prevent_default();
        }
        // A held key would race through the deck.
        if event.repeat() || !taken {
            return;
        }
        let number = match wished {
            Some(Wish::Digit(digit)) => number.saturating_mul(10).saturating_add(digit),
            _ => 0,
        };
        typed.set_value((number, event.time_stamp()));
        if let Some(Wish::Tap(Command::Screen(screen))) = &mut wished {
            if known.asked.get_value() == Some(*screen) {
                *screen = Screen::Live;
            }
            known.asked.set_value(Some(*screen));
        }
        if let Some(Wish::Tap(command)) = wished {
            let pressing = press(code.clone(), command, known);
            spawn_local(async move {
                pressing.await;
                known.asked.set_value(None);
            });
        }
    });
    StoredValue::new_local(listener);
}

async fn press(code: TalkCode, command: Command, known: Known) {
    let pressed = since_begin();
    if known.clock.with_value(Option::is_none) {
        let Some(role) = api::role(&code).await else {
            return;
        };
        known.presents.set_value(role.presents);
        let clock = role.presents.then(|| ServerClock::as_told(role.now));
        known.clock.set_value(clock);
    }
    let pressed = known
        .clock
        .with_value(|clock| clock.as_ref().map(|clock| clock.at(pressed)));
    let Some(pressed) = pressed else { return };
    let begin_by = pressed.unix_ms() + u64::from(KEY_PATIENCE_MS);
    let is_done = api::send_once(&code, command, begin_by).await;
    // The clock or the permission may have changed: the next key asks.
    if !is_done {
        known.clock.set_value(None);
    }
}
