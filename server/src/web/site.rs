//! The built browser side: styles, scripts, icons.

use crate::web::Shared;
use app::routes;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header},
    middleware::{self, Next},
    response::IntoResponse,
};
use bytes::Bytes;
use futures_util::stream;
use leptos::config::{Env, LeptosOptions};
use std::{
    collections::HashSet,
    convert::Infallible,
    env,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tower_http::services::{ServeDir, ServeFile};

/// cargo-leptos' name for the built files. Cargo.toml has it, too.
const OUTPUT_NAME: &str = "webslides";

/// Finds the built files, and returns how Leptos refers to them. `None` if there are none.
pub fn find() -> Option<LeptosOptions> {
    let root = candidates()
        .into_iter()
        .find(|root| root.join("pkg").is_dir())?;
    let hash_files = hash_file().is_some_and(|file| file.exists());
    let watched = env::var_os("LEPTOS_WATCH").is_some();
    let reload_port = env::var("LEPTOS_RELOAD_PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    Some(
        LeptosOptions::builder()
            .output_name(OUTPUT_NAME)
            .site_root(root.to_string_lossy())
            .env(if watched { Env::DEV } else { Env::PROD })
            .reload_port(reload_port.unwrap_or(3001))
            .hash_files(hash_files)
            .build(),
    )
}

/// Where cargo-leptos says; beside the installed program; in the target folder of one that was just built.
fn candidates() -> Vec<PathBuf> {
    let said = env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
    let beside = program_folder();
    let built = beside
        .as_deref()
        .and_then(Path::parent)
        .map(|target| target.join("site"));
    said.into_iter()
        .chain(beside.map(|folder| folder.join("site")))
        .chain(built)
        .collect()
}

/// The hashes in the files' names. A release build writes it beside the program.
fn hash_file() -> Option<PathBuf> {
    Some(program_folder()?.join("hash.txt"))
}

fn program_folder() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.to_owned())
}

/// The cache lifetime of files whose names change with their contents.
pub const UNCHANGING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Routes for the files as `cargo leptos build` wrote them.
pub fn files(leptos: &LeptosOptions) -> Router<Shared> {
    let root = Path::new(leptos.site_root.as_ref());
    // A file with a hash in its name never changes. Others are revalidated each time.
    let age = if leptos.hash_files {
        UNCHANGING
    } else {
        HeaderValue::from_static("no-cache")
    };
    let files = ServeDir::new(root.join("pkg"))
        .precompressed_br()
        .precompressed_gzip();
    let built = Router::new()
        .nest_service(routes::BUILT, files)
        .layer(middleware::map_response(move |answer| {
            cached(answer, age.clone())
        }));
    let typefaces = ServeDir::new(root.join(routes::TYPEFACES.trim_start_matches('/')));
    let mut router = Router::new()
        .nest_service(routes::TYPEFACES, typefaces)
        .layer(middleware::map_response(|answer| {
            cached(answer, UNCHANGING)
        }))
        .merge(built);
    for path in routes::FILES {
        let file = root.join(path.trim_start_matches('/'));
        router = router.route_service(path, ServeFile::new(file));
    }
    router.layer(middleware::from_fn_with_state(
        Contents::default(),
        from_memory,
    ))
}

/// Sets the cache lifetime, but not for a missing file: a proxy would remember for a year that it is missing.
async fn cached(mut answer: Response<Body>, age: HeaderValue) -> Response<Body> {
    let is_there = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
    let age = if is_there {
        age
    } else {
        HeaderValue::from_static("no-store")
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, age);
    answer
}

/// File contents in memory, each once.
type Contents = Arc<Mutex<HashSet<Bytes>>>;

/// Larger than any of our files.
const MAX_FILE_BYTES: usize = 16 << 20;

/// More than we have files. In development they change, and old contents have to go.
const MAX_CONTENTS: usize = 100;

/// How much is given to the connection at once.
const PIECE_BYTES: usize = 16 << 10;

/// Middleware that answers from one copy in memory. `ServeDir` would keep a file open for each slow client,
/// and connections need the process's open files.
async fn from_memory(
    State(contents): State<Contents>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let is_get = request.method() == Method::GET;
    let answer = next.run(request).await;
    if !is_get || answer.status() != StatusCode::OK {
        return answer;
    }
    let (head, file) = answer.into_parts();
    let Ok(content) = to_bytes(file, MAX_FILE_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let content = shared(&contents, content);
    let starts = (0..content.len()).step_by(PIECE_BYTES);
    let pieces: Vec<_> = starts
        .map(|start| {
            let end = content.len().min(start + PIECE_BYTES);
            Ok::<_, Infallible>(content.slice(start..end))
        })
        .collect();
    Response::from_parts(head, Body::from_stream(stream::iter(pieces)))
}

fn shared(contents: &Contents, content: Bytes) -> Bytes {
    let mut contents = contents.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = contents.get(&content) {
        return known.clone();
    }
    if contents.len() >= MAX_CONTENTS {
        contents.clear();
    }
    contents.insert(content.clone());
    content
}
