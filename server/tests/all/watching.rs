//! A deck that changes on the disk while it is shown.

use crate::support::{
    path,
    program::{Place, ask, ask_with, key, parts, state},
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// Longer than a change takes to be seen and read.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than a deck of as many slides takes to be shown, shorter than one of fewer.
const A_MOMENT: Duration = Duration::from_millis(1_600);
const LONGER: Duration = Duration::from_millis(3_000);

/// Polls until the state is as expected.
fn until(printed: &str, expected: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let state = state(printed);
        if expected(&state) {
            return state;
        }
        assert!(start.elapsed() < PATIENCE, "it stays {state}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Saves as programs do: to a new file, which replaces the old one.
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

    // Binary, and no known format.
    save(&deck, [0, 1, 2, 3]);
    save(&deck.with_extension("pdfpc"), "x");
    running.until_it_says("stay on screen");
    assert_eq!(state(&printed), now, "nothing moved");

    save(&deck, "# One again\n");
    let now = until(&printed, |state| state["title"] == "One again");
    assert_eq!(now["slide"], 1, "as far as it reaches");
    let said = running.complaints();
    assert!(!said.contains("panicked"), "{said}");
}

fn go_to(printed: &str, slide: u32) {
    let go = format!(
        "POST /api/go_to HTTP/1.1\r\nauthorization: Bearer {}",
        key(printed)
    );
    let answer = ask_with(printed, &go, format!("code=room&slide={slide}"));
    assert_eq!(parts(&answer).0, 200, "{answer}");
}

fn draw(picture: &Path, width: u32) {
    let image = image::RgbImage::new(width, width);
    image.save(picture).expect("a picture");
}

#[test]
fn a_deck_that_lacked_slides_for_a_while_is_shown_where_it_was_unless_somebody_moved() {
    let place = Place::new();
    let folder = place.folder("export");
    let all: Vec<_> = (1..=4).map(|at| folder.join(format!("{at}.png"))).collect();
    let export = || all.iter().for_each(|slide| draw(slide, 16));
    let delete = |slides: &[std::path::PathBuf]| {
        for slide in slides {
            fs::remove_file(slide).expect("it is deleted");
        }
    };
    export();
    let (_running, printed) = place.started(&["--watch", path(&folder)]);
    go_to(&printed, 4);
    delete(&all[1..]);
    until(&printed, |state| state["slides"] == 1);
    draw(&all[1], 16);
    let now = until(&printed, |state| state["slides"] == 2);
    assert_eq!(now["slide"], 2, "as far as it reaches");
    export();
    let now = until(&printed, |state| state["slides"] == 4);
    assert_eq!(now["slide"], 4);

    delete(&all[2..]);
    let now = until(&printed, |state| state["slides"] == 2);
    assert_eq!(now["slide"], 2);
    go_to(&printed, 1);
    export();
    let now = until(&printed, |state| state["slides"] == 4);
    assert_eq!(now["slide"], 1, "where the presenter went");
}

#[test]
fn a_deck_that_lacks_slides_for_a_moment_is_not_shown() {
    let place = Place::new();
    let deck = place.path("talk.md");
    fs::write(&deck, "# One\n\n---\n\n# Two\n\n---\n\n# Three\n").expect("a file");
    let (_running, printed) = place.started(&["--watch", path(&deck)]);
    go_to(&printed, 3);
    let before = state(&printed);
    fs::write(&deck, "# One\n\n---\n\n# Two\n").expect("half of it");
    let start = Instant::now();
    while start.elapsed() < A_MOMENT {
        assert_eq!(state(&printed)["revision"], before["revision"]);
    }
    fs::write(&deck, "# One\n\n---\n\n# Two\n\n---\n\n# New\n").expect("all of it");
    let took = start.elapsed();
    let now = until(&printed, |state| state["title"] == "New");
    assert_eq!(now["slide"], 3);
    // A busy machine may have taken longer than that.
    if took < LONGER {
        let revision = before["revision"].as_u64().expect("a number") + 1;
        assert_eq!(now["revision"], revision, "it changed once");
    }
}

#[test]
fn a_picture_that_a_text_names_is_watched_too() {
    let place = Place::new();
    let deck = place.path("talk.md");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\"/>";
    let (picture, drawing) = (place.path("a.png"), place.path("b.svg"));
    draw(&picture, 16);
    save(&deck, "# One\n\n![](a.png) ![](b.svg)\n");
    let (_running, printed) = place.started(&["--watch", path(&deck)]);
    let changed = |change: &dyn Fn()| {
        let before = state(&printed)["deck"].clone();
        change();
        until(&printed, |state| state["deck"] != before);
    };
    changed(&|| draw(&picture, 32));
    changed(&|| {
        let beside = place.path("new.png");
        draw(&beside, 64);
        fs::rename(&beside, &picture).expect("it is saved");
    });
    // Named in the text, and not there yet.
    changed(&|| save(&drawing, svg));
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
