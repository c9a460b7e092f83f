//! Decks written for presenterm.

use super::*;

#[test]
fn what_presenterm_asks_in_vain_is_said_with_its_line() {
    let text = "A\n===\n\n<!-- font_size: 2 -->\n\n<!-- alignment: right -->\n\n```file +line_numbers\npath: a.rs\nlanguage: rust\n```\n\n$\\cancel{x}$\n\n<!-- end_slide -->\n";
    let page = &pages(text)[0];
    let said = |what: &str| {
        let found = page
            .warnings
            .iter()
            .find(|known| known.reason.contains(what));
        found.and_then(|known| known.line)
    };
    let lines = ["font_size: 2", "alignment: right", "a.rs", "cancel"].map(said);
    assert_eq!(
        lines,
        [Some(4), Some(6), Some(8), Some(13)],
        "{:?}",
        page.warnings
    );
    assert!(!html(page).markup().contains("path:"));
}

#[test]
fn presenterm_slides_end_where_its_options_say() {
    let implicit = "---\noptions:\n  implicit_slide_ends: true\n---\n\nA\n===\n\ntext\n\nB\n---\n\n- text\n\n```\nX\n===\n```\n\n<!-- pause -->\nC\n===\n";
    assert_eq!(titles(implicit), ["A", "B", "C"]);
    let shorthand = "---\noptions:\n  end_slide_shorthand: true\n---\n\nA\n---\n\ntext\n\n-----------\n\nB\n===\n\n---\n\nC\n===\n";
    assert_eq!(titles(shorthand), ["A", "B", "C"]);
    let prefixed = "---\noptions:\n  command_prefix: \"cmd:\"\n---\n\nA\n===\n\na\n\n<!-- cmd:pause -->\n\nb\n\n<!-- pause -->\n\nc\n\n<!-- for people -->\n<!-- cmd:speaker_note: hello -->\n<!--cmd: end_slide-->\n\nB\n===\n";
    let pages = pages(prefixed);
    assert_eq!((pages.len(), html(&pages[0]).steps), (2, 1));
    assert_eq!(pages[0].notes.as_deref(), Some("hello"));
    assert!(pages[0].warnings.is_empty(), "{:?}", pages[0].warnings);
}

#[test]
fn presenterm_has_pauses_columns_and_notes() {
    let text = "T\n===\n\na\n\n<!-- pause -->\n\n<!-- column_layout: [2, 1] -->\n<!-- column: 1 -->\nright\n<!-- column: 0 -->\nleft\n<!-- reset_layout -->\n\nend\n\n<!-- speaker_note: |\n  one\n  two\n-->\n<!-- end_slide -->\n\nU\n---\n";
    let pages = pages(text);
    let markup = &html(&pages[0]).markup();
    let at = |what: &str| markup.find(what).expect(what);
    assert!(
        at("column w8") < at("left") && at("left") < at("right") && at("right") < at("end"),
        "{markup}"
    );
    assert_eq!(html(&pages[0]).steps, 1);
    assert_eq!(pages[0].notes.as_deref(), Some("one\ntwo"));
    assert_eq!(pages[1].title.as_deref(), Some("U"));
}

#[test]
fn presenterm_pauses_after_a_list_that_comes_one_by_one() {
    let text = "A\n===\n\n<!-- incremental_lists: true -->\n\nbefore\n\n- one\n- two\n  - deep\n\nafter\n\n<!-- end_slide -->\n\nB\n===\n\n- all\n- at once\n";
    let pages = pages(text);
    let markup = &html(&pages[0]).markup();
    for expected in [
        "step=\"1\">one",
        "step=\"2\">two",
        "step=\"3\">deep",
        "step=\"4\">after",
    ] {
        assert!(markup.contains(expected), "{expected}: {markup}");
    }
    assert_eq!((html(&pages[0]).steps, html(&pages[1]).steps), (4, 0));
    let last = "A\n===\n\n<!-- incremental_lists: true -->\n\n- one\n- two\n";
    assert_eq!(html(&super::pages(last)[0]).steps, 2);
}
