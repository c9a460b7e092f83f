//! Every route in one place.

use super::Shared;
use crate::{
    access::{refusal, refuse_other_origins, security_headers},
    live::bound_unsent,
    observe::log,
    web::{commands, events, guessing, host, media, operations, pages, pointer, site},
};
use app::{api::ErrorCode, routes};
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

/// How long a browser remembers that it may ask.
const PREFLIGHT_KEPT: Duration = Duration::from_hours(24);

pub fn router(shared: Shared) -> Router {
    let bound = middleware::from_fn_with_state(shared.unsent.clone(), bound_unsent);
    let looking = middleware::from_fn_with_state(shared.clone(), guessing::slow_guessers);
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/t/{code}", get(pages::follow))
        .route("/t/{code}/screen", get(pages::project))
        .route("/t/{code}/present", get(pages::present).post(pages::admit))
        .route("/t/{code}/links", get(host::links))
        .route("/t/{code}/remotes", get(host::remotes).post(host::link))
        .route("/t/{code}/rename", get(host::ask_title).post(host::rename))
        .route("/t/{code}/delete", get(host::ask_delete).post(host::delete))
        .fallback(pages::not_found)
        // What waits to be packed is counted: it is whole in memory until its reader has taken it.
        .layer(bound.clone())
        .layer(CompressionLayer::new());
    // What other sites' pages may read, too. Whether they may is answered before a handler is.
    let public = Router::new()
        .route(
            "/t/{code}/events",
            get(events::events).options(events::events),
        )
        .route(
            "/t/{code}/state",
            get(events::state)
                .options(events::state)
                .layer(bound.clone()),
        )
        .route(
            "/t/{code}/slides",
            get(events::slides)
                .options(events::slides)
                .layer(bound.clone()),
        )
        .route_layer(looking.clone())
        .layer(for_other_origins());
    Router::new()
        .route("/t/{code}/end", post(host::end))
        .route("/t/{code}/again", post(host::again))
        // Its own limit is counted while it comes.
        .route(
            routes::DECKS,
            post(host::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/t/{code}/ways", get(host::ways).layer(bound.clone()))
        .route("/t/{code}/import", get(host::import).layer(bound))
        .route("/t/{code}/remotes/{number}/allow", post(host::allow))
        .route("/t/{code}/remotes/{number}/revoke", post(host::revoke))
        .route("/t/{code}/role", get(events::role))
        .route("/t/{code}/seen", post(events::seen))
        .route("/t/{code}/point", post(pointer::point))
        .route("/media/{name}", get(media::media))
        .route("/healthz", get(operations::healthz))
        .route("/metrics", get(operations::metrics))
        .route("/api/{function}", post(commands::server_function))
        .merge(pages)
        .route_layer(looking)
        .merge(public)
        .merge(site::files(&shared.leptos))
        .method_not_allowed_fallback(|| async { refusal(ErrorCode::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(
            shared.public.clone(),
            refuse_other_origins,
        ))
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn(log::requests))
        .with_state(shared)
}

/// Any page may follow a talk of whose code it knows. Without credentials: a browser lets no other
/// site's page read an answer that a key was sent for.
fn for_other_origins() -> CorsLayer {
    let last_event_id = HeaderName::from_static("last-event-id");
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        // What clients in JavaScript send in place of the browser's own.
        .allow_headers([last_event_id, header::CACHE_CONTROL, header::ACCEPT])
        .vary([])
        .max_age(PREFLIGHT_KEPT)
}
