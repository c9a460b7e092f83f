//! The host's start page: all talks, and a form for another deck.

use super::Shared;
use crate::{
    access::Key,
    talks::{Talk, TalkTitle, Visitor},
    web::render,
};
use app::{
    pages::{Page, Standing, TalkLine},
    routes,
};
use axum::{http::HeaderMap, response::Response};
use model::talk::TalkCode;

/// `GET /`: to join a talk; for those who may create talks, to do that.
pub async fn home(shared: &Shared, visitor: &Visitor) -> Response {
    let hosting = shared.host.as_ref();
    let page = if hosting.is_some_and(|hosting| hosting.may_create(visitor)) {
        page(shared, visitor, None)
    } else {
        Page::Home
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

/// `wrong` says what was wrong with the last upload.
pub fn page(shared: &Shared, visitor: &Visitor, wrong: Option<String>) -> Page {
    let guest = !visitor.is_host();
    let talks = if guest { Vec::new() } else { lines(shared) };
    Page::Host {
        talks,
        guest,
        wrong,
    }
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
    TalkLine {
        code: talk.code().clone(),
        title: snapshot.talk.clone(),
        position: if state.over {
            "over".to_owned()
        } else if ready < slides {
            format!("{ready} of {slides} slides are ready")
        } else {
            format!("slide {} of {}", state.slide, state.slides)
        },
        standing: if state.over {
            Standing::Over
        } else {
            Standing::On
        },
    }
}

fn lost_line((code, title): (TalkCode, Option<TalkTitle>)) -> TalkLine {
    TalkLine {
        title: title.map_or_else(|| code.to_string(), String::from),
        position: "Its slides are missing. Bring its deck again under this code.".to_owned(),
        standing: Standing::Lost,
        code,
    }
}
