use crate::components::{text, words};
use leptos::prelude::*;
use model::talk::{Presence, RemoteRequest};

/// A device that asks for the remote, and the two answers. Forms, which work without WASM too: the page
/// then shows who has asked when it was `rendered`.
#[component]
pub fn Request(
    presence: ReadSignal<Option<Presence>>,
    rendered: Option<RemoteRequest>,
) -> impl IntoView {
    // Without presence the page does not know.
    let asking = Memo::new(move |_| match &*presence.read() {
        Some(room) => room.request.clone(),
        None => rendered.clone(),
    });
    let more = move || presence.read().as_ref().map_or(0, |room| room.waiting);
    let field = move |of: fn(&RemoteRequest) -> String| {
        words(move || asking.read().as_ref().map_or_else(String::new, of))
    };
    let name = text(move || {
        let name = asking.read().as_ref().map(|it| it.name.clone());
        name.unwrap_or_default()
    });
    let rest = text(move || match (asking.read().as_ref(), more()) {
        (None, _) => String::new(),
        (Some(it), 0 | 1) => format!(" ({}) asks for the remote", it.number),
        (Some(it), all) => format!(" ({}) and {} more ask for the remote", it.number, all - 1),
    });
    view! {
        <form class="request" method="post" data-of=field(|it| it.accept.clone())>
            <p role="status"><bdi inner_html=name></bdi><span inner_html=rest></span></p>
            <button class="accept" formaction=field(|it| it.accept.clone())>"Accept"</button>
            <button formaction=field(|it| it.decline.clone())>"Decline"</button>
        </form>
    }
}
