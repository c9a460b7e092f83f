//! Replays the corpus of the fuzzers and every find. `make fuzz` searches for new ones.

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Runs each file of a target: its corpus, and finds that are not part of it yet.
fn replay(target: &str, check: fn(&[u8]) -> Option<bool>) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let corpus = files(&home.join("corpus").join(target));
    assert!(!corpus.is_empty(), "no corpus of {target}");
    let finds = files(&home.join("artifacts").join(target));
    let failed: Vec<_> = corpus
        .into_iter()
        .chain(finds)
        .filter(|file| {
            let input = fs::read(file).expect("a file");
            catch_unwind(AssertUnwindSafe(|| check(&input))).is_err()
        })
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn no_form_breaks_the_server_or_moves_a_talk_without_its_key() {
    assert_eq!(
        fuzz::commands(b"next\nauthorization: Bearer KEY\n\ncode=room&if_revision=REV"),
        Some(true),
        "the check sees a talk that moves"
    );
    replay("commands", fuzz::commands);
}

#[test]
fn no_cookie_and_no_header_stands_for_a_key() {
    for (input, is_granted) in [
        ("\nauthorization: Bearer KEY", true),
        ("?key=KEY", true),
        // In a browser, a link's key alone does not make a presenter.
        ("\ncookie: a=b; webslides-room=KEY", false),
        ("?\ncookie: webslides-room=KEY", false),
        ("\nauthorization: Bearer OTHER", false),
        ("?key=OTHER", false),
        ("", false),
    ] {
        assert_eq!(fuzz::keys(input.as_bytes()), Some(is_granted), "{input:?}");
    }
    replay("keys", fuzz::keys);
}

#[test]
fn any_last_event_id_gets_the_snapshot_and_the_current_one_a_ping() {
    for (input, has_it) in [
        ("", false),
        ("\nlast-event-id: EPOCH-1", true),
        ("?last_event_id=EPOCH-1", true),
        ("?last_event_id=EPOCH-0", false),
        ("?last_event_id=EPOCH-1\nlast-event-id: EPOCH-0", false),
        (
            "?last_event_id=EPOCH-1&view=project&seat=7\n\nseat=7&id=EPOCH-1&waited_ms=0",
            true,
        ),
    ] {
        assert_eq!(fuzz::resume(input.as_bytes()), Some(has_it), "{input:?}");
    }
    replay("resume", fuzz::resume);
}

#[test]
fn a_code_is_the_same_however_it_is_written() {
    assert_eq!(fuzz::codes(b" ROO m"), Some(true));
    replay("codes", fuzz::codes);
}

#[test]
fn nothing_in_a_markdown_deck_runs_styles_or_loads() {
    assert_eq!(fuzz::markdown(b"# A\n\n![b](a.png)"), Some(true));
    assert_eq!(fuzz::markdown(b" "), Some(false));
    replay("markdown", fuzz::markdown);
}

#[test]
fn a_zip_unpacks_within_limits_and_inside_its_folder() {
    assert_eq!(fuzz::zip(b"PK"), Some(false));
    replay("zip", fuzz::zip);
}

#[test]
fn notes_of_pdfpc_are_text() {
    assert_eq!(fuzz::pdfpc(b"[notes]\n### 1\nHello"), Some(true));
    assert_eq!(fuzz::pdfpc(b"Hello"), Some(false));
    replay("pdfpc", fuzz::pdfpc);
}

#[test]
fn what_a_worker_says_is_taken_within_bounds_only() {
    assert_eq!(fuzz::protocol(b""), Some(false));
    // `Failed(Empty)`.
    assert_eq!(fuzz::protocol(b"\x03\x02"), Some(true));
    let html = &include_bytes!("../../fuzz/corpus/protocol/html")[..];
    let outline = include_bytes!("../../fuzz/corpus/protocol/outline");
    for input in [html, outline] {
        assert_eq!(fuzz::protocol(input), Some(true), "in its present encoding");
    }
    replay("protocol", fuzz::protocol);
}
