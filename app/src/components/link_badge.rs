use crate::live::LinkState;
use leptos::prelude::*;

/// Says whether the page is live, quietly while it is.
#[component]
pub fn LinkBadge(link: ReadSignal<LinkState>) -> impl IntoView {
    view! {
        <p class="link-badge" role="status">
            {move || link.get().sentence()}
        </p>
    }
}
