use crate::{
    components::markup,
    deck::{Face, SlideNumber},
    routes,
    talk::{SlideState, TalkCode},
};
use leptos::prelude::*;

/// A slide that was shown before, as a follower looks back at it.
#[derive(Debug, Clone)]
pub struct Past {
    /// The talk's title.
    pub talk: String,
    pub slide: SlideNumber,
    /// At which of its steps.
    pub step: u16,
    /// How many the deck has.
    pub slides: u32,
    /// The slide's title.
    pub title: String,
    pub face: Face,
}

/// Which step of a slide a follower may look back at: all of it when the talk went past it, and of
/// the furthest slide what was there first. `None` for one that was not shown yet, and for the one
/// that is on now: that is the live page.
pub fn step_to_look_at(
    state: &SlideState,
    slide: SlideNumber,
    asked: Option<u16>,
    steps: u16,
) -> Option<u16> {
    if slide > state.reach || slide == state.slide {
        return None;
    }
    let most = if slide == state.reach { 0 } else { steps };
    Some(asked.unwrap_or(most).min(most))
}

/// Needs no script: it shows one slide, and the way back.
#[component]
pub fn Back(code: TalkCode, past: Past) -> impl IntoView {
    let Past {
        talk,
        slide,
        step,
        slides,
        title,
        face,
    } = past;
    let html = markup(&face, &title, super::FULL_SIZES, "");
    view! {
        <main class="follow" data-view="back">
            <h1 class="visually-hidden">{talk}</h1>
            <figure
                class="slide"
                data-slide=slide.to_string()
                data-step=step.to_string()
                data-screen="live"
            >
                <div class="face" inner_html=html></div>
            </figure>
            <footer>
                <a class="button" href=routes::follow(&code)>"Back to live"</a>
                <p class="place">{format!("{slide} of {slides}")}</p>
            </footer>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deck::Outline, talk::Epoch};

    #[test]
    fn nobody_looks_ahead() {
        let number = |number| SlideNumber::new(number).expect("a slide");
        let outline = Outline::new(vec![2; 9]).expect("slides");
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        let mut state = SlideState::start(epoch, &outline);
        (state.slide, state.reach) = (number(3), number(5));
        let check = |slide, asked, expected: Option<u16>| {
            let seen = step_to_look_at(&state, number(slide), asked, 2);
            assert_eq!(seen, expected, "{slide} {asked:?}");
        };
        check(1, None, Some(2));
        check(1, Some(1), Some(1));
        check(1, Some(9), Some(2));
        check(3, None, None);
        check(5, Some(2), Some(0));
        check(6, None, None);
    }
}
