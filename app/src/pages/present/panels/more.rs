use super::Panel;
use crate::{
    pages::present::{
        buttons::Toggle,
        look::{Layout, Look},
    },
    routes,
};
use leptos::prelude::*;
use model::talk::{Screen, SlideState, TalkCode, Tool};

/// Rarely used controls.
#[component]
pub fn More(code: TalkCode, state: SlideState, look: Look) -> impl IntoView {
    view! {
        <Panel id="more" name="More">
            <div class="row">
                <Toggle code=code.clone() state screen=Screen::White>"White screen"</Toggle>
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
