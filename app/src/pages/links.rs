use crate::{components::Wordmark, routes, talk::TalkCode};
use leptos::{nonce::use_nonce, prelude::*};

/// Follows the import over the presenter's stream.
const PROGRESS_SCRIPT: &str = include_str!("links.js");

/// What the links page of a talk shows.
#[derive(Debug, Clone)]
pub struct TalkLinks {
    pub code: TalkCode,
    pub title: String,
    /// How many slides there are, and how many of them can be seen.
    pub slides: usize,
    pub ready: usize,
    pub audience: Way,
    pub projector: Way,
}

/// A link and the same as a QR code: an SVG of our own making.
#[derive(Debug, Clone)]
pub struct Way {
    pub url: String,
    pub qr: String,
}

/// Where people find a talk, big enough to be scanned across a room.
#[component]
pub fn Links(links: TalkLinks) -> impl IntoView {
    let TalkLinks {
        code,
        title,
        slides,
        ready,
        audience,
        projector,
    } = links;
    let whole = slides == ready;
    view! {
        <main class="welcome links" data-view="links">
            <Wordmark/>
            <h1>{title}</h1>
            <div class="import" hidden=whole data-events=routes::events(&code)>
                <progress max=slides value=ready aria-label="Slides that are ready"></progress>
                <p role="status">{format!("{ready} of {slides} slides are ready.")}</p>
            </div>
            <p><a class="primary" href=routes::present(&code)>"Present"</a></p>
            <section class="ways">
                {way("Audience", audience)}
                {way("Projector", projector)}
            </section>
            <p>"Or type the code at this address: " <strong>{code.to_string()}</strong></p>
            <script nonce=use_nonce() inner_html=PROGRESS_SCRIPT></script>
        </main>
    }
}

fn way(name: &'static str, way: Way) -> impl IntoView {
    let Way { url, qr } = way;
    view! {
        <figure>
            <div class="qr" role="img" aria-label=format!("QR code: {name}") inner_html=qr></div>
            <figcaption>
                <strong>{name}</strong>
                <a href=url.clone()>{url.clone()}</a>
            </figcaption>
        </figure>
    }
}
