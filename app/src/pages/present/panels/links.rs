use super::{Panel, ask};
use crate::{
    pages::{Way, Ways},
    talk::{Command, TalkCode},
};
use leptos::prelude::*;

/// Where people find the talk, big enough to be scanned across a room.
#[component]
pub fn LinksPanel(code: TalkCode, links: Ways) -> impl IntoView {
    let show = ask(&code, Command::Invite(true), "Show on the projector");
    let hide = ask(&code, Command::Invite(false), "Hide on the projector");
    view! {
        <Panel id="links" name="Links">
            <div class="row">
                <div class="invite">{show}</div>
                <div class="uninvite">{hide}</div>
            </div>
            <p class="code">"Code " <strong>{code.to_string()}</strong></p>
            <div class="ways">
                {way("Audience", &links.audience)}
                {way("Projector", &links.projector)}
            </div>
        </Panel>
    }
}

fn way(name: &'static str, way: &Way) -> impl IntoView + use<> {
    view! {
        <figure>
            <div
                class="qr"
                role="img"
                aria-label=format!("QR code: {name}")
                inner_html=way.qr.clone()
            ></div>
            <figcaption>
                <strong>{name}</strong>
                <span>{way.url.clone()}</span>
            </figcaption>
        </figure>
    }
}
