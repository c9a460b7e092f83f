//! How a page calls a server function.
//!
//! Not through the function's own client: that one brings streams, sockets and codecs that no page
//! of ours needs, 20 KB of WASM that every phone in the room would load.

use super::{ApiError, ErrorCode};
use gloo_timers::callback::Timeout;
use leptos::prelude::window;
use model::talk::SlideState;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response, UrlSearchParams};

/// Posts `form` (already encoded) to the server function at `path`.
pub async fn call(path: &str, form: &str) -> Result<SlideState, ApiError> {
    match post(path, form).await {
        Ok((true, text)) => serde_json::from_str(&text).ok(),
        Ok((false, text)) => return Err(refusal(&text)),
        Err(_) => None,
    }
    .ok_or_else(unreachable)
}

/// Says something that has no answer. Whether it was heard.
pub async fn say(path: &str, form: &str) -> bool {
    post(path, form).await.is_ok_and(|(agreed, _)| agreed)
}

/// How long an answer to [`ask`] may take.
const ASK_PATIENCE_MS: u32 = 5_000;

/// The body of an answer of 200; `None` without one, or when it takes longer than five seconds.
pub async fn ask(path: &str) -> Option<String> {
    let init = RequestInit::new();
    // Given up but not aborted, it would still hold one of few connections.
    let abort = AbortController::new().ok()?;
    init.set_signal(Some(&abort.signal()));
    let _deadline = Timeout::new(ASK_PATIENCE_MS, move || abort.abort());
    let (agreed, answer) = text(path, &init).await.ok()?;
    agreed.then_some(answer)
}

async fn post(path: &str, form: &str) -> Result<(bool, String), JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&UrlSearchParams::new_with_str(form)?.into());
    text(path, &init).await
}

/// Whether the server agreed, and what it said.
async fn text(path: &str, init: &RequestInit) -> Result<(bool, String), JsValue> {
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, init)).await?;
    let answer: Response = answer.dyn_into()?;
    let text = JsFuture::from(answer.text()?).await?;
    Ok((answer.ok(), text.as_string().unwrap_or_default()))
}

/// A proxy in between may answer in words of its own.
fn refusal(text: &str) -> ApiError {
    serde_json::from_str(text).unwrap_or_else(|_| unreachable())
}

fn unreachable() -> ApiError {
    ApiError::new(ErrorCode::Unreachable)
}
