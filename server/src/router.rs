//! Every route in one place.

use crate::{
    access::{Guesses, refuse_other_origins, security_headers},
    answers::refusal,
    api, host,
    hosting::{self, Host},
    live::{Hub, Unsent, bound_unsent},
    log, looking, media, pages, pointing, site, stream,
    talks::Talks,
};
use app::{api::ErrorCode, routes};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, Uri, header},
    middleware,
    routing::{get, post},
};
use leptos::config::LeptosOptions;
use std::{sync::Arc, time::Duration};
use tower_http::{
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
};

/// How long a browser remembers that it may ask.
const PREFLIGHT_KEPT: Duration = Duration::from_hours(24);

/// What every handler may need. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub talks: Talks,
    pub hub: Hub,
    pub leptos: LeptosOptions,
    /// None where nobody brings decks, as in a test of talks alone.
    pub host: Option<Arc<Host>>,
    pub guesses: Arc<Guesses>,
    pub unsent: Unsent,
    /// The address that people use, when it is not the one that the server sees.
    pub public: Option<Arc<Uri>>,
}

pub fn router(shared: Shared) -> Router {
    let bound = middleware::from_fn_with_state(shared.unsent.clone(), bound_unsent);
    let looking = middleware::from_fn_with_state(shared.clone(), looking::slow_guessers);
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/t/{code}", get(pages::follow))
        .route("/t/{code}/screen", get(pages::project))
        .route("/t/{code}/present", get(pages::present).post(pages::admit))
        .route("/t/{code}/links", get(hosting::links))
        .route(
            "/t/{code}/remotes",
            get(hosting::remotes).post(hosting::link),
        )
        .route(
            "/t/{code}/rename",
            get(hosting::ask_title).post(hosting::rename),
        )
        .route(
            "/t/{code}/delete",
            get(hosting::ask_delete).post(hosting::delete),
        )
        .fallback(pages::not_found)
        .layer(bound.clone())
        .layer(CompressionLayer::new());
    // What other sites' pages may read, too. Whether they may is answered before a handler is.
    let public = Router::new()
        .route(
            "/t/{code}/events",
            get(stream::events).options(stream::events),
        )
        .route(
            "/t/{code}/state",
            get(stream::state)
                .options(stream::state)
                .layer(bound.clone()),
        )
        .route(
            "/t/{code}/slides",
            get(stream::slides)
                .options(stream::slides)
                .layer(bound.clone()),
        )
        .route_layer(looking.clone())
        .layer(for_other_origins());
    Router::new()
        .route("/t/{code}/end", post(hosting::end))
        .route("/t/{code}/again", post(hosting::again))
        // Its own limit is counted while it comes.
        .route(
            routes::DECKS,
            post(hosting::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/t/{code}/ways", get(hosting::ways))
        .route("/t/{code}/import", get(hosting::import))
        .route("/t/{code}/remotes/{number}/allow", post(hosting::allow))
        .route("/t/{code}/remotes/{number}/revoke", post(hosting::revoke))
        .route("/t/{code}/role", get(stream::role))
        .route("/t/{code}/seen", post(stream::seen))
        .route("/t/{code}/point", post(pointing::point))
        .route("/media/{name}", get(media::media))
        .route("/healthz", get(host::healthz))
        .route("/metrics", get(host::metrics))
        .route("/api/{function}", post(api::server_function))
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
