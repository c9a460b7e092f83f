//! `GET /media/{name}`: what slides show. Whoever was given the name may fetch it.

use crate::{access::refusal, store::Part, talks::Talks, web::Shared};
use app::api::ErrorCode;
use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderValue, Response, header},
    response::IntoResponse,
};
use bytes::Bytes;
use futures_util::stream;
use std::io;
use tokio::task::spawn_blocking;
use tracing::error;

/// The name is the content's hash: it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What is read of a picture at once. The next piece is read when its reader has room for it, so this
/// is what a slow one costs.
const PIECE_BYTES: usize = 16 << 10;

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
    match read(shared.talks.clone(), name.clone(), 0).await {
        Ok(Some(Part { bytes, whole })) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
                (header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
                (header::CONTENT_LENGTH, whole.into()),
            ];
            (headers, pieces(shared.talks, name, bytes, whole)).into_response()
        }
        Ok(None) => refusal(ErrorCode::NotFound),
        Err(error) => {
            error!(%error, "a picture cannot be read");
            refusal(ErrorCode::Internal)
        }
    }
}

/// A file that is removed or cut off meanwhile cuts the answer off, too: it is never taken for whole.
fn pieces(talks: Talks, name: String, first: Bytes, whole: u64) -> Body {
    if length(&first) == whole {
        return first.into();
    }
    let read_from = (Some(first), 0);
    Body::from_stream(stream::try_unfold(read_from, move |(first, from)| {
        let (talks, name) = (talks.clone(), name.clone());
        async move {
            if from == whole {
                return Ok(None);
            }
            let bytes = match first {
                Some(first) => first,
                None => read(talks, name, from)
                    .await?
                    .map(|part| part.bytes)
                    .unwrap_or_default(),
            };
            if bytes.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            let next = from.saturating_add(length(&bytes));
            Ok(Some((bytes, (None, next))))
        }
    }))
}

async fn read(talks: Talks, name: String, from: u64) -> io::Result<Option<Part>> {
    let read = spawn_blocking(move || talks.store().media(&name, from, PIECE_BYTES));
    read.await.map_err(io::Error::other)?
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
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
