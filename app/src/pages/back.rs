use super::page_data;
use crate::{
    components::{ConnectionBadge, hydrated, markup, stay_awake, text, words},
    live::{Attention, acknowledge, use_live},
    routes,
};
use leptos::prelude::*;
use model::{
    deck::{DeckId, Face, SlideNumber},
    talk::{SlideState, Snapshot, TalkCode, View},
};
use serde::{Deserialize, Serialize};

/// A slide that was shown before.
#[derive(Debug, Clone)]
pub struct PastSlide {
    pub slide: SlideNumber,
    pub step: u16,
    pub title: String,
    pub face: Face,
}

/// The step of a slide that a follower may look back at: the `asked` one, but no further than was shown.
/// `None` for a slide that was not shown, and for the current one, which the live page shows.
pub fn step_to_look_at(
    state: &SlideState,
    slide: SlideNumber,
    asked: Option<u16>,
    steps: u16,
) -> Option<u16> {
    if slide == state.slide {
        return None;
    }
    let furthest = state.shown_step(slide, steps)?;
    Some(asked.map_or(furthest, |asked| asked.min(furthest)))
}

/// What [`Back`] starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackData {
    pub code: TalkCode,
    /// The talk as it is now.
    pub rendered: Snapshot,
    pub slide: SlideNumber,
}

/// The page around a slide that was shown before, with the talk's current slide number. The presenter
/// sees that somebody looks elsewhere. Shows the slide without script, too.
#[island]
pub fn Back(children: Children) -> impl IntoView {
    let BackData {
        code,
        rendered,
        slide,
    } = page_data::read();
    let live = use_live(&code, View::Follow, rendered, |_| {});
    let snapshot = live.snapshot;
    stay_awake(live.connection);
    acknowledge(&code, live, Attention::Elsewhere, move || {
        snapshot.get().state
    });
    // Another deck may have another slide here, or none.
    Effect::new(move |before: Option<DeckId>| {
        let deck = snapshot.get().deck;
        if before.is_some_and(|before| before != deck) {
            // Can't fail while the page is shown.
            let _ = window().location().reload();
        }
        deck
    });
    let talk_is = text(move || {
        let state = snapshot.get().state;
        if state.over {
            format!("of {}", state.slides)
        } else {
            format!("Live: {} of {}", state.slide, state.slides)
        }
    });
    view! {
        <main
            class="follow"
            data-view="back"
            data-scheme=words(move || snapshot.read().state.scheme.to_string())
            data-live=words(move || live.connection.get().as_str().to_owned())
            data-hydrated=hydrated()
        >
            {children()}
            <footer>
                // Never awaits a picture: this page's slide does not change.
                <ConnectionBadge connection=live.connection awaited=Signal::stored(String::new())/>
                <p class="place">
                    <span inner_html=format!("Slide {slide} ")></span>
                    <span inner_html=talk_is></span>
                </p>
            </footer>
        </main>
    }
}

/// The slide and the link back. Not hydrated.
pub fn past_slide(code: &TalkCode, talk: &str, past: PastSlide) -> impl IntoView + use<> {
    let PastSlide {
        slide,
        step,
        title,
        face,
    } = past;
    let html = markup(&face, &title, super::FULL_SIZES, "");
    view! {
        <h1 class="visually-hidden">{talk.to_owned()}</h1>
        <figure
            class="slide"
            data-slide=slide.to_string()
            data-step=step.to_string()
            data-screen="live"
        >
            <div class="face" inner_html=html></div>
        </figure>
        // CSS shows one of the two.
        <a class="way" href=routes::follow(code)>
            <span class="while-on">"Back to live"</span>
            <span class="when-over">"To the last slide"</span>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        deck::Outline,
        talk::{Command, Epoch, Timestamp},
    };

    #[test]
    fn nobody_looks_ahead() {
        let number = |number| SlideNumber::new(number).expect("a slide");
        let outline = Outline::new(vec![2; 9]).expect("slides");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let mut state = SlideState::start(epoch, &outline);
        // From 1 to 2, built once, to 5, and back to 3.
        for (slide, step) in [(1, 2), (2, 1), (5, 0), (3, 0)] {
            let slide = number(slide);
            let now = Timestamp::default();
            let command = Command::GoTo { slide, step };
            state = state.apply(&outline, command, None, now).expect("in range");
        }
        let check = |slide, asked, expected: Option<u16>| {
            let seen = step_to_look_at(&state, number(slide), asked, 2);
            assert_eq!(seen, expected, "{slide} {asked:?}");
        };
        check(1, None, Some(2));
        check(1, Some(1), Some(1));
        check(1, Some(9), Some(2));
        check(2, Some(2), Some(1));
        check(3, None, None);
        check(4, None, None);
        check(5, Some(2), Some(0));
        check(6, None, None);
    }
}
