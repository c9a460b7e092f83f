use crate::{
    components::{LinkBadge, SlideView, hydrated},
    live::use_live,
    talk::{Snapshot, TalkCode},
};
use leptos::prelude::*;

/// The projector's page: only the slide. A quiet sign in the corner when it is not sure.
#[island]
pub fn Project(code: TalkCode, rendered: Snapshot) -> impl IntoView {
    let live = use_live(&code, rendered);
    let snapshot = live.snapshot;
    view! {
        <main
            class="project"
            data-view="project"
            data-live=move || live.link.get().as_str()
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden">{move || snapshot.get().talk}</h1>
            <SlideView
                sight=Signal::derive(move || snapshot.get().into())
                preload=Signal::derive(move || snapshot.get().preload)
                spread_ms=0
            />
            <LinkBadge link=live.link/>
        </main>
    }
}
