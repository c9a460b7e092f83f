//! `GET /media/{name}`: the pictures of slides, for everybody who was given their names.

use super::{Shared, extract::path_parameter};
use crate::{access::Refusal, store::Part, talks::Talks};
use app::api::ErrorCode;
use axum::{
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use std::io;
use tracing::error;

/// The name is the content's hash: it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// How much of a picture is read at once. The next piece is read when the client has room for it, so
/// this is what a slow client costs.
const PIECE_BYTES: usize = 16 << 10;

/// The name of a picture, whose ending says what it is.
pub struct PictureName {
    name: String,
    content_type: &'static str,
}

impl FromRequestParts<Shared> for PictureName {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Refusal> {
        let name = path_parameter(parts, "name").await;
        let name = name.ok_or(ErrorCode::NotFound)?;
        let content_type = content_type(&name).ok_or(ErrorCode::NotFound)?;
        Ok(Self { name, content_type })
    }
}

pub async fn media(
    State(shared): State<Shared>,
    PictureName { name, content_type }: PictureName,
) -> Result<Response, Refusal> {
    match read(&shared.talks, &name, 0).await {
        Ok(Some(Part { bytes, whole })) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
                (header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
                (header::CONTENT_LENGTH, whole.into()),
            ];
            Ok((headers, pieces(shared.talks, name, bytes, whole)).into_response())
        }
        Ok(None) => Err(ErrorCode::NotFound.into()),
        Err(error) => {
            error!(%error, "a picture cannot be read");
            Err(ErrorCode::Internal.into())
        }
    }
}

/// The body of a picture. If its file is removed or truncated meanwhile, the body is cut off, so that no
/// client takes it for whole.
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
                None => read(&talks, &name, from)
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

async fn read(talks: &Talks, name: &str, from: u64) -> io::Result<Option<Part>> {
    talks.store().media(name, from, PIECE_BYTES).await
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
