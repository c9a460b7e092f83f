//! What several pages use.

mod hydrated;
mod icon;
mod join_form;
mod link_badge;
mod place;
mod slide_view;
mod wordmark;

pub use hydrated::hydrated;
pub use icon::Icon;
pub use join_form::JoinForm;
pub use link_badge::LinkBadge;
pub use place::Place;
pub use slide_view::{Showing, SlideView, markup, miniature};
pub use wordmark::Wordmark;
