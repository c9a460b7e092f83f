use super::{text, words};
use crate::live::ConnectionState;
use leptos::prelude::*;

/// Shows whether the page is live; unobtrusive while it is.
#[component]
pub fn ConnectionBadge(
    connection: ReadSignal<ConnectionState>,
    /// What the page waits for while its stream is live; empty for nothing. Shown only if it lasts.
    awaited: Signal<String>,
) -> impl IntoView {
    let late = words(move || {
        if connection.get() == ConnectionState::Live {
            awaited.get()
        } else {
            String::new()
        }
    });
    let waits = words(move || (!late.read().is_empty()).to_string());
    view! {
        <p class="link-badge" role="status" data-waits=waits>
            <span inner_html=text(move || connection.get().sentence().to_owned())></span>
            <span class="late" inner_html=late></span>
        </p>
    }
}
