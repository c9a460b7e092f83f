use crate::{
    components::{LinkBadge, Sight, SlideView, hydrated},
    live::use_live,
    talk::{Snapshot, TalkCode},
};
use leptos::prelude::*;

/// The projector's page: only the slide. A quiet sign in the corner when it is not sure.
#[island]
pub fn Project(code: TalkCode, rendered: Snapshot) -> impl IntoView {
    let live = use_live(&code, rendered);
    let snapshot = live.snapshot;
    let sight = Signal::derive(move || Sight::from(snapshot.get()));
    let shown = RwSignal::new(sight.get_untracked());
    let behind = Signal::derive(move || shown.read().is_behind(&sight.read()));
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
                sight
                shown
                preload=Signal::derive(move || snapshot.get().preload)
                spread_ms=0
            />
            <LinkBadge link=live.link behind/>
        </main>
    }
}
