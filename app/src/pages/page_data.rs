//! The data that an island starts from: JSON in the page, beside the island.
//!
//! Not island props: Leptos reads those with serde_json, and in the browser writes them once more. That
//! costs every phone 18 KiB of WASM, and the presenter's page a copy of the deck.

use crate::json;
use leptos::{nonce::use_nonce, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

const ID: &str = "page-data";

/// Puts `data` into the page, for the island that is rendered after it.
pub fn embed<T: Serialize + Clone + Send + Sync + 'static>(data: T) -> impl IntoView + use<T> {
    // Only maps whose keys are not strings could fail.
    let json = serde_json::to_string(&data).unwrap_or_default();
    provide_context(data);
    // "</script>" in a deck must not end the element.
    let json = json.replace('<', "\\u003c");
    view! { <script type="application/json" id=ID nonce=use_nonce() inner_html=json></script> }
}

/// The data that was [embedded](embed): in the browser read from the page, on the server as it is.
///
/// # Panics
/// In the browser, in a page without data or with another build's. The page then loads anew, as after
/// any panic.
pub fn read<T: DeserializeOwned + Clone + Send + Sync + 'static>() -> T {
    if cfg!(not(feature = "hydrate")) {
        return expect_context();
    }
    let element = document().get_element_by_id(ID);
    let json = element.and_then(|element| element.text_content());
    #[expect(clippy::expect_used, reason = "the page loads anew")]
    json.and_then(|json| json::read(&json)).expect("page data")
}
