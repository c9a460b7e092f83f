//! The host's page: decks that are brought in the browser, and the talks made of them.

mod form;
mod home;
mod links;
mod names;
mod places;
mod qr;
mod remotes;
mod talks;
mod upload;

pub use home::{enter, home};
pub use links::{import, links, talk_ways, ways};
pub use remotes::{allow, device, link, remotes, revoke};
pub use talks::{again, ask_delete, ask_title, delete, end, rename};
pub use upload::upload;

use crate::{
    access::{Credentials, Key},
    importing::Decks,
    store::StoreError,
    talks::{Talk, Talks, Visitor},
    web::{
        Shared,
        addresses::{Addresses, Bases},
        pages::{is_secure, render},
    },
};
use app::{
    api::ErrorCode,
    pages::{Page, ProblemPage},
};
use axum::{
    body::Body,
    extract::{Path, Request, rejection::PathRejection},
    http::{HeaderMap, Response, StatusCode, header},
};
use model::talk::TalkCode;
use places::Places;
use std::{
    fs, io,
    path::{Path as FilePath, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::{sync::Semaphore, task::JoinSet};

/// Where the hashes of host keys are kept, so that earlier links stay good.
const KEYS: &str = "host-keys";
const MOST_KEYS: usize = 10_000;

/// Uploads at once. More wait a while; each takes room on the disk. The host's have places of their
/// own, so that no guest keeps the host out.
const AT_ONCE: usize = 3;

/// Guests whose files come at once. Few of them would be kept waiting by a few slow networks; what they
/// brought is opened by so many at once as above.
const GUESTS_AT_ONCE: usize = 16;

/// What the host may do, and what is under way for them.
pub struct Host {
    decks: Decks,
    /// Anyone in the room may create talks.
    is_open: bool,
    addresses: Addresses,
    /// Uploads are gathered here. Emptied at the start: what was cut off is gone.
    folder: PathBuf,
    places: Places,
    guests_places: Places,
    guests_decks: Semaphore,
    imports: Mutex<JoinSet<()>>,
}

impl Host {
    /// With a fresh key, whose link the host is given.
    ///
    /// # Errors
    /// When the store can't be used, or the folder for uploads not be made.
    pub async fn new(
        decks: Decks,
        talks: &Talks,
        data: &FilePath,
        addresses: Addresses,
        is_open: bool,
    ) -> Result<(Self, Key), StoreError> {
        let key = Key::made_up()?;
        let store = talks.store();
        store.append(KEYS, serde_json::to_vec(&key.hash())?).await?;
        let kept = store.read(KEYS, 0, MOST_KEYS)?;
        let kept = kept
            .iter()
            .filter_map(|key| serde_json::from_slice(key).ok());
        // The new one in any case: there may be more than are read.
        talks.have_host(kept.chain([key.hash()]).collect());
        let folder = data.join("uploads");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&folder)?,
        }
        let host = Self {
            decks,
            is_open,
            addresses,
            folder,
            places: Places::new(AT_ONCE),
            guests_places: Places::new(GUESTS_AT_ONCE),
            guests_decks: Semaphore::new(AT_ONCE),
            imports: Mutex::default(),
        };
        Ok((host, key))
    }

    fn may_create(&self, visitor: &Visitor) -> bool {
        self.is_open || visitor.is_host()
    }
}

/// Where the links of a page begin.
fn bases(shared: &Shared, host: &Host, headers: &HeaderMap) -> Bases {
    host.addresses.of_page(headers, is_secure(shared, headers))
}

fn visitor(shared: &Shared, headers: &HeaderMap) -> Visitor {
    Visitor::new(shared.talks.clone(), Credentials::of(headers))
}

/// Whether a script or a program asks, which reads JSON, and no form without one.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| accept == "application/json")
}

/// A form's page again, with what was wrong.
async fn answer_page(shared: &Shared, page: Page, code: ErrorCode) -> Response<Body> {
    let mut answer = render(shared, page, Request::new(Body::empty())).await;
    if let Ok(status) = StatusCode::from_u16(code.status()) {
        *answer.status_mut() = status;
    }
    answer
}

/// A talk, for the host only.
fn hosted(
    shared: &Shared,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Arc<Talk>, ProblemPage> {
    if !visitor(shared, headers).is_host() {
        return Err(ProblemPage::NoHostKey);
    }
    presented(shared, path, headers).map(|(talk, _)| talk)
}

/// A talk, for whoever presents it, and for the host.
fn presented(
    shared: &Shared,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<(Arc<Talk>, Arc<Host>), ProblemPage> {
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let code: TalkCode = code.ok_or(ProblemPage::NoSuchTalk)?;
    let host = shared.host.clone().ok_or(ProblemPage::NotFound)?;
    match visitor(shared, headers).presented(&code) {
        Ok(talk) => Ok((talk, host)),
        Err(ErrorCode::NoSuchTalk) => Err(ProblemPage::NoSuchTalk),
        Err(ErrorCode::WrongKey) => Err(ProblemPage::WrongKey),
        Err(_) => Err(ProblemPage::NoKey),
    }
}
