//! Decks that could not be read whole, and decks that are shown before they are.

use super::{
    ANY, assert_in_every_size, exported, fetched, file, go_to, is_whole,
    made::{laughing, pdf, png, saying, slow},
    names_in, pictures, served,
};
use crate::support::{
    path,
    program::{Place, answer, ask, host_key, key, parts, state, until},
};
use image::{GrayImage, ImageFormat};
use serde_json::Value;
use std::{fmt::Write as _, fs, io::Cursor};

pub fn grey(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    GrayImage::new(width, height)
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("an image");
    bytes.into_inner()
}

#[test]
fn a_deck_that_was_cut_says_what_is_missing_and_is_tried_again() {
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("1.png"), png(9)).expect("a file");
    fs::write(folder.join("2.png"), grey(2_400, 20_000)).expect("a file");
    let (mut running, printed) = place.started(&["--max-deck-memory", "256", path(&folder)]);
    running.until_imported();
    assert!(printed.contains("2 slides"), "{printed}");
    let cut = exported(&place);
    let missing = cut["deck"]["missing"].as_str().unwrap_or_default();
    let words = "page 2 needed more than 256 MiB of memory";
    assert!(missing.contains(words), "{missing}");
    assert!(running.complaints().contains(words));
    // Given again, only what is missing is read, and the rest is there at once.
    let (mut running, printed) = place.started(&["--max-page-time", "60", path(&folder)]);
    let first = state(&printed)["face"].clone();
    assert_eq!(first, cut["deck"]["slides"][0]["faces"][0]);
    running.until_imported();
    let whole = exported(&place);
    assert!(is_whole(&whole) && whole["deck"]["missing"].is_null());
    let second = &whole["deck"]["slides"][1]["faces"][0];
    assert_eq!(go_to(&printed, 2)["face"], *second);
    assert_eq!(second["height"], 3_840);
    drop(running);
    let kept = pictures(&place).len();
    let (running, printed) = place.started(&[path(&folder)]);
    assert_eq!(go_to(&printed, 2)["face"], *second);
    assert_eq!((running.workers().len(), pictures(&place).len()), (0, kept));
}

/// By a failing disk, or a copy of the data directory that was made badly.
#[test]
fn a_picture_that_the_disk_lost_is_made_again_when_its_deck_is_given_again() {
    for deck in ["made.pdf", "talk.md"] {
        let place = Place::new();
        fs::write(place.path("red.png"), png(9)).expect("a file");
        let content = if deck == "talk.md" {
            b"# One\n\n![](red.png)\n".to_vec()
        } else {
            pdf("", &[saying("One"), saying("Two")])
        };
        let given = file(&place, deck, content);
        let (running, printed) = served(&place, &given);
        until_done(&place);
        let before = state(&printed)["face"].clone();
        drop(running);
        let pictures = pictures(&place);
        assert!(!pictures.is_empty());
        for (at, name) in pictures.iter().enumerate() {
            let picture = place.path("data/media").join(name);
            let whole = fs::read(&picture).expect("it is kept");
            match at % 3 {
                0 => fs::remove_file(&picture).expect("it is lost"),
                1 => fs::write(&picture, &whole[..whole.len() / 2]).expect("it is cut"),
                _ => fs::write(&picture, "").expect("it is empty"),
            }
        }

        let (mut running, printed) = place.started(&[path(&given)]);
        running.until_imported();
        until_done(&place);
        assert_eq!(state(&printed)["face"], before, "{deck}");
        for name in &pictures {
            let answer = answer(&printed, &format!("GET /media/{name} HTTP/1.1"), "");
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{deck}: {name}");
        }
    }
}

#[test]
fn a_picture_that_was_cut_off_is_not_answered_as_if_it_were_whole() {
    let place = Place::new();
    let deck = file(&place, "made.pdf", pdf("", &[saying("One")]));
    let (running, printed) = served(&place, &deck);
    until_done(&place);
    for name in pictures(&place) {
        let picture = place.path("data/media").join(&name);
        let whole = fs::read(&picture).expect("it is kept");
        fs::write(&picture, &whole[..whole.len() / 2]).expect("it is cut");
        let answer = answer(&printed, &format!("GET /media/{name} HTTP/1.1"), "");
        assert!(answer.starts_with(b"HTTP/1.1 500"), "{name}");
    }
    let said = running.complaints();
    assert!(said.contains("is damaged: give its deck again"), "{said}");
}

/// Its pages would take two minutes.
#[test]
fn an_import_ends_with_the_talk_that_it_is_for() {
    for (last, more) in [("end", None), ("delete", None), ("end", Some("--watch"))] {
        let place = Place::new();
        let deck = file(&place, "laughing.pdf", laughing(40));
        let options = ["--max-page-time", "60", path(&deck)];
        let options: Vec<&str> = options.into_iter().chain(more).collect();
        let (running, printed) = place.started(&options);
        until("it is being read", || !running.workers().is_empty());
        let head = format!(
            "POST /t/room/{last} HTTP/1.1\r\naccept: application/json\r\nauthorization: Bearer {}",
            host_key(&printed)
        );
        let answer = ask(&printed, &head);
        assert!(parts(&answer).0 < 400, "{answer}");
        until("nobody reads it", || running.workers().is_empty());
        until_done(&place);
        if last == "delete" {
            until("nothing of it is left", || pictures(&place).is_empty());
        }
    }
}

/// Its pages would take minutes, and nobody waits for them any more.
#[test]
fn a_deck_that_is_saved_does_not_wait_for_the_one_of_before() {
    let place = Place::new();
    let deck = file(&place, "talk.pdf", slow(1_000));
    let (running, printed) = place.started(&["--watch", "--max-page-time", "60", path(&deck)]);
    until("it is being read", || !running.workers().is_empty());
    let beside = file(&place, "new.pdf", pdf("", &["One", "Two"].map(saying)));
    fs::rename(beside, &deck).expect("it is saved");
    until("the new one is shown", || state(&printed)["slides"] == 2);
    until_done(&place);
    assert_eq!(go_to(&printed, 2)["title"], "Two");
    let said = running.complaints();
    assert!(!said.contains("could not be stored"), "{said}");
}

fn until_done(place: &Place) {
    until("nothing is left to do", || {
        names_in(&place.path("data/importing")).is_empty()
    });
}

#[test]
fn what_is_broken_for_good_is_not_tried_again() {
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("1.png"), png(9)).expect("a file");
    fs::write(folder.join("2.png"), &png(9)[..40]).expect("a file");
    let (mut running, _) = place.started(&[path(&folder)]);
    running.until_imported();
    assert!(exported(&place)["deck"]["missing"].is_null());
    drop(running);
    let (running, _) = place.started(&[path(&folder)]);
    assert_eq!(running.workers().len(), 0);
}

/// Half of an export came before the room.
#[test]
fn a_pdf_that_is_still_being_written_waits_until_it_is_whole() {
    let place = Place::new();
    let deck = file(&place, "talk.pdf", pdf("", &[saying("One")]));
    let (mut running, printed) = place.started(&["--watch", path(&deck)]);
    running.until_imported();
    let whole = pdf("", &["Two", "Three", "Four"].map(saying));
    fs::write(&deck, &whole[..whole.len() * 7 / 10]).expect("a part of it");
    let said = running.until_it_says("stay on screen");
    assert!(said.contains("this PDF ends in the middle"), "{said}");
    assert_eq!(state(&printed)["title"], "One");
    fs::write(&deck, &whole).expect("all of it");
    until("it is whole", || state(&printed)["slides"] == 3);
}

#[test]
fn text_is_shown_before_the_pictures_of_later_slides() {
    const PICTURES: usize = 30;
    let place = Place::new();
    let mut text = "# First\n\n![](0.png)\n".to_owned();
    for at in 0..PICTURES {
        // Each is another, or it would be made once.
        let side = 1_000 + u32::try_from(at).expect("few");
        file(&place, &format!("{at}.png"), grey(side, side));
        write!(text, "\n---\n\n# Later\n\n![]({at}.png)\n").expect("a string");
    }
    let deck = file(&place, "deck.md", text);
    let (mut running, printed) = place.started(&[path(&deck)]);
    let shown = |slide: usize| go_to(&printed, slide)["face"]["html"].to_string();
    assert!(shown(1).contains("First"));
    // In the order of the slides the last one's picture would come last.
    assert!(
        !shown(PICTURES + 1).contains("src="),
        "all were made before it was shown"
    );
    // What the talk is at comes first.
    until("a picture", || shown(PICTURES + 1).contains("src="));
    running.until_imported();
    assert!(shown(2).contains("src="));
    // The small one of each is the same.
    assert_eq!(pictures(&place).len(), PICTURES + 1);
    assert!(is_whole(&exported(&place)));
}

/// What was to be cleared away took the pictures of a deck that could not be stored, and the talk
/// went on naming them.
#[test]
fn a_disk_that_fills_during_an_import_takes_nothing_that_is_shown() {
    let place = Place::new();
    // It is not whole before the disk is full.
    let deck = file(&place, "made.pdf", slow(24));
    let (other, links) = (
        file(&place, "other.md", "# Other"),
        place.path("links.json"),
    );
    let options = ["--links", path(&links), path(&deck), path(&other)];
    let options = [&ANY[..], &options].concat();
    let (running, printed) = place.on_a_disk_that_may_fill(&options);
    let seen = |slide: usize| !go_to(&printed, slide)["face"]["renditions"].is_null();
    until("another slide", || seen(2));
    running.fill_disk(true);
    until("the import has failed", || {
        names_in(&place.path("data/importing")).is_empty()
    });
    let import = || {
        let head = format!(
            "GET /t/room/import HTTP/1.1\r\nauthorization: Bearer {}",
            key(&printed)
        );
        ask(&printed, &head)
    };
    until("a word about it", || {
        import().contains("could not be stored")
    });
    assert!(import().contains("\"whole\":false"));
    running.fill_disk(false);
    // What nobody shows goes, and a talk that is deleted has that looked for.
    let links = fs::read_to_string(&links).expect("the links");
    let links: Value = serde_json::from_str(&links).expect("JSON");
    let code = links["talks"][1]["code"].as_str().expect("a code");
    let data = place.path("data");
    let deleted = place
        .command(&[])
        .args(["talks", "delete", code, "--data", path(&data)])
        .output()
        .expect("it runs");
    assert!(deleted.status.success(), "{deleted:?}");
    assert_in_every_size(&printed, &go_to(&printed, 2));
    fetched(&printed, &go_to(&printed, 1));
    drop(running);
    // Given again, it is read again.
    let (_running, printed) = served(&place, &deck);
    assert_in_every_size(&printed, &go_to(&printed, 24));
}
