//! Decks written for Slidev.

use super::*;

#[test]
fn slidev_has_front_matter_for_a_slide_and_the_comment_at_its_end_is_notes() {
    let text = "---\ntheme: seriph\nlayout: cover\n---\n\n# A\n\n---\nlayout: center\n---\n\n# B\n\n<!-- no notes -->\n\ntext\n\n<!--\nmy notes\n-->\n";
    let pages = pages(text);
    assert_eq!(pages.len(), 2);
    assert_eq!(html(&pages[1]).classes, ["center"]);
    assert_eq!(pages[1].notes.as_deref(), Some("my notes"));
}

#[test]
fn slidev_clicks_are_counted_as_slidev_does() {
    let text = "---\nlayout: cover\n---\n\n<v-clicks>\n\n- a\n- b\n\n</v-clicks>\n\n<div v-click=\"5\">c</div>\n\n<p v-after>d</p>\n\n<v-click>\n\ne\n\n</v-click>\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    let order: Vec<&str> = markup
        .split("data-step=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(order, ["1", "2", "5", "2", "3"], "{markup}");
    assert_eq!(html(page).steps, 5);
}

/// Removing its click used to take one from the elements before it, and to go below zero.
#[test]
fn a_click_on_nothing_takes_no_other_elements_step() {
    let steps = |text: &str| html(&pages(&format!("---\nlayout: cover\n---\n\n{text}"))[0]).steps;
    assert_eq!(steps("<div v-click=\"0\"></div>\n\ntext\n"), 0);
    assert_eq!(steps("<div v-after></div>\n\ntext\n"), 0);
    assert_eq!(steps("<div v-click>a</div>\n\n<div v-after></div>\n"), 1);
    assert_eq!(
        steps("<div v-click=\"1\">a</div>\n\n<div v-click></div>\n"),
        1
    );
    assert_eq!(steps("text\n\n<div v-click=\"5\"></div>\n"), 0);
}

/// The words stood there from the start, and pointed at nothing.
#[test]
fn what_comes_after_a_click_that_was_left_out_comes_by_a_click() {
    let steps = |text: &str| {
        let pages = pages(&format!("---\nlayout: cover\n---\n\n{text}"));
        let html = html(&pages[0]);
        (
            html.steps,
            html.markup().contains("<p data-step=\"1\">Here"),
        )
    };
    let arrow = "<img v-click src=\"https://a.b/arrow.svg\"/>\n<p v-after>Here</p>\n";
    assert_eq!(steps(arrow), (1, true));
    assert_eq!(
        steps("<Arrow v-click />\n<p v-after>Here</p>\n<p v-after>too</p>\n"),
        (1, true)
    );
    assert_eq!(
        steps("<Arrow v-click />\n<p v-click>Here</p>\n<p v-after>too</p>\n"),
        (1, true)
    );
    assert_eq!(steps("<Arrow v-click />\n\ntext\n"), (0, false));
}

#[test]
fn slidev_hides_at_a_click_and_says_what_it_does_not_know() {
    let text = "---\nlayout: cover\n---\n\n<div v-click>a</div>\n<div v-click.hide>b</div>\n<v-click hide>c</v-click>\n<div v-if=\"$clicks > 1\">d</div>\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    for expected in [
        "<div data-step=\"1\">a",
        "<div data-until=\"2\">b",
        "<div data-until=\"3\">c",
    ] {
        assert!(markup.contains(expected), "{expected}: {markup}");
    }
    assert_eq!(html(page).steps, 3);
    assert_eq!(page.warnings[0].line, Some(8));
    assert!(page.warnings[0].reason.contains("“v-if”"));
}

#[test]
fn slidev_slides_have_the_decks_layout_and_spans_are_words() {
    let text = "---\ntheme: x\ntransition: none\ndefaults:\n  layout: center\n---\n\n# A\n\n---\n\n# B\n\n[red]{style=\"color:red\"} text\n\n---\nlayout: quote\n---\n\n# C\n";
    let pages = pages(text);
    let classes = |page: &Page| html(page).classes.concat();
    assert_eq!(
        [0, 1, 2].map(|at| classes(&pages[at])),
        ["cover", "center", "quote"]
    );
    assert!(html(&pages[1]).markup().contains("<p>red text"));
    assert_eq!(pages[1].warnings[0].line, Some(14));
}

#[test]
fn slidev_columns_front_matter_in_a_fence_and_expressions() {
    let text = "---\nlayout: cover\n---\n\n# A\n\n---\n\n```yaml\nlayout: center\n```\n\n# B {{ $nav.currentPage }} `{{ kept }}`\n\n---\n\n```yaml\n---\nlayout: x\n---\n```\n\n# C\n\n<div class=\"grid grid-cols-[2fr_1fr]\">\n<div>\n\nl\n\n</div>\n<div>r</div>\n</div>\n";
    let pages = pages(text);
    assert_eq!(html(&pages[1]).classes, ["center"]);
    let markup = &html(&pages[1]).markup();
    assert!(
        markup.contains("kept") && !markup.contains("nav"),
        "{markup}"
    );
    assert_eq!(
        pages[1].warnings[0].line,
        Some(13),
        "{:?}",
        pages[1].warnings
    );
    let markup = &html(&pages[2]).markup();
    assert!(
        markup.contains("layout: x") || markup.contains("<pre"),
        "{markup}"
    );
    let wide = markup
        .find("<div class=\"columns\">")
        .zip(markup.find("<div class=\"column w8\">"));
    assert!(wide.is_some_and(|(outer, inner)| outer < inner), "{markup}");
    assert!(markup.contains("<div class=\"column w4\">r"), "{markup}");
}

#[test]
fn attributes_in_braces_are_no_text() {
    let text = "# A {.text-red}\n\n### B {.x #y}\n\n![](a.png){width=200px} and ![](b.png){.shadow height=50%}\n\n<img src=\"c.png\" style=\"width: 30em\">\n\nset {.5}\n";
    assert_eq!(open(text).outline().title.as_deref(), Some("A"));
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    assert!(
        !markup.contains(".x") && markup.contains("set {.5}"),
        "{markup}"
    );
    assert!(
        markup.contains("\"a.png\" alt=\"\" width=\"200\">"),
        "{markup}"
    );
    assert!(
        markup.contains("\"b.png\" alt=\"\" height=\"50%\">"),
        "{markup}"
    );
    assert_eq!(page.title.as_deref(), Some("A"));
    let lines: Vec<_> = page.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(1), Some(7)], "{:?}", page.warnings);
}

#[test]
fn a_picture_is_looked_for_where_its_program_does() {
    let files = |front: &str, beside: &[&str]| {
        let text = format!("---\n{front}\n---\n\n![](/img/b.png)\n\n![](./a.png)\n");
        let beside = beside.iter().map(|name| (*name).to_owned());
        let page = open(&text).beside(beside).page(0, 1_920).expect("a page");
        let lines: Vec<_> = page
            .warnings
            .iter()
            .filter_map(|known| known.line)
            .collect();
        (html(&page).files().join(" "), lines)
    };
    let of = |files: &str, lines: &[u32]| (files.to_owned(), lines.to_vec());
    let both = ["img/b.png", "public/img/b.png", "a.png"];
    assert_eq!(
        files("layout: none", &both),
        of("public/img/b.png a.png", &[])
    );
    assert_eq!(files("title: x", &both), of("img/b.png a.png", &[]));
    assert_eq!(files("layout: none", &["img/b.png"]), of("img/b.png", &[7]));
    assert_eq!(files("title: x", &[]), of("", &[5, 7]));
    // Nobody has said what lies there.
    let page = &pages("---\nlayout: none\n---\n\n![](/b.png)\n\n![](../a.png)\n")[0];
    assert_eq!(html(page).files(), ["public/b.png", "../a.png"]);
}

#[test]
fn a_switch_shows_one_template_at_a_time() {
    let page = |switch: &str| {
        pages(&format!(
            "---\nlayout: none\n---\n\n<div v-click>a</div>\n\n{switch}\n\n<div v-click>z</div>\n"
        ))
        .remove(0)
    };
    let check = |switch: &str, steps: u16, expected: &[&str]| {
        let page = page(switch);
        let markup = &html(&page).markup();
        for expected in expected {
            assert!(markup.contains(expected), "{expected}: {markup}");
        }
        assert_eq!(html(&page).steps, steps, "{markup}");
    };
    let switch =
        "<v-switch>\n<template #1>one</template>\n<template #2>two</template>\n</v-switch>";
    let z = "<div data-step=\"4\">z";
    check(
        switch,
        4,
        &[
            "step=\"2\" data-until=\"3\">one",
            "step=\"3\" data-until=\"4\">two",
            z,
        ],
    );
    check(
        &switch.replace("#1", "#0"),
        3,
        &[
            "<div data-until=\"2\">one",
            "step=\"2\" data-until=\"3\">two",
        ],
    );
    check(
        &switch.replace("#2", "v-slot:2"),
        4,
        &["step=\"3\" data-until=\"4\">two"],
    );
}
