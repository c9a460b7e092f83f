use crate::{
    components::{LinkBadge, Showing, SlideView, hydrated},
    live::{acknowledge, use_live},
    talk::{Snapshot, TalkCode, View},
};
use leptos::prelude::*;

/// The projector's page: only the slide. A quiet sign in the corner when it is not sure.
#[island]
pub fn Project(code: TalkCode, rendered: Snapshot) -> impl IntoView {
    let live = use_live(&code, View::Project, rendered);
    let snapshot = live.snapshot;
    let showing = Showing::of(snapshot);
    acknowledge(&code, live, move || showing.state());
    // The browser's: another deck may come while the page is open.
    Effect::new(move |_| document().set_title(&snapshot.read().talk));
    view! {
        <main
            class="project"
            data-view="project"
            data-live=move || live.link.get().as_str()
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden">{move || snapshot.get().talk}</h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=0
            />
            <LinkBadge link=live.link behind=showing.is_behind()/>
        </main>
    }
}
