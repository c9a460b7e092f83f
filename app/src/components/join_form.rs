use crate::routes;
use leptos::prelude::*;

/// Takes a talk's code, as a person types it, or a link to the talk, as they paste it.
#[component]
pub fn JoinForm() -> impl IntoView {
    view! {
        <form class="join" action=routes::HOME method="get">
            <label for="code">"Code"</label>
            <input
                id="code"
                name="code"
                required=true
                maxlength="2048"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
            />
            <button>"Join"</button>
        </form>
    }
}
