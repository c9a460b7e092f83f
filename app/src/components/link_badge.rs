use super::{text, words};
use crate::live::LinkState;
use leptos::prelude::*;

/// Says whether the page shows what the room sees, quietly while it does.
#[component]
pub fn LinkBadge(
    link: ReadSignal<LinkState>,
    /// The stream is live, but what it says is not on the page yet, or what the page says has not
    /// come to the server. Shown when it lasts.
    behind: Signal<bool>,
) -> impl IntoView {
    let waits = move || link.get() == LinkState::Live && behind.get();
    let late = text(move || {
        let late = if waits() {
            "The slide is on its way."
        } else {
            ""
        };
        late.to_owned()
    });
    view! {
        <p class="link-badge" role="status" data-waits=words(move || waits().to_string())>
            <span inner_html=text(move || link.get().sentence().to_owned())></span>
            <span class="late" inner_html=late></span>
        </p>
    }
}
