//! Whole decks: what their authors meant, and what strangers may bring.

use super::code::processor_time;
use super::*;
use crate::decks::source::{Face, Html};
use proptest::prelude::*;

fn open(text: &str) -> Markdown {
    Markdown::open(text, &Limits::default()).expect("a deck")
}

fn pages(text: &str) -> Vec<Page> {
    let mut deck = open(text);
    let count = u32::try_from(deck.outline().slides.len()).expect("few");
    (0..count)
        .map(|index| deck.page(index, 1_920).expect("a page"))
        .collect()
}

fn html(page: &Page) -> &Html {
    match &page.face {
        Face::Html(html) => html,
        Face::Picture(_) => panic!("not a picture"),
    }
}

fn titles(text: &str) -> Vec<String> {
    pages(text)
        .into_iter()
        .map(|page| page.title.unwrap_or_default())
        .collect()
}

#[test]
fn three_dashes_separate_and_those_in_code_and_comments_do_not() {
    let text =
        "# A\n\n---\n\n# B\n\n```yaml\n---\nx: y\n---\n```\n\n<!--\n---\n-->\n\n---\n\n# C\n";
    assert_eq!(titles(text), ["A", "B", "C"]);
}

#[test]
fn a_fence_that_never_ends_takes_its_slide_only() {
    assert_eq!(titles("# A\n\n```rust\nfn a()\n\n---\n\n# B\n"), ["A", "B"]);
}

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
    let markup = &html(page).markup;
    let order: Vec<&str> = markup
        .split("data-step=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(order, ["1", "2", "5", "2", "3"], "{markup}");
    assert_eq!(html(page).steps, 5);
}

/// Its click was taken back from those before it, and below zero.
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
        (html.steps, html.markup.contains("<p data-step=\"1\">Here"))
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
fn what_the_theme_does_otherwise_is_said_with_its_line() {
    let text = "---\ntheme:\n  override:\n    code:\n      background: false\n---\n\n# A\n\n```rust +no_background\nlet a = 1;\n```\n\n<Unknown/>\n";
    let mut said = open(text).outline().warnings;
    said.extend(pages(text).into_iter().flat_map(|page| page.warnings));
    let lines: Vec<_> = said.iter().filter_map(|warning| warning.line).collect();
    assert_eq!(lines, [5, 10, 14], "{said:?}");
    assert!(said[1].reason.contains("+no_background"));
}

#[test]
fn a_grey_ground_is_a_ground() {
    let ground = |colour: &str| {
        let pages = pages(&format!(
            "a <span style=\"background-color: {colour}\">b</span>"
        ));
        html(&pages[0]).markup.contains("class=\"marked\"")
    };
    assert!(ground("black") && ground("#eee") && ground("red"));
    assert!(!ground("url(a.png)"));
}

#[test]
fn marp_directives_hold_and_its_stars_are_steps() {
    let text = "---\nmarp: true\n---\n\n<!-- class: invert -->\n# A\n\n---\n\n<!-- _class: lead -->\n![bg left](x.png)\n\n* one\n* two\n\n<!-- say it -->\n\n---\n\n- calm\n";
    let pages = pages(text);
    assert_eq!(html(&pages[1]).steps, 2);
    assert_eq!(html(&pages[1]).files, ["x.png"]);
    assert_eq!(pages[1].notes.as_deref(), Some("say it"));
    assert!(html(&pages[2]).classes.contains(&"invert".to_owned()));
    assert_eq!(html(&pages[2]).steps, 0);
}

#[test]
fn marp_breaks_lines_where_its_author_did() {
    let markup = |text: &str| html(&pages(text)[0]).markup.clone();
    let poem = "![bg](a.png)\nRoses are red\nViolets are blue\n\n![](a.png)\n![](b.png)\n";
    let marp = markup(&format!("---\nmarp: true\n---\n\n{poem}"));
    assert!(marp.contains("Roses are red<br>Violets"), "{marp}");
    assert_eq!(marp.matches("<br>").count(), 1, "{marp}");
    assert!(!markup(poem).contains("<br>"));
}

#[test]
fn marp_repeats_its_header_footer_and_number() {
    let text = "---\nmarp: true\npaginate: true\nheader: 'My **header**'\n_footer: first\n---\n\n# A\n\n---\n\n<!-- _header: '' -->\n<!-- _paginate: hold -->\n# B\n\n---\n\n<!-- footer: '![w:9](a.png) <b> & on' -->\n# C\n\n---\n\n<!-- _paginate: false -->\n# D\n\n---\n\n# E\n";
    let running = |page: &Page| {
        let markup = &html(page).markup;
        let parts = markup.split("<div class=\"running ").skip(1);
        let parts = parts.filter_map(|part| part.split("</div>").next());
        let parts = parts.map(|part| part.replace("\" dir=\"auto\">", ": "));
        parts.collect::<Vec<_>>().join(", ")
    };
    let pages = pages(text);
    assert_eq!(
        running(&pages[0]),
        "above: My header, below: first, number: 1"
    );
    assert_eq!(running(&pages[1]), "number: 1");
    let below = "below:   &amp; on";
    assert_eq!(
        running(&pages[2]),
        format!("above: My header, {below}, number: 2")
    );
    assert!(
        pages[2].warnings[0]
            .reason
            .contains("picture in the footer")
    );
    assert_eq!(running(&pages[3]), format!("above: My header, {below}"));
    assert!(running(&pages[4]).ends_with("number: 4"));
}

#[test]
fn marp_pictures_beside_the_text_have_the_share_they_ask_for() {
    let classes = |text: &str| {
        let text = format!("---\nmarp: true\nbackgroundImage: url(all.png)\n---\n\n{text}");
        let page = pages(&text).remove(0);
        (html(&page).classes.join(" "), html(&page).files.join(" "))
    };
    let of = |classes: &str, files: &str| (classes.to_owned(), files.to_owned());
    assert_eq!(
        classes("![bg left:35%](a.png)\n\ntext"),
        of("picture-left beside-33", "a.png")
    );
    assert_eq!(
        classes("![bg](a.png)\n![bg right](b.png)\n\ntext"),
        of("picture-right", "a.png b.png")
    );
    assert_eq!(classes("text"), of("picture-behind", "all.png"));
}

#[test]
fn marp_colours_of_text_are_the_themes_shades() {
    let page = |directives: &str| {
        pages(&format!("---\nmarp: true\n{directives}\n---\n\ntext\n")).remove(0)
    };
    assert!(
        html(&page("color: '#ff0000'"))
            .markup
            .contains("<div class=\"body t-red\"")
    );
    let tomato = page("backgroundColor: tomato\ncolor: white");
    assert_eq!(html(&tomato).classes, ["on-dark"]);
    assert_eq!(tomato.warnings, []);
    assert!(page("color: white").warnings[0].reason.contains("“white”"));
    assert!(
        page("color: var(--x)").warnings[0]
            .reason
            .contains("“var(--x)”")
    );
}

#[test]
fn what_marp_asks_in_vain_is_said_with_its_line() {
    let text = "---\nmarp: true\nsize: 4:3\nstyle: |\n  h1 { color: red }\n---\n\n# A\n\n![bg blur](a.png)\n\n<!-- backgroundRepeat: repeat -->\n";
    let mut said = open(text).outline().warnings;
    said.extend(pages(text).into_iter().flat_map(|page| page.warnings));
    let lines: Vec<_> = said.iter().filter_map(|warning| warning.line).collect();
    assert_eq!(lines, [3, 4, 10, 12], "{said:?}");
}

#[test]
fn marp_divides_at_headings_when_asked() {
    assert_eq!(
        titles("---\nmarp: true\nheadingDivider: 2\n---\n\n# A\n\ntext\n\n## B\n\n### C\n"),
        ["A", "B"]
    );
}

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
        let markup = &html(page).markup;
        assert!(!markup.contains("SECRET") && !page.text.contains("SECRET"));
        assert!(markup.contains("seen") && markup.contains("also"), "{text}");
        let notes = page.notes.as_deref().unwrap_or_default();
        assert_eq!(notes.replace('*', ""), "SECRET & one", "{text}");
    }
}

#[test]
fn a_slide_that_its_author_hides_is_left_out() {
    let reveal = "# A\n\n---\n\n<!-- .slide: data-visibility=\"hidden\" -->\n\n## B\n\n---\n\n<!-- .slide: data-visibility=\"uncounted\" -->\n\n## C\n";
    assert_eq!(titles(reveal), ["A", "C"]);
    let presenterm = "A\n===\n\n<!-- end_slide -->\n\n<!-- skip_slide -->\n\nB\n===\n\n<!-- end_slide -->\n\nC\n===\n";
    assert_eq!(titles(presenterm), ["A", "C"]);
    let slidev = "---\nlayout: cover\n---\n\n# A\n\n---\nhide: true\n---\n\n# B\n\n---\ndisabled: true\n---\n\n# C\n\n---\n\n# D\n";
    assert_eq!(titles(slidev), ["A", "D"]);
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
    let markup = &html(page).markup;
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
    let markup = &html(page).markup;
    for expected in ["step=\"2\">b", "step=\"1\">a", "step=\"3\">c"] {
        assert!(markup.contains(expected), "{expected}: {markup}");
    }
    assert_eq!(html(page).steps, 3);
}

#[test]
fn reveal_backgrounds_that_are_not_drawn_are_said_with_their_line() {
    let section = "----\n\n<section data-background=\"tomato\">\n\na\n\n</section>\n";
    assert_eq!(html(&pages(section)[0]).classes, ["on-light"]);
    let text = "----\n\n<!-- .slide: data-background-image=\"a.png\" data-background-size=\"contain\" data-background-opacity=\"0.3\" -->\n\n# A\n";
    let page = &pages(text)[0];
    assert!(html(page).markup.contains("<img class=\"contain\""));
    assert_eq!(page.warnings.len(), 1, "{:?}", page.warnings);
    assert_eq!(page.warnings[0].line, Some(3));
}

#[test]
fn slidev_hides_at_a_click_and_says_what_it_does_not_know() {
    let text = "---\nlayout: cover\n---\n\n<div v-click>a</div>\n<div v-click.hide>b</div>\n<v-click hide>c</v-click>\n<div v-if=\"$clicks > 1\">d</div>\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup;
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
fn slidev_columns_front_matter_in_a_fence_and_expressions() {
    let text = "---\nlayout: cover\n---\n\n# A\n\n---\n\n```yaml\nlayout: center\n```\n\n# B {{ $nav.currentPage }} `{{ kept }}`\n\n---\n\n```yaml\n---\nlayout: x\n---\n```\n\n# C\n\n<div class=\"grid grid-cols-[2fr_1fr]\">\n<div>\n\nl\n\n</div>\n<div>r</div>\n</div>\n";
    let pages = pages(text);
    assert_eq!(html(&pages[1]).classes, ["center"]);
    let markup = &html(&pages[1]).markup;
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
    let markup = &html(&pages[2]).markup;
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
    let markup = &html(page).markup;
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
        (html(&page).files.join(" "), lines)
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
    assert_eq!(html(page).files, ["public/b.png"]);
    assert_eq!(page.warnings[0].line, Some(7));
}

#[test]
fn a_decks_title_is_a_heading_that_the_audience_sees() {
    let title = |text: &str| open(text).outline().title;
    let code = "```bash\n# install\n```\n\n";
    assert_eq!(title(&format!("{code}# A\n")).as_deref(), Some("A"));
    assert_eq!(title(&format!("{code}A\n===\n")).as_deref(), Some("A"));
    assert_eq!(
        title(&format!("{code}#!x\n\n---\n\n## B ##\n")).as_deref(),
        Some("B")
    );
    let notes = "<aside class=\"notes\">\n\n# SECRET\n\n</aside>\n\n";
    assert_eq!(title(&format!("{notes}# A\n")).as_deref(), Some("A"));
    let presenterm = "A\n---\n\ntext\n\n<!-- end_slide -->\n\n# B\n";
    assert_eq!(title(presenterm).as_deref(), Some("A"));
}

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
    assert!(!html(page).markup.contains("path:"));
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
    let markup = &html(&pages[0]).markup;
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
fn what_is_left_out_is_named_with_its_line() {
    let page = &pages("# A\n\n![x](https://a.b/c.png)\n\n<Tweet id=1 />\n")[0];
    let lines: Vec<_> = page.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(3), Some(5)], "{:?}", page.warnings);
}

#[test]
fn a_definition_in_another_slide_is_found() {
    let page = &pages("# A\n\n[x][there]\n\n---\n\n[there]: https://a.b\n")[0];
    assert!(html(page).markup.contains("href=\"https://a.b\""));
}

/// No markup has a style, a script, a handler or an address of a picture.
fn is_safe(markup: &str) -> bool {
    html::Tokens::of(markup).all(|token| match token {
        html::Token::Open(tag) => {
            !matches!(
                tag.name,
                "script" | "style" | "iframe" | "object" | "ws-mark" | "ws-piece"
            ) && tag.attributes.iter().all(|(key, value)| {
                !key.starts_with("on")
                    && !matches!(*key, "style" | "src" | "srcset" | "id")
                    && (*key != "href" || picture::is_web_or_mail(value))
            })
        }
        _ => true,
    })
}

#[test]
fn pathological_text_takes_no_longer_than_its_length() {
    let hostile = [
        "[".repeat(100_000),
        "*a**a".repeat(30_000),
        "$".repeat(1_000_000),
        "`a``".repeat(40_000),
        (0..2_000)
            .map(|depth| format!("{}* a\n", " ".repeat(depth)))
            .collect(),
        "> ".repeat(50_000) + "a",
        "<div>".repeat(20_000),
        "<b>".repeat(20_000) + "x",
        "<!--".repeat(30_000),
        "![bg](".repeat(20_000),
        "|a".repeat(20_000) + "\n" + &"|-".repeat(20_000) + "\n" + &"|b".repeat(20_000),
        "---\n".repeat(100_000),
        "```\n".repeat(50_000),
        "~~~~".repeat(30_000),
        "$$\n".repeat(50_000),
        "[^a]: [^a]\n".repeat(20_000),
        "a\n---\n".repeat(1_500),
        "<a b='".repeat(30_000),
        "&#0;".repeat(30_000),
        "[a]: b\n".repeat(50_000) + &"[a]".repeat(30_000),
        "```ts\n".to_owned() + &"a<".repeat(20_000) + "\n```",
        "<!-- pause -->\n\nx\n\n".repeat(5_000),
    ];
    for text in &hostile {
        // Of the processor: a busy machine may take its time.
        let start = processor_time();
        if let Ok(mut deck) = Markdown::open(text, &Limits::default()) {
            for index in 0..u32::try_from(deck.outline().slides.len().min(20)).expect("few") {
                let page = deck.page(index, 1_920).expect("a page");
                assert!(is_safe(&html(&page).markup));
            }
        }
        let took = processor_time() - start;
        let name: String = text.chars().take(12).collect();
        assert!(took.as_secs() < 10, "{name:?} took {took:?}");
    }
}

const FRAGMENTS: [&str; 60] = [
    "---\n",
    "\n---\n",
    "----\n",
    "--\n",
    "\n\n\n",
    "marp: true\n",
    "separator: ^\\n\\n\n",
    "implicit_slide_ends: true\n",
    "layout: two-cols\n",
    "title: x\n",
    "# H\n",
    "## H\n",
    "T\n===\n",
    "<!-- pause -->\n",
    "<!-- column_layout: [1,2] -->\n",
    "<!-- column: 1 -->\n",
    "<!-- reset_layout -->\n",
    "<!-- end_slide -->\n",
    "<!-- speaker_note: a -->",
    "<!--\n",
    "-->\n",
    "```rust {1|2}\n",
    "````md magic-move\n",
    "```\n",
    "~~~\n",
    "$$\n",
    "$x^2$ ",
    "$$ {1|2}\n",
    "<div v-click=\"2\">\n\n",
    "</div>\n",
    "<v-clicks>\n\n",
    "</v-clicks>\n",
    "<Tweet/>",
    "<table><tr><ws-mark data-mark=pause>",
    "<ws-piece data-n=0>",
    "* a\n",
    "  - b\n",
    "1) c\n",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "> q\n",
    "[^1]",
    "[^1]: n\n",
    "![bg left](a.png)\n",
    "![bg right:70%](c.png)\n",
    "header: h\npaginate: true\ncolor: red\n",
    "![](b.png)\n",
    "::right::\n",
    "|||\n",
    "Note: n\n",
    "<aside class=\"notes\">",
    "</aside>\n",
    "<!-- .element: class=\"fragment\" -->",
    "<svg onload=x><style>",
    "<i class=\"fragment fade-out\">",
    "<v-click hide>",
    "<div class=\"grid grid-cols-[2fr_1fr]\"><div>",
    "{{ x }}",
    "{.x width=9}",
    "```yaml\nlayout: center\n```\n",
    "<p style='color:red' onclick=x>é😀",
];

fn survives(text: &str) {
    let Ok(mut deck) = Markdown::open(text, &Limits::default()) else {
        return;
    };
    for index in 0..u32::try_from(deck.outline().slides.len()).expect("few") {
        let page = deck.page(index, 1_920).expect("a page");
        let html = html(&page);
        assert!(is_safe(&html.markup), "{}", html.markup);
        assert!(html.steps <= steps::MAX_STEPS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_it_panic(text in "[\\PC\n]{0,400}") {
        survives(&text);
    }

    #[test]
    fn no_mix_of_dialects_makes_it_panic(picks in prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..60)) {
        survives(&picks.concat());
    }
}

/// The decks of a folder that the environment names, when it does.
#[test]
fn real_decks_come_whole() {
    let Ok(folder) = std::env::var("WEBSLIDES_DECKS") else {
        return;
    };
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            survives(&std::fs::read_to_string(path).expect("text"));
        }
    }
}
