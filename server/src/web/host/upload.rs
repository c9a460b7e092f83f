//! `POST /decks`: files that are brought in the browser become a talk.

use super::{
    Host, answer_page,
    form::{MAX_FILES, MAX_UPLOAD_BYTES, Sent, gather},
    home::page,
    names::{own_name, passed_over},
    places::Places,
    remotes::device,
    visitor, wants_json,
};
use crate::{
    access::{Key, asker, refusal, refusal_in_words},
    importing::{Begun, BroughtBy, DeckError, Rest, bring},
    store::Cause,
    talks::{Bringer, Device, OpenError, Talk, Talks, Visitor},
    web::{Shared, pages::is_secure},
};
use app::{api::ErrorCode, routes};
use axum::{
    Json,
    body::Body,
    extract::{ConnectInfo, Request, State, multipart::MultipartError},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use model::talk::TalkCode;
use reading::main_file;
use serde_json::json;
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
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
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let asker = peer.map(|ConnectInfo(peer)| asker(peer.ip(), &headers));
    let made = match timeout(PLACE_WITHIN, places.place(asker)).await {
        Ok(Some(_place)) => create(host, &visitor, &shared.talks, places, request).await,
        _ => Err(UploadError::Busy),
    };
    let wants_json = wants_json(&headers);
    match made {
        Ok((talk, key)) => {
            let links = routes::links(talk.code());
            let cookie = shared
                .talks
                .cookies()
                .give_device(&key, is_secure(&shared, &headers));
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
            Self::Deck(
                DeckError::Store(_)
                | DeckError::Media(_)
                | DeckError::NoRoom(_)
                | DeckError::NoWorkers(_),
            )
            | Self::Disk(_)
            | Self::Talk(_) => ErrorCode::NotStored,
            Self::Deck(_) => ErrorCode::BadDeck,
        }
    }
}

/// What somebody sent, on the disk.
struct Brought {
    host: Arc<Host>,
    talks: Talks,
    /// Goes when this does.
    _directory: TempDir,
    main: PathBuf,
    passed_over: Vec<String>,
    code: Option<TalkCode>,
    password: Option<String>,
    bringer: Bringer,
    /// What presents the talk from now on.
    device: Device,
}

async fn create(
    host: &Arc<Host>,
    visitor: &Visitor,
    talks: &Talks,
    places: &Places,
    request: Request,
) -> Result<(Arc<Talk>, Key), UploadError> {
    let directory = TempDir::new_in(&host.folder)?;
    // What a deck of images without a name of its own is called.
    let folder = directory.path().join("Slides");
    tokio::fs::create_dir(&folder).await?;
    let device = device(visitor, request.headers());
    let Sent {
        files,
        code,
        password,
    } = gather(
        request,
        &folder,
        || Ok(host.decks.room().map(drop)?),
        || places.others_wait(),
    )
    .await?;
    let code: Option<TalkCode> = match code.trim() {
        "" => None,
        typed => Some(typed.parse().map_err(|_| UploadError::Code)?),
    };
    // Before it is read, and again when it is opened: somebody may be quicker.
    let taken = code.as_ref().and_then(|code| talks.find(code));
    let presents = code
        .as_ref()
        .is_some_and(|code| visitor.presented(code).is_ok());
    if let Some(taken) = taken
        && !(taken.is_over() || presents || taken.is_untouched())
    {
        return Err(UploadError::Taken);
    }
    let main = main_file::of_form(&folder, &files);
    let brought = Brought {
        host: host.clone(),
        talks: talks.clone(),
        _directory: directory,
        passed_over: passed_over(&main, &files),
        main,
        code,
        password: Some(password).filter(|password| !password.is_empty()),
        bringer: Bringer {
            is_host: visitor.is_host(),
            presents,
        },
        device,
    };
    let _deck = if visitor.is_host() {
        None
    } else {
        Some(
            host.guests_decks
                .acquire()
                .await
                .map_err(io::Error::other)?,
        )
    };
    // A task of its own: a browser that leaves must not stop it half-way, when pictures are kept and
    // no deck is, or a talk is stored and not open.
    spawn(brought.open()).await.map_err(io::Error::other)?
}

impl Brought {
    /// The talk of a deck, and the rest of its import. Must run to its end.
    async fn open(mut self) -> Result<(Arc<Talk>, Key), UploadError> {
        let (talk, key, rest) = match self.begin().await {
            Ok((talk, key, Some(rest))) => (talk, key, rest),
            done => {
                self.talks.clear_away(Cause::LetGo).await;
                return done.map(|(talk, key, _)| (talk, key));
            }
        };
        let finish = bring::finish(rest, talk.clone(), self.talks.clone());
        let imports = self.host.imports.lock();
        let mut imports = imports.unwrap_or_else(PoisonError::into_inner);
        while imports.try_join_next().is_some() {}
        imports.spawn(finish);
        Ok((talk, key))
    }

    async fn begin(&mut self) -> Result<(Arc<Talk>, Key, Option<Rest>), UploadError> {
        let by = if self.bringer.is_host {
            BroughtBy::Host
        } else {
            BroughtBy::Guest
        };
        let decks = &self.host.decks;
        let begun = decks.begin_at(&self.main, self.password.as_deref(), by, 0);
        let begun = begun.await;
        let Begun {
            deck,
            mut warnings,
            rest,
            awaited,
        } = begun.map_err(|error| error.about(&own_name(&self.main)))?;
        warnings.extend(self.passed_over.iter().cloned());
        self.talks.warn(&deck.id, &warnings, rest.is_some());
        let created = self.talks.create(self.code.clone(), deck, self.bringer);
        let (talk, link) = created.await.map_err(|error| match error {
            OpenError::Taken(_) => UploadError::Taken,
            error => UploadError::Talk(error),
        })?;
        drop(awaited);
        // The first of its devices: others ask it, where they have to.
        let device = Device {
            name: std::mem::take(&mut self.device.name),
            key: self.device.key.take(),
        };
        let key = self.talks.admit(&talk, &link, device).await?;
        Ok((talk, key, rest))
    }
}

#[cfg(test)]
mod tests;
