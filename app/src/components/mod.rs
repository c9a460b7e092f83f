//! What several pages use.

mod alive;
#[cfg(feature = "hydrate")]
mod awake;
mod icon;
mod join_form;
mod link_badge;
mod place;
mod slide_view;
mod ways;
mod wordmark;

use crate::live::LinkState;
use leptos::{nonce::use_nonce, prelude::*};

pub use alive::hydrated;
#[cfg(feature = "hydrate")]
pub use alive::{has_panicked, prepare_page};
pub use icon::Icon;
pub use join_form::JoinForm;
pub use link_badge::LinkBadge;
pub use place::Place;
#[cfg(feature = "hydrate")]
pub use slide_view::pointing;
pub use slide_view::{Showing, SlideView, draw_pointing, markup};
pub use ways::{Way, WayFigure, Ways, WaysNotes, ask_again};
pub use wordmark::Wordmark;

/// What sheets need in browsers without popovers.
pub fn popovers() -> impl IntoView {
    const SCRIPT: &str = include_str!("popovers.js");
    view! { <script nonce=use_nonce() inner_html=SCRIPT></script> }
}

/// Keeps the screen on while a page follows a talk. In the browser only.
pub fn stay_awake(link: ReadSignal<LinkState>) {
    #[cfg(feature = "hydrate")]
    awake::stay_awake(link);
    #[cfg(not(feature = "hydrate"))]
    let _ = link;
}

/// What a page says in an attribute, as one type: each closure of its own would cost the browser half
/// a kilobyte.
pub fn words(say: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(say)
}

/// What an element says, as its `inner_html`. Not as its child: a browser's translator takes text
/// nodes away and puts its own in their place, and what is written into the old ones is never seen.
pub fn text(say: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    words(move || {
        let mut html = String::new();
        slide_view::escape(&say(), &mut html);
        html
    })
}
