//! The host's own page: what is shown to whom, and the way in.

use super::visitor;
use crate::{
    access::Key,
    talks::{Talk, TalkTitle, Visitor},
    web::{
        Shared,
        pages::{is_secure, render, to_clean},
    },
};
use app::{
    pages::{Page, Standing, TalkLine},
    routes,
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Response},
};
use model::talk::TalkCode;

/// `GET /`: to join a talk, and for whoever may create talks to do that.
pub async fn home(shared: &Shared, request: Request) -> Response<Body> {
    let Some(host) = &shared.host else {
        return render(shared, Page::Home, request).await;
    };
    let visitor = visitor(shared, request.headers());
    let page = if host.may_create(&visitor) {
        page(shared, &visitor, None)
    } else {
        Page::Home
    };
    render(shared, page, request).await
}

/// The browser comes back to a clean address; a good key becomes a cookie on the way, and of one that
/// is not good that is said there.
pub fn enter(shared: &Shared, key: Option<&str>, headers: &HeaderMap) -> Response<Body> {
    let key = key.map(Key::of_link);
    let good = key.filter(|key| shared.talks.is_host(&key.hash()));
    if good.is_none() && shared.host.is_some() && !visitor(shared, headers).is_host() {
        return to_clean(routes::REFUSED, None);
    }
    let cookie = good.map(|key| {
        shared
            .talks
            .cookies()
            .give_host(&key, is_secure(shared, headers))
    });
    to_clean(routes::HOME, cookie)
}

/// `wrong` says what was, with what was brought last.
pub fn page(shared: &Shared, visitor: &Visitor, wrong: Option<String>) -> Page {
    let guest = !visitor.is_host();
    let talks = if guest {
        Vec::new()
    } else {
        let talks = shared.talks.all();
        let lost = shared.talks.lost();
        let talks = talks.iter().map(|talk| line(talk));
        let mut lines: Vec<_> = talks.chain(lost.into_iter().map(lost_line)).collect();
        // Those that run first: they are what the host came for. Each kind stays in its order.
        lines.sort_by_key(|line| line.standing);
        lines
    };
    Page::Host {
        talks,
        guest,
        wrong,
    }
}

fn line(talk: &Talk) -> TalkLine {
    let snapshot = talk.snapshot();
    let state = &snapshot.state;
    let deck = talk.deck();
    let (ready, slides) = (deck.ready(), deck.slides().len());
    TalkLine {
        code: talk.code().clone(),
        title: snapshot.talk.clone(),
        place: if state.over {
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
        place: "Its slides are missing. Bring its deck again under this code.".to_owned(),
        standing: Standing::Lost,
        code,
    }
}
