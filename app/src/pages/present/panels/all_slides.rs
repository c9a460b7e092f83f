use super::Panel;
use crate::{api, components::markup};
use leptos::prelude::*;
use model::{
    deck::{Deck, Slide, SlideNumber},
    talk::{Command, TalkCode},
};

/// The width of a slide in the grid.
const SIZES: &str = "12rem";

/// How much of a slide's text is searched: all of an ordinary slide, not a whole book.
const SEARCHED_CHARACTERS: usize = 4_000;

/// Every slide. One tap chooses a slide, another one goes there: the room does not see the choosing.
#[component]
pub fn AllSlides(code: TalkCode, deck: Deck, here: SlideNumber) -> impl IntoView {
    let go_to = Command::GoTo {
        slide: here,
        step: 0,
    };
    let numbers = (1..).filter_map(SlideNumber::new);
    let slides = deck.slides().iter().zip(numbers);
    let slides: Vec<_> = slides
        .map(|(slide, number)| choice(slide, number, number == here))
        .collect();
    view! {
        <Panel id="all-slides" name="All slides" role="region">
            <input
                type="search"
                class="search"
                placeholder="Search"
                aria-label="Search the slides"
                autocomplete="off"
            />
            <form
                class="grid"
                method="post"
                action=api::path(go_to)
                autocomplete="off"
                data-closes
            >
                <input type="hidden" name="code" value=code.to_string()/>
                <ol>{slides}</ol>
                <p class="nothing" hidden>"No slide has these words."</p>
            </form>
        </Panel>
    }
}

fn choice(slide: &Slide, number: SlideNumber, is_here: bool) -> impl IntoView + use<> {
    let name = format!("{number}. {}", slide.title);
    let words = [&slide.title, &slide.text, &slide.notes];
    let words = words.map(String::as_str).join(" ").to_lowercase();
    let words: String = words.chars().take(SEARCHED_CHARACTERS).collect();
    let picture = markup(slide.face(slide.steps), "", SIZES, "");
    view! {
        <li data-words=words data-number=number.to_string() aria-current=is_here.then_some("true")>
            <label>
                <input type="radio" name="slide" value=number.to_string()/>
                <div class="mini">
                    <div class="face" inner_html=picture></div>
                </div>
                <span dir="auto">{name}</span>
            </label>
            <button aria-label=format!("Go to slide {number}")>"Go"</button>
        </li>
    }
}
