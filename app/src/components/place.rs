use crate::talk::SlideState;
use leptos::prelude::*;

/// "7 of 31".
#[component]
pub fn Place(state: Signal<SlideState>) -> impl IntoView {
    view! {
        <p class="place">
            {move || {
                let state = state.get();
                format!("{} of {}", state.slide, state.slides)
            }}
        </p>
    }
}
