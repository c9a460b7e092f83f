//! Small files that say very much: the server lives with the 2 GiB that a small machine has.

use super::{
    ask, file,
    made::{pdf, saying, zip},
};
use crate::support::{
    path,
    program::{Place, Running, parts},
};
use std::{fmt::Write as _, path::Path};

/// Address space, in KiB, that the server has and all of its processes.
const TWO_GIB: u32 = 2 << 20;

/// A debug build is far slower than a page may be.
const SLOW: [&str; 2] = ["--max-page-time", "600"];

fn served_in_two_gib(place: &Place, deck: &Path) -> (Running, String) {
    let options = ["--listen", "127.0.0.1:0", SLOW[0], SLOW[1], path(deck)];
    let mut command = place.in_shell(&format!("ulimit -v {TWO_GIB}"), &options);
    let (mut running, printed) = Place::start(&mut command);
    running.until_imported();
    (running, printed)
}

fn slides(printed: &str) -> String {
    let answer = ask(printed, "GET /t/room/slides HTTP/1.1");
    assert_eq!(parts(&answer).0, 200, "{answer}");
    answer
}

#[test]
fn a_zip_of_a_few_kilobytes_with_tables_of_a_thousand_columns() {
    let place = Place::new();
    let mut text = String::new();
    for slide in 0..300 {
        write!(text, "# Slide {slide}\n\n").expect("a string");
        text += &("|a".repeat(1_000) + "|\n" + &"|-".repeat(1_000) + "|\n" + &"|\n".repeat(50));
        text += "\n---\n\n";
    }
    let packed = zip(&[("slides.md", text.as_bytes())]);
    assert!(packed.len() < 10 << 10, "{} bytes", packed.len());
    let deck = file(&place, "slides.zip", packed);
    let (running, printed) = served_in_two_gib(&place, &deck);
    slides(&printed);
    let most = running.peak_memory();
    assert!(most < 256, "{most} MiB");
}

/// One that was met had 300 pages. A debug build takes minutes to draw those, and fewer reach the same
/// bound.
#[test]
fn a_pdf_whose_pages_share_a_thousand_links() {
    let place = Place::new();
    let pages: Vec<_> = (0..18).map(|page| saying(&format!("{page}"))).collect();
    let text = String::from_utf8(pdf("", &pages)).expect("text");
    let text = text.replace(
        "/Type /Page /Parent",
        "/Type /Page /Annots 9000 0 R /Parent",
    );
    let (objects, _) = text.split_once("xref\n").expect("a table");
    let mut text = objects.to_owned() + "9000 0 obj\n[\n";
    let url = "https://example.org/".to_owned() + &"a".repeat(1_900);
    for _ in 0..1_000 {
        text += "9001 0 R\n";
    }
    write!(
        text,
        "]\nendobj\n9001 0 obj\n<< /Type /Annot /Subtype /Link /Rect [0 0 99 99] /A << /S /URI \
         /URI ({url}) >> >>\nendobj\ntrailer\n<< /Size 9999 /Root 1 0 R >>\n%%EOF\n"
    )
    .expect("a string");
    let deck = file(&place, "links.pdf", &text);
    assert!(text.len() < 20 << 10, "{} bytes", text.len());
    let (mut running, printed) = served_in_two_gib(&place, &deck);
    slides(&printed);
    let said = running.until_it_says("MiB of them");
    assert_eq!(
        said.matches("words and links of some pages are left out")
            .count(),
        1
    );
    let most = running.peak_memory();
    assert!(most < 256, "{most} MiB");
}
