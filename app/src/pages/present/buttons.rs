use super::input::sheets;
use crate::{api, components::Icon, routes};
use leptos::prelude::*;
use model::talk::{Command, Screen, SlideState, TalkCode};

/// The buttons in a thumb's reach. They are forms, which work before the WASM is loaded and without it.
/// With it, `input::forms` sends them without a reload and updates the toggles.
#[component]
pub fn Buttons(code: TalkCode, state: SlideState, is_last: bool) -> impl IntoView {
    let button = |command: Command, icon: Icon, name: &'static str| {
        view! { <CommandForm code=code.clone() state=state.clone() command>{icon.view()} {name}</CommandForm> }
    };
    let toggle = |screen: Screen, icon: Icon, name: &'static str| {
        view! { <Toggle code=code.clone() state=state.clone() screen>{icon.view()} {name}</Toggle> }
    };
    let asks = code.clone();
    let hide = view! {
        <CommandForm code=code.clone() state=state.clone() command=Command::Invite(false)>
            "Invitation on the projector" {Icon::Close.view()}
        </CommandForm>
    };
    let next = view! {
        <CommandForm code=code.clone() state=state.clone() command=Command::Next is_last>
            {Icon::Next.view()} <span class="next-name">{next_name(is_last)}</span>
        </CommandForm>
    };
    let back = view! { <CommandForm code=code.clone() state=state.clone() command=Command::BackToRoom>"Back to it"</CommandForm> };
    view! {
        <div class="back">{back}</div>
        <div class="shown-invitation">{hide}</div>
        <div class="tools">
            {toggle(Screen::Black, Icon::Black, "Black screen")}
            {toggle(Screen::Frozen, Icon::Freeze, "Freeze")}
            <button popovertarget="all-slides">{Icon::Grid.view()} "All slides"</button>
            <button popovertarget="more">{Icon::More.view()} "More"</button>
        </div>
        <div class="controls">
            {button(Command::Previous, Icon::Previous, "Previous")}
            {next}
        </div>
        // CSS shows these in their place once the talk is over, or the remote was removed.
        <div class="removed">
            <a href=routes::present(&asks)>"Ask for the remote"</a>
        </div>
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
    /// It would change nothing.
    #[prop(optional)]
    is_last: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=api::path(command) autocomplete="off">
            <input type="hidden" name="code" value=code.to_string()/>
            <input type="hidden" name="if_revision" value=state.revision.to_string()/>
            {hidden_fields(command)}
            <button aria-disabled=is_last.then_some("true")>{children()}</button>
        </form>
    }
}

/// What a command's form sends besides the talk's code.
pub fn hidden_fields(command: Command) -> impl IntoView {
    let fields = command.to_form().into_iter();
    fields
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}

const fn next_name(is_last: bool) -> &'static str {
    if is_last { "End" } else { "Next" }
}

/// Says on the button for Next whether anything follows.
pub fn show_end(is_last: bool) {
    sheets::each(".controls form:last-child button", |button| {
        // Can't fail for valid names.
        let _ = if is_last {
            button.set_attribute("aria-disabled", "true")
        } else {
            button.remove_attribute("aria-disabled")
        };
    });
    sheets::each(".next-name", |name| name.set_inner_html(next_name(is_last)));
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
