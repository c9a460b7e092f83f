use crate::{api, components::Icon, routes};
use leptos::prelude::*;
use model::talk::{Command, Screen, SlideState, TalkCode};

/// The buttons in a thumb's reach. They are forms, which work before the WASM is loaded and without it.
/// With it, `input::forms` sends them without a reload and updates the toggles.
#[component]
pub fn Buttons(code: TalkCode, state: SlideState) -> impl IntoView {
    let button = |command: Command, icon: Icon, name: &'static str| {
        view! { <CommandForm code=code.clone() state=state.clone() command>{icon.view()} {name}</CommandForm> }
    };
    let toggle = |screen: Screen, icon: Icon, name: &'static str| {
        view! { <Toggle code=code.clone() state=state.clone() screen>{icon.view()} {name}</Toggle> }
    };
    let back = view! { <CommandForm code=code.clone() state=state.clone() command=Command::BackToRoom>"Back to it"</CommandForm> };
    view! {
        <div class="back">{back}</div>
        <div class="tools">
            {toggle(Screen::Black, Icon::Black, "Black screen")}
            {toggle(Screen::Frozen, Icon::Freeze, "Freeze")}
            <button popovertarget="all-slides">{Icon::Grid.view()} "All slides"</button>
            <button popovertarget="more">{Icon::More.view()} "More"</button>
        </div>
        <div class="controls">
            {button(Command::Previous, Icon::Previous, "Previous")}
            {button(Command::Next, Icon::Next, "Next")}
        </div>
        // CSS shows this in their place once the talk is over.
        <div class="over">
            <p>"Every screen stays as it is."</p>
            <a href=routes::HOME>"Start page"</a>
        </div>
    }
}

#[component]
fn CommandForm(
    code: TalkCode,
    state: SlideState,
    command: Command,
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=api::path(command) autocomplete="off">
            <input type="hidden" name="code" value=code.to_string()/>
            <input type="hidden" name="if_revision" value=state.revision.to_string()/>
            <button>{children()}</button>
        </form>
    }
}

/// A toggle: pressed while the room sees this screen. Pressed again, it shows the slide.
#[component]
pub fn Toggle(
    code: TalkCode,
    state: SlideState,
    screen: Screen,
    children: Children,
) -> impl IntoView {
    let is_on = state.screen() == screen;
    let asked = state.toggled(screen);
    view! {
        <form method="post" action=api::path(Command::Screen(screen)) autocomplete="off">
            <input type="hidden" name="code" value=code.to_string()/>
            <input type="hidden" name="if_revision" value=state.revision.to_string()/>
            <input type="hidden" name="screen" value=asked.as_str()/>
            <button data-toggles=screen.as_str() aria-pressed=is_on.to_string()>{children()}</button>
        </form>
    }
}
