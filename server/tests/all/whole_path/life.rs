//! One server's life: from a start on what the disk has to its end, or to a pulled plug.

use crate::whole_path::ledger::Asked;
use app::api::ApiError;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode},
};
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use model::{
    deck::{Deck, DeckId, Face, Rendition, Slide},
    talk::{Revision, SlideState, Snapshot, TalkCode},
};
use server::{
    live::Hub,
    store::Store,
    talks::Talks,
    web::{Shared, router::router},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinHandle, yield_now},
};
use tower::ServiceExt;

/// A runtime of its own: dropped, it takes every task of this server with it, wherever it was.
pub struct Life {
    runtime: Runtime,
    router: Router,
    talks: Talks,
    hub: Hub,
    /// The presenter's, new with each start.
    pub key: String,
}

/// What a command was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accepted(SlideState),
    Stale(SlideState),
    /// The host's command has no state in its answer.
    Ended,
    Refused(StatusCode),
}

/// Two decks, so that a talk can change its deck when it is started again.
pub fn decks() -> [Deck; 2] {
    let deck = |name: &str, steps: &[u16]| {
        let slides = steps.iter().enumerate().map(|(number, steps)| Slide {
            title: format!("{name} {number}"),
            steps: *steps,
            faces: vec![Face::picture(Rendition {
                url: format!("/media/{name}-{number}.png"),
                width: 16,
                height: 9,
            })],
            notes: String::new(),
            notes_html: String::new(),
            minutes: None,
            text: String::new(),
        });
        let id = DeckId::new(name.to_owned());
        Deck::new(id, name.to_owned(), slides.collect()).expect("it has slides")
    };
    [
        deck("long", &[0, 2, 0, 1, 0, 0, 3]),
        deck("short", &[0, 1, 0]),
    ]
}

impl Life {
    pub fn start(store: Store, deck: &Deck, paused_time: bool) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(paused_time)
            // One task a turn: the schedule decides what happens in between.
            .event_interval(1)
            .build()
            .expect("a runtime");
        let (talks, hub, key) = runtime.block_on(async {
            let hub = Hub::new(usize::MAX).start();
            let talks = Talks::start(store, hub.clone()).await.expect("it starts");
            let code = room();
            let opened = talks.open(Some(code), deck.clone()).await;
            let (_, key) = opened.expect("the talk opens");
            (talks, hub, key.reveal().to_owned())
        });
        let leptos = LeptosOptions::builder().output_name("webslides").build();
        let router = router(Shared {
            talks: talks.clone(),
            hub: hub.clone(),
            leptos,
            host: None,
            guesses: Arc::default(),
            start: server::access::StartWord::default(),
            unsent: server::http::Unsent::default(),
            public: None,
        });
        Self {
            runtime,
            router,
            talks,
            hub,
            key,
        }
    }

    /// Lets as many tasks take a step.
    pub fn run(&self, turns: usize) {
        self.runtime.block_on(async {
            for _ in 0..turns {
                yield_now().await;
            }
        });
    }

    pub fn wait(&self, seconds: u64) {
        let time = Duration::from_secs(seconds);
        self.runtime.block_on(tokio::time::advance(time));
    }

    /// As a signal would.
    pub fn end(&self) {
        self.hub.end();
    }

    pub fn get(&self, address: &str, headers: HeaderMap) -> Response<Body> {
        let mut request = Request::get(address)
            .body(Body::empty())
            .expect("a request");
        request.headers_mut().extend(headers);
        let response = self.runtime.block_on(self.router.clone().oneshot(request));
        response.unwrap_or_else(|never| match never {})
    }

    /// What a page is rendered with.
    pub fn state(&self) -> Snapshot {
        let response = self.get("/t/room/state", HeaderMap::new());
        let body = self.runtime.block_on(response.into_body().collect());
        let body = body.expect("it is read").to_bytes();
        serde_json::from_slice(&body).expect("a snapshot")
    }

    /// What everybody is shown now.
    pub fn published(&self) -> SlideState {
        let talk = self.talks.find(&room()).expect("the talk is open");
        talk.snapshot().state.clone()
    }

    pub fn deck_of(&self, id: &DeckId) -> Deck {
        let [long, short] = decks();
        if long.id == *id { long } else { short }
    }

    /// A command as a phone or a program sends it.
    pub fn command(
        &self,
        key: &str,
        what: Asked,
        if_revision: Option<Revision>,
    ) -> JoinHandle<Answer> {
        let mut form = "code=room".to_owned();
        if let Some(revision) = if_revision {
            form.push_str(&format!("&if_revision={revision}"));
        }
        let Asked::Command(command) = what else {
            return self.end_talk();
        };
        for (name, value) in command.to_form() {
            form.push_str(&format!("&{name}={value}"));
        }
        let request = Request::post(format!("/api/{}", command.name()))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", format!("Bearer {key}"))
            .body(Body::from(form))
            .expect("a request");
        let router = self.router.clone();
        self.runtime.spawn(async move {
            let answer = router.oneshot(request).await;
            let answer = answer.unwrap_or_else(|never| match never {});
            let status = answer.status();
            let body = answer.into_body().collect().await.expect("it is read");
            let body = body.to_bytes();
            match status {
                StatusCode::OK => Answer::Accepted(serde_json::from_slice(&body).expect("a state")),
                StatusCode::CONFLICT => {
                    let error: ApiError = serde_json::from_slice(&body).expect("an error");
                    Answer::Stale(*error.state.expect("where the talk is"))
                }
                status => Answer::Refused(status),
            }
        })
    }

    /// The answer of a command that came to its end.
    pub fn finished(&self, running: &mut JoinHandle<Answer>) -> Answer {
        self.runtime.block_on(running).expect("no panic")
    }

    fn end_talk(&self) -> JoinHandle<Answer> {
        let talks = self.talks.clone();
        self.runtime.spawn(async move {
            let talk = talks.find(&room()).expect("the talk is open");
            match talk.end().await {
                Ok(()) => Answer::Ended,
                Err(_) => Answer::Refused(StatusCode::INTERNAL_SERVER_ERROR),
            }
        })
    }
}

fn room() -> TalkCode {
    "room".parse().expect("a code")
}
