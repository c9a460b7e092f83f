//! Catches panics of decoders.

use std::{
    alloc::{Layout, handle_alloc_error},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs a decoder. None when it panics on untrusted input, so that the panic costs one page and not the
/// deck. The decoder's state must not outlive the page, except for values that are written once
/// (`OnceLock`), so that nobody sees them half done.
///
/// A panic for lack of memory aborts the process, like any other lack of memory: the page is not
/// broken.
pub fn safely<T>(work: impl FnOnce() -> T) -> Option<T> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => return Some(done),
        Err(panic) => panic,
    };
    let words = panic.downcast_ref::<String>();
    // The message of `expect` on a `TryReserveError`.
    if words.is_some_and(|words| words.contains("AllocError")) {
        handle_alloc_error(Layout::new::<u64>());
    }
    None
}
