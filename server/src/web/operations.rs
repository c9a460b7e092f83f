//! Health and metrics, for the host's own programs.

use super::{Shared, extract::ThisMachine};
use crate::{access::Refusal, observe::metrics};
use app::api::ErrorCode;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::time::Duration;
use tokio::time::timeout;

/// How long the store may take to prove that it can write.
const WELL_WITHIN: Duration = Duration::from_secs(2);

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /healthz`: 200 if the store can commit, else 503.
pub async fn healthz(State(shared): State<Shared>) -> Response {
    match timeout(WELL_WITHIN, shared.talks.store().journal().prove()).await {
        Ok(Ok(())) => "ok\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot commit\n").into_response(),
    }
}

/// `GET /metrics`, for programs on this machine: it names every talk's code, and a code lets in.
pub async fn metrics(_: ThisMachine, State(shared): State<Shared>) -> Result<Response, Refusal> {
    shared.talks.count_followers();
    let text = metrics::render().ok_or(ErrorCode::NotFound)?;
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}
