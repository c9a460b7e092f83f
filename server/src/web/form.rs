//! Forms without files: how much of one is read, and for how long.

use crate::access::Refusal;
use app::{api::ErrorCode, routes};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, Uri, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// The fields of a form, and its limits.
pub trait Form: DeserializeOwned {
    const MAX_BYTES: usize = MAX_BYTES;
    /// How long its bytes may take to come.
    const TIMEOUT: Duration = TIMEOUT;
}

/// Most forms are a code, a slide and a revision.
pub const MAX_BYTES: usize = 16 * 1_024;
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// A form, read within the limits of its type. Refuses one that is too large, too slow, cut off, or not
/// of these fields. Stands last in a signature: nobody without a key is waited for.
pub struct BoundedForm<T>(pub T);

impl<T: Form, S: Sync> FromRequest<S> for BoundedForm<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = read(request.into_body(), T::MAX_BYTES, T::TIMEOUT).await?;
        let form = serde_urlencoded::from_bytes(&bytes);
        form.map(Self).map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// The bytes of a form.
///
/// # Errors
/// [`ErrorCode::TooLarge`], [`ErrorCode::TooSlow`], or [`ErrorCode::BadRequest`] when it is cut off.
pub async fn read(body: Body, max_bytes: usize, within: Duration) -> Result<Bytes, ErrorCode> {
    let form = Limited::new(body, max_bytes).collect();
    match timeout(within, form).await {
        Ok(Ok(form)) => Ok(form.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ErrorCode::TooLarge),
        Ok(Err(_)) => Err(ErrorCode::BadRequest),
        Err(_) => Err(ErrorCode::TooSlow),
    }
}

/// Where a plain form goes back to: the page of ours that it was sent from. `None` for a program or a
/// script, which want the answer itself. The page itself says if its key is missing.
pub fn way_back(headers: &HeaderMap) -> Option<String> {
    let accepts = headers.get(header::ACCEPT)?.to_str().ok()?;
    if !accepts.contains("text/html") {
        return None;
    }
    let referer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    // A talk's page of our own, never another host.
    let path = referer.path();
    routes::is_of_talk(path).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use serde::Deserialize;
    use std::{convert::Infallible, io};
    use tokio::time::Instant;

    #[derive(Debug, Deserialize)]
    struct Short {
        slide: u32,
    }

    impl Form for Short {
        const MAX_BYTES: usize = 10;
        const TIMEOUT: Duration = Duration::from_secs(5);
    }

    async fn read(body: Body) -> Result<u32, ErrorCode> {
        let form = BoundedForm::<Short>::from_request(Request::new(body), &()).await;
        form.map(|BoundedForm(form)| form.slide)
            .map_err(|refusal| refusal.code())
    }

    #[tokio::test(start_paused = true)]
    async fn a_form_is_read_within_its_limits() {
        assert_eq!(read("slide=1234".into()).await, Ok(1234));
        assert_eq!(read("slide=12345".into()).await, Err(ErrorCode::TooLarge));
        for other in ["", "slide=x", "step=7"] {
            assert_eq!(
                read(other.into()).await,
                Err(ErrorCode::BadRequest),
                "{other}"
            );
        }
        let pieces = ["sli", "de", "=7"].map(Ok::<_, Infallible>);
        assert_eq!(read(Body::from_stream(stream::iter(pieces))).await, Ok(7));
        let cut_off = [Ok("slide=7"), Err(io::Error::other("cut off"))];
        let cut_off = Body::from_stream(stream::iter(cut_off));
        assert_eq!(read(cut_off).await, Err(ErrorCode::BadRequest));
    }

    #[tokio::test(start_paused = true)]
    async fn a_form_that_never_comes_is_not_waited_for() {
        let start = Instant::now();
        let body = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        assert_eq!(read(body).await, Err(ErrorCode::TooSlow));
        assert_eq!(start.elapsed(), Short::TIMEOUT);
    }
}
