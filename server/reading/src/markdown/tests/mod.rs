//! Whole decks: what their authors meant, and what strangers may bring.

mod marp;
mod presenterm;
mod remark;
mod reveal;
mod slidev;
mod speaker_notes;

use super::{render::code::processor_time, *};
use crate::source::{Face, Html};
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

/// The first column's heading stood above both, so that the second began lower.
#[test]
fn columns_with_headings_begin_at_the_same_height() {
    let columns = |text: &str| {
        let text = format!("{text}\n---\n\n# Z\n");
        let markup = html(&pages(&text)[0]).markup().replace(" dir=\"auto\"", "");
        let (_, body) = markup.split_once("<div class=\"body\">").expect("a body");
        body.replace('\n', "")
    };
    let both = "<div class=\"columns\"><div class=\"column w6\"><h2>B</h2><p>b</p></div><div class=\"column w6\"><h2>C</h2><p>c</p></div></div></div>";
    assert_eq!(columns("## B\n\nb\n\n|||\n\n## C\n\nc\n"), both);
    assert_eq!(
        columns("# A\n\n## B\n\nb\n\n|||\n\n## C\n\nc\n"),
        format!("<h1>A</h1>{both}")
    );
    // A subtitle is above both.
    let text = "# A\n\n## B\n\nb\n\n|||\n\nc\n";
    assert!(columns(text).starts_with("<h1>A</h1><h2>B</h2><div class=\"columns\">"));
}

#[test]
fn a_slide_is_composed_by_what_it_says() {
    let text = "# A talk\n\nBy me\n\n---\n\n# A chapter\n\n---\n\nOne sentence.\n\n---\n\n> Words\n\n---\n\n# A list\n\n- a\n\n---\n\n# Thank you\n\nme@example.org\n";
    let pages = pages(text);
    let layouts: Vec<_> = pages
        .iter()
        .map(|page| html(page).classes.first().map_or("", String::as_str))
        .collect();
    assert_eq!(
        layouts,
        ["cover", "section", "statement", "quote", "fit-125", "end"]
    );
}

#[test]
fn a_deck_chooses_its_accent_and_its_scheme() {
    let classes = |front: &str| {
        html(&pages(&format!("---\n{front}\n---\n\n- a\n"))[0])
            .classes
            .join(" ")
    };
    assert_eq!(classes("accent: blue"), "accent-blue fit-125");
    assert_eq!(
        classes("theme: dark\naccent: violet"),
        "on-dark accent-violet fit-125"
    );
    assert_eq!(classes("accent: green\ntheme: light"), "fit-125");
    assert_eq!(classes("accent: \"red; x\""), "fit-125");
}

#[test]
fn a_deck_says_how_long_it_should_take_and_so_may_its_sections() {
    let minutes = |text: &str| {
        let slides = open(text).outline().slides.into_iter();
        slides.map(|slide| slide.minutes).collect::<Vec<_>>()
    };
    let deck = "---\ntheme: seriph\nduration: 30min\n---\n\n# A\n\n---\nlayout: section\nduration: 10m\n---\n\n# B\n\n---\n\n# C\n";
    assert_eq!(minutes(deck), [Some(30), Some(10), None]);
    assert_eq!(
        minutes("---\nmarp: true\nduration: 1h\n---\n\n# A\n\n---\n\n# B\n"),
        [Some(60), None]
    );
    assert_eq!(minutes("---\nduration: long\n---\n\n# A\n"), [None]);
}

#[test]
fn a_fence_that_never_ends_takes_its_slide_only() {
    assert_eq!(titles("# A\n\n```rust\nfn a()\n\n---\n\n# B\n"), ["A", "B"]);
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
        html(&pages[0]).markup().contains("class=\"marked\"")
    };
    assert!(ground("black") && ground("#eee") && ground("red"));
    assert!(!ground("url(a.png)"));
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
    let footnote = "# A[^a] `b`\n\ntext\n\n[^a]: First.\n";
    assert_eq!(title(footnote).as_deref(), Some("A b"));
    let presenterm = "A\n---\n\ntext\n\n<!-- end_slide -->\n\n# B\n";
    assert_eq!(title(presenterm).as_deref(), Some("A"));
}

#[test]
fn what_is_left_out_is_named_with_its_line() {
    let page = &pages("# A\n\n![x](https://a.b/c.png)\n\n<Tweet id=1 />\n")[0];
    let lines: Vec<_> = page.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(3), Some(5)], "{:?}", page.warnings);
}

/// Stars and tildes stood on the slide.
#[test]
fn stress_beside_a_full_stop_of_chinese_and_small_letters_are_read() {
    let markup = |text: &str| html(&pages(text)[0]).markup();
    let japanese = markup("**日本語。**次に**「強調」**です\n");
    for stressed in ["<strong>日本語。</strong>", "<strong>「強調」</strong>"] {
        assert!(japanese.contains(stressed), "{japanese}");
    }
    assert!(
        markup("H~2~O and ~~gone~~, ~5 or ~6\n")
            .contains("H<sub>2</sub>O and <del>gone</del>, ~5 or ~6")
    );
    let reveal = markup("----\n\n~gone~ <!-- .element: class=\"fragment\" -->\n");
    assert!(reveal.contains("<del>gone</del>"), "{reveal}");
}

#[test]
fn a_definition_in_another_slide_is_found() {
    let page = &pages("# A\n\n[x][there]\n\n---\n\n[there]: https://a.b\n")[0];
    assert!(html(page).markup().contains("href=\"https://a.b\""));
}

/// A Mac's zip, Windows' names, and pictures as other programs write them.
#[test]
fn a_picture_is_found_whatever_program_wrote_its_name() {
    let there = [
        "img/Logo.PNG",
        "img/my pic.png",
        "img/a(1).png",
        "img/100%.png",
        "img/b#2.png",
        "Bilder/Gro\u{308}\u{df}e.png",
        "\u{304b}\u{3099}.png",
    ];
    let check = |text: &str, file: &str| {
        let there = there.map(str::to_owned);
        let page = open(text).beside(there).page(0, 1_920).expect("a page");
        assert_eq!(html(&page).files(), [file], "{text}");
        assert!(html(&page).markup().contains("<img"), "{text}");
        assert_eq!(page.warnings, [], "{text}");
    };
    check("![](img/logo.png)", "img/Logo.PNG");
    check(r"![](img\Logo.PNG)", "img/Logo.PNG");
    check(r"![](.\img\logo.png)", "img/Logo.PNG");
    check("![](./img//LOGO.png)", "img/Logo.PNG");
    check("![a](img/Logo.PNG =300x)", "img/Logo.PNG");
    check("<img src=\"img/LOGO.png\" width=\"300\">", "img/Logo.PNG");
    check("![](img/my pic.png)", "img/my pic.png");
    check("![](<img/my pic.png>)", "img/my pic.png");
    check("![](img/my%20pic.png \"a title\")", "img/my pic.png");
    check("![[my pic.png]]", "img/my pic.png");
    check("![](img/a(1).png)", "img/a(1).png");
    check("![](img/100%.png)", "img/100%.png");
    check("![](img/b%232.png)", "img/b#2.png");
    check("![](img/b#2.png)", "img/b#2.png");
    check(
        "![](Bilder/Gr\u{f6}\u{df}e.png)",
        "Bilder/Gro\u{308}\u{df}e.png",
    );
    check("![](\u{304c}.png)", "\u{304b}\u{3099}.png");
    let page = open("![[gone.png]]")
        .beside(there.map(str::to_owned))
        .page(0, 1_920);
    let said = page.expect("a page").warnings.remove(0);
    assert_eq!(
        said.reason,
        "there is no picture “gone.png” beside the deck"
    );
}

#[test]
fn a_footnote_of_another_slide_is_that_footnote() {
    let text = "# A\n\nA claim[^a] and another[^Long], and ^[right here].\n\n[^a]: The source\n[^long]: More\n\n    with a paragraph\n\nnot in it\n\n---\n\n# B\n\nBack[^A], on[^z] and [^nowhere]\n\n---\n\n# C\n\n```\n[^z]: in code\n```\n\n[^z]: At the end\n";
    let pages = pages(text);
    let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
    assert_eq!(texts[0].matches("The source").count(), 1, "{}", texts[0]);
    for expected in ["with a paragraph", "right here"] {
        assert!(texts[0].contains(expected), "{}", texts[0]);
    }
    let markup = &html(&pages[1]).markup();
    assert_eq!(markup.matches("class=\"reference\"").count(), 2, "{markup}");
    for expected in ["The source", "At the end", "[^nowhere]"] {
        assert!(texts[1].contains(expected), "{}", texts[1]);
    }
    assert!(!texts[1].contains("More") && !texts[2].contains("At the end"));
}

/// Both were the first.
#[test]
fn footnotes_of_one_slide_have_numbers_of_their_own() {
    let numbers = |text: &str| {
        let markup = html(&pages(text)[0]).markup();
        let parts = markup.split("<sup").skip(1);
        let inside = parts.filter_map(|part| part.split_once('>')?.1.split_once('<'));
        inside
            .map(|(number, _)| number.to_owned())
            .collect::<Vec<_>>()
    };
    let text = "Text[^1] and^[inline].\n\n[^1]: First.\n";
    assert_eq!(numbers(text), ["1", "2", "1", "2"]);
    let text = "Text^[inline] and[^1] and[^b].\n\n[^1]: First.\n[^b]: Second.\n";
    assert_eq!(numbers(text), ["1", "2", "3", "1", "2", "3"]);
    let text = "Text[^3].\n\n[^3]: As its author counts.\n";
    assert_eq!(numbers(text), ["3", "3"]);
}

#[test]
fn a_picture_that_is_not_shown_is_said_to_be_none() {
    let said = |text: &str, folders: usize| {
        let deck = open(text).beside(["a.png".to_owned()]).below(folders);
        let mut page = { deck }.page(0, 1_920).expect("a page");
        let said = page.warnings.remove(0);
        assert_eq!(said.line, Some(1));
        said.reason
    };
    for (name, kind) in [
        ("photo.avif", "an AVIF picture"),
        ("b c.HEIC", "a HEIC picture"),
        ("x/y.bmp", "a BMP picture"),
        ("z.tiff", "a TIFF picture"),
    ] {
        assert_eq!(
            said(&format!("![]({name})"), 0),
            format!("“{name}” is {kind}, which is not shown: save it as PNG or JPEG")
        );
    }
    assert_eq!(
        said("![](clip.mp4)", 0),
        "“clip.mp4” is a film, which can't be shown: save a picture of it as PNG or JPEG"
    );
    assert_eq!(
        said("![](../img/up.png)", 0),
        "“../img/up.png” lies outside of what was given: give the folder that both are in"
    );
    assert_eq!(
        said("![](../img/up.png)", 1),
        "there is no picture “../img/up.png” beside the deck"
    );
}

#[test]
fn lines_end_as_any_program_ends_them() {
    assert_eq!(titles("# A\r\r---\r\r# B\r"), ["A", "B"]);
    assert_eq!(
        titles("# A\r\r\n\r\r\n---\r\r\n\r\r\n# B\r\r\n"),
        ["A", "B"]
    );
    assert_eq!(titles("# A\u{2029}---\u{2029}# B"), ["A", "B"]);
    assert_eq!(
        titles("# A\u{2028}\u{2028}---\u{2028}\u{2028}# B"),
        ["A", "B"]
    );
    let said = &pages("# A\r\r<X/>\r")[0].warnings;
    assert_eq!(said[0].line, Some(3));
    // In a text with lines of its own, it is a break that somebody pasted.
    assert_eq!(titles("# A\u{2028}b\n\n---\n\n# C\n").len(), 2);
}

/// Programs that make typographic marks of what is typed make one of three dashes.
#[test]
fn a_long_dash_alone_separates_where_nothing_else_does() {
    let said = |text: &str| {
        let warnings = open(text).outline().warnings;
        warnings
            .into_iter()
            .map(|said| said.line)
            .collect::<Vec<_>>()
    };
    for dash in ["\u{2014}", "\u{2013}", "\u{2e3a}", "\u{2014}-"] {
        let text = format!("# A\n\n{dash}\n\n# B\n\n### b\n\n{dash}\n\nc\n");
        assert_eq!(titles(&text), ["A", "B", "c"], "{dash}");
        assert_eq!(said(&text), [Some(3)]);
    }
    let text = "# A\n\n---\n\n# B\n\n\u{2014}\n\n# C\n";
    assert_eq!(titles(text), ["A", "B"]);
    assert_eq!(said(text), [Some(7)]);
    assert_eq!(said("# A\n\nb\n\u{2014}\n\n```\n\n\u{2014}\n\n```\n"), []);
}

#[test]
fn a_title_is_what_yaml_says_on_one_line() {
    let title = |matter: &str| {
        let text = format!("---\nmarp: true\n{matter}\n---\n\n# One\n\n---\n\n# Two\n");
        open(&text).outline().title.unwrap_or_default()
    };
    assert_eq!(title(r#"title: "Say \"hi\" to all""#), "Say \"hi\" to all");
    assert_eq!(title("title: 'It''s here'"), "It's here");
    assert_eq!(
        title("title: |\n  Two lines\n  of title"),
        "Two lines of title"
    );
    assert_eq!(
        title("title: snake_case and *stress*"),
        "snake_case and stress"
    );
    let presenterm = "---\ntitle: |\n  Two\n  lines\nsub_title: x\n---\n\nA\n===\n";
    assert_eq!(titles(presenterm), ["Two lines", "A"]);
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
                    && (*key != "href" || render::picture::is_web_or_mail(value))
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
        ":::a\n".repeat(200_000),
        "::: notes\n".repeat(100_000) + &":::\n".repeat(100_000),
        "::: columns\n::: column\n".repeat(20_000),
        "%%\n---\n".repeat(100_000) + "x",
        "%% ".repeat(100_000),
        "\\note{\n---\n".repeat(100_000),
    ];
    for text in &hostile {
        // Of the processor: a busy machine may take its time.
        let start = processor_time();
        if let Ok(mut deck) = Markdown::open(text, &Limits::default()) {
            for index in 0..u32::try_from(deck.outline().slides.len().min(20)).expect("few") {
                let page = deck.page(index, 1_920).expect("a page");
                assert!(is_safe(&html(&page).markup()));
            }
        }
        let took = processor_time() - start;
        let name: String = text.chars().take(12).collect();
        assert!(took.as_secs() < 10, "{name:?} took {took:?}");
    }
}

const FRAGMENTS: [&str; 78] = [
    "::: notes\n",
    "::: {.columns}\n",
    "::: {.column width=\"40%\"}\n",
    ":::\n",
    ". . .\n",
    "???\n",
    "class: center, middle\n",
    "^ a\n",
    "%%",
    "\\note{",
    "}\n",
    "<Notes>",
    "<div style='display:flex'>",
    "<div style=\"float:left\">é</div>\n",
    "<div style=\"float:right\">",
    "<v-switch><template #1>a</template>",
    "![[a b.png|3]] ![](a b.png =3x)",
    "- <!-- .element: class=\"fragment\" --> a\n",
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
        assert!(is_safe(&html.markup()), "{}", html.markup());
        assert!(html.steps <= page::steps::MAX_STEPS);
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

#[test]
fn an_authors_comment_is_no_markup_of_ours() {
    let forged = "<!-- ws:x\"><div class=\"project\"><a href=\"https://a.example\">x</a></div> -->";
    for sealed in ["ws:right", "ws0:right", "ws1:right", "ws0:pause ws1:"] {
        let text = format!("# A\n\n{forged}\n\n<!-- {sealed} -->\n\nb\n\n::right::\n\nc\n");
        let page = pages(&format!("---\nlayout: two-cols\n---\n\n{text}")).remove(0);
        let Html {
            segments, steps, ..
        } = html(&page);
        let markup = html(&page).markup();
        assert!(
            !markup.contains("project") && !markup.contains("href"),
            "{markup}"
        );
        assert_eq!(
            (markup.matches("class=\"column ").count(), *steps),
            (2, 0),
            "{markup}"
        );
        assert!(crate::vocabulary::is_slide(segments), "{markup}");
    }
}

#[test]
fn a_deck_is_dark_when_it_says_so() {
    let check = |text: &str, dark: &[bool]| {
        let is_dark = |page: &Page| {
            let classes = &html(page).classes;
            classes
                .iter()
                .any(|class| class == "on-dark" || class == "invert")
        };
        let found: Vec<bool> = pages(text).iter().map(is_dark).collect();
        assert_eq!(found, dark, "{text}");
    };
    check("# A\n\n---\n\n# B\n", &[false, false]);
    check(
        "---\ncolorSchema: dark\n---\n\n# A\n\n---\n\n# B\n",
        &[true, true],
    );
    check("---\ntheme: black\n---\n\n# A\n", &[true]);
    check(
        "---\ncolorSchema: dark\nclass: invert\n---\n\n# A\n\n---\n\n# B\n",
        &[false, true],
    );
    check(
        "---\ncolorSchema: dark\nbackground: '#ffffff'\n---\n\n# A\n",
        &[false],
    );
}
