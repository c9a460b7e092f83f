//! Parts that several pages share.

mod alive;
mod awake;
mod connection_badge;
mod icon;
mod join_form;
mod news;
mod request;
mod slide_count;
mod slide_view;
mod ways;
mod wordmark;

use leptos::{nonce::use_nonce, prelude::*};

pub use alive::{has_panicked, hydrated, prepare_page};
pub use awake::stay_awake;
pub use connection_badge::ConnectionBadge;
pub use icon::Icon;
pub use join_form::JoinForm;
pub use news::keep_up_to_date;
pub use request::RequestAnswer;
pub use slide_count::SlideCount;
pub use slide_view::{Showing, SlideView, markup, pointing};
pub use ways::{Way, WayFigure, Ways, WaysNotes, ask_again};
pub use wordmark::Wordmark;

/// The polyfill of popovers, for the sheets.
pub fn popovers() -> impl IntoView {
    const SCRIPT: &str = include_str!("popovers.js");
    view! { <script nonce=use_nonce() inner_html=SCRIPT></script> }
}

/// Runs `start` in the browser, once the current island is hydrated; on the server, never. What it
/// stores is dropped with the island. Boxed: Leptos compiles an effect for each type of closure.
pub fn in_browser(start: impl FnOnce() + 'static) {
    let start: Box<dyn FnOnce()> = Box::new(start);
    let mut start = Some(start);
    Effect::new(move |_| {
        if let Some(start) = start.take() {
            untrack(start);
        }
    });
}

/// The value of an attribute, as one type: Leptos compiles half a kilobyte for each type of closure.
pub fn words(say: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(say)
}

/// The text of an element, for its `inner_html`. Not for a child: a browser's translator replaces text
/// nodes by its own, and what Leptos then writes into the old ones is never seen.
pub fn text(say: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    words(move || escaped(&say()))
}

/// Text as HTML.
pub fn escaped(text: &str) -> String {
    let mut html = String::new();
    slide_view::escape(text, &mut html);
    html
}
