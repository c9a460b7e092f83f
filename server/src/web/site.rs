//! The built browser side: styles, scripts, icons. Where it is, and how it is answered.

use crate::web::Shared;
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

/// Cargo-leptos' name for the built files; it is in Cargo.toml too.
const OUTPUT_NAME: &str = "webslides";

/// Finds the site and says how Leptos refers to it. `None` when there is none.
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

/// Beside the program when it is installed; in the target folder when it was just built; or where
/// cargo-leptos says.
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

/// Written by a release build beside the program: the hashes in the files' names.
fn hash_file() -> Option<PathBuf> {
    Some(program_folder()?.join("hash.txt"))
}

fn program_folder() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.to_owned())
}

/// As `cargo leptos build` wrote them.
pub fn files(leptos: &LeptosOptions) -> Router<Shared> {
    let root = Path::new(leptos.site_root.as_ref());
    // With a hash in its name, a file never changes; without, it has to be asked for each time.
    let age = if leptos.hash_files {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let files = ServeDir::new(root.join("pkg"))
        .precompressed_br()
        .precompressed_gzip();
    let mut router = Router::new()
        .nest_service("/pkg", files)
        .layer(middleware::map_response(move |answer| cached(answer, age)));
    for name in [
        "favicon.svg",
        "favicon.ico",
        "icon-180.png",
        "icon-192.png",
        "icon-512.png",
        "manifest.webmanifest",
        "awake.mp4",
    ] {
        router = router.route_service(&format!("/{name}"), ServeFile::new(root.join(name)));
    }
    router.layer(middleware::from_fn_with_state(
        Contents::default(),
        from_memory,
    ))
}

/// Not what is missing: a proxy would remember for a year that it was.
async fn cached(mut answer: Response<Body>, age: &'static str) -> Response<Body> {
    let is_there = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
    let age = HeaderValue::from_static(if is_there { age } else { "no-store" });
    answer.headers_mut().insert(header::CACHE_CONTROL, age);
    answer
}

/// What was answered, each content once.
type Contents = Arc<Mutex<HashSet<Bytes>>>;

/// No file of ours is larger.
const MOST_BYTES: usize = 16 << 20;

/// More than all of ours: while somebody works on them, they change.
const MOST_CONTENTS: usize = 100;

/// What is given to the connection at once.
const PIECE_BYTES: usize = 16 << 10;

/// One copy in memory for everybody, in place of an open file for each who reads slowly: there are
/// only so many files, and connections need them.
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
    let Ok(content) = to_bytes(file, MOST_BYTES).await else {
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
    if contents.len() >= MOST_CONTENTS {
        contents.clear();
    }
    contents.insert(content.clone());
    content
}
