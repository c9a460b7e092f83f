//! A server in this process, and requests as plain text.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header},
};
use clap::Parser;
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use model::talk::Presence;
use serde_json::Value;
use server::{cli::Options, in_process, terminal::links::Links};
use std::{path::Path, str::from_utf8};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

/// More than a form may have.
const LONG: usize = 20_000;

/// A server with two talks of the same deck; one has the code `room`.
pub struct House {
    runtime: Runtime,
    router: Router,
    pub key: String,
    /// The presenter's key of the other talk.
    pub other_key: String,
    /// The other talk's code.
    pub other: String,
    _directory: TempDir,
}

/// A request as a fuzzer writes it: a line of its own, header lines, an empty line, the body.
pub struct Said {
    /// What stands in the first line; each target says what it means.
    pub first: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// An answer, whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl House {
    pub fn open() -> Self {
        // In memory where there is such a place: no disk in a loop that runs a thousand times a
        // second.
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() {
            TempDir::new_in(memory)
        } else {
            TempDir::new()
        }
        .expect("a temporary directory");
        // The deck that the server brings: no other is read without a worker, which is another
        // process. One run opens one talk of it, and the next finds it there.
        let (_, _, other) = started(directory.path(), None);
        let (runtime, router, room) = started(directory.path(), Some("--code=room"));
        Self {
            runtime,
            router,
            key: key_of(&room),
            other_key: key_of(&other),
            other: other.code,
            _directory: directory,
        }
    }

    /// What an input says, with the words that it can't know filled in: KEY and OTHER are the keys
    /// of the two talks, LONG is long. `None` when it is no request.
    pub fn read(&self, input: &[u8], words: &[(&str, &str)]) -> Option<Said> {
        let long = "a".repeat(LONG);
        let ours = [
            ("KEY", self.key.as_str()),
            ("OTHER", &self.other_key),
            ("LONG", &long),
        ];
        // LONG comes last, so that nothing has to be looked for in it.
        let input = words
            .iter()
            .chain(&ours)
            .fold(input.to_vec(), |input, (word, meaning)| {
                replaced(&input, word.as_bytes(), meaning.as_bytes())
            });
        let (first, mut rest) = line(&input);
        let mut headers = HeaderMap::new();
        while !rest.is_empty() {
            let (header, after) = line(rest);
            rest = after;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|byte| *byte == b':')?;
            let (name, value) = header.split_at(colon);
            headers.append(
                HeaderName::from_bytes(name).ok()?,
                HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?,
            );
        }
        Some(Said {
            first: from_utf8(first).ok()?.to_owned(),
            headers,
            body: rest.to_vec(),
        })
    }

    /// Asks, and waits for the whole answer, which is never the server's own failure.
    pub fn ask(&self, request: Request<Body>) -> Answer {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = self.runtime.block_on(async {
            let (head, body) = self.answer(request).await.into_parts();
            Answer {
                status: head.status,
                headers: head.headers,
                body: body.collect().await.expect("a body").to_bytes(),
            }
        });
        assert!(
            !answer.status.is_server_error(),
            "{what}: {} {:?}",
            answer.status,
            answer.body
        );
        answer
    }

    /// Opens a stream: its status, its first two pieces, and what keeps it open.
    pub fn stream(&self, request: Request<Body>) -> (StatusCode, [String; 2], Body) {
        self.runtime.block_on(async {
            let (head, mut body) = self.answer(request).await.into_parts();
            let pieces = [piece(&mut body).await, piece(&mut body).await];
            (head.status, pieces, body)
        })
    }

    /// The room as its presenter sees it, who comes and leaves again.
    pub fn presence(&self) -> Presence {
        let request = Request::get("/t/room/events")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .body(Body::empty());
        let (_, _, mut stream) = self.stream(request.expect("a request"));
        let told = self.runtime.block_on(piece(&mut stream));
        let presence = told.strip_prefix("event: presence\ndata: ");
        let presence = presence.and_then(|data| serde_json::from_str(data).ok());
        presence.unwrap_or_else(|| panic!("no presence: {told:?}"))
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        match self.router.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }

    /// Where the talk `room` is.
    pub fn state(&self) -> Value {
        let request = Request::get("/t/room/state").body(Body::empty());
        self.ask(request.expect("a request")).json()
    }

    /// Sends a form with the presenter's key.
    pub fn command(&self, function: &str, form: &str) -> Value {
        let request = Request::post(format!("/api/{function}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        let answer = self.ask(request);
        assert_eq!(answer.status, StatusCode::OK, "{function} {form}");
        answer.json()
    }
}

/// The next piece of a stream.
async fn piece(body: &mut Body) -> String {
    let frame = body.frame().await.expect("a piece").expect("never fails");
    let bytes = frame.into_data().expect("bytes");
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A server with this data, and the talk that it opened.
fn started(data: &Path, code: Option<&str>) -> (Runtime, Router, Links) {
    let data = format!("--data={}", data.to_str().expect("a path in UTF-8"));
    // A stream that is not let go of is found at once.
    let options = ["webslides", "--max-followers=1", &data];
    let options = Options::parse_from(options.into_iter().chain(code));
    let leptos = LeptosOptions::builder().output_name("webslides").build();
    // One thread: what an input does is done when it is answered, in the same order each time.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (router, mut links) = runtime
        .block_on(in_process(options, leptos))
        .expect("it starts");
    (runtime, router, links.pop().expect("a talk"))
}

fn key_of(talk: &Links) -> String {
    let (_, key) = talk.presenter.split_once("?key=").expect("a key");
    key.to_owned()
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    pub fn header(&self, name: HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("visible ASCII"))
    }

    /// Every error says what happened, to programs and to people.
    pub fn expect_words(&self) {
        let json = self.json();
        for word in ["/error/code", "/error/message"] {
            let said = json.pointer(word).and_then(Value::as_str);
            assert!(
                said.is_some_and(|said| !said.is_empty()),
                "no {word}: {json}"
            );
        }
    }
}

/// Up to the end of the line, and what comes after it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    match end.and_then(|end| bytes.split_at_checked(end)) {
        Some((line, rest)) => (line, rest.get(1..).unwrap_or_default()),
        None => (bytes, &[]),
    }
}

fn replaced(bytes: &[u8], word: &[u8], meaning: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(word) {
            result.extend_from_slice(meaning);
            rest = after;
        } else {
            result.push(*byte);
            rest = after;
        }
    }
    result
}
