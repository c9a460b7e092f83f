//! Devices that ask for the remote, and the answers of presenters.

use super::{
    Shared,
    extract::{OpenTalk, Presenter, path_parameter},
    form::{BoundedForm, Form},
    host::{self, wants_json},
    present::asking_page,
    render,
    stored::stored,
};
use crate::{
    access::{Asker, Refusal},
    talks::{Visitor, device_name},
};
use app::{api::ErrorCode, routes};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

/// Whose device asks, as its person typed it.
#[derive(Deserialize)]
pub struct Asking {
    #[serde(default)]
    name: String,
}

impl Form for Asking {
    const MAX_BYTES: usize = 2 * 1_024;
}

/// `POST /t/{code}/remotes/ask`: a device without a key asks for the remote. It gets a key, which presents
/// nothing until a presenter accepts.
pub async fn ask(
    State(shared): State<Shared>,
    OpenTalk(talk): OpenTalk,
    visitor: Visitor,
    asker: Option<Asker>,
    headers: HeaderMap,
    BoundedForm(Asking { name }): BoundedForm<Asking>,
) -> Result<Response, Refusal> {
    let address = routes::present(talk.code());
    let is_known = visitor.presented(talk.code()).is_ok() || visitor.remote(&talk).is_some();
    if talk.is_over() || is_known {
        // Its page says what it is.
        return Ok(Redirect::to(&address).into_response());
    }
    let device = host::device(&visitor, &headers);
    let name = device_name(&device.name, &name);
    let key = match visitor.key_that_asks(&talk) {
        Some(key) => key,
        None => stored(device.with_key(), "a device got no key")?.0,
    };
    if let Err(refused) = talk.ask(&key, name, asker) {
        let (code, words) = (ErrorCode::TooFast, refused.to_string());
        if wants_json(&headers) {
            return Err(Refusal::with_message(code, words));
        }
        let page = asking_page(&visitor, &talk, Some(words));
        return Ok(render::form_again(&shared, page, code).await);
    }
    let secure = shared.is_secure(&headers);
    let cookie = shared.talks.cookies().give_device(&key, secure);
    Ok(render::to_clean(&address, [cookie]))
}

/// The id of a request, in the path.
pub struct RequestId(u32);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let id = path_parameter(parts, "id").await;
        let id = id.and_then(|id| id.parse().ok());
        id.map(Self).ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// `POST /t/{code}/requests/{id}/accept`
pub async fn accept(
    RequestId(id): RequestId,
    Presenter { talk, .. }: Presenter,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    stored(talk.accept(id).await, "a device was not let in")?;
    Ok(host::back(talk.code(), &headers))
}

/// `POST /t/{code}/requests/{id}/decline`
pub async fn decline(
    RequestId(id): RequestId,
    Presenter { talk, .. }: Presenter,
    headers: HeaderMap,
) -> Response {
    talk.decline(id);
    host::back(talk.code(), &headers)
}

/// Whether anybody may ask.
#[derive(Deserialize)]
pub struct MayAsk {
    may: bool,
}

impl Form for MayAsk {}

/// `POST /t/{code}/requests`
pub async fn may_ask(
    Presenter { talk, .. }: Presenter,
    headers: HeaderMap,
    BoundedForm(MayAsk { may }): BoundedForm<MayAsk>,
) -> Response {
    if may {
        talk.let_ask();
    } else {
        talk.stop_asking();
    }
    host::back(talk.code(), &headers)
}
