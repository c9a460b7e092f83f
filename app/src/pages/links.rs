use super::left_out::{LeftOut, left_out};
use crate::{
    components::{WayFigure, Ways, WaysNotes, Wordmark, ask_again},
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::talk::TalkCode;
use serde::Serialize;

/// Follows the import by the presenter's stream.
const PROGRESS_SCRIPT: &str = include_str!("links.js");

/// What a talk's page of links shows.
#[derive(Debug, Clone)]
pub struct TalkLinks {
    pub code: TalkCode,
    pub title: String,
    /// The import has ended.
    pub whole: bool,
    /// Every slide, imported or not.
    pub tiles: Vec<Tile>,
    /// What was left out.
    pub warnings: Vec<LeftOut>,
    pub ways: Ways,
}

/// A thumbnail of a slide.
#[derive(Debug, Clone, Serialize)]
pub struct Tile {
    pub title: String,
    pub ready: bool,
    /// The picture's URL; `None` for slides of HTML.
    pub picture: Option<String>,
}

/// The talk's links, with QR codes big enough to be scanned across a room.
#[component]
pub fn Links(links: TalkLinks) -> impl IntoView {
    let TalkLinks {
        code,
        title,
        whole,
        tiles,
        warnings,
        ways,
    } = links;
    let address = address(&ways.audience.url).to_owned();
    let (slides, ready) = (tiles.len(), tiles.iter().filter(|tile| tile.ready).count());
    // A finished import has no progress to show.
    let tiles = (!whole).then(|| {
        let tiles: Vec<_> = tiles.into_iter().map(tile).collect();
        // A tab stop, so that keys scroll it.
        view! { <ol class="tiles" tabindex="0" aria-label="Slides">{tiles}</ol> }
    });
    let none = warnings.is_empty();
    view! {
        <main class="welcome links" data-view="links">
            <Wordmark/>
            <h1>{title}</h1>
            <div
                class="import"
                hidden=whole
                data-events=routes::events(&code)
                data-import=routes::import(&code)
            >
                <progress max=slides value=ready aria-label="Slides that are ready"></progress>
                <p role="status">{format!("{ready} of {slides} slides are ready.")}</p>
                {tiles}
            </div>
            <p><a class="primary" href=routes::present(&code)>"Present"</a></p>
            <section class="ways">
                <WayFigure name="Audience" field="audience" way=ways.audience opens=true/>
                <WayFigure name="Projector" field="projector" way=ways.projector opens=true/>
            </section>
            <WaysNotes warning=ways.warning others=ways.others/>
            <p>
                "Or type the code " <strong>{code.to_string()}</strong> " at "
                <strong class="typed-address">{address}</strong>
            </p>
            <section class="warnings" hidden=none>
                <h2>"Left out or changed"</h2>
                <div>{left_out(warnings)}</div>
            </section>
            <p><a href=routes::HOME>"Start page"</a></p>
            <script nonce=use_nonce() inner_html=PROGRESS_SCRIPT></script>
            {ask_again(ways.asked_again_at)}
        </main>
    }
}

/// The part of the URL that people type: without the scheme and the talk's path.
pub fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once(TalkCode::PATH)
        .map_or(rest, |(address, _)| address)
}

/// Takes its space from the start, so that nothing moves when it is filled.
fn tile(tile: Tile) -> impl IntoView {
    let Tile {
        title,
        ready,
        picture,
    } = tile;
    let small = ready.then(|| match picture {
        Some(src) => view! { <img src=src alt=title loading="lazy"/> }.into_any(),
        None => view! { <span>{title}</span> }.into_any(),
    });
    view! { <li>{small}</li> }
}
