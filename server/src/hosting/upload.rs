//! `POST /decks`: files that are brought in the browser become a talk.

use super::{Host, page, visitor};
use crate::{
    access::{Key, presenter_cookie},
    answers::refusal,
    bring,
    decks::{Begun, DeckError},
    pages::{is_secure, render},
    router::Shared,
    talks::{OpenError, Talk, Talks},
};
use app::{
    api::{ApiError, ErrorCode},
    routes,
    talk::TalkCode,
};
use axum::{
    Json,
    body::Body,
    extract::{
        FromRequest, Multipart, Request, State,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::json;
use std::{
    io,
    path::{Path as FilePath, PathBuf},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{fs::File, io::AsyncWriteExt, time::timeout};

/// All that one upload may bring, and in how many files.
const MAX_UPLOAD_BYTES: u64 = 500 << 20;
const MAX_FILES: usize = 2_500;

/// A stranger's name for a file.
const MAX_NAME_BYTES: usize = 120;

/// How long a place is waited for, and the next piece of an upload; and how fast it must be in the
/// long run: 4 KiB a second, which the worst of phones' networks is.
const PLACE_WITHIN: Duration = Duration::from_secs(30);
const STEP_WITHIN: Duration = Duration::from_secs(15);
const LEAST_A_SECOND: u64 = 4 << 10;

/// What may come without making a part or a piece of one.
const MAX_IDLE_BYTES: u64 = 4 << 20;

/// Why an upload made no talk.
#[derive(Debug, thiserror::Error)]
enum UploadError {
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
        Ok(_place) => create(host, &shared.talks, request).await,
        Err(_) => Err(UploadError::Busy),
    };
    let wants_json = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json");
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
                let status = StatusCode::from_u16(code.status());
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                return (status, Json(ApiError::with_message(code, words))).into_response();
            }
            let page = page(&shared, &visitor, Some(words));
            let mut answer = render(&shared, page, Request::new(Body::empty())).await;
            if let Ok(status) = StatusCode::from_u16(code.status()) {
                *answer.status_mut() = status;
            }
            answer
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
    let main = main_of(&folder, &files);
    let password = Some(password).filter(|password| !password.is_empty());
    let begun = host.decks.begin(&main, password.as_deref()).await;
    let Begun { deck, rest, .. } = begun.map_err(|error| error.about(&own_name(&main)))?;
    let (talk, key) = talks
        .create(code, deck)
        .await
        .map_err(|error| match error {
            OpenError::Taken(_) => UploadError::Taken,
            error => UploadError::Talk(error),
        })?;
    if let Some(rest) = rest {
        let finish = bring::finish(rest, talk.clone(), talks.clone());
        let mut imports = host.imports.lock().unwrap_or_else(PoisonError::into_inner);
        while imports.try_join_next().is_some() {}
        imports.spawn(finish);
    }
    Ok((talk, key))
}

/// What a form brought.
#[derive(Default)]
struct Sent {
    files: Vec<String>,
    code: String,
    password: String,
}

async fn gather(request: Request, folder: &FilePath) -> Result<Sent, UploadError> {
    let patience = Patience::default();
    let mut form = patience.form(request).await?;
    let mut sent = Sent::default();
    let mut left = MAX_UPLOAD_BYTES;
    while let Some(mut field) = patience.wait(form.next_field()).await? {
        match field.name() {
            Some("code") => sent.code = short(&mut field, &patience).await?,
            Some("password") => sent.password = short(&mut field, &patience).await?,
            Some("file") => {
                let name = safe_name(field.file_name().unwrap_or_default());
                // A form without a choice sends a file without a name.
                if name.is_empty() {
                    continue;
                }
                if sent.files.len() >= MAX_FILES {
                    return Err(UploadError::TooLarge);
                }
                let mut file = File::create(folder.join(&name)).await?;
                while let Some(bytes) = patience.wait(field.chunk()).await? {
                    left = counted(left, &bytes)?;
                    file.write_all(&bytes).await?;
                }
                file.flush().await?;
                sent.files.push(name);
            }
            _ => {
                while let Some(bytes) = patience.wait(field.chunk()).await? {
                    left = counted(left, &bytes)?;
                }
            }
        }
    }
    if sent.files.is_empty() {
        return Err(UploadError::NoFile);
    }
    Ok(sent)
}

fn counted(left: u64, bytes: &Bytes) -> Result<u64, UploadError> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    left.checked_sub(length).ok_or(UploadError::TooLarge)
}

/// A field that a person typed.
async fn short(field: &mut Field<'_>, patience: &Patience) -> Result<String, UploadError> {
    let mut text = Vec::new();
    while let Some(bytes) = patience.wait(field.chunk()).await? {
        text.extend_from_slice(&bytes);
        if text.len() > 1_000 {
            return Err(UploadError::TooLarge);
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// How slow an upload may be, and how much may come without leading to anything: the form's reader
/// keeps all of a part's head, however long, and looks through it with each piece.
struct Patience {
    since: Instant,
    came: Arc<AtomicU64>,
    idle: Arc<AtomicU64>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            came: Arc::default(),
            idle: Arc::default(),
        }
    }
}

impl Patience {
    async fn form(&self, request: Request) -> Result<Multipart, UploadError> {
        let (came, idle) = (self.came.clone(), self.idle.clone());
        let request = request.map(|body| {
            let counted = body.into_data_stream().map(move |piece| {
                let piece = piece.map_err(io::Error::other)?;
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                came.fetch_add(length, Ordering::Relaxed);
                if idle.fetch_add(length, Ordering::Relaxed) > MAX_IDLE_BYTES {
                    return Err(io::Error::other(
                        "a part of the form has no end to its head",
                    ));
                }
                Ok(piece)
            });
            Body::from_stream(counted)
        });
        Multipart::from_request(request, &())
            .await
            .map_err(|_: MultipartRejection| UploadError::NoFile)
    }

    async fn wait<T>(
        &self,
        step: impl Future<Output = Result<T, MultipartError>>,
    ) -> Result<T, UploadError> {
        let step = timeout(STEP_WITHIN, step).await;
        let step = step.map_err(|_| UploadError::TooSlow)??;
        self.idle.store(0, Ordering::Relaxed);
        let seconds = self.since.elapsed().as_secs();
        let is_slow = self.came.load(Ordering::Relaxed) < seconds.saturating_mul(LEAST_A_SECOND);
        if is_slow && seconds > STEP_WITHIN.as_secs() {
            return Err(UploadError::TooSlow);
        }
        Ok(step)
    }
}

/// A stranger's name for a file, as one that leads nowhere: its last part, without what a system
/// would read into it.
fn safe_name(name: &str) -> String {
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = own
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        .collect();
    let plain = plain.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let plain = plain.trim_end();
    // A long one keeps its ending, which tells what it is.
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    if plain.len() > MAX_NAME_BYTES && ending.len() <= 10 {
        let stem = stem.get(..stem.floor_char_boundary(MAX_NAME_BYTES - 11));
        return format!("{}.{ending}", stem.unwrap_or_default());
    }
    plain
        .get(..plain.floor_char_boundary(MAX_NAME_BYTES))
        .unwrap_or(plain)
        .to_owned()
}

/// What the deck is: the one PDF or Markdown file among those that were sent, the only file, or all
/// of them as images.
fn main_of(folder: &FilePath, files: &[String]) -> PathBuf {
    let ends = |endings: &[&str]| {
        files.iter().find(|name| {
            let name = name.to_ascii_lowercase();
            endings.iter().any(|ending| name.ends_with(ending))
        })
    };
    let is_notes = |name: &&String| {
        name.ends_with(".md") && files.len() > 1 && {
            let stem = name.trim_end_matches(".md");
            files
                .iter()
                .any(|other| other != *name && other.starts_with(&format!("{stem}.")))
        }
    };
    // An image is a deck of one, whatever it is called.
    let is_image = ends(&[".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"]).is_some();
    let only = files.first().filter(|_| files.len() == 1 && !is_image);
    let markdown = ends(&[".md", ".markdown"]).filter(|name| !is_notes(name));
    match only.or_else(|| ends(&[".pdf"])).or(markdown) {
        Some(main) => folder.join(main),
        None => folder.to_owned(),
    }
}

fn own_name(path: &FilePath) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for (sent, kept) in [
            ("talk.pdf", "talk.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\talks\\my talk.pdf", "my talk.pdf"),
            (".hidden", "hidden"),
            ("..", ""),
            (" ..", ""),
            ("\u{3000}.a", "a"),
            ("a\0b\n.pdf", "ab.pdf"),
            ("", ""),
        ] {
            assert_eq!(safe_name(sent), kept, "{sent:?}");
        }
        assert!(safe_name(&"ä".repeat(500)).len() <= 120);
        let long = safe_name(&format!("{}.md", "ä".repeat(500)));
        assert!(long.len() <= 120 && long.ends_with("ä.md"), "{long}");
    }

    #[test]
    fn the_deck_is_the_document_among_its_pictures() {
        let main = |files: &[&str]| {
            let files: Vec<_> = files.iter().map(ToString::to_string).collect();
            own_name(&main_of(FilePath::new("folder"), &files))
        };
        assert_eq!(main(&["talk.pdf", "talk.pdfpc"]), "talk.pdf");
        assert_eq!(main(&["a.png", "talk.md"]), "talk.md");
        assert_eq!(main(&["1.png", "1.md", "2.png"]), "folder");
        assert_eq!(main(&["slides.zip"]), "slides.zip");
        assert_eq!(main(&["1.png", "2.png"]), "folder");
        assert_eq!(main(&["1.PNG"]), "folder");
        assert_eq!(main(&["talk"]), "talk");
    }
}
