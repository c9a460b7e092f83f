use leptos::prelude::*;
use model::talk::RemoteRequest;

/// A device that asks for the remote, with the two answers.
#[component]
pub fn RequestAnswer(request: RemoteRequest) -> impl IntoView {
    let RemoteRequest {
        name,
        number,
        accept,
        decline,
    } = request;
    let whom = format!("{name}, {number}");
    view! {
        <div class="asks">
            <p><strong><bdi>{name}</bdi></strong>{format!(" ({number}) asks for the remote.")}</p>
            <form method="post" action=accept>
                <button class="primary" aria-label=format!("Accept {whom}")>"Accept"</button>
            </form>
            <form method="post" action=decline>
                <button aria-label=format!("Decline {whom}")>"Decline"</button>
            </form>
        </div>
    }
}
