use crate::{
    components::{LinkBadge, Showing, SlideView, Way, draw_pointing, hydrated, words},
    live::{acknowledge, use_live},
    talk::{Snapshot, TalkCode, View},
};
use leptos::prelude::*;

/// The projector's page: only the slide. A quiet sign in the corner when it is not sure.
#[island]
pub fn Project(code: TalkCode, rendered: Snapshot, children: Children) -> impl IntoView {
    let live = use_live(&code, View::Project, rendered, draw_pointing);
    let snapshot = live.snapshot;
    let showing = Showing::of(snapshot);
    acknowledge(&code, live, move || showing.state(), false);
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
            <h1 class="visually-hidden">{words(move || snapshot.get().talk)}</h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=0
            />
            <LinkBadge link=live.link behind=showing.is_behind()/>
            {children()}
        </main>
    }
}

/// How to join, over a corner of the slide, for as long as the presenter wants it.
pub fn invitation(code: &TalkCode, way: Way) -> impl IntoView + use<> {
    let address = way
        .url
        .split_once("://")
        .map_or(way.url.clone(), |(_, rest)| rest.to_owned());
    view! {
        <aside class="invitation" aria-label="How to join" data-way="audience">
            <div class="qr" inner_html=way.qr></div>
            <p class="url bare">{address}</p>
            <p class="code">{code.to_string()}</p>
        </aside>
    }
}
