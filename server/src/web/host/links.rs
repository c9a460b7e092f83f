//! Where a talk is found, and how far its import is.

use super::{Host, bases, presented, qr};
use crate::{
    access::refusal,
    talks::Talk,
    web::{Shared, pages::render},
};
use app::{
    api::ErrorCode,
    pages::{Page, TalkLinks, Tile, Way, Ways},
    routes,
};
use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Response, header},
    response::IntoResponse,
};
use model::{
    deck::{Face, Slide},
    talk::TalkCode,
};
use serde_json::json;

/// `GET /t/{code}/links`: for whoever presents the talk, and for the host.
pub async fn links(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (talk, host) = match presented(&shared, path, request.headers()) {
        Ok(allowed) => allowed,
        Err(problem) => return render(&shared, Page::Problem(problem), request).await,
    };
    let links = TalkLinks {
        code: talk.code().clone(),
        title: talk.title(),
        whole: !talk.deck().is_being_read(),
        tiles: tiles(&talk),
        warnings: shared.talks.warnings(&talk.deck().id),
        ways: ways_by(&shared, &host, talk.code(), request.headers()),
    };
    render(&shared, Page::Links(links), request).await
}

/// `GET /t/{code}/ways`: where people find the talk by now, for a page that stays open while its
/// machine changes its network.
pub async fn ways(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    let code = path.ok().and_then(|Path(typed)| typed.parse().ok());
    let talk = code.and_then(|code| shared.talks.find(&code));
    let ways = talk.and_then(|talk| talk_ways(&shared, talk.code(), &headers));
    match ways {
        Some(ways) => ([(header::CACHE_CONTROL, "no-store")], Json(ways)).into_response(),
        None => refusal(ErrorCode::NoSuchTalk),
    }
}

/// Where people find a talk; `None` while nobody knows our address.
pub fn talk_ways(shared: &Shared, code: &TalkCode, headers: &HeaderMap) -> Option<Ways> {
    let host = shared.host.as_ref()?;
    Some(ways_by(shared, host, code, headers))
}

fn ways_by(shared: &Shared, host: &Host, code: &TalkCode, headers: &HeaderMap) -> Ways {
    let bases = bases(shared, host, headers);
    let way = |path: String| {
        let url = format!("{}{path}", bases.likeliest);
        let qr = qr::drawn(&url).unwrap_or_default();
        Way { url, qr }
    };
    let audience = routes::follow(code);
    let others = bases.others.iter();
    Ways {
        audience: way(audience.clone()),
        projector: way(routes::project(code)),
        others: others.map(|base| format!("{base}{audience}")).collect(),
        warning: bases.reach.warning(),
        asked_again_at: asked_again_at(host, code, headers),
    }
}

/// Where a page asks for the links again that stays open while its machine changes its network.
pub fn asked_again_at(host: &Host, code: &TalkCode, headers: &HeaderMap) -> Option<String> {
    let stays = host.addresses.may_outlive_its_network(headers);
    stays.then(|| routes::ways(code))
}

/// `GET /t/{code}/import`: how far it is, for the page of the links.
pub async fn import(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    match presented(&shared, path, &headers) {
        Ok((talk, _)) => {
            let answer = json!({
                "whole": !talk.deck().is_being_read(),
                "slides": tiles(&talk),
                "warnings": shared.talks.warnings(&talk.deck().id),
            });
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(problem) => refusal(problem.code()),
    }
}

fn tiles(talk: &Talk) -> Vec<Tile> {
    let deck = talk.deck();
    let tile = |slide: &Slide| {
        let face = slide.face(0);
        Tile {
            title: slide.title.clone(),
            ready: !slide.faces.iter().any(Face::is_pending),
            picture: face.thumbnail().map(|small| small.url.clone()),
        }
    };
    deck.slides().iter().map(tile).collect()
}
