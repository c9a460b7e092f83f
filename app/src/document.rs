//! The HTML document around each page. For the server alone: browsers hydrate only islands.

use crate::{pages::Page, routes};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::HashedStylesheet;
use model::deck::Face;

const WITHOUT_WASM: &str = include_str!("without_wasm.js");

/// A complete document, readable before its WASM arrives.
/// `controls` is the address of the styles of pages with controls.
pub fn document(options: LeptosOptions, page: Page, controls: &str) -> impl IntoView {
    let controls = page
        .has_controls()
        .then(|| view! { <link rel="stylesheet" href=controls.to_owned()/> });
    let sizes = page.slide_sizes();
    let first = page.first_face().and_then(Face::as_picture);
    let preload = first.map(|picture| {
        view! {
            <link
                rel="preload"
                r#as="image"
                href=picture.rendition().url.clone()
                imagesrcset=picture.srcset()
                imagesizes=sizes
                fetchpriority="high"
            />
        }
    });
    // A Markdown slide's words appear in their own typeface at once.
    let typeface = page
        .first_face()
        .is_some_and(|face| matches!(face, Face::Markup(_)))
        .then(|| {
            view! {
                <link
                    rel="preload"
                    r#as="font"
                    href=routes::TEXT_TYPEFACE
                    r#type="font/woff2"
                    crossorigin="anonymous"
                />
            }
        });
    // Without script a talk's page reloads itself. The remote does not: its taps reload it.
    let refresh = page.refreshes_every_s().map(|seconds| {
        view! {
            <noscript>
                <meta http-equiv="refresh" content=seconds/>
            </noscript>
        }
    });
    // With script but without WASM it reloads when the talk has moved.
    let without_wasm = page.has_islands().then(|| {
        let event = page.followed().map(|snapshot| {
            // Anything is newer than a slide that is still being prepared.
            let is_there = !snapshot.face.is_pending();
            is_there.then(|| snapshot.state.event_id().to_string())
        });
        let event = event.map(Option::unwrap_or_default);
        view! { <script nonce=use_nonce() data-event=event inner_html=WITHOUT_WASM></script> }
    });
    let scripts = page.has_islands().then(|| {
        view! { <HydrationScripts options=options.clone() islands=true/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="dark light"/>
                <title>{page.title()}</title>
                {refresh}
                {without_wasm}
                {preload}
                {typeface}
                <HashedStylesheet options=options.clone() id="webslides"/>
                {controls}
                <link rel="icon" href=routes::ICON type="image/svg+xml"/>
                <link rel="apple-touch-icon" href=routes::TOUCH_ICON/>
                <link rel="manifest" href=routes::MANIFEST/>
                <AutoReload options=options/>
                {scripts}
            </head>
            <body>{page.into_any_view()}</body>
        </html>
    }
}
