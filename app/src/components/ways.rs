//! A talk's links and QR codes. Rendered by the server only.

use leptos::{nonce::use_nonce, prelude::*};
use serde::Serialize;

/// Updates the links on a page that stays open while its machine changes networks.
const ASK_AGAIN_SCRIPT: &str = include_str!("ways.js");

/// The links to a talk.
#[derive(Debug, Clone, Serialize)]
pub struct Ways {
    pub audience: Way,
    pub projector: Way,
    /// The audience's link on this machine's other networks, likeliest first.
    pub others: Vec<String>,
    /// Why no other machine can open the links.
    pub warning: Option<&'static str>,
    /// Where the page fetches updates. Only for the host's own machine: other machines lose the page with
    /// the address that it came from.
    #[serde(skip)]
    pub asked_again_at: Option<String>,
}

/// A link, and the same as a QR code: an SVG that we made.
#[derive(Debug, Clone, Serialize)]
pub struct Way {
    pub url: String,
    pub qr: String,
}

/// A QR code with its name and link, big enough to be scanned across a room. `opens` makes the link
/// clickable.
#[component]
pub fn WayFigure(
    name: &'static str,
    /// Its field in [`Ways`].
    field: &'static str,
    way: Way,
    opens: bool,
) -> impl IntoView {
    let Way { url, qr } = way;
    let link = if opens {
        view! { <a class="url" href=url.clone()>{url.clone()}</a> }.into_any()
    } else {
        view! { <span class="url">{url}</span> }.into_any()
    };
    view! {
        <figure data-way=field>
            <div class="qr" role="img" aria-label=format!("QR code: {name}") inner_html=qr></div>
            <figcaption>
                <strong>{name}</strong>
                {link}
            </figcaption>
        </figure>
    }
}

/// Notes below the links: why no other machine can open them, and the links on other networks.
#[component]
pub fn WaysNotes(warning: Option<&'static str>, others: Vec<String>) -> impl IntoView {
    let none = others.is_empty();
    let others: Vec<_> = others
        .into_iter()
        .map(|url| view! { <li>{url}</li> })
        .collect();
    view! {
        <div class="ways-notes">
            <p role="status" class="unreachable">{warning}</p>
            <div class="others" hidden=none>
                <p>"Not reached? This computer is on other networks, too. There, the audience opens"</p>
                <ul>{others}</ul>
            </div>
        </div>
    }
}

/// The script that updates elements with `data-way`, and the notes.
pub fn ask_again(at: Option<String>) -> Option<impl IntoView> {
    at.map(|at| {
        view! { <script nonce=use_nonce() data-ways=at inner_html=ASK_AGAIN_SCRIPT></script> }
    })
}
