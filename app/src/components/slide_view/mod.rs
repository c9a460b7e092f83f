//! A slide on a page: shown completely or not at all.

mod faces;
mod markup;
pub mod pointing;

use crate::components::{text, words};
use leptos::{html, prelude::*};
pub use markup::{escape, markup};
use model::{
    deck::Face,
    talk::{Screen, SlideState, Snapshot},
};

/// What a slide view shows at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Runs ahead of the state's, which waits for its picture.
    pub screen: Screen,
    pub state: SlideState,
    pub title: String,
    pub face: Face,
    /// Faces to fetch ahead.
    pub preload: Vec<Face>,
}

const ON_ITS_WAY: &str = "The slide is on its way.";

/// What a slide view should show, and what it shows now: a picture takes time to load.
#[derive(Clone, Copy)]
pub struct Showing {
    wanted: Signal<Sight>,
    shown: RwSignal<Sight>,
}

impl Showing {
    /// Starts with the snapshot that the page was rendered with.
    pub fn of(snapshot: impl Get<Value = Snapshot> + Copy + Send + Sync + 'static) -> Self {
        let wanted = Signal::derive(move || Sight::from(snapshot.get()));
        Self {
            wanted,
            shown: RwSignal::new(wanted.get_untracked()),
        }
    }

    /// The state of what is painted.
    pub fn state(self) -> SlideState {
        self.shown.read().state.clone()
    }

    /// A sentence while the wanted picture is loading; else empty.
    pub fn awaited(self) -> Signal<String> {
        words(move || {
            let is_there = self.shown.read().face == self.wanted.read().face;
            if is_there { "" } else { ON_ITS_WAY }.to_owned()
        })
    }
}

impl From<Snapshot> for Sight {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            screen: snapshot.state.screen(),
            state: snapshot.state,
            title: snapshot.title,
            face: snapshot.face,
            preload: snapshot.preload,
        }
    }
}

/// The slide. A new one replaces it in one cut once it is decoded: no flash, no shift, no blank.
#[component]
pub fn SlideView(
    showing: Showing,
    /// The slide's width on the page, as an image's `sizes`.
    sizes: &'static str,
    /// Faces are fetched ahead after a random delay of up to so many milliseconds, so that a room does
    /// not fetch at once.
    spread_ms: u32,
) -> impl IntoView {
    let Showing { wanted, shown } = showing;
    let first = shown.get_untracked();
    let frame = NodeRef::<html::Figure>::new();
    faces::show_decoded(frame, wanted, shown, sizes, spread_ms);
    let picture = first.face.as_picture();
    let preview = picture.and_then(|picture| picture.preview.clone());
    view! {
        <figure
            class="slide"
            node_ref=frame
            data-slide=words(move || shown.read().state.slide.to_string())
            data-step=words(move || shown.read().state.step.to_string())
            data-screen=words(move || shown.read().screen.to_string())
            data-revision=words(move || shown.read().state.revision.to_string())
        >
            <div class="face" inner_html=markup(&first.face, &first.title, sizes, "")></div>
            // Behind the picture until it is loaded. The first swap removes both.
            {preview.map(|src| view! { <img class="preview" src=src alt=""/> })}
        </figure>
        <p
            class="visually-hidden"
            aria-live="polite"
            inner_html=text(move || announcement(&shown.read()))
        ></p>
    }
}

/// What a screen reader announces when the slide changes.
fn announcement(sight: &Sight) -> String {
    let Sight {
        screen,
        state,
        title,
        ..
    } = sight;
    match screen {
        Screen::Live | Screen::Frozen => {
            let (slide, slides) = (state.slide, state.slides);
            match state.step {
                0 => format!("Slide {slide} of {slides}: {title}"),
                step => format!("Slide {slide} of {slides}, step {step}: {title}"),
            }
        }
        Screen::Black => "Black screen".to_owned(),
        Screen::White => "White screen".to_owned(),
    }
}
