#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(
    // libFuzzer's hook ends the process at once, and a formula's panic is caught.
    init: drop(std::panic::take_hook()),
    |input: &[u8]| -> Corpus {
        fuzz::markdown(input).map_or(Corpus::Reject, |_| Corpus::Keep)
    }
);
