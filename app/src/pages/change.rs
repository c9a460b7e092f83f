use crate::{components::Wordmark, routes};
use leptos::prelude::*;
use model::talk::TalkCode;

/// A talk that the host is about to change.
#[derive(Debug, Clone)]
pub struct Change {
    pub code: TalkCode,
    pub title: String,
    pub over: bool,
    /// Why the last attempt failed.
    pub wrong: Option<String>,
}

/// Asks for another title.
#[component]
pub fn Rename(change: Change) -> impl IntoView {
    let Change {
        code, title, wrong, ..
    } = change;
    let is_wrong = wrong.is_some();
    view! {
        <main class="welcome change" data-view="rename">
            <Wordmark/>
            <h1>"Rename this talk"</h1>
            <form method="post" action=routes::rename(&code)>
                <label for="title">"Title"</label>
                <input
                    id="title"
                    name="title"
                    value=title
                    required=true
                    maxlength="200"
                    autocomplete="off"
                    enterkeyhint="done"
                    aria-describedby="wrong"
                    aria-invalid=is_wrong.then_some("true")
                />
                <p id="wrong" class="wrong" role="alert">{wrong}</p>
                <button class="primary">"Rename"</button>
                <a href=routes::HOME>"Keep it as it is"</a>
            </form>
        </main>
    }
}

/// Asks before a talk is deleted.
#[component]
pub fn Delete(change: Change) -> impl IntoView {
    let Change {
        code,
        title,
        over,
        wrong,
    } = change;
    let end = if over {
        "This talk is already over."
    } else {
        "It ends now, and everyone following sees that it is over."
    };
    view! {
        <main class="welcome change" data-view="delete">
            <Wordmark/>
            <h1>{format!("Delete “{title}”?")}</h1>
            <p>{end}</p>
            <p>
                "Its slides are removed unless another talk uses them, and the code "
                <strong>{code.to_string()}</strong> " becomes free. This can't be undone."
            </p>
            <form method="post" action=routes::delete(&code)>
                <p class="wrong" role="alert">{wrong}</p>
                <button class="danger">"Delete it"</button>
                <a class="button" href=routes::HOME>"Keep it"</a>
            </form>
        </main>
    }
}
