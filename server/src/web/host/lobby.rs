//! A talk's lobby: the host's page for the minute before it.

use super::{Hosting, qr};
use crate::{
    access::{Key, Refusal},
    talks::{self, Talk, Visitor},
    web::{
        Shared,
        extract::{HostOnly, OpenTalk, OrPage},
        render,
        stored::stored,
    },
};
use app::{
    api::ErrorCode,
    pages::{ImportProgress, LobbyPage, Page, Pairing, Way},
    routes,
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};

/// `GET /t/{code}/lobby`
pub async fn lobby(
    State(shared): State<Shared>,
    _: OrPage<HostOnly>,
    OrPage(OpenTalk(talk)): OrPage<OpenTalk>,
    OrPage(hosting): OrPage<Hosting>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    if talk.is_over() {
        // There it can be shown again.
        return Redirect::to(routes::HOME).into_response();
    }
    let deck = talk.deck();
    let Some(first) = deck.slides().first() else {
        return render::refused(&shared, ErrorCode::NoSuchTalk.into()).await;
    };
    let presence = talk.channel().attendance().presence();
    let base = hosting.bases(&shared, &headers).likeliest;
    let page = LobbyPage {
        code: talk.code().clone(),
        title: talk.title(),
        face: first.face(0).clone(),
        import: ImportProgress {
            whole: !deck.is_being_read(),
            slides: deck.slides().len(),
            ready: deck.ready(),
            warnings: shared.talks.warnings(&deck.id),
        },
        pairing: pairing(&talk, visitor.host_key().as_ref(), &base),
        remotes: others(&talk, &visitor),
        requests: talk.requests_for_the_remote(),
        followers: presence.followers,
        projectors: presence.projectors,
        ways: hosting.ways(&shared, talk.code(), &headers),
    };
    render::page(&shared, Page::Lobby(Box::new(page))).await
}

/// `POST /t/{code}/lobby`: a link that admits one device, in place of the one before.
pub async fn pair(
    _: HostOnly,
    OpenTalk(talk): OpenTalk,
    visitor: Visitor,
) -> Result<Redirect, Refusal> {
    let host = visitor.host_key().ok_or(ErrorCode::NoHostKey)?;
    if talk.is_over() {
        return Err(ErrorCode::Over.into());
    }
    stored(talk.pair(host).await, "no link was made for a phone")?;
    Ok(Redirect::to(&routes::lobby(talk.code())))
}

fn pairing(talk: &Talk, host: Option<&Key>, base: &str) -> Pairing {
    let remotes = talk.remotes();
    let Some(last) = remotes.pairing() else {
        return Pairing::Missing;
    };
    let left = last.left(talks::now());
    if last.used_by.is_some() {
        Pairing::Used
    } else if left.is_zero() {
        Pairing::Expired
    } else if let Some(key) = host.and_then(|host| talk.pairing_key(host)) {
        let path = routes::presenter_link(talk.code(), key.reveal());
        let url = format!("{base}{path}");
        let qr = qr::drawn(&url).unwrap_or_default();
        let left_s = left.as_secs();
        Pairing::Open {
            way: Way { url, qr },
            left_s,
        }
    } else {
        // Made with an earlier key of the host's.
        Pairing::Missing
    }
}

/// The names of the devices that present, without the one that shows the page.
fn others(talk: &Talk, visitor: &Visitor) -> Vec<String> {
    let this = visitor.remote(talk).map(|remote| remote.number);
    let remotes = talk.remotes();
    let others = remotes.all().iter().filter(|remote| !remote.waits);
    others
        .filter(|remote| Some(remote.number) != this)
        .map(|remote| remote.name.clone())
        .collect()
}
