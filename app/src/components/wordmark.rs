use crate::routes;
use leptos::prelude::*;

/// Our mark, a slide and the waves it sends, and our name.
#[component]
pub fn Wordmark() -> impl IntoView {
    view! {
        <a class="wordmark" href=routes::HOME>
            <img src=routes::ICON width="40" height="40" alt=""/>
            "WebSlides"
        </a>
    }
}
