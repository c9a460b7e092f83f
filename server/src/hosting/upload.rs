//! `POST /decks`: files that are brought in the browser become a talk.

use super::{
    Host, answer_page,
    form::{MAX_FILES, MAX_UPLOAD_BYTES, Sent, gather},
    home::page,
    names::{main_of, own_name},
    visitor, wants_json,
};
use crate::{
    access::{Key, presenter_cookie},
    answers::{refusal, refusal_in_words},
    bring,
    decks::{Begun, DeckError},
    pages::is_secure,
    router::Shared,
    talks::{Hold, OpenError, Talk, Talks},
};
use app::{api::ErrorCode, routes, talk::TalkCode};
use axum::{
    Json,
    body::Body,
    extract::{Request, State, multipart::MultipartError},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use serde_json::json;
use std::{
    io,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{spawn, time::timeout};

/// How long a place is waited for.
const PLACE_WITHIN: Duration = Duration::from_secs(30);

/// Why an upload made no talk.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("The upload was cut off. Send it again.")]
    CutOff(#[from] MultipartError),
    #[error("The upload was too slow. Send it again over a better network.")]
    TooSlow,
    #[error("Others are uploading just now. Try again in a minute.")]
    Busy,
    #[error("Choose a file first.")]
    NoFile,
    #[error("This is more than {} MB, or more than {MAX_FILES} files. Send less.", MAX_UPLOAD_BYTES >> 20)]
    TooLarge,
    #[error("The code is 3 to 32 letters, digits or '-'.")]
    Code,
    #[error("There is a talk with this code already. Take another one.")]
    Taken,
    #[error("{0}")]
    Deck(#[from] DeckError),
    #[error("The upload could not be kept. The host should look at the disk; then try again.")]
    Disk(#[from] io::Error),
    #[error(transparent)]
    Talk(#[from] OpenError),
}

/// `POST /decks`: a form of files, and perhaps a `code` and a `password`. Makes a talk, and answers
/// once its first slide can be shown.
pub async fn upload(
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    let visitor = visitor(&shared, &headers);
    let Some(host) = &shared.host else {
        return refusal(ErrorCode::NotFound);
    };
    if !host.may_create(&visitor) {
        return refusal(ErrorCode::NoHostKey);
    }
    let places = if visitor.is_host() {
        &host.places
    } else {
        &host.guests_places
    };
    let made = match timeout(PLACE_WITHIN, places.acquire()).await {
        Ok(_place) => create(host, &shared.talks, request, visitor.is_host()).await,
        Err(_) => Err(UploadError::Busy),
    };
    let wants_json = wants_json(&headers);
    match made {
        Ok((talk, key)) => {
            let links = routes::links(talk.code());
            let cookie = presenter_cookie(talk.code(), &key, is_secure(&shared, &headers));
            let mut answer = if wants_json {
                let code = talk.code();
                (
                    StatusCode::CREATED,
                    Json(json!({ "code": code, "links": links })),
                )
                    .into_response()
            } else {
                Redirect::to(&links).into_response()
            };
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                answer.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            answer
        }
        Err(error) => {
            let code = error.code();
            let words = error.to_string();
            if wants_json {
                return refusal_in_words(code, words);
            }
            answer_page(&shared, page(&shared, &visitor, Some(words)), code).await
        }
    }
}

impl UploadError {
    const fn code(&self) -> ErrorCode {
        match self {
            Self::CutOff(_) | Self::NoFile | Self::Code => ErrorCode::BadRequest,
            Self::TooLarge => ErrorCode::TooLarge,
            Self::TooSlow => ErrorCode::TooSlow,
            Self::Busy => ErrorCode::TooFast,
            Self::Taken => ErrorCode::Taken,
            Self::Deck(DeckError::Store(_) | DeckError::Media(_) | DeckError::NoWorkers(_))
            | Self::Disk(_)
            | Self::Talk(_) => ErrorCode::NotStored,
            Self::Deck(_) => ErrorCode::BadDeck,
        }
    }
}

async fn create(
    host: &Arc<Host>,
    talks: &Talks,
    request: Request,
    by_host: bool,
) -> Result<(Arc<Talk>, Key), UploadError> {
    let directory = TempDir::new_in(&host.folder)?;
    // What a deck of images without a name of its own is called.
    let folder = directory.path().join("Slides");
    tokio::fs::create_dir(&folder).await?;
    let Sent {
        files,
        code,
        password,
    } = gather(request, &folder).await?;
    let code: Option<TalkCode> = match code.trim() {
        "" => None,
        typed => Some(typed.parse().map_err(|_| UploadError::Code)?),
    };
    // Before it is read, and again when it is opened: somebody may be quicker.
    if let Some(taken) = code.as_ref().and_then(|code| talks.find(code))
        && !taken.is_over()
    {
        return Err(UploadError::Taken);
    }
    // Before the deck is looked for, until it is stored.
    let hold = talks.hold().await;
    let main = main_of(&folder, &files);
    let password = Some(password).filter(|password| !password.is_empty());
    let begun = host.decks.begin(&main, password.as_deref()).await;
    let begun = begun.map_err(|error| error.about(&own_name(&main)))?;
    // A task of its own: a browser that leaves must not stop it half-way, when the talk is stored and
    // not open.
    let opened = open(host.clone(), talks.clone(), begun, code, by_host, hold);
    spawn(opened).await.map_err(io::Error::other)?
}

/// The talk of a deck, and the rest of its import. Must run to its end.
async fn open(
    host: Arc<Host>,
    talks: Talks,
    begun: Begun,
    code: Option<TalkCode>,
    by_host: bool,
    hold: Hold,
) -> Result<(Arc<Talk>, Key), UploadError> {
    let Begun {
        deck,
        warnings,
        rest,
    } = begun;
    talks.warn(&deck.id, &warnings);
    let (talk, key) = talks
        .create(code, deck, by_host)
        .await
        .map_err(|error| match error {
            OpenError::Taken(_) => UploadError::Taken,
            error => UploadError::Talk(error),
        })?;
    if let Some(rest) = rest {
        let finish = bring::finish(rest, talk.clone(), talks, hold);
        let mut imports = host.imports.lock().unwrap_or_else(PoisonError::into_inner);
        while imports.try_join_next().is_some() {}
        imports.spawn(finish);
    }
    Ok((talk, key))
}

#[cfg(test)]
mod tests;
