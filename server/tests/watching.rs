//! A deck that changes on the disk while it is shown.

#![expect(clippy::expect_used, reason = "in a test a panic is a finding")]

mod support;

use serde_json::Value;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};
use support::{
    path,
    program::{Place, ask, ask_with, key, parts},
};

/// Longer than a change takes to be seen and read.
const PATIENCE: Duration = Duration::from_secs(60);

fn state(printed: &str) -> Value {
    let answer = ask(printed, "GET /t/room/state HTTP/1.1");
    serde_json::from_str(parts(&answer).1).expect("a state")
}

/// Asks until the talk is as expected.
fn until(printed: &str, expected: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let state = state(printed);
        if expected(&state) {
            return state;
        }
        assert!(start.elapsed() < PATIENCE, "it stays {state}");
        std::thread::yield_now();
    }
}

/// As programs save: beside it, then in its place.
fn save(file: &Path, content: impl AsRef<[u8]>) {
    let beside = file.with_extension("new");
    fs::write(&beside, content).expect("a file");
    fs::rename(&beside, file).expect("it is saved");
}

#[test]
fn a_saved_file_is_shown_at_the_same_place_and_a_broken_one_is_not() {
    let place = Place::new();
    let deck = place.path("talk.md");
    save(&deck, "# One\n\n---\n\n# Two\n\n---\n\n# Three\n");
    let (mut running, printed) = place.started(&["--watch", path(&deck)]);
    assert_eq!(state(&printed)["slides"], 3);
    let go = format!(
        "POST /api/go_to HTTP/1.1\r\nauthorization: Bearer {}",
        key(&printed)
    );
    let answer = ask_with(&printed, &go, "code=room&slide=2");
    assert_eq!(parts(&answer).0, 200, "{answer}");
    let epoch = state(&printed)["epoch"].clone();

    save(&deck, "# One\n\n---\n\n# Two, better\n");
    let now = until(&printed, |state| state["title"] == "Two, better");
    assert_eq!((&now["slide"], &now["slides"]), (&2.into(), &2.into()));
    assert_eq!(now["epoch"], epoch);

    // Binary: no Markdown, and nothing else that is known.
    save(&deck, [0, 1, 2, 3]);
    save(&deck.with_extension("pdfpc"), "x");
    running.until_it_says("shown on");
    assert_eq!(state(&printed), now, "nothing moved");

    save(&deck, "# One again\n");
    let now = until(&printed, |state| state["title"] == "One again");
    assert_eq!(now["slide"], 1, "as far as it reaches");
    let said = running.complaints();
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_text_below_the_folder_that_was_given_is_watched_too() {
    let place = Place::new();
    let project = place.folder("project");
    let slides = project.join("talk/slides.md");
    fs::create_dir(project.join("talk")).expect("a folder");
    save(&project.join("README.md"), "# How to build it\n");
    save(&slides, "# One\n");
    let (_running, printed) = place.started(&["--watch", path(&project)]);
    assert_eq!(state(&printed)["title"], "One");
    save(&slides, "# One, better\n");
    until(&printed, |state| state["title"] == "One, better");
}

#[test]
fn who_asks_for_the_slides_gets_those_of_their_role() {
    let place = Place::new();
    let deck = place.path("talk.md");
    save(
        &deck,
        "# One\n\n<!-- notes: say hello -->\n\nText\n\n---\n\n# Two\n\n---\n\n# Three\n",
    );
    let (_running, printed) = place.started(&[path(&deck)]);
    let slides = |head: &str| {
        let answer = ask(&printed, head);
        let slides: Value = serde_json::from_str(parts(&answer).1).expect("JSON");
        slides["slides"].as_array().expect("slides").clone()
    };
    let follower = slides("GET /t/room/slides HTTP/1.1");
    assert_eq!(follower.len(), 1);
    assert_eq!(follower[0]["title"], "One");
    assert_eq!(follower[0].get("notes"), None);
    let key = key(&printed);
    let presenter = format!("GET /t/room/slides HTTP/1.1\r\nauthorization: Bearer {key}");
    let presenter = slides(&presenter);
    assert_eq!(presenter.len(), 3);
    assert!(
        presenter[0]["notes"]
            .as_str()
            .expect("notes")
            .contains("say hello")
    );
    let go = format!("POST /api/go_to HTTP/1.1\r\nauthorization: Bearer {key}");
    assert_eq!(parts(&ask_with(&printed, &go, "code=room&slide=2")).0, 200);
    assert_eq!(slides("GET /t/room/slides HTTP/1.1").len(), 2);
    let missing = ask(&printed, "GET /t/nope/slides HTTP/1.1");
    assert_eq!(parts(&missing).0, 404);
}
