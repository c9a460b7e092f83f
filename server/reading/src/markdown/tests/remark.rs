//! remark.js' decks.

use super::*;

#[test]
fn remark_has_notes_steps_and_properties() {
    let text = "class: center, middle, impact\nname: start\n\n# A\n\nseen\n\n???\n\nPRIVATE\n\n# And this\n\n---\nlayout: true\n\n# Of all\n\n---\ntemplate: x\nbackground-image: url(a.png)\n\n# B\n\n- one\n--\n\n- .red[two]\n\n???\nPRIVATE too\n";
    let deck = open(text);
    let outline = deck.outline();
    assert_eq!(outline.title.as_deref(), Some("A"));
    let said: Vec<_> = outline.warnings.iter().map(|said| said.line).collect();
    assert_eq!(said, [Some(15)], "{:?}", outline.warnings);
    let pages = pages(text);
    let titles: Vec<_> = pages
        .iter()
        .filter_map(|page| page.title.as_deref())
        .collect();
    assert_eq!(titles, ["A", "B"]);
    for page in &pages {
        let markup = &html(page).markup();
        assert!(
            !markup.contains("PRIVATE") && !markup.contains("???"),
            "{markup}"
        );
        assert!(
            !markup.contains("class: ") && !markup.contains("template"),
            "{markup}"
        );
    }
    assert_eq!(pages[0].notes.as_deref(), Some("PRIVATE\n\n# And this"));
    assert_eq!(pages[1].notes.as_deref(), Some("PRIVATE too"));
    assert!(html(&pages[0]).classes.contains(&"center".to_owned()));
    assert_eq!(html(&pages[1]).files(), ["a.png"]);
    assert_eq!(html(&pages[1]).steps, 1);
    assert!(html(&pages[1]).markup().contains("two") && !html(&pages[1]).markup().contains("red"));
    let lines = |page: &Page| {
        page.warnings
            .iter()
            .map(|said| said.line)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&pages[0]), [Some(1)], "{:?}", pages[0].warnings);
    assert_eq!(
        lines(&pages[1]),
        [Some(20), Some(28)],
        "{:?}",
        pages[1].warnings
    );
}

#[test]
fn three_question_marks_are_notes_where_they_can_be_and_are_said() {
    let page = &pages("# A\n\n???\n\nPRIVATE\n\n---\n\n# B\n")[0];
    assert!(!html(page).markup().contains("PRIVATE"));
    assert_eq!(page.notes.as_deref(), Some("PRIVATE"));
    let reason = "“???” and what follows are the speaker's notes, as in remark.js";
    let said = (page.warnings[0].line, page.warnings[0].reason.as_str());
    assert_eq!(said, (Some(3), reason));
    let page = &pages("# What is this\n\n???\n")[0];
    assert!(html(page).markup().contains("???"));
    let page = &pages("class: biology\n\n# A\n")[0];
    assert!(html(page).markup().contains("class: biology"));
}
