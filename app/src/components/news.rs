use leptos::{nonce::use_nonce, prelude::*};

const SCRIPT: &str = include_str!("news.js");

/// Keeps the page up to date. Its parts with `data-news` are replaced by their newer selves, which the server
/// renders, and their forms are sent without leaving the page. `data-events` of its `main` names a presenter's
/// stream that tells when to look.
pub fn keep_up_to_date() -> impl IntoView {
    view! { <script nonce=use_nonce() inner_html=SCRIPT></script> }
}
