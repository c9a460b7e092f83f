//! Whether a page's island lives as a whole.
//!
//! Extensions and translators rewrite pages, sometimes before the island takes its markup over. Then
//! it panics, and half of it would go on: it would say that it is live over a slide that never moves.

use leptos::prelude::*;

/// Becomes true once the page's island runs; the value of `data-hydrated`.
pub fn hydrated() -> ReadSignal<bool> {
    let (hydrated, set_hydrated) = signal(false);
    // Effects run in the browser only, and after the markup was taken over.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if !has_panicked() {
            set_hydrated.set(true);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = set_hydrated;
    hydrated
}

#[cfg(feature = "hydrate")]
mod panicking {
    use std::{
        cell::Cell,
        panic::{self, PanicHookInfo},
    };
    use wasm_bindgen::prelude::wasm_bindgen;

    thread_local! {
        static HAS_PANICKED: Cell<bool> = const { Cell::new(false) };
    }

    #[wasm_bindgen]
    extern "C" {
        /// In `without_wasm.js`, which is in every page with an island.
        #[wasm_bindgen(js_name = islandPanicked)]
        fn island_panicked(why: &str);

        /// The same script.
        #[wasm_bindgen(js_name = putAside)]
        fn put_foreign_elements_aside();
    }

    /// Whether anything of this page's island may be wrong from here on.
    pub fn has_panicked() -> bool {
        HAS_PANICKED.get()
    }

    /// Before the first island is taken over: what an extension has put into the page would be taken for
    /// the page's own. Should that not be all, the page panics and loads anew; when that is no help, it
    /// lives on as it does without WASM.
    pub fn prepare_page() {
        put_foreign_elements_aside();
        panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
            if !HAS_PANICKED.replace(true) {
                let place = panic.location();
                island_panicked(&place.map_or_else(String::new, ToString::to_string));
            }
        }));
    }
}
#[cfg(feature = "hydrate")]
pub use panicking::{has_panicked, prepare_page};
