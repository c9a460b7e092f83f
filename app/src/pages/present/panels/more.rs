use super::Panel;
use crate::{
    api,
    pages::present::{
        buttons::{Toggle, hidden_fields},
        look::{Layout, Look},
    },
    routes,
};
use leptos::prelude::*;
use model::talk::{Command, Scheme, Screen, SlideState, TalkCode, Tool, Transition};

/// Rarely used controls.
#[component]
pub fn More(code: TalkCode, state: SlideState, look: Look) -> impl IntoView {
    view! {
        <Panel id="more" name="More">
            <div class="row">
                <Toggle code=code.clone() state=state.clone() screen=Screen::White>"White screen"</Toggle>
                <button data-wipes>"Wipe the drawing"</button>
                <button popovertarget="clock">"Clock"</button>
                <button popovertarget="links">"Links"</button>
                <a class="button" href=routes::remotes(&code)>"Remotes"</a>
                <button popovertarget="help" class="keys">"Keys"</button>
            </div>
            <fieldset class="choices">
                <legend>"Hold the slide to point with"</legend>
                {Tool::CHOICE
                    .map(|tool| {
                        choice("tool", tool.as_str(), tool_name(tool), tool == Tool::default())
                    })
                    .collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Show first"</legend>
                {Layout::ALL
                    .map(|layout| {
                        choice("layout", layout.as_str(), name(layout), layout == look.layout)
                    })
                    .collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Slides change"</legend>
                {Transition::ALL
                    .map(|transition| {
                        let chosen = transition == state.transition;
                        let command = Command::Transition(transition);
                        for_everybody(&code, command, transition.as_str(), transition_name(transition), chosen)
                    })
                    .collect_view()}
            </fieldset>
            <fieldset class="choices of-markdown">
                <legend>"Colours of the slides"</legend>
                {Scheme::ALL
                    .map(|scheme| {
                        let chosen = scheme == state.scheme;
                        let command = Command::Scheme(scheme);
                        for_everybody(&code, command, scheme.as_str(), scheme_name(scheme), chosen)
                    })
                    .collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Size of the notes"</legend>
                {(1..=Look::LARGEST)
                    .map(|size| {
                        let size_is = size.to_string();
                        choice("notes_size", &size_is, &size_is, size == look.notes_size)
                    })
                    .collect_view()}
            </fieldset>
        </Panel>
    }
}

fn choice(what: &'static str, value: &str, name: &str, checked: bool) -> impl IntoView + use<> {
    view! {
        <label>
            <input type="radio" name=what value=value.to_owned() checked=checked/>
            <span>{name.to_owned()}</span>
        </label>
    }
}

/// A choice that every screen follows: a command. `input::forms` keeps it pressed.
fn for_everybody(
    code: &TalkCode,
    command: Command,
    value: &'static str,
    name: &'static str,
    chosen: bool,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action=api::path(command) autocomplete="off">
            <input type="hidden" name="code" value=code.to_string()/>
            {hidden_fields(command)}
            <button data-chooses=value aria-pressed=chosen.to_string()>{name}</button>
        </form>
    }
}

const fn transition_name(transition: Transition) -> &'static str {
    match transition {
        Transition::Cut => "At once",
        Transition::Fade => "With a fade",
    }
}

const fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Deck => "The deck’s",
        Scheme::Light => "Light",
        Scheme::Dark => "Dark",
    }
}

const fn tool_name(tool: Tool) -> &'static str {
    match tool {
        Tool::Spot => "Spot",
        Tool::Pencil => "Pencil",
        Tool::Spotlight => "Spotlight",
        Tool::Magnifier => "Magnifier",
        Tool::None => "Nothing",
    }
}

const fn name(layout: Layout) -> &'static str {
    match layout {
        Layout::Slides => "Slides",
        Layout::Notes => "Notes",
        Layout::Buttons => "Buttons",
    }
}
