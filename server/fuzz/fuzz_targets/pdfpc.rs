#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    fuzz::pdfpc(input).map_or(Corpus::Reject, |_| Corpus::Keep)
});
