//! Every route in one place.
//!
//! axum's routes, not Leptos' router: a handler reads all that a page shows before a byte is rendered, so
//! the status is known, no page waits half-way, and routing costs the browser no WASM.

use super::Shared;
use crate::{
    access::{Refusal, refuse_other_origins, security_headers},
    http::bound_unsent,
    observe::log,
    web::{
        commands, controls, events, guessing, host, media, operations, pages, pointer, present,
        requests, site, times,
    },
};
use app::{
    api::ErrorCode,
    routes::{self, pattern},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, header},
    middleware,
    routing::{get, post},
};
use std::time::Duration;
use tower_http::{
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
};

/// How long a browser may cache the answer to a preflight.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_hours(24);

pub fn router(shared: Shared) -> Router {
    let bound = middleware::from_fn_with_state(shared.unsent.clone(), bound_unsent);
    let guessing = middleware::from_fn_with_state(shared.clone(), guessing::slow_guessers);
    let pages = Router::new()
        .route(routes::HOME, get(pages::home))
        .route(pattern::FOLLOW, get(pages::follow))
        .route(pattern::PROJECT, get(pages::project))
        .route(pattern::PRESENT, get(present::remote).post(present::admit))
        .route(pattern::LOBBY, get(host::lobby).post(host::pair))
        .route(pattern::LINKS, get(host::links))
        .route(pattern::TIMES, get(times::times))
        .route(pattern::REMOTES, get(host::remotes).post(host::add_remote))
        .route(pattern::REVOKE, get(host::ask_revoke).post(host::revoke))
        .route(pattern::RENAME, get(host::ask_title).post(host::rename))
        .route(pattern::DELETE, get(host::ask_delete).post(host::delete))
        .fallback(pages::not_found)
        // Inside the compression, which holds a whole page in memory until the client has taken it.
        .layer(bound.clone())
        .layer(CompressionLayer::new());
    // Other sites' pages may read these. CORS answers their preflights before a handler runs.
    let public = Router::new()
        .route(pattern::EVENTS, get(events::events).options(events::events))
        .route(
            pattern::STATE,
            get(events::state)
                .options(events::state)
                .layer(bound.clone()),
        )
        .route(
            pattern::SLIDES,
            get(events::slides)
                .options(events::slides)
                .layer(bound.clone()),
        )
        .route_layer(guessing.clone())
        .layer(for_other_origins());
    Router::new()
        .route(routes::TALKS, get(host::now).layer(bound.clone()))
        .route(pattern::END, post(host::end))
        .route(pattern::AGAIN, post(host::again))
        // The handler has a limit of its own.
        .route(
            routes::DECKS,
            post(host::upload).layer(DefaultBodyLimit::disable()),
        )
        .route(pattern::WAYS, get(host::ways).layer(bound.clone()))
        .route(pattern::IMPORT, get(host::import).layer(bound))
        .route(pattern::ALLOW, post(host::allow))
        .route(pattern::RESTORE, post(host::restore))
        .route(pattern::ASK, post(requests::ask))
        .route(pattern::ASKING, post(requests::may_ask))
        .route(pattern::ACCEPT, post(requests::accept))
        .route(pattern::DECLINE, post(requests::decline))
        .route(pattern::ROLE, get(events::role))
        .route(pattern::SEEN, post(events::seen))
        .route(pattern::POINT, post(pointer::point))
        .route(pattern::MEDIA, get(media::media))
        .route(routes::HEALTH, get(operations::healthz))
        .route(routes::METRICS, get(operations::metrics))
        .route(pattern::API, post(commands::server_function))
        .merge(pages)
        .route_layer(guessing)
        .merge(public)
        .merge(site::files(&shared.leptos))
        .merge(controls::routes())
        .method_not_allowed_fallback(|| async { Refusal::from(ErrorCode::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(
            shared.public.clone(),
            refuse_other_origins,
        ))
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn(log::requests))
        .with_state(shared)
}

/// Any site's page may follow a talk whose code it knows. Without credentials: a browser keeps answers to
/// requests with cookies from other sites' pages.
fn for_other_origins() -> CorsLayer {
    let last_event_id = HeaderName::from_static("last-event-id");
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        // Clients in JavaScript send these in place of the browser.
        .allow_headers([last_event_id, header::CACHE_CONTROL, header::ACCEPT])
        .vary([])
        .max_age(PREFLIGHT_MAX_AGE)
}

#[cfg(test)]
mod tests;
