//! The host's page: decks that are brought in the browser, and the talks made of them.

mod upload;

pub use upload::upload;

use crate::{
    access::{Credentials, Key, host_cookie},
    answers::refusal,
    decks::Decks,
    links::svg_code,
    pages::{is_secure, render, to_clean},
    router::Shared,
    store::StoreError,
    talks::{Talk, Talks, Visitor},
};
use app::{
    api::ErrorCode,
    pages::{Page, ProblemPage, TalkLine, TalkLinks, Way},
    routes,
    talk::TalkCode,
};
use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Response},
    response::{IntoResponse, Redirect},
};
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

/// What the host may do, and what is under way for them.
pub struct Host {
    decks: Decks,
    /// Anyone in the room may create talks.
    is_open: bool,
    /// The address that the room can reach.
    base: String,
    /// Uploads are gathered here. Emptied at the start: what was cut off is gone.
    folder: PathBuf,
    places: Semaphore,
    guests_places: Semaphore,
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
        base: String,
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
            base,
            folder,
            places: Semaphore::new(AT_ONCE),
            guests_places: Semaphore::new(AT_ONCE),
            imports: Mutex::default(),
        };
        Ok((host, key))
    }

    fn may_create(&self, visitor: &Visitor) -> bool {
        self.is_open || visitor.is_host()
    }
}

fn visitor(shared: &Shared, headers: &HeaderMap) -> Visitor {
    Visitor::new(shared.talks.clone(), Credentials::of(headers))
}

/// `GET /`: to join a talk, and for whoever may create talks to do that. With `?key=`, the key is
/// exchanged for a cookie.
pub async fn home(shared: &Shared, key: Option<&str>, request: Request) -> Response<Body> {
    let Some(host) = &shared.host else {
        return render(shared, Page::Home, request).await;
    };
    if let Some(key) = key {
        let key = Key::sent(key.trim());
        let is_good = shared.talks.is_host(&key.hash());
        let secure = is_secure(shared, request.headers());
        let cookie = is_good.then(|| host_cookie(&key, secure));
        return to_clean(routes::HOME, cookie);
    }
    let visitor = visitor(shared, request.headers());
    let page = if host.may_create(&visitor) {
        page(shared, &visitor, None)
    } else {
        Page::Home
    };
    render(shared, page, request).await
}

fn page(shared: &Shared, visitor: &Visitor, wrong: Option<String>) -> Page {
    let guest = !visitor.is_host();
    let talks = if guest {
        Vec::new()
    } else {
        shared.talks.all()
    };
    Page::Host {
        talks: talks.iter().map(|talk| line(talk)).collect(),
        guest,
        wrong,
    }
}

fn line(talk: &Talk) -> TalkLine {
    let snapshot = talk.snapshot();
    let state = &snapshot.state;
    TalkLine {
        code: talk.code().clone(),
        title: snapshot.talk.clone(),
        place: if state.over {
            "over".to_owned()
        } else {
            format!("slide {} of {}", state.slide, state.slides)
        },
        over: state.over,
    }
}

/// `GET /t/{code}/links`: for whoever presents the talk, and for the host.
pub async fn links(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (talk, host) = match allowed(&shared, path, request.headers()) {
        Ok(allowed) => allowed,
        Err(problem) => return render(&shared, Page::Problem(problem), request).await,
    };
    let links = links_from(&host, &talk);
    render(&shared, Page::Links(links), request).await
}

/// Where the audience and the projector find a talk; `None` while nobody knows our address.
pub fn talk_links(shared: &Shared, talk: &Talk) -> Option<TalkLinks> {
    shared.host.as_ref().map(|host| links_from(host, talk))
}

/// Where the audience finds a talk.
pub fn audience(shared: &Shared, code: &TalkCode) -> Option<Way> {
    let host = shared.host.as_ref()?;
    Some(way(host, &routes::follow(code)))
}

fn links_from(host: &Host, talk: &Talk) -> TalkLinks {
    let deck = talk.deck();
    TalkLinks {
        code: talk.code().clone(),
        title: deck.title.clone(),
        slides: deck.slides().len(),
        ready: deck.ready(),
        audience: way(host, &routes::follow(talk.code())),
        projector: way(host, &routes::project(talk.code())),
    }
}

fn way(host: &Host, path: &str) -> Way {
    let url = format!("{}{path}", host.base);
    let qr = svg_code(&url).unwrap_or_default();
    Way { url, qr }
}

/// `POST /t/{code}/end`
pub async fn end(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    match allowed(&shared, path, &headers) {
        Ok((talk, _)) => match shared.talks.end(&talk).await {
            Ok(()) => Redirect::to(routes::HOME).into_response(),
            Err(_) => refusal(ErrorCode::NotStored),
        },
        Err(problem) => refusal(problem.code()),
    }
}

/// `POST /t/{code}/again`: another talk of the same deck, from its beginning.
pub async fn again(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    let talk = match allowed(&shared, path, &headers) {
        Ok((talk, _)) => talk,
        Err(problem) => return refusal(problem.code()),
    };
    if !visitor(&shared, &headers).is_host() {
        return refusal(ErrorCode::NoHostKey);
    }
    let deck = talk.deck().as_ref().clone();
    match shared.talks.open(None, deck).await {
        Ok((talk, _)) => Redirect::to(&routes::links(talk.code())).into_response(),
        Err(_) => refusal(ErrorCode::NotStored),
    }
}

fn allowed(
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
