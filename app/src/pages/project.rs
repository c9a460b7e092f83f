use super::{lobby::present_people, page_data, present::listen_to_clicker};
use crate::{
    components::{
        ConnectionBadge, Showing, SlideView, Way, hydrated, in_browser, pointing, stay_awake, text,
        words,
    },
    live::{Attention, acknowledge, use_live},
};
use leptos::prelude::*;
use model::talk::{Snapshot, TalkCode, View};
use serde::{Deserialize, Serialize};

/// What [`Project`] starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProjectData {
    pub code: TalkCode,
    pub rendered: Snapshot,
    /// This browser may send commands. A clicker's keys go to the focused window.
    pub presents: bool,
}

/// The projector's page: only the slide, and a small badge in the corner when it is not live.
#[island]
pub fn Project(children: Children) -> impl IntoView {
    let ProjectData {
        code,
        rendered,
        presents,
    } = page_data::read();
    let live = use_live(&code, View::Project, rendered, pointing::draw);
    let snapshot = live.snapshot;
    stay_awake(live.connection);
    let showing = Showing::of(snapshot);
    // Only a presenter's browser receives the room's presence.
    let here = move || {
        let presence = live.presence.get();
        presence.map_or_else(String::new, |presence| present_people(presence.followers))
    };
    acknowledge(&code, live, Attention::Projected, move || showing.state());
    in_browser(move || listen_to_clicker(code, live, presents));
    // The deck may be replaced while the page is open.
    Effect::new(move |_| document().set_title(&snapshot.read().talk));
    view! {
        <main
            class="project"
            data-view="project"
            data-live=words(move || live.connection.get().as_str().to_owned())
            data-scheme=words(move || snapshot.read().state.scheme.to_string())
            data-inviting=words(move || snapshot.read().state.inviting.to_string())
            data-begun=words(move || snapshot.read().state.has_begun().to_string())
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden" inner_html=text(move || snapshot.get().talk)></h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=0
            />
            <ConnectionBadge connection=live.connection awaited=showing.awaited()/>
            <p class="here" inner_html=text(here)></p>
            {children()}
        </main>
    }
}

/// The joining instructions while the presenter shows them: on the whole screen before the talk has begun, and
/// over a corner of the slide later.
pub fn invitation(
    code: &TalkCode,
    title: String,
    way: Way,
    warning: Option<&'static str>,
) -> impl IntoView + use<> {
    let address = way
        .url
        .split_once("://")
        .map_or(way.url.clone(), |(_, rest)| rest.to_owned());
    view! {
        <aside class="invitation" aria-label="How to join" data-way="audience">
            <div class="lead">
                <p class="title">{title}</p>
                <p>"Follow along on your phone"</p>
            </div>
            <div class="qr" inner_html=way.qr></div>
            <p class="url bare">{address}</p>
            <p class="code">{code.to_string()}</p>
            <p class="unreachable">{warning}</p>
        </aside>
    }
}
