//! The presenter's remote.

mod command_button;
#[cfg(feature = "hydrate")]
mod linked;
mod remote;
mod room;
#[cfg(feature = "hydrate")]
mod sending;
#[cfg(feature = "hydrate")]
mod shortcuts;

use crate::{
    components::{Icon, LinkBadge, Place, Showing, SlideView, hydrated, miniature},
    deck::{Deck, Face},
    live::use_live,
    talk::{Command, Screen, Snapshot, TalkCode, View},
};
use command_button::CommandButton;
use leptos::prelude::*;
use remote::Remote;
use room::Room;

/// The presenter's remote: what the room sees, what comes next, and two big buttons.
///
/// `late` says that a tap without script came too late and changed nothing.
#[island]
pub fn Present(code: TalkCode, rendered: Snapshot, deck: Deck, late: bool) -> impl IntoView {
    let live = use_live(&code, View::Present, rendered.clone());
    let remote = Remote::new(code, &deck, rendered.state.clone(), late);
    remote.listen_to(live.snapshot);
    #[cfg(feature = "hydrate")]
    {
        shortcuts::listen(remote);
        if late {
            sending::forget_late(remote);
        }
    }

    let deck = StoredValue::new(deck);
    // What the room is about to see: the stream's newest state with this remote's own taps on it,
    // made into a snapshot by the same function as the server's.
    let snapshot = Memo::new(move |_| {
        let (told, shown) = (live.snapshot.get(), remote.shown());
        // While the deck is still being imported, the stream knows more of it than this page.
        if told.state == shown {
            return told;
        }
        Snapshot::new(shown, &deck.read_value()).unwrap_or(told)
    });
    let showing = Showing::of(snapshot);
    let picture_is_behind = showing.is_behind();
    let behind = Signal::derive(move || picture_is_behind.get() || remote.is_sending());
    let following = move || {
        let deck = deck.read_value();
        let shown = snapshot.read();
        let after = shown
            .state
            .apply(&deck.outline(), Command::Next, None)
            .ok()?;
        let moves = after.revision != shown.state.revision;
        let slide = deck.slide(after.slide).filter(|_| moves)?;
        let own = slide.face(after.step);
        let face = match shown.preload.first() {
            Some(newer) if own.is_pending() => newer,
            _ => own,
        };
        Some((slide.title.clone(), face.clone()))
    };
    let is_black = Signal::derive(move || snapshot.read().state.screen == Screen::Black);
    let follow_link = move |event| {
        #[cfg(feature = "hydrate")]
        linked::follow(&event, remote);
        #[cfg(not(feature = "hydrate"))]
        let _: leptos::ev::MouseEvent = event;
    };
    let toggle_black = Signal::derive(move || {
        Command::Screen(if is_black.get() {
            Screen::Live
        } else {
            Screen::Black
        })
    });
    view! {
        <main
            class="present"
            data-view="present"
            data-live=move || live.link.get().as_str()
            data-hydrated=hydrated()
        >
            <header>
                <h1 class="visually-hidden">{move || snapshot.get().talk}</h1>
                <LinkBadge link=live.link behind/>
                <Room presence=live.presence/>
                <Place state=move || snapshot.get().state/>
            </header>
            <section class="now" aria-label="Current slide" on:click=follow_link>
                <SlideView
                    showing
                    sizes=super::REMOTE_SIZES
                    spread_ms=0
                />
            </section>
            <section class="then" aria-label="Next slide">
                {move || following_slide(following(), snapshot.read().state.over)}
            </section>
            <div class="screens">
                <CommandButton remote command=toggle_black pressed=is_black>
                    "Black screen"
                </CommandButton>
            </div>
            <p class="hint" class:shown=move || !remote.hint().is_empty() role="status">
                {move || remote.hint()}
            </p>
            <div class="controls">
                <CommandButton remote command=Command::Previous>
                    {Icon::Previous.view()} "Previous"
                </CommandButton>
                <CommandButton remote command=Command::Next>
                    {Icon::Next.view()} "Next"
                </CommandButton>
            </div>
        </main>
    }
}

/// How wide the next slide is shown.
const NEXT_SIZES: &str = "(min-width: 60rem) 33vw, 50vw";

/// A small picture of what Next will show.
fn following_slide(following: Option<(String, Face)>, over: bool) -> impl IntoView {
    let words = match &following {
        Some(_) => "Next",
        None if over => "Nothing follows.",
        None => "This is the last slide.",
    };
    let picture = following.map(|(title, face)| miniature(&face, &title, NEXT_SIZES));
    let is_label = picture.is_some();
    view! {
        {picture}
        <p class:label=is_label>{words}</p>
    }
}
