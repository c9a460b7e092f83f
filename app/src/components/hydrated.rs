use leptos::prelude::*;

/// Becomes true once the page's island runs; the value of `data-hydrated`.
pub fn hydrated() -> ReadSignal<bool> {
    let (hydrated, set_hydrated) = signal(false);
    // Effects run in the browser only, and after the markup was taken over.
    Effect::new(move |_| set_hydrated.set(true));
    hydrated
}
