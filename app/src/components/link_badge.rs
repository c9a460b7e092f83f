use crate::live::LinkState;
use leptos::prelude::*;

/// Says whether the page shows what the room sees, quietly while it does.
#[component]
pub fn LinkBadge(
    link: ReadSignal<LinkState>,
    /// The stream is live, but the slide's picture is not there yet.
    behind: Signal<bool>,
) -> impl IntoView {
    let waits = move || link.get() == LinkState::Live && behind.get();
    view! {
        <p class="link-badge" class:waits=waits role="status">
            {move || if waits() { "The slide is on its way." } else { link.get().sentence() }}
        </p>
    }
}
