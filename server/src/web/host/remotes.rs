//! The devices that present a talk: list, add, admit, remove.

use super::{Hosting, qr};
use crate::{
    access::Refusal,
    talks::{self, Device, Remote, Visitor},
    web::{
        Shared,
        extract::{OrPage, Presenter, path_parameter},
        render,
        stored::stored,
    },
};
use app::{
    api::ErrorCode,
    pages::{Page, RemoteLine, RemoteLink, RemotesPage, Way},
    routes,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, header, request::Parts},
    response::{Redirect, Response},
};

/// The number of a remote, in the path.
pub struct RemoteNumber(u64);

impl<S: Sync> FromRequestParts<S> for RemoteNumber {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let number = path_parameter(parts, "number").await;
        let number = number.and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// `GET /t/{code}/remotes`
pub async fn remotes(
    State(shared): State<Shared>,
    OrPage(presenter): OrPage<Presenter>,
) -> Response {
    render::page(&shared, page(&presenter, None)).await
}

/// `POST /t/{code}/remotes`: the same page, with a link for one more.
pub async fn add_remote(
    State(shared): State<Shared>,
    presenter: Presenter,
    hosting: Hosting,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let linked = presenter.talk.link().await;
    let key = stored(linked, "no link was made for a remote")?;
    let code = presenter.talk.code();
    let bases = hosting.bases(&shared, &headers);
    let path = routes::presenter_link(code, key.reveal());
    let url = format!("{}{path}", bases.likeliest);
    let qr = qr::drawn(&url).unwrap_or_default();
    let link = RemoteLink {
        way: Way { url, qr },
        warning: bases.reach.warning(),
        asked_again_at: hosting.asked_again_at(code, &headers),
    };
    Ok(render::page(&shared, page(&presenter, Some(link))).await)
}

/// `POST /t/{code}/remotes/{number}/allow`
pub async fn allow(
    RemoteNumber(number): RemoteNumber,
    Presenter { talk, .. }: Presenter,
) -> Result<Redirect, Refusal> {
    let back = routes::remotes(talk.code());
    stored(talk.allow(number).await, "a remote was not admitted")?;
    Ok(Redirect::to(&back))
}

/// `POST /t/{code}/remotes/{number}/revoke`
pub async fn revoke(
    RemoteNumber(number): RemoteNumber,
    Presenter { talk, .. }: Presenter,
) -> Result<Redirect, Refusal> {
    let back = routes::remotes(talk.code());
    stored(talk.revoke(number).await, "a remote was not removed")?;
    Ok(Redirect::to(&back))
}

fn page(Presenter { talk, visitor }: &Presenter, link: Option<RemoteLink>) -> Page {
    let this = visitor.remote(talk).map(|remote| remote.number);
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

/// The kind of a device, as far as its browser tells.
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
