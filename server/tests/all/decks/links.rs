//! Links from slide to slide.

use super::{
    file, go_to,
    made::{pdf, saying},
    served,
};
use crate::support::{
    path,
    program::{Place, ask, parts, state},
};
use std::fs;

/// A deck whose first page leads to all three, and out.
fn linked(place: &Place) -> std::path::PathBuf {
    let pages = ["First", "Second", "Third"].map(saying);
    let made = String::from_utf8(pdf("/Dests << /end [8 0 R /Fit] >>", &pages)).expect("text");
    let link =
        |area: &str, to: &str| format!("<< /Type /Annot /Subtype /Link /Rect [{area}] {to} >>");
    let links = [
        link("0 0 64 36", "/Dest [6 0 R /Fit]"),
        link("64 0 128 36", "/A << /S /GoTo /D /end >>"),
        link("128 0 192 36", "/A << /S /Named /N /LastPage >>"),
        link("192 0 256 36", "/A << /S /URI /URI (https://a.example) >>"),
        link("256 0 320 36", "/Dest [99 0 R /Fit]"),
    ];
    let annotations = format!("/Annots [{}] /Resources", links.concat());
    let (objects, _) = made.split_once("xref\n").expect("a table");
    let objects = objects.replacen("/Resources", &annotations, 1);
    // Without a table: readers look for the objects themselves.
    let whole = format!("{objects}trailer\n<< /Size 10 /Root 1 0 R >>\n%%EOF\n");
    file(place, "linked.pdf", whole)
}

#[test]
fn a_link_leads_to_what_was_shown_and_no_further() {
    let place = Place::new();
    let deck = linked(&place);
    let (_running, printed) = served(&place, &deck);
    let links = state(&printed)["face"]["links"].clone();
    let urls: Vec<_> = links
        .as_array()
        .expect("links")
        .iter()
        .map(|link| link["url"].as_str())
        .collect();
    let expected = ["?slide=2", "?slide=3", "?slide=3", "https://a.example"];
    assert_eq!(urls, expected.map(Some));
    assert_eq!(
        (&links[1]["x"], &links[1]["width"]),
        (&1_000.into(), &1_000.into())
    );
    let third = go_to(&printed, 3)["face"]["renditions"][0]["url"].to_string();
    go_to(&printed, 2);
    let from_the_deck = |slide: u32| {
        let referer = "referer: http://room/t/room";
        ask(
            &printed,
            &format!("GET /t/room?slide={slide} HTTP/1.1\r\n{referer}"),
        )
    };
    // Back to what was shown; the slide that is on, and what is no slide, lead nowhere.
    let page = from_the_deck(1);
    assert_eq!(parts(&page).0, 200, "{page}");
    assert!(
        page.contains("Back to live") && page.contains("Slide 1"),
        "{page}"
    );
    assert_eq!(
        [2, 4, 99].map(|slide| parts(&from_the_deck(slide)).0),
        [204; 3]
    );
    assert!(from_the_deck(3).contains(third.trim_matches('"')));
    let typed = ask(&printed, "GET /t/room?slide=99 HTTP/1.1");
    assert!(typed.contains("location: /t/room\r\n"), "{typed}");
    drop(_running);
    // The same deck, from its beginning: a follower sees nothing ahead.
    fs::remove_dir_all(place.path("data")).expect("a folder");
    let (_running, printed) = place.started(&[path(&deck)]);
    let ahead = ask(
        &printed,
        "GET /t/room?slide=2 HTTP/1.1\r\nreferer: http://room/t/room",
    );
    assert_eq!(parts(&ahead).0, 204, "{ahead}");
}
