//! A talk's links, and the progress of its import.

use super::{Hosting, qr};
use crate::{
    access::Refusal,
    talks::Talk,
    web::{
        Shared,
        extract::{OpenTalk, OrPage, Presenter},
        render,
    },
};
use app::{
    api::ErrorCode,
    pages::{Page, TalkLinks, Tile, Way, Ways},
    routes,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use model::{
    deck::{Face, Slide},
    talk::TalkCode,
};
use serde_json::json;

/// `GET /t/{code}/links`
pub async fn links(
    State(shared): State<Shared>,
    OrPage(Presenter { talk, .. }): OrPage<Presenter>,
    OrPage(hosting): OrPage<Hosting>,
    headers: HeaderMap,
) -> Response {
    let links = TalkLinks {
        code: talk.code().clone(),
        title: talk.title(),
        whole: !talk.deck().is_being_read(),
        tiles: tiles(&talk),
        warnings: shared.talks.warnings(&talk.deck().id),
        ways: hosting.ways(&shared, talk.code(), &headers),
    };
    render::page(&shared, Page::Links(links)).await
}

/// `GET /t/{code}/ways`: the links as they are now, for a page that stays open while the server's
/// network changes.
pub async fn ways(
    State(shared): State<Shared>,
    OpenTalk(talk): OpenTalk,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let ways = talk_ways(&shared, talk.code(), &headers);
    let ways = ways.ok_or(ErrorCode::NoSuchTalk)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(ways)).into_response())
}

/// A talk's links; `None` in a test of a server without a host.
pub fn talk_ways(shared: &Shared, code: &TalkCode, headers: &HeaderMap) -> Option<Ways> {
    let hosting = shared.host.as_ref()?;
    Some(hosting.ways(shared, code, headers))
}

impl Hosting {
    pub fn ways(&self, shared: &Shared, code: &TalkCode, headers: &HeaderMap) -> Ways {
        let bases = self.bases(shared, headers);
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
            asked_again_at: self.asked_again_at(code, headers),
        }
    }

    /// Where a page asks for its links again if it may stay open while the server's network changes.
    pub fn asked_again_at(&self, code: &TalkCode, headers: &HeaderMap) -> Option<String> {
        let stays = self.addresses.may_outlive_its_network(headers);
        stays.then(|| routes::ways(code))
    }
}

/// `GET /t/{code}/import`: the import's progress, for the page of the links.
pub async fn import(State(shared): State<Shared>, Presenter { talk, .. }: Presenter) -> Response {
    let progress = json!({
        "whole": !talk.deck().is_being_read(),
        "slides": tiles(&talk),
        "warnings": shared.talks.warnings(&talk.deck().id),
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(progress)).into_response()
}

fn tiles(talk: &Talk) -> Vec<Tile> {
    let deck = talk.deck();
    let tile = |slide: &Slide| {
        let picture = slide.face(0).as_picture();
        Tile {
            title: slide.title.clone(),
            ready: !slide.faces.iter().any(Face::is_pending),
            picture: picture.map(|picture| picture.smallest.url.clone()),
        }
    };
    deck.slides().iter().map(tile).collect()
}
