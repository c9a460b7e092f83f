//! The WASM entry point: hydrates the islands of a page.

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    app::prepare_page();
    leptos::mount::hydrate_islands();
}
