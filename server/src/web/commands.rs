//! `POST /api/...`: hands a request to its server function.

use crate::{
    access::{Credentials, refusal},
    observe::metrics,
    talks::Visitor,
    web::{Shared, guessing::may_look},
};
use app::api::{ApiError, ErrorCode, Stage};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, Uri, header},
    response::{IntoResponse, Redirect},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use leptos::prelude::provide_context;
use model::talk::{Command, Revision, SlideState, TalkCode, Timestamp};
use std::{
    pin::Pin,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

/// A form is a code, a slide and a revision.
pub const MAX_FORM_BYTES: usize = 16 * 1_024;

/// How long its bytes may take to come.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

pub async fn server_function(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let known = leptos::server_fn::axum::get_server_fn_service(
        request.uri().path(),
        request.method().clone(),
    );
    if known.is_none() {
        return refusal(ErrorCode::NotFound);
    }
    let (head, body) = request.into_parts();
    let address = head.uri.path().to_owned();
    let function = address.rsplit('/').next().unwrap_or_default();
    let form = match form(body, MAX_FORM_BYTES).await {
        Ok(form) => form,
        Err(code) => {
            metrics::count_refused(function, code);
            return refusal(code);
        }
    };
    let begin_by = field(&form, "begin_by");
    let code = field(&form, "code");
    if code.is_some_and(|code| !may_look(&shared, &head.extensions, &head.headers, &code)) {
        metrics::count_refused(function, ErrorCode::TooFast);
        return refusal(ErrorCode::TooFast);
    }
    let mut request = Request::from_parts(head, Body::from(form));
    let way_back = way_back(request.headers());
    // Leptos would send a form's error back in the address; ours has a status, and the way back
    // is below.
    request.headers_mut().remove(header::ACCEPT);
    let credentials = Credentials::of(request.headers());
    let was_asked = Arc::new(AtomicBool::new(false));
    let stage: Arc<dyn Stage> = Arc::new(Asked {
        visitor: Visitor::new(shared.talks, credentials)
            .who_gives_up(begin_by.map(Timestamp::from_unix_ms)),
        was_asked: was_asked.clone(),
    });
    let context = move || provide_context(stage.clone());
    let response = leptos_axum::handle_server_fns_with_context(context, request)
        .await
        .into_response();
    if !was_asked.load(Ordering::Relaxed) {
        metrics::count_refused(function, ErrorCode::BadRequest);
    }
    match way_back {
        Some(page) => {
            let word = match response.status() {
                StatusCode::CONFLICT => "?late",
                status if status.is_server_error() => "?not_stored",
                _ => "",
            };
            Redirect::to(&format!("{page}{word}")).into_response()
        }
        None => response,
    }
}

/// Knows whether a request came so far that somebody was asked: who is asked counts.
struct Asked {
    visitor: Visitor,
    was_asked: Arc<AtomicBool>,
}

impl Stage for Asked {
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> Pin<Box<dyn Future<Output = Result<SlideState, ApiError>> + Send + '_>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.visitor.command(code, command, if_revision)
    }
}

/// A field of a form; `None` when it is missing or can't be read. A server function says so, of those
/// that it needs.
fn field<T: FromStr>(form: &[u8], name: &str) -> Option<T> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(form).ok()?;
    let value = fields.into_iter().find(|(field, _)| field == name)?.1;
    value.parse().ok()
}

/// A form without files, of at most so many bytes, soon.
///
/// # Errors
/// [`ErrorCode::TooLarge`], [`ErrorCode::TooSlow`], or [`ErrorCode::BadRequest`] when it is cut off.
pub async fn form(body: Body, most: usize) -> Result<Bytes, ErrorCode> {
    let form = Limited::new(body, most).collect();
    match timeout(FORM_TIMEOUT, form).await {
        Ok(Ok(form)) => Ok(form.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ErrorCode::TooLarge),
        Ok(Err(_)) => Err(ErrorCode::BadRequest),
        Err(_) => Err(ErrorCode::TooSlow),
    }
}

/// Where a plain form goes back to: the page of ours that it was sent from. None for a program
/// or a script, which want the answer itself. A page says by itself when its key is missing.
fn way_back(headers: &HeaderMap) -> Option<String> {
    let accepts = headers.get(header::ACCEPT)?.to_str().ok()?;
    if !accepts.contains("text/html") {
        return None;
    }
    let referer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    // A talk's page of our own, never another host.
    let path = referer.path();
    path.starts_with("/t/").then(|| path.to_owned())
}
