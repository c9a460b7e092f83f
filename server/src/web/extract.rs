//! What handlers ask of a request. A handler's signature says who may call it.
//!
//! An extractor refuses in JSON, for programs and scripts; wrapped in [`OrPage`], on a page for people.

use super::{Shared, host::Hosting, render};
use crate::{
    access::{Asker, Credentials, Refusal, asker, is_own, is_own_address},
    talks::{Talk, Visitor},
};
use app::api::ErrorCode;
use axum::{
    extract::{
        ConnectInfo, FromRequestParts, MatchedPath, OptionalFromRequestParts, RawPathParams,
    },
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use model::talk::{Snapshot, TalkCode};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};

/// A parameter of the path, decoded. `None` without one, and where any parameter is not UTF-8.
pub async fn path_parameter(parts: &mut Parts, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let found = parameters.iter().find(|(found, _)| *found == name);
    found.map(|(_, value)| value.to_owned())
}

/// The path's code. Programs have to know it exactly.
pub async fn exact_code(parts: &mut Parts) -> Result<TalkCode, ErrorCode> {
    let typed = path_parameter(parts, "code").await;
    let code = typed.and_then(|typed| typed.parse().ok());
    code.ok_or(ErrorCode::NoSuchTalk)
}

/// The path's code as a person types it. Refuses what can't be one.
pub struct TypedCode {
    pub code: TalkCode,
    text: String,
}

impl TypedCode {
    /// Whether `code` was typed exactly.
    pub fn is_exactly(&self, code: &TalkCode) -> bool {
        self.text == code.as_str()
    }
}

impl FromRequestParts<Shared> for TypedCode {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Refusal> {
        let text = path_parameter(parts, "code").await;
        let text = text.ok_or(ErrorCode::NoSuchTalk)?;
        let code = TalkCode::typed(&text).map_err(|_| ErrorCode::NoSuchTalk)?;
        Ok(Self { code, text })
    }
}

impl OptionalFromRequestParts<Shared> for TypedCode {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Shared,
    ) -> Result<Option<Self>, Infallible> {
        let typed = <Self as FromRequestParts<Shared>>::from_request_parts(parts, shared).await;
        Ok(typed.ok())
    }
}

/// An open talk, by its exact code.
pub struct OpenTalk(pub Arc<Talk>);

impl FromRequestParts<Shared> for OpenTalk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let code = exact_code(parts).await?;
        let talk = shared.talks.find(&code).ok_or(ErrorCode::NoSuchTalk)?;
        Ok(Self(talk))
    }
}

/// An open talk for a page, by its code as a person types it. Redirects any other spelling to the
/// talk's one address.
pub struct TypedTalk(pub Arc<Talk>);

impl FromRequestParts<Shared> for TypedTalk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Response> {
        let OrPage(typed) = OrPage::<TypedCode>::from_request_parts(parts, shared).await?;
        let Some(talk) = shared.talks.meant(&typed.code) else {
            return Err(render::refused(shared, ErrorCode::NoSuchTalk.into()).await);
        };
        if typed.is_exactly(talk.code()) {
            return Ok(Self(talk));
        }
        let pattern = parts.extensions.get::<MatchedPath>();
        let pattern = pattern.map(MatchedPath::as_str).unwrap_or_default();
        let path = pattern.replace("{code}", talk.code().as_str());
        // Not permanent: another talk may have this very code later.
        Err(match parts.uri.query() {
            Some(query) => Redirect::to(&format!("{path}?{query}")),
            None => Redirect::to(&path),
        }
        .into_response())
    }
}

/// A talk that is open, or was deleted.
pub enum KnownTalk {
    Open(Arc<Talk>),
    /// Its last snapshot, which says that it is over.
    Deleted(Box<Snapshot>),
}

impl FromRequestParts<Shared> for KnownTalk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let code = exact_code(parts).await?;
        if let Some(talk) = shared.talks.find(&code) {
            return Ok(Self::Open(talk));
        }
        let last = shared.talks.last_of_gone(&code).await;
        let last = last.ok_or(ErrorCode::NoSuchTalk)?;
        Ok(Self::Deleted(Box::new(last)))
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Infallible> {
        let credentials = Credentials::of(&parts.headers);
        Ok(Self::new(shared.talks.clone(), credentials))
    }
}

/// A visitor whose keys count only if a page of ours or a program sent them. Pages of other origins may
/// read what a follower sees, whatever keys their browser sends along.
pub struct SameOrigin(pub Visitor);

impl FromRequestParts<Shared> for SameOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Infallible> {
        let credentials = if is_own(&parts.headers, &parts.uri, shared.public.as_deref()) {
            Credentials::of(&parts.headers)
        } else {
            Credentials::default()
        };
        Ok(Self(Visitor::new(shared.talks.clone(), credentials)))
    }
}

/// A visitor who proved to present the path's talk. The host presents any.
pub struct Presenter {
    pub talk: Arc<Talk>,
    pub visitor: Visitor,
}

impl FromRequestParts<Shared> for Presenter {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let code = exact_code(parts).await?;
        let Ok(visitor) = Visitor::from_request_parts(parts, shared).await;
        let talk = visitor.presented(&code)?;
        Ok(Self { talk, visitor })
    }
}

/// Admits a visitor who proved to be the host.
pub struct HostOnly;

impl FromRequestParts<Shared> for HostOnly {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let Ok(visitor) = Visitor::from_request_parts(parts, shared).await;
        if visitor.is_host() {
            Ok(Self)
        } else {
            Err(ErrorCode::NoHostKey.into())
        }
    }
}

impl FromRequestParts<Shared> for Hosting {
    type Rejection = Refusal;

    async fn from_request_parts(_: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let hosting = shared.host.clone();
        hosting.ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// A visitor who may create talks: the host, and anyone where the host lets them.
pub struct Creator {
    pub visitor: Visitor,
    pub hosting: Hosting,
}

impl FromRequestParts<Shared> for Creator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let hosting = Hosting::from_request_parts(parts, shared).await?;
        let Ok(visitor) = Visitor::from_request_parts(parts, shared).await;
        if hosting.may_create(&visitor) {
            Ok(Self { visitor, hosting })
        } else {
            Err(ErrorCode::NoHostKey.into())
        }
    }
}

/// Where a request comes from. `None` in a test without sockets.
impl OptionalFromRequestParts<Shared> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Option<Self>, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(peer.map(|ConnectInfo(peer)| asker(peer.ip(), &parts.headers)))
    }
}

/// A program on this machine, not behind a proxy. Everybody else gets 404.
pub struct ThisMachine;

impl FromRequestParts<Shared> for ThisMachine {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let is_local = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
            .iter()
            .any(|name| parts.headers.contains_key(*name));
        // DNS rebinding: a page of another site can reach this machine by a name of that site.
        let is_ours = is_own_address(&parts.headers, &parts.uri, shared.public.as_deref());
        if is_local && !is_forwarded && is_ours {
            Ok(Self)
        } else {
            Err(ErrorCode::NotFound.into())
        }
    }
}

/// Refuses with a page for people instead of JSON.
pub struct OrPage<E>(pub E);

impl<E> FromRequestParts<Shared> for OrPage<E>
where
    E: FromRequestParts<Shared, Rejection = Refusal> + Send,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Response> {
        match E::from_request_parts(parts, shared).await {
            Ok(extracted) => Ok(Self(extracted)),
            Err(refusal) => Err(render::refused(shared, refusal).await),
        }
    }
}
