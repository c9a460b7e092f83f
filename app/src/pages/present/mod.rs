//! The presenter's remote.

mod buttons;
mod clock;
mod fingers;
mod input;
mod keys;
mod look;
mod panels;
mod remote;
mod request;
mod room;
mod sending;
mod ticking;

pub use clock::in_minutes;
pub use input::listen_to_clicker;
pub use look::Look;
pub use remote::TOO_LATE;

use crate::{
    components::{
        ConnectionBadge, Showing, SlideCount, SlideView, ask_again, escaped, hydrated, in_browser,
        markup, pointing, popovers, stay_awake, text, words,
    },
    live::use_live,
    pages::{Ways, page_data},
};
use buttons::Buttons;
use clock::ClockFace;
use leptos::{nonce::use_nonce, prelude::*};
use model::{
    deck::{self, Deck, Face, Size},
    talk::{RemoteRequest, Screen, SlideState, Snapshot, TalkCode, Timestamp, View},
};
use panels::Panels;
use remote::Remote;
use request::Request;
use room::Room;
use serde::{Deserialize, Serialize};

/// Responds to a finger in the next frame. Not WASM, which may still be loading.
const PRESSED_SCRIPT: &str = include_str!("pressed.js");

/// Answers a device that asks for the remote, and brings a remote back whose removal was undone.
const REQUEST_SCRIPT: &str = include_str!("request.js");

/// Everything that the remote's page shows.
#[derive(Debug, Clone)]
pub struct RemotePage {
    pub code: TalkCode,
    pub rendered: Snapshot,
    /// Every slide, with its notes.
    pub deck: Deck,
    pub rendered_at: Timestamp,
    /// Why a tap without script changed nothing; else empty.
    pub hint: String,
    pub look: Look,
    /// The talk's links; `None` if the address is unknown.
    pub links: Option<Ways>,
    /// A device that asks for the remote.
    pub request: Option<RemoteRequest>,
}

/// What [`Present`] starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PresentData {
    code: TalkCode,
    rendered: Snapshot,
    /// Without the slides' words: only the search needs these, and finds them in the HTML.
    deck: Deck,
    rendered_at: Timestamp,
    hint: String,
    request: Option<RemoteRequest>,
}

/// The page: the island, and around it what only the server renders.
#[component]
pub fn RemoteView(page: RemotePage) -> impl IntoView {
    let RemotePage {
        code,
        rendered,
        deck,
        rendered_at,
        hint,
        look,
        links,
        request,
    } = page;
    let again = links
        .as_ref()
        .and_then(|links| links.asked_again_at.clone());
    let is_last = following(&rendered, &deck).is_none();
    let shape = shape(&deck);
    let is_noted = deck.slides().iter().any(|slide| !slide.notes.is_empty());
    let data = PresentData {
        code: code.clone(),
        rendered: rendered.clone(),
        deck: deck.without_words(),
        rendered_at,
        hint,
        request,
    };
    view! {
        <div
            class="remote"
            data-shape=shape
            data-noted=is_noted.to_string()
            data-layout=look.layout.as_str()
            data-notes_size=look.notes_size.to_string()
        >
            {page_data::embed(data)}
            <Present>
                <Buttons code=code.clone() state=rendered.state.clone() is_last/>
                <Panels code rendered deck look links/>
            </Present>
            {popovers()}
            <script nonce=use_nonce() inner_html=PRESSED_SCRIPT></script>
            <script nonce=use_nonce() inner_html=REQUEST_SCRIPT></script>
            {ask_again(again)}
        </div>
    }
}

/// The presenter's remote: what the room sees, what comes next, and two big buttons.
#[island]
fn Present(children: Children) -> impl IntoView {
    let PresentData {
        code,
        rendered,
        deck,
        rendered_at,
        hint,
        request,
    } = page_data::read();
    let live = use_live(&code, View::Present, rendered.clone(), pointing::draw);
    stay_awake(live.connection);
    let state = rendered.state.clone();
    let remote = Remote::new(&code, &deck, state, rendered_at, live.connection, hint);
    remote.listen_to(live.snapshot);
    let is_read = deck.ready() == deck.slides().len();
    let slides = deck.slides().len();
    in_browser(move || {
        remote.keep_time(live.presence);
        input::listen(remote);
        if !is_read {
            remote.reload_when_read(slides, live.presence);
        }
        sending::forget_hint(remote);
    });

    let deck = StoredValue::new(deck);
    // At the presenter's place: the stream's newest state with this remote's own taps applied.
    let snapshot = Memo::new(move |_| {
        let (told, shown) = (live.snapshot.get(), remote.shown());
        // During an import, the stream has newer faces than this page.
        if told.state == shown && shown.place() == shown.in_the_room() {
            return told;
        }
        match Snapshot::new(shown.as_presented(), &deck.read_value()) {
            // The talk's title may differ from the deck's.
            Some(snapshot) => Snapshot {
                talk: told.talk,
                ..snapshot
            },
            None => told,
        }
    });
    let showing = Showing::of(snapshot);
    let picture = showing.awaited();
    let awaited = words(move || {
        if remote.is_sending() {
            NOT_ANSWERED.to_owned()
        } else {
            picture.get()
        }
    });
    let next = words(move || {
        let following = following(&snapshot.read(), &deck.read_value());
        following.map_or_else(String::new, |(_, face, title)| {
            markup(&face, &title, NEXT_SIZES, "")
        })
    });
    let next_step = words(move || {
        let following = following(&snapshot.read(), &deck.read_value());
        following.map_or_else(String::new, |(place, ..)| place.step.to_string())
    });
    in_browser(move || {
        Effect::new(move |_| {
            buttons::show_end(following(&snapshot.read(), &deck.read_value()).is_none());
        });
    });
    let next_label = text(move || {
        let shown = snapshot.read();
        let following = following(&shown, &deck.read_value());
        match (following, shown.state.over) {
            (Some((deck::Place { step, .. }, ..)), _) if step > 0 => format!("Next: step {step}"),
            (Some(_), _) => "Next".to_owned(),
            (None, true) => "Nothing follows.".to_owned(),
            (None, false) => "This is the last slide.".to_owned(),
        }
    });
    let notes = Memo::new(move |_| {
        // As HTML, which the server checked or which is escaped here.
        let slide = snapshot.read().state.slide;
        let deck = deck.read_value();
        deck.slide(slide).map_or_else(String::new, |slide| {
            if slide.notes.is_empty() && slide.face(0).is_pending() {
                NOT_READ.to_owned()
            } else if slide.notes_html.is_empty() {
                escaped(&slide.notes)
            } else {
                slide.notes_html.clone()
            }
        })
    });
    let has_notes = words(move || (!notes.read().is_empty()).to_string());
    let are_plain = words(move || {
        let deck = deck.read_value();
        let slide = deck.slide(snapshot.read().state.slide);
        let are_plain = slide.is_none_or(|slide| slide.notes_html.is_empty());
        are_plain.to_string()
    });
    let notes = words(move || match notes.get() {
        none if none.is_empty() => NO_NOTES.to_owned(),
        notes => notes,
    });
    let hint_class = words(move || {
        let shown = if remote.hint().is_empty() {
            "hint"
        } else {
            "hint shown"
        };
        shown.to_owned()
    });
    let screen = text(move || said_of_the_screen(&remote.shown()));
    view! {
        <main
            class="present"
            data-view="present"
            data-live=words(move || remote.connection.get().as_str().to_owned())
            data-clock=words(move || clock::running(remote.shown().clock).to_owned())
            data-pace=words(move || clock::pace(&remote.shown(), remote.now().get(), &remote.sections.read_value()).to_owned())
            data-scheme=words(move || remote.shown().scheme.to_string())
            data-inviting=words(move || remote.shown().inviting.to_string())
            data-notes=has_notes
            data-beat=words(move || room::beat(live.presence.read().as_ref()).to_owned())
            data-asked=words(move || room::is_asked(live.presence).to_string())
            data-hydrated=hydrated()
        >
            <header>
                <h1 class="visually-hidden" inner_html=text(move || snapshot.get().talk)></h1>
                <ConnectionBadge connection=remote.connection awaited/>
                <Room remote presence=live.presence/>
                <ClockFace remote/>
                <SlideCount state=move || snapshot.get().state/>
            </header>
            <section class="now" aria-label="Current slide">
                <SlideView
                    showing
                    sizes=super::REMOTE_SIZES
                    spread_ms=0
                />
            </section>
            <section class="then" aria-label="Next slide">
                <div class="mini" data-step=next_step>
                    <div class="face" inner_html=next></div>
                </div>
                <p inner_html=next_label></p>
            </section>
            <section class="notes" aria-label="Notes" tabindex="0">
                <div data-plain=are_plain inner_html=notes></div>
            </section>
            <p class="keeps" role="status" inner_html=screen></p>
            <p class=hint_class role="status" inner_html=text(move || remote.hint())></p>
            <Request presence=live.presence rendered=request/>
            {children()}
        </main>
    }
}

/// What the room sees in place of the presenter's slide; empty while it sees that.
fn said_of_the_screen(state: &SlideState) -> String {
    match state.screen() {
        _ if state.over => String::new(),
        Screen::Live => String::new(),
        Screen::Black => "The room sees a black screen.".to_owned(),
        Screen::White => "The room sees a white screen.".to_owned(),
        Screen::Frozen => format!("The room keeps slide {}.", state.in_the_room().slide),
    }
}

/// The value of `data-shape`: how tall the deck's slides are, by which CSS gives them their place.
fn shape(deck: &Deck) -> &'static str {
    let first = deck.slides().first().map(|slide| slide.face(0).size());
    let of = |size: Size| (u64::from(size.width), u64::from(size.height));
    match first.map_or((16, 9), of) {
        (width, height) if width < height => "upright",
        (width, height) if width * 2 < height * 3 => "standard",
        _ => "wide",
    }
}

/// Shown while the server has not acknowledged a tap that the page shows already.
const NOT_ANSWERED: &str = "No answer yet.";

const NO_NOTES: &str = "No notes for this slide.";

/// During an import it is unknown whether the slide has notes.
const NOT_READ: &str = "This slide is still being read.";

/// The width of the next slide.
const NEXT_SIZES: &str = "(min-width: 60rem) 33vw, 50vw";

/// The place that Next leads to, its face and its title. `None` at the end of the deck or the talk.
fn following(shown: &Snapshot, deck: &Deck) -> Option<(deck::Place, Face, String)> {
    let here = shown.state.in_the_room();
    let next = deck.outline().after(here);
    let moves = next != here && !shown.state.over;
    let slide = deck.slide(next.slide).filter(|_| moves)?;
    let own = slide.face(next.step);
    // During an import, the stream has newer faces than this page.
    let face = match shown.preload.first() {
        Some(newer) if own.is_pending() => newer,
        _ => own,
    };
    Some((next, face.clone(), slide.title.clone()))
}
