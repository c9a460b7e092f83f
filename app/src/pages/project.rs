use crate::{
    components::{
        LinkBadge, Showing, SlideView, Way, draw_pointing, hydrated, stay_awake, text, words,
    },
    live::{acknowledge, use_live},
};
use leptos::prelude::*;
use model::talk::{Snapshot, TalkCode, View};

/// The projector's page: only the slide. A quiet sign in the corner when it is not sure.
#[island]
pub fn Project(
    code: TalkCode,
    rendered: Snapshot,
    /// This browser may move the talk already: a clicker's keys go to the window that has the focus.
    presents: bool,
    children: Children,
) -> impl IntoView {
    let live = use_live(&code, View::Project, rendered, draw_pointing);
    let snapshot = live.snapshot;
    stay_awake(live.link);
    let showing = Showing::of(snapshot);
    acknowledge(&code, live, move || showing.state(), false);
    #[cfg(feature = "hydrate")]
    super::present::listen_to_clicker(code, live, presents);
    #[cfg(not(feature = "hydrate"))]
    let _ = presents;
    // The browser's: another deck may come while the page is open.
    Effect::new(move |_| document().set_title(&snapshot.read().talk));
    view! {
        <main
            class="project"
            data-view="project"
            data-live=words(move || live.link.get().as_str().to_owned())
            data-inviting=words(move || snapshot.read().state.inviting.to_string())
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden" inner_html=text(move || snapshot.get().talk)></h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=0
            />
            <LinkBadge link=live.link awaited=showing.awaited()/>
            {children()}
        </main>
    }
}

/// How to join, over a corner of the slide, for as long as the presenter wants it.
pub fn invitation(
    code: &TalkCode,
    way: Way,
    warning: Option<&'static str>,
) -> impl IntoView + use<> {
    let address = way
        .url
        .split_once("://")
        .map_or(way.url.clone(), |(_, rest)| rest.to_owned());
    view! {
        <aside class="invitation" aria-label="How to join" data-way="audience">
            <div class="qr" inner_html=way.qr></div>
            <p class="url bare">{address}</p>
            <p class="code">{code.to_string()}</p>
            <p class="unreachable">{warning}</p>
        </aside>
    }
}
