use crate::components::{JoinForm, Wordmark};
use leptos::prelude::*;

/// Join a talk with its code.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <main class="welcome" data-view="home">
            <Wordmark/>
            <h1>"Join a talk"</h1>
            <p>"Type the code that you were given, or scan the talk’s QR code."</p>
            <JoinForm/>
        </main>
    }
}
