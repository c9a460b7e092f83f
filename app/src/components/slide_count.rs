use super::text;
use leptos::prelude::*;
use model::talk::SlideState;

/// "7 of 31".
#[component]
pub fn SlideCount(state: impl Fn() -> SlideState + Send + Sync + 'static) -> impl IntoView {
    let place = text(move || {
        let state = state();
        format!("{} of {}", state.slide, state.slides)
    });
    view! { <p class="place" inner_html=place></p> }
}
