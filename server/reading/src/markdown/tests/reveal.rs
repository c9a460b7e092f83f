//! Decks written for reveal.js and reveal-md.

use super::*;

#[test]
fn reveal_has_vertical_slides_fragments_and_notes() {
    let text =
        "# A\n\n--\n\n- b <!-- .element: class=\"fragment\" -->\n\nNote: say\nit\n\n---\n\n# C\n";
    let pages = pages(text);
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[1].notes.as_deref(), Some("say\nit"));
    assert_eq!(html(&pages[1]).steps, 1);
}

/// They were on the projector, and on every phone.
#[test]
fn an_aside_of_notes_is_the_speakers_alone() {
    let texts = [
        "# A\n\n---\n\n## B\n\nseen\n\n<aside class=\"notes\">\nSECRET &amp; **one**\n</aside>\n\nalso\n",
        "# A\n\n---\n\n## B\n\nseen\n\n<aside class='x notes'>\n\nSECRET & **one**\n\n</aside>\n\nalso\n",
        "# A\n\n---\n\n## B\n\nseen <aside class=\"notes\">SECRET & one</aside>\n\nalso\n",
        "# A\n\n---\n\n## B\n\nseen\n\nalso\n\n<aside class=\"notes\">\n\n- SECRET & one\n",
        "# A\n\n---\n\n<!-- .slide: data-notes=\"SECRET &amp; one\" -->\n## B\n\nseen\n\nalso\n",
    ];
    for text in texts {
        let page = &pages(text)[1];
        let markup = &html(page).markup();
        assert!(!markup.contains("SECRET") && !page.text.contains("SECRET"));
        assert!(markup.contains("seen") && markup.contains("also"), "{text}");
        let notes = page.notes.as_deref().unwrap_or_default();
        assert_eq!(notes.replace('*', ""), "SECRET & one", "{text}");
    }
}

/// Half of a slide was gone, and nobody was told why.
#[test]
fn notes_that_nobody_may_have_meant_are_said_with_their_line() {
    let said = |text: &str| {
        let page = pages(text).remove(1);
        assert_eq!(
            page.notes.as_deref(),
            Some("as root.\n\nThen run."),
            "{text}"
        );
        let warnings = page.warnings.into_iter();
        warnings
            .map(|warning| (warning.line, warning.reason))
            .collect::<Vec<_>>()
    };
    let text = "# A\n\n---\n\n## B\n\nNote: as root.\n\nThen run.\n";
    let reason = "“Note:” and what follows are the speaker's notes, as in reveal.js";
    assert_eq!(said(text), [(Some(7), reason.to_owned())]);
    assert_eq!(said(&text.replace("---", "----")), []);
    assert_eq!(
        said(&text.replace("## B", "<p class=\"fragment\">b</p>")),
        []
    );
}

#[test]
fn reveal_decks_may_say_what_separates_their_slides() {
    let text = "---\nseparator: <!--s-->\nverticalSeparator: <!--v-->\nnotesSeparator: \"^Say:\"\n---\n\n# A\n\n---\n\na\n\n<!--s-->\n\n## B\n\nSay: hello\n\n<!--v-->\n\n## C\n";
    assert_eq!(titles(text), ["A", "B", "C"]);
    assert_eq!(pages(text)[1].notes.as_deref(), Some("hello"));
    let text = "---\nseparator: '^\\r?\\n===\\r?\\n$'\n---\n\n# A\n\n===\n\n## B\n\n--\n\n## C\n";
    assert_eq!(titles(text), ["A", "B", "C"]);
    let text = "---\nseparator: ^\\n\\n\\n\n---\n\n# A\n\n---\n\na\n\n\nb\n\n\n\n# B\n";
    assert_eq!(titles(text), ["A", "B"]);
    let text = "---\ntitle: x\nseparator: ^-{3,}$\n---\n\n# A\n\n---\n\n# B\n";
    assert_eq!(titles(text), ["A", "B"]);
    assert_eq!(open(text).outline().warnings[0].line, Some(3));
}

#[test]
fn fragments_written_as_html_are_steps() {
    let text = "----\n\n<p class=\"fragment\">a</p>\n<p class=\"fragment fade-up\">b</p>\n\n<ul>\n<li class=\"fragment\">c</li>\n</ul>\n\nd <span class=\"fragment\">e</span>\n\n<p class=\"fragment fade-out\">f</p>\n\n<p class=\"fragment\" data-fragment-index=\"2\">g</p>\n\n<p class=\"fragment grow\">h</p>\n\ni <!-- .element: class=\"fragment highlight-red\" -->\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    for expected in [
        "<p data-step=\"2\">a",
        "<p data-step=\"3\">b",
        "<li data-step=\"4\">c",
        "<span data-step=\"5\">e",
        "<p data-until=\"6\">f",
        "<p data-step=\"1\">g",
        "<p>h",
        "<p>i",
    ] {
        assert!(markup.contains(expected), "{expected}: {markup}");
    }
    assert_eq!(html(page).steps, 6);
    let lines: Vec<_> = page.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(16), Some(18)], "{:?}", page.warnings);
}

/// The first click did nothing.
#[test]
fn places_of_fragments_are_an_order_and_no_numbers_of_clicks() {
    let text = "----\n\n- b <!-- .element: class=\"fragment\" data-fragment-index=\"2\" -->\n- a <!-- .element: class=\"fragment\" data-fragment-index=\"1\" -->\n- c <!-- .element: class=\"fragment\" -->\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    for expected in ["step=\"2\">b", "step=\"1\">a", "step=\"3\">c"] {
        assert!(markup.contains(expected), "{expected}: {markup}");
    }
    assert_eq!(html(page).steps, 3);
}

#[test]
fn reveal_backgrounds_that_are_not_drawn_are_said_with_their_line() {
    let section = "----\n\n<section data-background=\"tomato\">\n\na\n\n</section>\n";
    assert_eq!(html(&pages(section)[0]).classes, ["statement", "on-light"]);
    let text = "----\n\n<!-- .slide: data-background-image=\"a.png\" data-background-size=\"contain\" data-background-opacity=\"0.3\" -->\n\n# A\n";
    let page = &pages(text)[0];
    assert!(html(page).markup().contains("<img class=\"contain\""));
    assert_eq!(page.warnings.len(), 1, "{:?}", page.warnings);
    assert_eq!(page.warnings[0].line, Some(3));
}

#[test]
fn an_element_is_what_stands_before_its_comment_or_around_it() {
    const ELEMENT: &str = "<!-- .element: class=\"fragment\" -->";
    let check = |text: &str, steps: u16, markup: &str| {
        let page = pages(&format!("----\n\n{}", text.replace('@', ELEMENT))).remove(0);
        assert_eq!(html(&page).steps, steps, "{text}");
        let found = &html(&page).markup();
        assert!(found.contains(markup), "{text}: {found}");
    };
    check("- a\n- b\n\n@\n", 1, "<ul data-step=\"1\">");
    check("1. a\n2. b\n\n@\n", 1, "<ol data-step=\"1\">");
    check(
        "```js\none\n```\n@\n",
        1,
        "<div data-step=\"1\"><div class=\"block\">",
    );
    check("| a |\n|---|\n| 1 |\n\n@\n", 1, "<table data-step=\"1\">");
    check(
        "- @ first **bold**\n- @ second\n",
        2,
        "first <strong>bold</strong>",
    );
    check("1. @ first\n2) @ second\n", 2, "<li data-step=\"2\">second");
    check("![](a.png)@\n", 1, "data-step=\"1\"");
    check("> q\n\n@\n", 1, "<blockquote data-step=\"1\">");
    check("para @\n", 1, "<p data-step=\"1\">");
    check("# Heading @\n\ntext\n", 1, "<h1 data-step=\"1\">");
    check(
        "para <!-- .element class=\"fragment\" -->\n",
        1,
        "<p data-step=\"1\">",
    );
}
