//! What several pages use.

mod hydrated;
mod icon;
mod join_form;
mod link_badge;
mod place;
mod slide_view;
mod ways;
mod wordmark;

use leptos::prelude::Signal;

pub use hydrated::hydrated;
pub use icon::Icon;
pub use join_form::JoinForm;
pub use link_badge::LinkBadge;
pub use place::Place;
#[cfg(feature = "hydrate")]
pub use slide_view::pointing;
pub use slide_view::{Showing, SlideView, draw_pointing, markup};
pub use ways::{Way, WayFigure, Ways, WaysNotes, ask_again};
pub use wordmark::Wordmark;

/// What a page says, as one type: each closure of its own would cost the browser half a kilobyte.
pub fn words(say: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(say)
}
