use super::page_data;
use crate::{
    components::{
        ConnectionBadge, Showing, SlideCount, SlideView, hydrated, pointing, stay_awake, text,
        words,
    },
    live::{Attention, acknowledge, use_live},
};
use leptos::prelude::*;
use model::talk::{Snapshot, TalkCode, View};
use serde::{Deserialize, Serialize};

/// A room fetches the next slide spread over this time: 75 KB for each of 300 phones is 180 Mbit, more
/// than a venue's Wi-Fi carries in a second.
const PRELOAD_SPREAD_MS: u32 = 1_500;

/// What [`Follow`] starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FollowData {
    pub code: TalkCode,
    pub rendered: Snapshot,
}

/// A follower's page: the slide, its number, and whether the page is live.
#[island]
pub fn Follow() -> impl IntoView {
    let FollowData { code, rendered } = page_data::read();
    let live = use_live(&code, View::Follow, rendered, pointing::draw);
    let snapshot = live.snapshot;
    stay_awake(live.connection);
    let showing = Showing::of(snapshot);
    acknowledge(&code, live, Attention::Current, move || showing.state());
    // The deck may be replaced while the page is open.
    Effect::new(move |_| document().set_title(&snapshot.read().talk));
    view! {
        <main
            class="follow"
            data-view="follow"
            data-scheme=words(move || snapshot.read().state.scheme.to_string())
            data-live=words(move || live.connection.get().as_str().to_owned())
            data-hydrated=hydrated()
        >
            <h1 class="visually-hidden" inner_html=text(move || snapshot.get().talk)></h1>
            <SlideView
                showing
                sizes=super::FULL_SIZES
                spread_ms=PRELOAD_SPREAD_MS
            />
            <footer>
                <ConnectionBadge connection=live.connection awaited=showing.awaited()/>
                <SlideCount state=move || showing.state()/>
            </footer>
        </main>
    }
}
