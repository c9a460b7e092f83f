//! Whether a page's island works as a whole.
//!
//! Extensions and translators rewrite pages, sometimes before the island hydrates. Then it panics, and
//! half of it would keep running: the page would claim to be live over a slide that never changes.

use super::in_browser;
use leptos::prelude::*;
use std::{
    cell::Cell,
    panic::{self, PanicHookInfo},
};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static HAS_PANICKED: Cell<bool> = const { Cell::new(false) };
}

// Both are in `without_wasm.js`, which is in every page with an island.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = islandPanicked)]
    fn island_panicked(why: &str);

    #[wasm_bindgen(js_name = putAside)]
    fn put_foreign_elements_aside();
}

/// Becomes true once the page's island runs; the value of `data-hydrated`.
pub fn hydrated() -> ReadSignal<bool> {
    let (hydrated, set_hydrated) = signal(false);
    in_browser(move || set_hydrated.set(!has_panicked()));
    hydrated
}

/// Whether the island has panicked: from then on anything of it may be wrong.
pub fn has_panicked() -> bool {
    HAS_PANICKED.get()
}

/// Call before the first island hydrates. Moves elements out of the way that an extension has put into
/// the page, which the island would take for its own. If that is not enough, the island panics and the
/// page loads anew; if that does not help either, the page goes on without WASM.
pub fn prepare_page() {
    put_foreign_elements_aside();
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        if !HAS_PANICKED.replace(true) {
            let place = panic.location();
            island_panicked(&place.map_or_else(String::new, ToString::to_string));
        }
    }));
}
