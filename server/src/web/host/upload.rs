//! `POST /decks`: uploaded files become a talk.

mod form;
mod names;
pub mod slots;

use super::{Hosting, Shared, home::page, remotes::device, wants_json};
use crate::{
    access::{Asker, Key, Refusal},
    importing::{Begun, BroughtBy, DeckError, Rest, bring},
    store::Cause,
    talks::{Bringer, Device, OpenError, Remark, Talk, Talks, Visitor},
    web::{extract::Creator, render},
};
use app::{api::ErrorCode, pages::Failed, routes};
use axum::{
    Json,
    extract::{Request, State, multipart::MultipartError},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
pub use form::{MAX_FILES, MAX_UPLOAD_BYTES};
use form::{Sent, gather};
use model::talk::TalkCode;
use names::{own_name, passed_over};
use reading::{main_file, source::SourceError};
use serde_json::json;
use slots::Slots;
use std::{
    io,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{spawn, time::timeout};

/// How long an upload waits for a slot.
const SLOT_WITHIN: Duration = Duration::from_secs(30);

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
    Creator { visitor, hosting }: Creator,
    asker: Option<Asker>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let slots = if visitor.is_host() {
        &hosting.host_slots
    } else {
        &hosting.guest_slots
    };
    let made = match timeout(SLOT_WITHIN, slots.acquire(asker)).await {
        Ok(Some(_slot)) => create(&hosting, &visitor, &shared.talks, slots, request).await,
        _ => Err(UploadError::Busy),
    };
    let wants_json = wants_json(&headers);
    let (talk, key) = match made {
        Ok(made) => made,
        Err(error) => {
            let (code, words) = (error.code(), error.on_the_page());
            if wants_json {
                return Err(Refusal::with_message(code, words));
            }
            let failed = Failed {
                sentence: words,
                is_locked: code == ErrorCode::Locked,
            };
            let form = page(&shared, &hosting, &visitor, Some(failed));
            return Ok(render::form_again(&shared, form, code).await);
        }
    };
    let (code, links) = (talk.code(), routes::links(talk.code()));
    // The lobby is the host's alone.
    let next = if visitor.is_host() {
        routes::lobby(code)
    } else {
        links.clone()
    };
    let mut answer = if wants_json {
        let made = Json(json!({ "code": code, "links": links, "next": next }));
        (StatusCode::CREATED, made).into_response()
    } else {
        Redirect::to(&next).into_response()
    };
    let secure = shared.is_secure(&headers);
    let cookie = shared.talks.cookies().give_device(&key, secure);
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

impl UploadError {
    /// The sentence for the page, which has a field for a password.
    fn on_the_page(&self) -> String {
        match self {
            Self::Deck(DeckError::Locked(file, SourceError::NeedsPassword)) => {
                format!("{} is protected by a password. Type it.", file.display())
            }
            Self::Deck(DeckError::Locked(file, _)) => {
                format!(
                    "This is not the password of {}. Type it again.",
                    file.display()
                )
            }
            other => other.to_string(),
        }
    }

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
            Self::Deck(DeckError::Locked(..)) => ErrorCode::Locked,
            Self::Deck(_) => ErrorCode::BadDeck,
        }
    }
}

/// An upload, on the disk.
struct Brought {
    hosting: Hosting,
    talks: Talks,
    /// Removed when this is dropped.
    _directory: TempDir,
    main: PathBuf,
    passed_over: Vec<String>,
    code: Option<TalkCode>,
    password: Option<String>,
    bringer: Bringer,
    /// The device that presents the talk from now on.
    device: Device,
}

async fn create(
    hosting: &Hosting,
    visitor: &Visitor,
    talks: &Talks,
    slots: &Slots,
    request: Request,
) -> Result<(Arc<Talk>, Key), UploadError> {
    let directory = TempDir::new_in(&hosting.uploads)?;
    // A deck of images without a title is named after its folder.
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
        || Ok(hosting.decks.room().map(drop)?),
        || slots.others_wait(),
    )
    .await?;
    let code: Option<TalkCode> = match code.trim() {
        "" => None,
        typed => Some(typed.parse().map_err(|_| UploadError::Code)?),
    };
    // Before the deck is read; opening the talk checks again, in case another upload was quicker.
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
        hosting: hosting.clone(),
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
            hosting
                .guest_decks
                .acquire()
                .await
                .map_err(io::Error::other)?,
        )
    };
    // In a task of its own: a browser that leaves must not stop it halfway, with pictures stored and no
    // deck, or a talk that is stored and not open.
    spawn(brought.open()).await.map_err(io::Error::other)?
}

impl Brought {
    /// Opens the deck's talk and begins the rest of its import. Must not be cancelled.
    async fn open(mut self) -> Result<(Arc<Talk>, Key), UploadError> {
        let (talk, key, rest) = match self.begin().await {
            Ok((talk, key, Some(rest))) => (talk, key, rest),
            done => {
                self.talks.clear_away(Cause::LetGo).await;
                return done.map(|(talk, key, _)| (talk, key));
            }
        };
        let finish = bring::finish(rest, talk.clone(), self.talks.clone());
        let imports = self.hosting.imports.lock();
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
        let decks = &self.hosting.decks;
        let begun = decks.begin_at(&self.main, self.password.as_deref(), by, 0);
        let begun = begun.await;
        let mut begun = begun.map_err(|error| error.about(&own_name(&self.main)))?;
        let passed_over = self.passed_over.iter().cloned();
        begun.warnings.extend(passed_over.map(Remark::from));
        bring::keep_warnings(&begun, &self.talks);
        let Begun {
            deck,
            rest,
            awaited,
            ..
        } = begun;
        let created = self.talks.create(self.code.clone(), deck, self.bringer);
        let (talk, link) = created.await.map_err(|error| match error {
            OpenError::Taken(_) => UploadError::Taken,
            error => UploadError::Talk(error),
        })?;
        drop(awaited);
        // The talk's first device. Where others have to ask, this one admits them.
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
