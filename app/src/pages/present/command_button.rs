use super::remote::Remote;
use crate::talk::{Command, Screen};
use leptos::{ev::SubmitEvent, prelude::*};

/// A button that sends a command: a form, so that it works before the WASM is there and without
/// it; with it, a tap that reloads nothing.
#[component]
pub fn CommandButton(
    remote: Remote,
    #[prop(into)] command: Signal<Command>,
    /// For a button that stays down.
    #[prop(optional)]
    pressed: Option<Signal<bool>>,
    children: Children,
) -> impl IntoView {
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        remote.tap(command.get_untracked());
        #[cfg(feature = "hydrate")]
        super::shortcuts::release_focus(&event);
    };
    let screen = move || match command.get() {
        Command::Screen(screen) => Some(screen),
        _ => None,
    };
    view! {
        <form
            method="post"
            action=action(command.get_untracked())
            autocomplete="off"
            on:submit=on_submit
        >
            <input type="hidden" name="code" value=remote.code().to_string()/>
            <input
                type="hidden"
                name="if_revision"
                value=move || remote.shown().revision.to_string()
            />
            <input
                type="hidden"
                name="screen"
                disabled=move || screen().is_none()
                value=move || screen().map(Screen::as_str)
            />
            <button aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())>
                {children()}
            </button>
        </form>
    }
}

/// The server function that carries the command out.
fn action(command: Command) -> &'static str {
    use crate::api::{GoTo, Next, Previous, SetScreen};
    use leptos::server_fn::ServerFn;
    match command {
        Command::Next => Next::PATH,
        Command::Previous => Previous::PATH,
        Command::GoTo { .. } => GoTo::PATH,
        Command::Screen(_) | Command::End => SetScreen::PATH,
    }
}
