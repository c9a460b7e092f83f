//! Markdown among other files.

use crate::{
    file, go_to,
    made::{png, zip},
    refused, served,
    support::program::Place,
};
use std::fs;

fn html(printed: &str, slide: usize) -> String {
    go_to(printed, slide)["face"]["html"].to_string()
}

#[test]
fn a_project_in_a_zip_is_its_slides_and_not_its_pictures() {
    let place = Place::new();
    let picture = png(99);
    let text = b"# Shown\n\n![](../img/a.png)\n\n![](../../b.png)\n";
    let project = zip(&[
        ("talk/README.md", b"# Read me"),
        ("talk/img/a.png", &picture),
        ("talk/src/slides.md", text),
        ("talk/src/more.markdown", b"# More"),
    ]);
    let deck = file(&place, "project.zip", project);
    let (running, printed) = served(&place, &deck);
    let shown = html(&printed, 1);
    assert!(
        shown.contains("Shown") && shown.contains("/media/"),
        "{shown}"
    );
    let said = running.complaints();
    assert!(
        said.contains("../../b.png") && !said.contains("a.png is"),
        "{said}"
    );
}

#[test]
fn a_folder_with_one_text_is_that_deck_and_one_of_many_has_to_be_given() {
    let place = Place::new();
    let folder = place.folder("talk");
    let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).expect("a file");
    write("README.md", b"# Read me");
    write("my.markdown", b"# Mine\n\n![](a.png)\n");
    write("a.png", &png(99));
    let (running, printed) = served(&place, &folder);
    let shown = html(&printed, 1);
    assert!(
        shown.contains("Mine") && shown.contains("/media/"),
        "{shown}"
    );
    drop(running);
    fs::remove_file(folder.join("a.png")).expect("it goes");
    write("other.md", b"# Other");
    let place = Place::new();
    let said = refused(&place, &folder);
    assert!(
        said.contains("has several Markdown files. Give the one"),
        "{said}"
    );
}
