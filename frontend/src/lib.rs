//! The WASM entry: wakes the islands of a page.

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    app::reload_on_panic();
    leptos::mount::hydrate_islands();
}
