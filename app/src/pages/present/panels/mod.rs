//! What the remote keeps out of sight until it is asked for. Made by the server as it is and opened
//! by the browser itself: it costs no WASM, and its forms work without.

mod all_slides;
mod clock;
mod help;
mod links;
mod more;

use super::look::Look;
use crate::{api, components::Icon, pages::Ways};
use all_slides::AllSlides;
use clock::ClockPanel;
use help::Help;
use leptos::prelude::*;
use links::LinksPanel;
use model::{
    deck::Deck,
    talk::{Command, Snapshot, TalkCode},
};
use more::More;

#[component]
pub fn Panels(
    code: TalkCode,
    rendered: Snapshot,
    deck: Deck,
    look: Look,
    links: Option<Ways>,
) -> impl IntoView {
    let planned = rendered.state.clock.planned;
    view! {
        <AllSlides code=code.clone() deck here=rendered.state.place().slide/>
        <More code=code.clone() state=rendered.state.clone() look/>
        <ClockPanel code=code.clone() planned/>
        {links.map(|links| view! { <LinksPanel code links/> })}
        <Help/>
    }
}

/// A sheet that opens over the page, with its name and a way out.
#[component]
fn Panel(id: &'static str, name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div id=id class="panel" popover="auto" role="dialog" aria-label=name>
            <header>
                <h2>{name}</h2>
                <button class="close" popovertarget=id popovertargetaction="hide" aria-label="Close">
                    {Icon::Close.view()}
                </button>
            </header>
            {children()}
        </div>
    }
}

/// A button that sends a command, whatever the page shows by then.
fn ask(code: &TalkCode, command: Command, name: &'static str) -> impl IntoView + use<> {
    let fields = command
        .to_form()
        .into_iter()
        .map(|(field, value)| view! { <input type="hidden" name=field value=value/> });
    let fields: Vec<_> = fields.collect();
    view! {
        <form method="post" action=api::path(command)>
            <input type="hidden" name="code" value=code.to_string()/>
            {fields}
            <button>{name}</button>
        </form>
    }
}
