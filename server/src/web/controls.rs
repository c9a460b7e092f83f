//! The styles of the pages with controls: the remote's and the host's. Followers and projectors, who are many
//! and on slow networks, are served without them.

use super::Shared;
use app::routes;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

macro_rules! sheets {
    ($($name:literal),* $(,)?) => {
        concat!($("@layer pages{", include_str!(concat!("../../../style/", $name)), "}"),*)
    };
}

/// In the layer that `style/main.css` names.
const STYLES: &str = sheets![
    "welcome.css",
    "host.css",
    "lobby.css",
    "present.css",
    "layouts.css",
    "panel.css",
    "request.css",
];

/// Its address, which changes with its contents.
pub static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(STYLES);
    let name = hash.get(..10).unwrap_or_default();
    routes::controls_style(&BASE32_NOPAD.encode(name).to_ascii_lowercase())
});

pub fn routes() -> Router<Shared> {
    Router::new().route(&ADDRESS, get(styles))
}

async fn styles() -> impl IntoResponse {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, super::site::UNCHANGING),
    ];
    (headers, STYLES)
}
