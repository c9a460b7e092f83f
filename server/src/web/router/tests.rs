//! Whom each route lets in, and how it refuses everybody else.

use super::*;
use crate::{access::Key, store::Store, talks::Talks};
use axum::{
    body::{Body, to_bytes},
    extract::MatchedPath,
    http::Request,
    response::Response,
};
use leptos::server_fn::axum::server_fn_paths;
use model::{
    deck::{Deck, DeckId, Face, Slide},
    talk::TalkCode,
};
use tempfile::TempDir;
use tower::ServiceExt;

/// A server with the talks `room` and `other`, without sockets.
struct World {
    router: Router,
    host: Key,
    presenter: Key,
    others_presenter: Key,
    _directory: TempDir,
}

impl World {
    async fn start() -> Self {
        // Leptos renders pages through it. Another test may have set it.
        let _ = any_spawner::Executor::init_tokio();
        let directory = TempDir::new().expect("a directory");
        let store = Store::open(directory.path()).await.expect("it opens");
        let (shared, host) = Shared::in_test(store, directory.path(), &[]).await;
        let presenter = open(&shared.talks, "room").await;
        let others_presenter = open(&shared.talks, "other").await;
        Self {
            router: router(shared),
            host,
            presenter,
            others_presenter,
            _directory: directory,
        }
    }

    async fn ask(&self, method: &Method, path: &str, key: Option<&Key>, form: &str) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "room")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(key) = key {
            let bearer = format!("Bearer {}", key.reveal());
            request = request.header(header::AUTHORIZATION, bearer);
        }
        let request = request.body(Body::from(form.to_owned()));
        let answer = self.router.clone().oneshot(request.expect("a request"));
        answer.await.expect("an answer")
    }
}

async fn open(talks: &Talks, code: &str) -> Key {
    let slide = Slide::new("a slide".to_owned(), Face::pending(16, 9));
    let deck = Deck::new(DeckId::new(code.to_owned()), code.to_owned(), vec![slide]);
    let code = code.parse().expect("a code");
    let opened = talks.open(Some(code), deck.expect("a deck")).await;
    opened.expect("the talk opens").1
}

/// An answer in a few words: its status, and the code of its error, where it leads, or its type.
async fn in_short(answer: Response) -> String {
    let status = answer.status().as_u16();
    let text = |name| answer.headers().get(name).and_then(|it| it.to_str().ok());
    if let Some(location) = text(header::LOCATION) {
        // Another talk's code is made up.
        let made_up = location.ends_with("/links");
        let location = if made_up { "/t/*/links" } else { location };
        return format!("{status} {location}");
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default().to_owned();
    if kind.starts_with("text/event-stream") {
        return format!("{status} stream");
    }
    let body = to_bytes(answer.into_body(), usize::MAX).await;
    let body = body.expect("a body");
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let error = json.pointer("/error/code").and_then(|code| code.as_str());
    let kind = kind.split(';').next().unwrap_or_default();
    match error {
        Some(code) => format!("{status} {code}"),
        None if kind == "application/json" => format!("{status} json"),
        None if kind == "text/html" => format!("{status} page"),
        None => status.to_string(),
    }
}

/// Columns: without a key, with the key of another talk's presenter, of the talk's presenter, of the host;
/// and the host with the code of no talk, with what is no code, with what is no text, and with capitals.
const WHOM_THEY_LET_IN: &str = "\
GET /t/CODE | 200 page | 200 page | 200 page | 200 page | 404 page | 404 page | 404 page | 303 /t/room
GET /t/CODE?slide=1 | 303 /t/room | 303 /t/room | 303 /t/room | 303 /t/room | 404 page | 404 page | 404 page | 303 /t/room?slide=1
GET /t/CODE/screen | 200 page | 200 page | 200 page | 200 page | 404 page | 404 page | 404 page | 303 /t/room/screen
GET /t/CODE/present | 401 page | 403 page | 200 page | 200 page | 404 page | 404 page | 404 page | 303 /t/room/present
GET /t/CODE/present?key=wrong | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 303 /t/gone/present | 404 page | 404 page | 303 /t/room/present
POST /t/CODE/present | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /t/room/present
GET /t/CODE/lobby | 401 page | 401 page | 401 page | 200 page | 404 page | 404 page | 404 page | 200 page
POST /t/CODE/lobby | 401 no_host_key | 401 no_host_key | 401 no_host_key | 303 /t/room/lobby | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /t/room/lobby
GET /t/CODE/links | 401 page | 403 page | 200 page | 200 page | 404 page | 404 page | 404 page | 200 page
GET /t/CODE/ways | 200 json | 200 json | 200 json | 200 json | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 json
GET /t/CODE/import | 401 no_key | 403 wrong_key | 200 json | 200 json | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 json
GET /t/CODE/remotes | 401 page | 403 page | 200 page | 200 page | 404 page | 404 page | 404 page | 200 page
POST /t/CODE/remotes | 401 no_key | 403 wrong_key | 200 page | 200 page | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 page
POST /t/CODE/remotes/1/allow | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 not_found | 303 /t/room/remotes
POST /t/CODE/remotes/1/revoke | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 not_found | 303 /t/room/remotes
GET /t/CODE/remotes/1/revoke | 401 page | 403 page | 303 /t/room/remotes | 303 /t/room/remotes | 404 page | 404 page | 404 page | 303 /t/room/remotes
POST /t/CODE/remotes/1/restore | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 not_found | 303 /t/room/remotes
POST /t/CODE/remotes/ask | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 303 /t/room/present | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /t/room/present
POST /t/CODE/requests may=false | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /t/room/remotes
POST /t/CODE/requests/7/accept | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 not_found | 303 /t/room/remotes
POST /t/CODE/requests/7/decline | 401 no_key | 403 wrong_key | 303 /t/room/remotes | 303 /t/room/remotes | 404 no_such_talk | 404 no_such_talk | 404 not_found | 303 /t/room/remotes
POST /t/CODE/remotes/x/revoke | 404 not_found | 404 not_found | 404 not_found | 404 not_found | 404 not_found | 404 not_found | 404 not_found | 404 not_found
GET /t/CODE/rename | 401 page | 401 page | 401 page | 200 page | 404 page | 404 page | 404 page | 200 page
POST /t/CODE/rename title=New | 401 no_host_key | 401 no_host_key | 401 no_host_key | 303 / | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /
GET /t/CODE/delete | 401 page | 401 page | 401 page | 200 page | 404 page | 404 page | 404 page | 200 page
POST /t/CODE/delete | 401 no_host_key | 401 no_host_key | 401 no_host_key | 303 / | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk
POST /t/CODE/end | 401 no_key | 403 wrong_key | 303 / | 303 / | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /
POST /t/CODE/again | 401 no_host_key | 401 no_host_key | 401 no_host_key | 303 /t/*/links | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 303 /t/*/links
GET /t/CODE/events | 200 stream | 200 stream | 200 stream | 200 stream | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 stream
GET /t/CODE/state | 200 json | 200 json | 200 json | 200 json | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 json
GET /t/CODE/slides | 200 json | 200 json | 200 json | 200 json | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 json
GET /t/CODE/role | 200 json | 200 json | 200 json | 200 json | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 200 json
POST /t/CODE/seen seat=1&id=a-1&waited_ms=1 | 204 | 204 | 204 | 204 | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 204
POST /t/CODE/point seat=1&count=1&slide=1&tool=spot&x=1&y=1 | 401 no_key | 403 wrong_key | 204 | 204 | 404 no_such_talk | 404 no_such_talk | 404 no_such_talk | 204
POST /api/next?CODE code=room | 401 no_key | 403 wrong_key | 200 json | 200 json | 200 json | 200 json | 200 json | 200 json
GET /talks?CODE | 401 no_host_key | 401 no_host_key | 401 no_host_key | 200 json | 200 json | 200 json | 200 json | 200 json
POST /decks?CODE | 401 no_host_key | 401 no_host_key | 401 no_host_key | 422 page | 422 page | 422 page | 422 page | 422 page
";

#[tokio::test]
async fn each_route_says_whom_it_lets_in() {
    let mut found = String::new();
    for line in WHOM_THEY_LET_IN.lines() {
        let route = line.split(" | ").next().expect("a route");
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().expect("a method");
        let (path, form) = path.split_once(' ').unwrap_or((path, ""));
        let world = World::start().await;
        found += route;
        for (code, key) in [
            ("room", None),
            ("room", Some(&world.others_presenter)),
            ("room", Some(&world.presenter)),
            ("room", Some(&world.host)),
            ("gone", Some(&world.host)),
            ("a!", Some(&world.host)),
            ("%FF", Some(&world.host)),
            ("ROOM", Some(&world.host)),
        ] {
            let path = path.replace("CODE", code);
            let answer = world.ask(&method, &path, key, form).await;
            found += " | ";
            found += &in_short(answer).await;
        }
        found += "\n";
    }
    assert_eq!(found, WHOM_THEY_LET_IN);
}

#[tokio::test]
async fn a_form_is_refused_for_what_it_is_after_its_sender() {
    let world = World::start().await;
    let (large, presenter) = ("x".repeat(100_000), Some(&world.presenter));
    let check = async |path: &str, key, form: &str, expected: &str| {
        let answer = world.ask(&Method::POST, path, key, form).await;
        assert_eq!(in_short(answer).await, expected, "{path}");
    };
    check("/t/room/point", None, &large, "401 no_key").await;
    check("/t/room/point", presenter, &large, "413 too_large").await;
    check("/t/room/point", presenter, "slide=0", "422 bad_request").await;
    check("/t/room/requests", None, &large, "401 no_key").await;
    check(
        "/t/room/requests",
        presenter,
        "may=perhaps",
        "422 bad_request",
    )
    .await;
    check("/t/room/remotes/ask", None, &large, "413 too_large").await;
    check("/t/gone/seen", None, &large, "404 no_such_talk").await;
    check("/t/room/seen", None, &large, "413 too_large").await;
    check("/t/room/seen", None, "seat=1", "422 bad_request").await;
    check("/t/room/rename", presenter, &large, "401 no_host_key").await;
    check("/t/room/rename", Some(&world.host), &large, "413 too_large").await;
    check("/t/room/rename", Some(&world.host), "", "422 page").await;
    check("/api/next", presenter, &large, "413 too_large").await;
    check("/api/next", presenter, "code=!", "422 bad_request").await;
    check("/api/none", presenter, "", "404 not_found").await;
}

#[tokio::test]
async fn each_address_has_the_route_of_its_pattern() {
    let code: TalkCode = "rust-berlin".parse().expect("a code");
    let echo = |pattern: MatchedPath| async move { pattern.as_str().to_owned() };
    let mut router = Router::new();
    for pattern in pattern::ALL {
        router = router.route(pattern, get(echo));
    }
    let addresses = [
        (routes::follow(&code), pattern::FOLLOW),
        (routes::project(&code), pattern::PROJECT),
        (routes::present(&code), pattern::PRESENT),
        (routes::presenter_link(&code, "key"), pattern::PRESENT),
        (routes::lobby(&code), pattern::LOBBY),
        (routes::links(&code), pattern::LINKS),
        (routes::remotes(&code), pattern::REMOTES),
        (routes::allow(&code, 7), pattern::ALLOW),
        (routes::revoke(&code, 7), pattern::REVOKE),
        (routes::restore(&code, 7), pattern::RESTORE),
        (routes::ask(&code), pattern::ASK),
        (routes::asking(&code), pattern::ASKING),
        (routes::accept(&code, 7), pattern::ACCEPT),
        (routes::decline(&code, 7), pattern::DECLINE),
        (routes::times(&code), pattern::TIMES),
        (routes::rename(&code), pattern::RENAME),
        (routes::delete(&code), pattern::DELETE),
        (routes::end(&code), pattern::END),
        (routes::again(&code), pattern::AGAIN),
        (routes::ways(&code), pattern::WAYS),
        (routes::import(&code), pattern::IMPORT),
        (routes::events(&code), pattern::EVENTS),
        (routes::state(&code), pattern::STATE),
        (routes::slides(&code), pattern::SLIDES),
        (routes::role(&code), pattern::ROLE),
        (routes::seen(&code), pattern::SEEN),
        (routes::point(&code), pattern::POINT),
        (routes::media("a.webp"), pattern::MEDIA),
        (routes::api("next"), pattern::API),
    ];
    for (address, pattern) in &addresses {
        let request = Request::get(address).body(Body::empty());
        let answer = router.clone().oneshot(request.expect("a request")).await;
        let body = to_bytes(answer.expect("an answer").into_body(), usize::MAX).await;
        assert_eq!(body.expect("a body"), *pattern, "{address}");
    }
    for pattern in pattern::ALL {
        let is_checked = addresses.iter().any(|(_, checked)| checked == pattern);
        assert!(is_checked, "no address of {pattern}");
    }
    for (function, _) in server_fn_paths() {
        assert!(routes::function_of(function).is_some(), "{function}");
    }
}
