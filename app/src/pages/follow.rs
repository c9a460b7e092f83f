use crate::{
    components::{
        LinkBadge, Place, Showing, SlideView, draw_pointing, hydrated, stay_awake, text, words,
    },
    live::{acknowledge, use_live},
};
use leptos::prelude::*;
use model::talk::{Snapshot, TalkCode, View};

/// How long a room's fetches of the next slide are spread over: a slide of 75 KB to 300 phones
/// is 180 Mbit, more than a venue's Wi-Fi carries in a second.
const PRELOAD_SPREAD_MS: u32 = 1_500;

/// A follower's page: the slide, where the talk is, and whether that is sure.
#[island]
pub fn Follow(code: TalkCode, rendered: Snapshot) -> impl IntoView {
    let live = use_live(&code, View::Follow, rendered, draw_pointing);
    let snapshot = live.snapshot;
    stay_awake(live.link);
    let showing = Showing::of(snapshot);
    acknowledge(&code, live, move || showing.state(), false);
    // The browser's: another deck may come while the page is open.
    Effect::new(move |_| document().set_title(&snapshot.read().talk));
    view! {
        <main
            class="follow"
            data-view="follow"
            data-live=words(move || live.link.get().as_str().to_owned())
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden" inner_html=text(move || snapshot.get().talk)></h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=PRELOAD_SPREAD_MS
            />
            <footer>
                <LinkBadge link=live.link awaited=showing.awaited()/>
                <Place state=move || showing.state()/>
            </footer>
        </main>
    }
}
