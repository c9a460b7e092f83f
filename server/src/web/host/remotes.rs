//! The devices that present a talk: list, add, admit, remove.

use super::{Hosting, qr, wants_json};
use crate::{
    access::Refusal,
    talks::{self, Device, Remote, RemovedBy, Talk, Visitor},
    web::{
        Shared,
        extract::{OpenTalk, OrPage, Presenter, path_parameter},
        form::{BoundedForm, Form, way_back},
        render,
        stored::stored,
    },
};
use app::{
    api::ErrorCode,
    pages::{LeavePage, Page, RemoteLine, RemoteLink, RemotesPage, Way},
    routes,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use model::talk::TalkCode;
use serde::Deserialize;

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
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    stored(talk.allow(number).await, "a remote was not admitted")?;
    Ok(back(talk.code(), &headers))
}

/// `GET /t/{code}/remotes/{number}/revoke`: are you sure?
pub async fn ask_revoke(
    State(shared): State<Shared>,
    OrPage(RemoteNumber(number)): OrPage<RemoteNumber>,
    OrPage(Presenter { talk, visitor }): OrPage<Presenter>,
) -> Response {
    let own = visitor.remote(&talk).filter(|own| own.number == number);
    let Some(own) = own else {
        // Another's removal can be undone, and needs no question.
        return Redirect::to(&routes::remotes(talk.code())).into_response();
    };
    let page = LeavePage {
        code: talk.code().clone(),
        number: own.number,
        name: own.name,
        is_last: is_last(&talk),
        is_host: visitor.is_host(),
    };
    render::page(&shared, Page::Leave(page)).await
}

/// Whether nobody else presents with a device of their own.
fn is_last(talk: &Talk) -> bool {
    let remotes = talk.remotes();
    let present = remotes.all().iter().filter(|remote| !remote.waits);
    present.count() <= 1
}

/// Says that the question was answered.
#[derive(Deserialize)]
pub struct Sure {
    #[serde(default)]
    sure: bool,
}

impl Form for Sure {}

/// `POST /t/{code}/remotes/{number}/revoke`
pub async fn revoke(
    RemoteNumber(number): RemoteNumber,
    Presenter { talk, visitor }: Presenter,
    headers: HeaderMap,
    BoundedForm(Sure { sure }): BoundedForm<Sure>,
) -> Result<Response, Refusal> {
    let is_own = visitor
        .remote(&talk)
        .is_some_and(|own| own.number == number);
    if is_own && !sure {
        return Ok(Redirect::to(&routes::revoke(talk.code(), number)).into_response());
    }
    let by = if is_own {
        RemovedBy::Itself
    } else {
        RemovedBy::Another
    };
    stored(talk.revoke(number, by).await, "a remote was not removed")?;
    Ok(if is_own {
        // The page says what is next.
        Redirect::to(&routes::present(talk.code())).into_response()
    } else {
        back(talk.code(), &headers)
    })
}

/// `POST /t/{code}/remotes/{number}/restore`: undoes a removal of a moment ago.
pub async fn restore(
    RemoteNumber(number): RemoteNumber,
    OpenTalk(talk): OpenTalk,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let is_own = visitor.left(&talk).is_some_and(|own| own.number == number);
    if !is_own {
        visitor.presented(talk.code())?;
    }
    stored(talk.restore(number).await, "a remote did not come back")?;
    Ok(back(talk.code(), &headers))
}

/// Back to the page that asked, for a form; for a script, nothing: it hears of the change by its stream.
pub fn back(code: &TalkCode, headers: &HeaderMap) -> Response {
    if wants_json(headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let back = way_back(headers).unwrap_or_else(|| routes::remotes(code));
    Redirect::to(&back).into_response()
}

fn page(Presenter { talk, visitor }: &Presenter, link: Option<RemoteLink>) -> Page {
    let this = visitor.remote(talk).map(|remote| remote.number);
    let remotes = talk.remotes();
    let line = |remote: &Remote, removed_for_s| RemoteLine {
        number: remote.number,
        name: remote.name.clone(),
        since: ago(remote),
        is_this: Some(remote.number) == this,
        removed_for_s,
    };
    let there = remotes.all().iter().filter(|remote| !remote.waits);
    let there = there.map(|remote| line(remote, None));
    let removed = remotes.removed(talks::now());
    let removed = removed.map(|(remote, left)| line(remote, Some(left.as_secs() + 1)));
    let mut lines: Vec<_> = there.chain(removed).collect();
    lines.sort_by_key(|line| line.number);
    Page::Remotes(RemotesPage {
        code: talk.code().clone(),
        remotes: lines,
        requests: talk.requests_for_the_remote(),
        is_quiet: talk.is_quiet(),
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
