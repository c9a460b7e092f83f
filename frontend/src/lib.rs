//! The WASM entry: wakes the islands of a page.

// Without a reference to `app` the linker drops its islands (leptos-rs/leptos#2083).
use app as _;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
