//! Decoders that panic.

use std::{
    alloc::{Layout, handle_alloc_error},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// None where a decoder panicked. They are sound and mostly calm, but see what strangers wrote: a
/// panic costs this page and not the deck. What they hold must not outlive a page, but for what is
/// written once (`OnceLock`), so that nothing half done is seen afterwards.
///
/// A panic because there was no memory ends the process as any other lack of memory does, so that
/// the page is not called broken.
pub fn safely<T>(work: impl FnOnce() -> T) -> Option<T> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => return Some(done),
        Err(panic) => panic,
    };
    let words = panic.downcast_ref::<String>();
    // How `TryReserveError` is printed by what `expect`s there to be none.
    if words.is_some_and(|words| words.contains("AllocError")) {
        handle_alloc_error(Layout::new::<u64>());
    }
    None
}
