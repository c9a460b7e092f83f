//! What only the host asks: is it well, and what has it done.

use crate::{
    access::{is_own_host, refusal},
    observe::metrics,
    web::Shared,
};
use app::api::ErrorCode;
use axum::{
    Extension,
    body::Body,
    extract::{ConnectInfo, State},
    http::{HeaderMap, Response, StatusCode, Uri, header},
    response::IntoResponse,
};
use std::{net::SocketAddr, time::Duration};

/// How long the store may take to prove that it can write.
const WELL_WITHIN: Duration = Duration::from_secs(2);

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /healthz`: 200 when the store can commit, else 503.
pub async fn healthz(State(shared): State<Shared>) -> Response<Body> {
    let proof = shared.talks.store().prove();
    match tokio::time::timeout(WELL_WITHIN, proof).await {
        Ok(Ok(())) => "ok\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot commit\n").into_response(),
    }
}

/// `GET /metrics`, for programs on this machine: it names every talk's code, and a code lets in.
pub async fn metrics(
    State(shared): State<Shared>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let is_near =
        peer.is_some_and(|Extension(ConnectInfo(peer))| peer.ip().to_canonical().is_loopback());
    let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name));
    // A page of another site that made its name lead to this machine is near, too.
    let is_ours = is_own_host(&headers, &uri, shared.public.as_deref());
    if !is_near || is_forwarded || !is_ours {
        return refusal(ErrorCode::NotFound);
    }
    shared.talks.count_followers();
    match metrics::render() {
        Some(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        None => refusal(ErrorCode::NotFound),
    }
}
