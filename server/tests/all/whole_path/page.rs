//! A page of the room. Does what `app/src/live/connection.rs` does in a browser, and objects to what no
//! browser would notice.

use super::{disk::Log, life::Life};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Response, StatusCode},
};
use eventsource_stream::{Event, EventStream, Eventsource};
use futures_util::{FutureExt, StreamExt};
use http_body_util::BodyExt;
use model::{
    deck::Deck,
    talk::{Revision, SlideState, Snapshot},
};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;

/// What a slow reader's socket holds; a server stops asking the body beyond that.
const SOCKET_BYTES: usize = 1_024;

pub struct Page {
    pub newest: SlideState,
    pub deck: Deck,
    /// It has to be loaded anew.
    pub is_of_another_deck: bool,
    source: Source,
    connection: Option<Connection>,
}

/// One `EventSource`: what it says when it connects again by itself.
struct Source {
    address: String,
    last_event_id: Option<String>,
}

struct Connection {
    body: Option<Body>,
    /// A server asks a body again only when it was woken: a lost wake-up is seen.
    woken: Arc<Woken>,
    /// On its way; lost with the connection.
    pipe: VecDeque<u8>,
    parser: UnboundedSender<Result<Bytes, Infallible>>,
    events: EventStream<UnboundedReceiverStream<Result<Bytes, Infallible>>>,
    /// The last snapshot's on this connection.
    told: Option<SlideState>,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[derive(serde::Deserialize)]
struct Ping {
    revision: Revision,
}

impl Page {
    /// A page as the server renders it, and its first `EventSource`.
    pub fn load(life: &Life) -> Self {
        let snapshot = life.state();
        let mut page = Self {
            newest: snapshot.state,
            deck: life.deck_of(&snapshot.deck),
            is_of_another_deck: false,
            source: Source {
                address: String::new(),
                last_event_id: None,
            },
            connection: None,
        };
        page.connect(life, false);
        page
    }

    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// `natively` as the browser does by itself: the same address again, and the last id in a
    /// header. Else with a new `EventSource`, as the page does.
    pub fn connect(&mut self, life: &Life, natively: bool) {
        self.connection = None;
        if self.newest.over {
            return;
        }
        if !natively || self.source.address.is_empty() {
            let id = self.newest.event_id();
            self.source = Source {
                address: format!("/t/room/events?last_event_id={id}"),
                last_event_id: None,
            };
        }
        let mut headers = HeaderMap::new();
        if let Some(id) = &self.source.last_event_id {
            headers.insert("last-event-id", id.parse().expect("plain text"));
        }
        let response = life.get(&self.source.address, headers);
        self.connection = Connection::new(response);
    }

    /// The network loses the connection and all that was on its way.
    pub fn lose(&mut self) -> bool {
        self.connection.take().is_some()
    }

    /// Polls the response's body, if it was woken and the socket has room. Returns whether it yielded
    /// anything.
    pub fn pull(&mut self) -> bool {
        self.connection.as_mut().is_some_and(Connection::pull)
    }

    /// What the server wrote still comes, though it is no more.
    pub fn outlive(&mut self) {
        while self.pull() {}
        if let Some(connection) = &mut self.connection {
            connection.body = None;
        }
    }

    /// So many bytes arrive. Whether any did.
    pub fn deliver(&mut self, most: usize, log: &Log) -> Result<bool, TestCaseError> {
        let Some(connection) = &mut self.connection else {
            return Ok(false);
        };
        let events = connection.deliver(most);
        let arrived = events.is_some();
        for event in events.into_iter().flatten() {
            if event.event == "ping" {
                self.on_ping(&event)?;
            } else {
                self.on_message(&event, log)?;
            }
        }
        if self.newest.over || self.connection.as_ref().is_some_and(Connection::is_at_end) {
            self.connection = None;
        }
        Ok(arrived)
    }

    fn on_message(&mut self, event: &Event, log: &Log) -> Result<(), TestCaseError> {
        prop_assert_eq!(&event.event, "message");
        let snapshot: Snapshot = serde_json::from_str(&event.data).expect("a snapshot");
        let state = snapshot.state.clone();
        prop_assert!(log.has(&state), "told before it is durable: {:?}", state);
        prop_assert_eq!(&event.id, &state.event_id().to_string());
        self.source.last_event_id = Some(event.id.clone());

        let connection = self.connection.as_mut().expect("it told");
        if let Some(told) = connection.told.replace(state.clone()) {
            prop_assert!(
                told.gives_way_to(&state),
                "told {:?} after {:?}",
                state,
                told
            );
        }
        // Not only must no page show it: no server tells it.
        let goes_back = state.gives_way_to(&self.newest) && state.epoch == self.newest.epoch;
        prop_assert!(!goes_back, "back to {:?} from {:?}", state, self.newest);
        prop_assert!(
            log.age(&state) >= log.age(&self.newest),
            "an epoch came back"
        );
        if self.newest.gives_way_to(&state) {
            self.newest = state;
            self.is_of_another_deck |= self.deck.id != snapshot.deck;
        }
        Ok(())
    }

    /// A page that hears of a revision that it does not have connects again. That should never be.
    fn on_ping(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let ping: Ping = serde_json::from_str(&event.data).expect("a ping");
        prop_assert_eq!(ping.revision, self.newest.revision, "something was missed");
        Ok(())
    }
}

impl Connection {
    /// None where a browser's `EventSource` would be closed.
    fn new(response: Response<Body>) -> Option<Self> {
        if response.status() != StatusCode::OK {
            return None;
        }
        let (parser, bytes) = unbounded_channel();
        Some(Self {
            body: Some(response.into_body()),
            woken: Arc::new(Woken(AtomicBool::new(true))),
            pipe: VecDeque::new(),
            parser,
            events: UnboundedReceiverStream::new(bytes).eventsource(),
            told: None,
        })
    }

    fn pull(&mut self) -> bool {
        let is_woken = self.pipe.len() < SOCKET_BYTES && self.woken.0.swap(false, Ordering::SeqCst);
        let Some(body) = self.body.as_mut().filter(|_| is_woken) else {
            return false;
        };
        let waker = Waker::from(self.woken.clone());
        match body.frame().poll_unpin(&mut Context::from_waker(&waker)) {
            Poll::Ready(Some(frame)) => {
                let frame = frame.expect("it never fails");
                self.pipe.extend(frame.into_data().expect("no trailers"));
                // There may be more at once.
                self.woken.0.store(true, Ordering::SeqCst);
            }
            Poll::Ready(None) => self.body = None,
            Poll::Pending => return false,
        }
        true
    }

    fn deliver(&mut self, most: usize) -> Option<Vec<Event>> {
        let arriving = most.min(self.pipe.len());
        if arriving == 0 {
            return None;
        }
        let bytes: Bytes = self.pipe.drain(..arriving).collect();
        self.parser.send(Ok(bytes)).expect("it is read below");
        let mut events = Vec::new();
        while let Some(Some(event)) = self.events.next().now_or_never() {
            events.push(event.expect("a parser that others wrote reads it"));
        }
        Some(events)
    }

    fn is_at_end(&self) -> bool {
        self.body.is_none() && self.pipe.is_empty()
    }
}
