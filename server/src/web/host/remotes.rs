//! The devices that present a talk: who they are, one more, one less.

use super::{bases, links::asked_again_at, presented, qr, visitor};
use crate::{
    access::refusal,
    talks::{self, Device, Remote, Talk, Visitor},
    web::{Shared, pages::render},
};
use app::{
    api::ErrorCode,
    pages::{Page, RemoteLine, RemoteLink, RemotesPage, Way},
    routes,
};
use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Response, header},
    response::{IntoResponse, Redirect},
};
use std::sync::Arc;
use tokio::spawn;
use tracing::error;

/// `GET /t/{code}/remotes`
pub async fn remotes(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let page = match presented(&shared, path, request.headers()) {
        Ok((talk, _)) => page(&shared, &talk, request.headers(), None),
        Err(problem) => Page::Problem(problem),
    };
    render(&shared, page, request).await
}

/// `POST /t/{code}/remotes`: the same page, with a link for one more.
pub async fn link(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let (talk, host) = match presented(&shared, path, request.headers()) {
        Ok(presented) => presented,
        Err(problem) => return refusal(problem.code()),
    };
    let (talks, to) = (shared.talks.clone(), talk.clone());
    // A task of its own, here and below: a browser that leaves must not stop it half-way.
    let key = match spawn(async move { talks.link(&to).await }).await {
        Ok(Ok(key)) => key,
        failed => {
            error!(?failed, "no link was made for a remote");
            return refusal(ErrorCode::NotStored);
        }
    };
    let present = routes::present(talk.code());
    let headers = request.headers();
    let bases = bases(&shared, &host, headers);
    let url = format!("{}{present}?key={}", bases.likeliest, key.reveal());
    let qr = qr::drawn(&url).unwrap_or_default();
    let link = RemoteLink {
        way: Way { url, qr },
        warning: bases.reach.warning(),
        asked_again_at: asked_again_at(&host, talk.code(), headers),
    };
    let page = page(&shared, &talk, headers, Some(link));
    render(&shared, page, request).await
}

/// `POST /t/{code}/remotes/{number}/allow`
pub async fn allow(
    State(shared): State<Shared>,
    path: Result<Path<(String, u64)>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    change(shared, path, &headers, true).await
}

/// `POST /t/{code}/remotes/{number}/revoke`
pub async fn revoke(
    State(shared): State<Shared>,
    path: Result<Path<(String, u64)>, PathRejection>,
    headers: HeaderMap,
) -> Response<Body> {
    change(shared, path, &headers, false).await
}

async fn change(
    shared: Shared,
    path: Result<Path<(String, u64)>, PathRejection>,
    headers: &HeaderMap,
    lets_in: bool,
) -> Response<Body> {
    let Ok(Path((code, number))) = path else {
        return refusal(ErrorCode::NotFound);
    };
    let talk = match presented(&shared, Ok(Path(code)), headers) {
        Ok((talk, _)) => talk,
        Err(problem) => return refusal(problem.code()),
    };
    let back = routes::remotes(talk.code());
    let talks = shared.talks.clone();
    let changed = spawn(async move {
        if lets_in {
            talks.allow(&talk, number).await
        } else {
            talks.revoke(&talk, number).await
        }
    });
    match changed.await {
        Ok(Ok(())) => Redirect::to(&back).into_response(),
        failed => {
            error!(?failed, "a remote was not changed");
            refusal(ErrorCode::NotStored)
        }
    }
}

fn page(shared: &Shared, talk: &Arc<Talk>, headers: &HeaderMap, link: Option<RemoteLink>) -> Page {
    let this = visitor(shared, headers)
        .remote(talk)
        .map(|remote| remote.number);
    let line = |remote: &Remote| RemoteLine {
        number: remote.number,
        name: remote.name.clone(),
        since: ago(remote),
        waits: remote.waits,
        is_this: Some(remote.number) == this,
    };
    Page::Remotes(RemotesPage {
        code: talk.code().clone(),
        remotes: talk.remotes().all().iter().map(line).collect(),
        link,
    })
}

fn ago(remote: &Remote) -> String {
    let minutes = talks::now().since(remote.since).as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1 => "1 minute ago".to_owned(),
        2..120 => format!("{minutes} minutes ago"),
        120..2_880 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1_440),
    }
}

/// The device that a request comes from.
pub fn device(visitor: &Visitor, headers: &HeaderMap) -> Device {
    Device {
        name: kind(headers),
        key: visitor.known_device(),
    }
}

/// What kind of device it is, as far as its browser says.
fn kind(headers: &HeaderMap) -> String {
    let browser = headers.get(header::USER_AGENT);
    let browser = browser
        .and_then(|browser| browser.to_str().ok())
        .unwrap_or_default();
    const KINDS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Macintosh", "Mac"),
        ("Windows", "Windows"),
        ("Linux", "Linux"),
    ];
    let known = KINDS.into_iter().find(|(word, _)| browser.contains(word));
    known.map_or("Device", |(_, name)| name).to_owned()
}
