//! `GET /media/{name}`: what slides show. Whoever was given the name may fetch it.

use crate::{answers::refusal, router::Shared};
use app::api::ErrorCode;
use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{Response, header},
    response::IntoResponse,
};
use tracing::error;

/// The name is the content's hash: it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub async fn media(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
) -> Response<Body> {
    let Ok(Path(name)) = path else {
        return refusal(ErrorCode::NotFound);
    };
    let Some(content_type) = content_type(&name) else {
        return refusal(ErrorCode::NotFound);
    };
    let talks = shared.talks.clone();
    let read = tokio::task::spawn_blocking(move || talks.store().media(&name)).await;
    match read {
        Ok(Ok(Some(content))) => {
            let headers = [
                (header::CONTENT_TYPE, content_type),
                (header::CACHE_CONTROL, FOR_EVER),
            ];
            (headers, content).into_response()
        }
        Ok(Ok(None)) => refusal(ErrorCode::NotFound),
        Ok(Err(error)) => {
            error!(%error, "a picture cannot be read");
            refusal(ErrorCode::Internal)
        }
        Err(_) => refusal(ErrorCode::Internal),
    }
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        _ => return None,
    })
}
