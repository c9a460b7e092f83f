//! Decks written for Marp.

use super::*;

#[test]
fn marp_directives_hold_and_its_stars_are_steps() {
    let text = "---\nmarp: true\n---\n\n<!-- class: invert -->\n# A\n\n---\n\n<!-- _class: lead -->\n![bg left](x.png)\n\n* one\n* two\n\n<!-- say it -->\n\n---\n\n- calm\n";
    let pages = pages(text);
    assert_eq!(html(&pages[1]).steps, 2);
    assert_eq!(html(&pages[1]).files(), ["x.png"]);
    assert_eq!(pages[1].notes.as_deref(), Some("say it"));
    assert!(html(&pages[2]).classes.contains(&"invert".to_owned()));
    assert_eq!(html(&pages[2]).steps, 0);
}

#[test]
fn marp_breaks_lines_where_its_author_did() {
    let markup = |text: &str| html(&pages(text)[0]).markup();
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
        let markup = &html(page).markup();
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
        let classes = &html(&page).classes;
        let classes = classes.iter().filter(|class| !class.starts_with("fit-"));
        let classes: Vec<&str> = classes.map(String::as_str).collect();
        (classes.join(" "), html(&page).files().join(" "))
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
    assert_eq!(classes("text"), of("statement picture-behind", "all.png"));
}

#[test]
fn marp_colours_of_text_are_the_themes_shades() {
    let page = |directives: &str| {
        pages(&format!("---\nmarp: true\n{directives}\n---\n\ntext\n")).remove(0)
    };
    assert!(
        html(&page("color: '#ff0000'"))
            .markup()
            .contains("<div class=\"body t-red\"")
    );
    let tomato = page("backgroundColor: tomato\ncolor: white");
    assert_eq!(html(&tomato).classes, ["statement", "on-dark"]);
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
    // A comment in a heading is not all of it; one over many lines is nothing but that.
    let text = "---\nmarp: true\nheadingDivider: [1, 2]\n---\n\n<!--\nclass: lead\n-->\n\n# <!-- fit --> A\n\n<!-- _class: x -->\n\n## B\n";
    assert_eq!(titles(text), ["A", "B"]);
}

#[test]
fn front_matter_that_only_marp_has_is_marp() {
    let body = "# A\n\nbroken\nhere\n\n* b\n* c\n\n***\n\n# D\n";
    for matter in [
        "paginate: true",
        "footer: Team",
        "theme: gaia",
        "_class: lead",
        "backgroundColor: '#123'",
    ] {
        let pages = pages(&format!("---\n{matter}\n---\n\n{body}"));
        assert_eq!(pages.len(), 2, "{matter}");
        assert_eq!(html(&pages[0]).steps, 2, "{matter}");
        assert!(
            html(&pages[0]).markup().contains("broken<br>here"),
            "{matter}"
        );
    }
    let all =
        "theme: gaia\npaginate: true\nheader: Quarterly\nfooter: Team Blue\nheadingDivider: 2";
    let slides = "# Opening\n\nA line\nbroken here\n\n## Second\n\n* one\n* two\n\n***\n\nThird by a ruler\n";
    let deck = pages(&format!("---\n{all}\n---\n\n{slides}"));
    assert_eq!(deck.len(), 3);
    assert_eq!(html(&deck[1]).steps, 2);
    for (page, number) in deck.iter().zip(1..) {
        let markup = &html(page).markup();
        let number = format!(">{number}<");
        for part in ["Quarterly", "Team Blue", &number] {
            assert!(markup.contains(part), "{part}: {markup}");
        }
    }
    for matter in [
        "theme: default",
        "title: x",
        "marp: false\npaginate: true",
        "layout: none\nfooter: x",
    ] {
        let pages = pages(&format!("---\n{matter}\n---\n\n{body}"));
        assert!(!html(&pages[0]).markup().contains("<br>"), "{matter}");
    }
}

#[test]
fn marp_draws_emoji_by_their_names_and_nothing_else() {
    let text = "---\nmarp: true\nfooter: by :cat:\n---\n\n# Ship it :rocket: :+1:\n\n10:30:45, `:cat:`, :not_an_emoji: and :smile:\n";
    assert_eq!(open(text).outline().title.as_deref(), Some("Ship it 🚀 👍"));
    let page = &pages(text)[0];
    assert_eq!(page.title.as_deref(), Some("Ship it 🚀 👍"));
    let markup = &html(page).markup();
    let words = "10:30:45, <code>:cat:</code>, :not_an_emoji: and 😄";
    assert!(
        markup.contains(words) && markup.contains("by 🐱"),
        "{markup}"
    );
    let plain = &pages("# A :rocket:\n")[0];
    assert_eq!(plain.title.as_deref(), Some("A :rocket:"));
}

#[test]
fn marps_rulers_inside_items_and_quotes_are_lines() {
    let text = "---\nmarp: true\n---\n\n# A\n\n- above\n\n  ---\n\n  below\n\n> quoted\n>\n> ***\n>\n> still\n\n---\n\n# B\n\nSetext\n---\n\n1. first\n   ***\n2. second\n\n   - deep\n\n   ___\n";
    let pages = pages(text);
    assert_eq!(pages.len(), 2);
    assert_eq!(html(&pages[0]).markup().matches("<hr>").count(), 2);
    assert_eq!(html(&pages[1]).markup().matches("<hr>").count(), 2);
    // The ruler is indented by less than the list's text, so it ends the list.
    assert_eq!(
        titles("---\nmarp: true\n---\n\n# A\n\n- a\n\n ---\n\n# B\n"),
        ["A", "B"]
    );
}

#[test]
fn marps_backgrounds_are_stacked_and_sized_or_said() {
    let page = |text: &str| pages(&format!("---\nmarp: true\n---\n\n{text}\n")).remove(0);
    let stacked = page("![bg right:33% vertical](a.png)\n![bg](b.png)\n\n- a");
    assert!(
        html(&stacked)
            .markup()
            .contains("<div class=\"pictures stacked\"><img data-file=\"a.png\"")
    );
    assert_eq!(
        html(&stacked).classes,
        ["picture-right", "beside-33", "fit-125"]
    );
    let sized = |words: &str| html(&page(&format!("![{words}](a.png)\n\n# A"))).markup();
    assert!(sized("bg w:200px").contains("alt=\"\" width=\"200\">"));
    assert!(sized("bg 150%").contains("alt=\"\" width=\"150%\">"));
    assert!(sized("bg left w:20 h:10").contains("width=\"20\" height=\"10\">"));
    assert!(sized("bg fit").contains("<img class=\"contain\" data-file"));
    for (asked, line, reason) in [
        (
            "<!-- _backgroundImage: \"linear-gradient(to right, #67b8e3, #0288d1)\" -->\n\n# A",
            5,
            "gradient",
        ),
        ("# A\n\n<!-- _backgroundSize: 50% -->", 7, "another size"),
        ("# A\n\n![bg opacity:.3](a.png)", 7, "opacity"),
    ] {
        let said = &page(asked).warnings[0];
        assert!(
            said.reason.contains(reason) && said.line == Some(line),
            "{said:?}"
        );
    }
}

#[test]
fn columns_by_a_style_are_columns() {
    let markup =
        |text: &str| html(&pages(&format!("---\nmarp: true\n---\n\n{text}\n"))[0]).markup();
    let check = |text: &str, class: &str| {
        let markup = markup(text);
        let columns = format!("<div class=\"{class}\">");
        let found = markup.split_once(&columns).map(|(_, inside)| inside);
        let inside = found.unwrap_or_default();
        assert!(
            inside.contains("Left") && inside.contains("Right"),
            "{text}: {markup}"
        );
        assert_eq!(markup.matches("grid-").count(), 1, "{markup}");
    };
    let blocks = "<div style=\"flex: 1\">\n\nLeft\n\n</div>\n<div style=\"flex: 1\">\n\nRight\n\n</div>\n</div>";
    let row = "<div style=\"width:50%\">Left</div><div style=\"width:50%\">Right</div></div>";
    check(
        &format!("<div style=\"display: flex; gap: 1em\">\n{blocks}"),
        "grid-2",
    );
    check(&format!("<div style=\"display:flex\">{row}"), "grid-2");
    check(&format!("<div class=\"flex\">{row}"), "grid-2");
    check(
        &format!("<div class=\"flex\"><div>Middle</div>{row}"),
        "grid-3",
    );
    let style = "<style>\nh1 { color: red }\nsection .two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }\n</style>\n\n";
    check(&format!("{style}<div class=\"two\">\n{blocks}"), "grid-2");
    let float =
        |side: &str, word: &str| format!("<div style=\"float:{side};width:30%\">{word}</div>\n");
    check(
        &(float("left", "Left") + &float("right", "Right")),
        "grid-2",
    );
    check(
        &(float("left", "Left") + &float("left", "Middle") + &float("left", "Right")),
        "grid-3",
    );
    let alone = markup(&(float("right", "Aside") + "\ntext\n"));
    assert!(
        !alone.contains("grid") && alone.contains("<div>Aside</div>"),
        "{alone}"
    );
    let table = markup(
        "<table><tr><td width=\"50%\">\n\n- left\n\n</td><td>\n\n- right\n\n</td></tr></table>",
    );
    let cells: Vec<_> = table.split("<td").skip(1).collect();
    assert!(
        matches!(cells[..], [left, right] if left.contains("<li>left") && right.contains("<li>right")),
        "{table}"
    );
    let matter = "---\nmarp: true\nstyle: |\n  .pair { display: flex }\n---\n\n";
    let page = &pages(&format!("{matter}<div class=\"pair\">{row}"))[0];
    assert!(html(page).markup().contains("<div class=\"grid-2\">"));
}
