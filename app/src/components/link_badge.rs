use super::words;
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
    let late = words(move || {
        let waits = link.get() == LinkState::Live && behind.get();
        if waits {
            "The slide is on its way."
        } else {
            ""
        }
        .to_owned()
    });
    view! {
        <p class="link-badge" role="status">
            <span class="late">{late}</span>
            <span>{words(move || link.get().sentence().to_owned())}</span>
        </p>
    }
}
