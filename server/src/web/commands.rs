//! `POST /api/...`: hands a request to its server function.
//!
//! A plain form's `Accept` header is removed first, so that errors keep their status instead of becoming
//! Leptos' redirects; forms are then redirected to their page here.

use super::{
    Shared,
    form::{self, way_back},
    guessing::may_look,
};
use crate::{
    access::{Asker, Refusal},
    observe::metrics,
    talks::Visitor,
};
use app::{
    api::{CommandHandler, ErrorCode, PendingState},
    routes,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{prelude::provide_context, server_fn};
use model::talk::{Command, Revision, TalkCode, Timestamp};
use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub async fn server_function(
    State(shared): State<Shared>,
    asker: Option<Asker>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Refusal> {
    let path = request.uri().path().to_owned();
    let function = routes::function_of(&path).ok_or(ErrorCode::NotFound)?;
    let known = server_fn::axum::get_server_fn_service(&path, request.method().clone());
    if known.is_none() {
        return Err(ErrorCode::NotFound.into());
    }
    let (head, body) = request.into_parts();
    let form = form::read(body, form::MAX_BYTES, form::TIMEOUT).await;
    let form = form.inspect_err(|code| metrics::count_refused(function, *code))?;
    let begin_by = field(&form, "begin_by");
    let code = field(&form, "code");
    if code.is_some_and(|code| !may_look(&shared, asker, &code)) {
        metrics::count_refused(function, ErrorCode::TooFast);
        return Err(ErrorCode::TooFast.into());
    }
    let mut request = Request::from_parts(head, Body::from(form));
    let way_back = way_back(request.headers());
    // Leptos would send a form's error back in the address. Ours has a status, and the way back
    // is below.
    request.headers_mut().remove(header::ACCEPT);
    let was_asked = Arc::new(AtomicBool::new(false));
    let handler: Arc<dyn CommandHandler> = Arc::new(Asked {
        visitor: visitor.who_gives_up(begin_by.map(Timestamp::from_unix_ms)),
        was_asked: was_asked.clone(),
    });
    let context = move || provide_context(handler.clone());
    let response = leptos_axum::handle_server_fns_with_context(context, request)
        .await
        .into_response();
    if !was_asked.load(Ordering::Relaxed) {
        metrics::count_refused(function, ErrorCode::BadRequest);
    }
    let Some(page) = way_back else {
        return Ok(response);
    };
    let outcome = match response.status() {
        StatusCode::CONFLICT => "?late",
        status if status.is_server_error() => "?not_stored",
        _ => "",
    };
    Ok(Redirect::to(&format!("{page}{outcome}")).into_response())
}

/// Remembers whether a command reached the visitor, who counts it. One that was refused before that is
/// counted above.
struct Asked {
    visitor: Visitor,
    was_asked: Arc<AtomicBool>,
}

impl CommandHandler for Asked {
    fn command(
        &self,
        code: TalkCode,
        command: Command,
        if_revision: Option<Revision>,
    ) -> PendingState<'_> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.visitor.command(code, command, if_revision)
    }
}

/// A field of a form. `None` if it is missing or malformed: the server function answers that, if it needs
/// the field.
fn field<T: FromStr>(form: &[u8], name: &str) -> Option<T> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(form).ok()?;
    let value = fields.into_iter().find(|(field, _)| field == name)?.1;
    value.parse().ok()
}
