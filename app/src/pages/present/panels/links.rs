use super::{Panel, ask};
use crate::components::{WayFigure, Ways, WaysNotes};
use leptos::prelude::*;
use model::talk::{Command, TalkCode};

/// The talk's links, with QR codes big enough to be scanned across a room.
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
                <WayFigure name="Audience" field="audience" way=links.audience opens=false/>
                <WayFigure name="Projector" field="projector" way=links.projector opens=false/>
            </div>
            <WaysNotes warning=links.warning others=links.others/>
        </Panel>
    }
}
