//! Keys on the projector's page, in the browser of whoever presents.

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

/// How long a slide's number that is typed waits for its next key, in milliseconds: the page shows
/// nothing of it, so an Enter long after means Next.
const TYPED_MS: f64 = 3_000.0;

/// What the server has said of this browser.
#[derive(Clone, Copy)]
struct Known {
    presents: StoredValue<bool>,
    /// The server's clock. Until it is known no key is sent: one that is held up on its way would move
    /// the talk when nobody means it any more.
    clock: StoredValue<Option<ServerClock>>,
    /// The screen that the last key has asked for, until it is answered: pressed again before, the same
    /// key takes it back.
    asked: StoredValue<Option<Screen>>,
}

/// Listens for as long as the page's owner lives. A key moves the talk from wherever it is: two of them
/// that come quickly move it twice, though the stream has not said yet where the first one led.
///
/// Whose browser it is may change while the page is open: its presenter's link may be opened in another
/// tab. So a key of anybody's asks the server first, and goes no further without a presenter's cookie.
pub fn listen_to_clicker(code: TalkCode, live: Live, presents: bool) {
    let known = Known {
        presents: StoredValue::new(presents),
        clock: StoredValue::new(None),
        asked: StoredValue::new(None),
    };
    // A computer that slept has a clock that stood still.
    Effect::new(move |_| {
        if live.connection.get().is_lost() {
            known.clock.set_value(None);
        }
    });
    let options = EventListenerOptions::enable_prevent_default();
    // The slide that is being typed, 0 when none is; and when its last digit came.
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
        // A key that is held down would race through the deck.
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
    // By another clock, or by nobody any more: the next key asks.
    if !is_done {
        known.clock.set_value(None);
    }
}
