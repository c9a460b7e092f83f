//! Keeps a screen on while its page follows a talk: a presenter's or follower's phone, and the laptop
//! behind the projector, which nobody touches for an hour.

use super::in_browser;
use crate::live::ConnectionState;
use gloo_events::EventListener;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{HtmlVideoElement, VisibilityState};

#[wasm_bindgen]
extern "C" {
    // web-sys has these only behind an unstable flag.
    type WithWakeLock;
    #[wasm_bindgen(method, getter, js_name = wakeLock)]
    fn wake_lock(this: &WithWakeLock) -> Option<WakeLock>;

    type WakeLock;
    #[wasm_bindgen(method, catch)]
    async fn request(this: &WakeLock, kind: &str) -> Result<JsValue, JsValue>;

    #[derive(Clone)]
    type Sentinel;
    #[wasm_bindgen(method, getter)]
    fn released(this: &Sentinel) -> bool;
    #[wasm_bindgen(method, catch)]
    async fn release(this: &Sentinel) -> Result<JsValue, JsValue>;
}

/// Takes a wake lock, takes it again whenever the browser released it, and releases it when the talk is
/// over. Without one (plain http has none, and a policy may refuse it) an empty video keeps the screen
/// on. Muted, it may start by itself, which is enough for a laptop; the first tap unmutes it, which a
/// phone needs.
pub fn stay_awake(connection: ReadSignal<ConnectionState>) {
    in_browser(move || hold(connection));
}

/// Who asks to keep the screen on. Browsers allow sound only after a tap.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Page,
    Tap,
}

fn hold(connection: ReadSignal<ConnectionState>) {
    let held = StoredValue::new_local(None::<Sentinel>);
    let video = StoredValue::new_local(None::<HtmlVideoElement>);
    let needs_none = move || {
        let has_it = held.with_value(|held| held.as_ref().is_some_and(|held| !held.released()));
        has_it || has_ended(connection.get_untracked())
    };
    let take = move |by: By| {
        let visible = document().visibility_state() == VisibilityState::Visible;
        if !visible || needs_none() {
            return;
        }
        let navigator: WithWakeLock = window().navigator().unchecked_into();
        match navigator.wake_lock() {
            Some(lock) => spawn_local(async move {
                // Refused by a policy, or by an iPhone for a page on its home screen.
                let Ok(sentinel) = lock.request("screen").await else {
                    if !needs_none() {
                        video.update_value(|video| play(video, by));
                    }
                    return;
                };
                let sentinel: Sentinel = sentinel.unchecked_into();
                // The talk has ended, or another request was faster.
                if needs_none() {
                    let _ = sentinel.release().await;
                } else {
                    held.set_value(Some(sentinel));
                }
            }),
            None => video.update_value(|video| play(video, by)),
        }
    };
    let listeners = [
        EventListener::new(&document(), "visibilitychange", move |_| take(By::Page)),
        EventListener::new(&document(), "click", move |_| take(By::Tap)),
    ];
    StoredValue::new_local(listeners);
    Effect::new(move |_| {
        if !has_ended(connection.get()) {
            take(By::Page);
            return;
        }
        if let Some(sentinel) = held.get_value() {
            spawn_local(async move {
                let _ = sentinel.release().await;
            });
        }
        if let Some(video) = video.get_value() {
            let _ = video.pause();
            video.remove();
        }
    });
}

/// Browsers keep a screen on for a video that has sound, or that is large and on the page. This one lies
/// under everything else.
fn play(video: &mut Option<HtmlVideoElement>, by: By) {
    if video.is_none() {
        let made = document().create_element("video").ok();
        *video = made.and_then(|made| made.dyn_into().ok());
        if let Some(video) = video {
            video.set_class_name("awake");
            video.set_loop(true);
            video.set_muted(true);
            video.set_src(crate::routes::AWAKE);
            // Else an iPhone would show it full-screen.
            let _ = video.set_attribute("playsinline", "");
            let _ = video.set_attribute("aria-hidden", "true");
            if let Some(body) = document().body() {
                let _ = body.append_child(video);
            }
        }
    }
    let Some(video) = video else { return };
    if by == By::Tap {
        video.set_muted(false);
    }
    if let Ok(playing) = video.play() {
        // Refused where autoplay is not allowed; then the next tap starts it.
        spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(playing).await;
        });
    }
}

fn has_ended(connection: ConnectionState) -> bool {
    matches!(connection, ConnectionState::Over | ConnectionState::Revoked)
}
