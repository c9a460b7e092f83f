//! Where people find a talk. The server's alone: pages show it as it stands in their HTML.

use leptos::{nonce::use_nonce, prelude::*};
use serde::Serialize;

/// Shows what is true by now on a page that stays open while its machine changes its network.
const ASK_AGAIN_SCRIPT: &str = include_str!("ways.js");

/// Where people find a talk.
#[derive(Debug, Clone, Serialize)]
pub struct Ways {
    pub audience: Way,
    pub projector: Way,
    /// The audience's link by this machine's other networks, likeliest first.
    pub others: Vec<String>,
    /// Why nobody else can open the links.
    pub warning: Option<&'static str>,
    /// Where a page asks for this again whose machine asks itself. Other pages are gone with the
    /// address that they came from.
    #[serde(skip)]
    pub asked_again_at: Option<String>,
}

/// A link and the same as a QR code: an SVG of our own making.
#[derive(Debug, Clone, Serialize)]
pub struct Way {
    pub url: String,
    pub qr: String,
}

/// A QR code with its name and its link, big enough to be scanned across a room. `opens` makes the
/// link one to follow.
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

/// What else is to be known of the links: that nobody else can open them, or by what other networks.
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

/// Asks again where that is of use: what is shown in elements with `data-way`, and notes, is renewed.
pub fn ask_again(at: Option<String>) -> Option<impl IntoView> {
    at.map(|at| {
        view! { <script nonce=use_nonce() data-ways=at inner_html=ASK_AGAIN_SCRIPT></script> }
    })
}
