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
    let waits = Memo::new(move |_| link.get() == LinkState::Live && behind.get());
    view! {
        <p class="link-badge" class:waits=move || waits.get() role="status">
            <span>{move || link.get().sentence()}</span>
            {move || {
                waits.get().then(|| view! { <span class="late">"The slide is on its way."</span> })
            }}
        </p>
    }
}
