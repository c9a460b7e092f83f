//! The host's start page: all talks, and a form for another deck.

use super::{
    Hosting, Shared,
    upload::{MAX_FILES, MAX_UPLOAD_BYTES},
};
use crate::{
    access::Key,
    talks::{Talk, TalkTitle, Visitor},
    web::{extract::HostOnly, render},
};
use app::{
    pages::{Failed, HostPage, Page, Standing, TalkLine, TalkNow, UploadLimits},
    routes,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use model::talk::{Revision, TalkCode};
use serde::Serialize;

/// `GET /`: to join a talk; for those who may create talks, to do that.
pub async fn home(shared: &Shared, visitor: &Visitor) -> Response {
    let hosting = shared.host.as_ref();
    let page = match hosting.filter(|hosting| hosting.may_create(visitor)) {
        Some(hosting) => page(shared, hosting, visitor, None),
        None => Page::Home,
    };
    render::page(shared, page).await
}

/// Redirects to a clean address: the lobby of the talk `to`, if there is one. A good key becomes a cookie
/// on the way; the start page says that a bad one was refused.
pub fn enter(
    shared: &Shared,
    visitor: &Visitor,
    key: Option<Key>,
    to: Option<&str>,
    headers: &HeaderMap,
) -> Response {
    let good = key.filter(|key| shared.talks.is_host(&key.hash()));
    if good.is_none() && shared.host.is_some() && !visitor.is_host() {
        return render::to_clean(routes::REFUSED, None);
    }
    let secure = shared.is_secure(headers);
    let cookie = good.map(|key| shared.talks.cookies().give_host(&key, secure));
    let to = to.and_then(|code| shared.talks.find(&code.parse().ok()?));
    let address = to.map_or(routes::HOME.to_owned(), |talk| routes::lobby(talk.code()));
    render::to_clean(&address, cookie)
}

/// `GET /talks`: what changes on the host's page, which asks for it every few seconds.
pub async fn now(State(shared): State<Shared>, _: HostOnly) -> Response {
    let lines = lines(&shared);
    let lines = lines.into_iter().map(|line| Now {
        same: line.same(),
        now: line.now,
    });
    let lines: Vec<_> = lines.collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(lines)).into_response()
}

/// One talk of the list.
#[derive(Serialize)]
struct Now {
    /// Says whether the page has to draw it again.
    same: String,
    #[serde(flatten)]
    now: TalkNow,
}

/// `failed` says what was wrong with the last upload.
pub fn page(shared: &Shared, hosting: &Hosting, visitor: &Visitor, failed: Option<Failed>) -> Page {
    let guest = !visitor.is_host();
    Page::Host(HostPage {
        talks: if guest { Vec::new() } else { lines(shared) },
        guest,
        limits: UploadLimits {
            bytes: hosting.decks.most_bytes().min(MAX_UPLOAD_BYTES),
            files: MAX_FILES,
        },
        failed,
    })
}

fn lines(shared: &Shared) -> Vec<TalkLine> {
    let talks = shared.talks.all();
    let open = talks.iter().map(|talk| line(talk));
    let lost = shared.talks.lost().into_iter().map(lost_line);
    let mut lines: Vec<_> = open.chain(lost).collect();
    // Running talks first: the host came for them. The sort keeps the order within each kind.
    lines.sort_by_key(|line| line.standing);
    lines
}

fn line(talk: &Talk) -> TalkLine {
    let snapshot = talk.snapshot();
    let state = &snapshot.state;
    let deck = talk.deck();
    let (ready, slides) = (deck.ready(), deck.slides().len());
    let position = if state.over {
        "over".to_owned()
    } else if ready < slides {
        format!("{ready} of {slides} slides are ready")
    } else {
        format!("slide {} of {}", state.slide, state.slides)
    };
    TalkLine {
        code: talk.code().clone(),
        title: snapshot.talk.clone(),
        now: TalkNow {
            position,
            here: here(talk),
        },
        standing: if state.over {
            Standing::Over
        } else {
            Standing::On
        },
        has_begun: state.revision != Revision::default(),
        face: deck.slides().first().map(|slide| slide.face(0).clone()),
    }
}

/// Who is there: people, projectors, devices that ask for the remote. Empty once the talk is over.
fn here(talk: &Talk) -> String {
    if talk.is_over() {
        return String::new();
    }
    let room = talk.channel().attendance().presence();
    let people = match room.followers {
        0 => "nobody follows".to_owned(),
        1 => "1 person follows".to_owned(),
        several => format!("{several} people follow"),
    };
    let projectors = match room.projectors {
        0 => None,
        1 => Some("projector is open".to_owned()),
        several => Some(format!("{several} projectors are open")),
    };
    let asking = match room.waiting {
        0 => None,
        1 => Some("1 device asks for the remote".to_owned()),
        several => Some(format!("{several} devices ask for the remote")),
    };
    let all = [Some(people), projectors, asking];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn lost_line((code, title): (TalkCode, Option<TalkTitle>)) -> TalkLine {
    TalkLine {
        title: title.map_or_else(|| code.to_string(), String::from),
        now: TalkNow {
            position: "Its slides are missing. Bring its deck again under this code.".to_owned(),
            here: String::new(),
        },
        standing: Standing::Lost,
        has_begun: false,
        face: None,
        code,
    }
}
