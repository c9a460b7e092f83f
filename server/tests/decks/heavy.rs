//! Small files that say very much. The server has 2 GiB of addresses, and serves on.

use crate::{
    ANY, file, go_to,
    made::{pdf, saying, zip},
    state,
    support::{path, program::Place},
};
use std::{fmt::Write as _, path::Path};

const TWO_GIBIBYTES: &str = "ulimit -v 2097152";

/// What is said of a deck that is shown, in so far as it has room.
fn survived(place: &Place, deck: &Path) -> String {
    let options = [&ANY[..], &[path(deck)]].concat();
    let (mut running, printed) = Place::start(&mut place.in_shell(TWO_GIBIBYTES, &options));
    running.until_imported();
    let last = go_to(&printed, 300);
    assert_eq!(last["slide"], 300);
    assert_eq!(state(&printed)["slide"], 300);
    running.complaints()
}

#[test]
fn a_small_zip_of_wide_tables_does_not_end_the_server() {
    let place = Place::new();
    let row = "a|".repeat(1_000);
    let rule = "-|".repeat(1_000);
    let slide = format!("|{row}\n|{rule}\n{}\n---\n\n", "|x|\n".repeat(60));
    let packed = zip(&[("slides.md", slide.repeat(300).as_bytes())]);
    assert!(packed.len() < 12 << 10, "{} bytes", packed.len());
    let said = survived(&place, &file(&place, "wide.zip", packed));
    assert!(said.contains("more than 32 MiB of text"), "{said}");
}

#[test]
fn a_small_pdf_whose_pages_share_their_links_does_not_end_the_server() {
    let place = Place::new();
    let pages: Vec<String> = (1..=300).map(|page| saying(&format!("{page}"))).collect();
    let text = String::from_utf8(pdf("", &pages)).expect("text");
    let own = text.replace("/Contents", "/Annots 9000 0 R /Contents");
    let (objects, _) = own.split_once("xref\n").expect("a table");
    let mut text = objects.to_owned();
    text.push_str("9000 0 obj\n[");
    for _ in 0..1_000 {
        text.push_str("9001 0 R ");
    }
    write!(
        text,
        "]\nendobj\n9001 0 obj\n<< /Type /Annot /Subtype /Link /Rect [10 10 90 90] \
         /A << /S /URI /URI (https://example.org/{}) >> >>\nendobj\n\
         trailer\n<< /Size 9999 /Root 1 0 R >>\n%%EOF\n",
        "x".repeat(1_900)
    )
    .expect("a string");
    let said = survived(&place, &file(&place, "linked.pdf", text));
    assert!(said.contains("its words and links are left out"), "{said}");
}
