//! The remote's sheets. The server renders them and the browser opens them, so they cost no WASM, and
//! their forms work without it.

mod all_slides;
mod clock;
mod help;
mod links;
mod more;

use super::{buttons::hidden_fields, look::Look};
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

/// A sheet that opens over the page, with a heading and a close button. Its `role` is a dialog's, unless it
/// stands on wide pages as well.
#[component]
fn Panel(
    id: &'static str,
    name: &'static str,
    #[prop(default = "dialog")] role: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div id=id class="panel" popover="auto" role=role aria-label=name>
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

/// A button that sends a command, without a revision.
fn ask(code: &TalkCode, command: Command, name: &'static str) -> impl IntoView + use<> {
    view! {
        <form method="post" action=api::path(command)>
            <input type="hidden" name="code" value=code.to_string()/>
            {hidden_fields(command)}
            <button>{name}</button>
        </form>
    }
}
