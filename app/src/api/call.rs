//! How a page calls a server function, and asks the server's other addresses.
//!
//! Not through the functions' own client, which brings streams, sockets and codecs that no page of ours
//! needs.

use super::{ApiError, ErrorCode};
use crate::json;
use gloo_net::http::Request;
use gloo_timers::callback::Timeout;
use model::talk::SlideState;
use web_sys::{AbortController, UrlSearchParams};

/// How long an answer to [`ask`] may take.
const ASK_PATIENCE_MS: u32 = 5_000;

/// Posts `form`, which is encoded already, to the server function at `path`.
pub async fn call(path: &str, form: &str) -> Result<SlideState, ApiError> {
    let Some((is_ok, answer)) = post(path, form).await else {
        return Err(unreachable());
    };
    if is_ok {
        return json::read(&answer).ok_or_else(unreachable);
    }
    // A proxy in between may answer with a page of its own instead of JSON.
    Err(json::read(&answer).unwrap_or_else(unreachable))
}

/// Posts `form` to an address that answers with nothing. Whether it was accepted.
pub async fn say(path: &str, form: &str) -> bool {
    post(path, form).await.is_some_and(|(is_ok, _)| is_ok)
}

/// The body of an answer of 200; `None` without one, or when it takes longer than five seconds.
pub async fn ask(path: &str) -> Option<String> {
    // Given up but not aborted, it would still hold one of few connections.
    let abort = AbortController::new().ok()?;
    let request = Request::get(path).abort_signal(Some(&abort.signal()));
    let _deadline = Timeout::new(ASK_PATIENCE_MS, move || abort.abort());
    let (is_ok, answer) = text(request.build().ok()?).await?;
    is_ok.then_some(answer)
}

async fn post(path: &str, form: &str) -> Option<(bool, String)> {
    let form = UrlSearchParams::new_with_str(form).ok()?;
    text(Request::post(path).body(form).ok()?).await
}

/// Whether the answer's status is a success, and its body. `None` without an answer.
async fn text(request: Request) -> Option<(bool, String)> {
    let answer = request.send().await.ok()?;
    let text = answer.text().await.ok()?;
    Some((answer.ok(), text))
}

fn unreachable() -> ApiError {
    ApiError::new(ErrorCode::Unreachable)
}
