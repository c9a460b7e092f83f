use super::*;
use crate::{
    kind::Kind,
    segments::cut,
    source::{Face, Page, SlideOutline},
    worker::{
        protocol::{self, Notes},
        serve, tidy,
    },
};
use proptest::{collection::vec, prelude::*};

/// As many pages as a deck has when nobody says more.
fn outline(outline: &Outline) -> Result<(), Nonsense> {
    super::outline(outline, 2_000)
}

const PAGES: u32 = 20;
const WIDTHS: [u32; 2] = [8, 16];

fn pixels() -> crate::source::Pixels {
    crate::source::Pixels {
        width: 16,
        height: 9,
        rgba: vec![90; 16 * 9 * 4],
    }
}

fn said(text: &str, html: &str) -> Option<Notes> {
    Some(Notes {
        text: text.to_owned(),
        html: html.to_owned(),
    })
}

fn parts() -> PageParts {
    PageParts {
        title: Some("A title".into()),
        text: "Two\nlines".into(),
        notes: Some(Notes {
            text: "Say *this*".into(),
            html: "<p>Say <em>this</em></p>".into(),
        }),
        links: vec![Link {
            x: 0.1,
            y: 0.2,
            width: 0.3,
            height: 0.8,
            target: Target::Url("https://example.org/".into()),
        }],
        face: serve::pictures(&pixels(), &WIDTHS).expect("pictures"),
        warnings: vec![Warning {
            line: Some(1),
            page: Some(PAGES - 1),
            reason: "a font is missing".into(),
        }],
    }
}

fn html() -> Html {
    Html {
        segments: cut("<h1>A title</h1>\n<p data-step=\"1\">1 &lt; 2 \
             <img class=\"contain\" data-file=\"pictures/a b.png\" alt=\"\"></p>"),
        steps: 1,
        classes: vec!["cover".into()],
    }
}

#[test]
fn an_archive_does_not_turn_out_to_be_one() {
    let content = |kind| Content {
        kind,
        said: Vec::new(),
    };
    for kind in [Kind::Images, Kind::Markdown, Kind::Pdf] {
        assert_eq!(super::content(&content(kind)), Ok(()));
    }
    let archive = super::content(&content(Kind::Zip));
    assert_eq!(archive, Err(Nonsense::AnotherAnswer));
}

fn slides(pages: &[&[u32]]) -> Outline {
    let slides = pages.iter().map(|pages| SlideOutline {
        pages: pages.to_vec(),
        minutes: None,
    });
    Outline {
        title: None,
        slides: slides.collect(),
        warnings: Vec::new(),
        any_size: false,
    }
}

/// Checks a page in which `change` has broken one thing.
fn with(change: impl FnOnce(&mut PageParts)) -> Result<(), Nonsense> {
    let mut parts = parts();
    change(&mut parts);
    page(&parts, &WIDTHS, PAGES)
}

fn with_html(change: impl FnOnce(&mut Html)) -> Result<(), Nonsense> {
    let mut html = html();
    change(&mut html);
    with(|parts| parts.face = FaceParts::Html(html))
}

fn picture(file: &str, before: &str, after: &str) -> Segment {
    Segment::Picture {
        file: file.into(),
        before: before.into(),
        after: after.into(),
    }
}

#[test]
fn a_picture_lies_between_whole_tags() {
    let around = |before: &str, after: &str| {
        with_html(|html| {
            html.segments = vec![
                Segment::Markup(before.into()),
                picture("a.png", "", " alt=\"\""),
                Segment::Markup(after.into()),
            ];
        })
    };
    assert_eq!(around("<p>", "</p>"), Ok(()));
    for (before, after) in [
        ("<a title=\"", "\"></a>"),
        ("<p", "></p>"),
        ("<p>", "</b>"),
        ("<p>", ""),
        ("", "</p>"),
        ("</p>", "<p>"),
        ("<", "p></p>"),
        ("<script>", "</script>"),
        ("<p>", "</p><script></script>"),
    ] {
        assert_eq!(around(before, after), Err(Nonsense::Markup), "{before}");
    }
}

#[test]
fn segments_and_files_are_counted() {
    let many = vec![Segment::Markup("a".into()); MAX_SEGMENTS + 1];
    assert_eq!(with_html(|html| html.segments = many), Err(Nonsense::Count));
    let files = (0..=MAX_FILES).map(|file| picture(&file.to_string(), "", ""));
    assert_eq!(
        with_html(|html| html.segments = files.collect()),
        Err(Nonsense::Count)
    );
}

#[test]
fn pictures_that_are_too_many_are_left_out_and_said() {
    let said = |pictures: Vec<Segment>| {
        let html = Html {
            segments: pictures,
            ..html()
        };
        let page = Page {
            title: None,
            text: String::new(),
            notes: None,
            notes_are_markdown: false,
            links: Vec::new(),
            face: Face::Html(html),
            warnings: Vec::new(),
        };
        let parts = serve::parts(page, &WIDTHS, PAGES).expect("a page");
        assert_eq!(super::page(&parts, &WIDTHS, PAGES), Ok(()));
        let reasons = parts.warnings.into_iter().map(|warning| warning.reason);
        reasons.collect::<Vec<_>>().join("; ")
    };
    let different = |most| (0..most).map(|file| picture(&file.to_string(), "", ""));
    assert_eq!(said(different(MAX_FILES).collect()), "");
    let sentence = "2 pictures are more than a slide can show; left out";
    assert_eq!(said(different(MAX_FILES + 2).collect()), sentence);
    let same = vec![picture("a.png", "", ""); MAX_SEGMENTS + 1];
    assert_eq!(said(same), sentence);
}

fn with_picture(change: impl FnOnce(&mut Rendition)) -> Result<(), Nonsense> {
    with(|parts| {
        if let FaceParts::Pictures { renditions, .. } = &mut parts.face {
            change(&mut renditions[1]);
        }
    })
}

fn with_preview(change: impl FnOnce(&mut Vec<u8>)) -> Result<(), Nonsense> {
    with(|parts| {
        if let FaceParts::Pictures { preview, .. } = &mut parts.face {
            change(preview);
        }
    })
}

#[test]
fn what_is_fine_passes() {
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with_html(|_| ()), Ok(()));
    assert_eq!(outline(&slides(&[&[1], &[0, 2]])), Ok(()));
}

#[test]
fn every_page_belongs_to_one_slide() {
    assert_eq!(outline(&slides(&[])), Err(Nonsense::Count));
    assert_eq!(outline(&slides(&[&[0], &[]])), Err(Nonsense::Count));
    assert_eq!(outline(&slides(&[&[0], &[0]])), Err(Nonsense::Pages));
    assert_eq!(outline(&slides(&[&[0], &[2]])), Err(Nonsense::Pages));
    assert_eq!(outline(&slides(&[&[0; 3000]])), Err(Nonsense::Count));
}

#[test]
fn text_is_short_and_can_be_shown() {
    assert_eq!(
        with(|page| page.title = Some("a\nb".into())),
        Err(Nonsense::Text)
    );
    assert_eq!(
        with(|page| page.text = "\u{1b}[2J".into()),
        Err(Nonsense::Text)
    );
    assert_eq!(
        with(|page| page.text = "a".repeat(MAX_TEXT + 1)),
        Err(Nonsense::Text)
    );
    assert_eq!(
        with(|page| page.notes = said("\0", "")),
        Err(Nonsense::Text)
    );
    assert_eq!(
        with(|page| page.notes = said("a", "<p>\0</p>")),
        Err(Nonsense::Text)
    );
    for html in [
        "<p>a",
        "<script></script>",
        "<img src=\"https://example.org/a\">",
        "<a href=\"javascript:a()\">a</a>",
        "<p class=\"project\">a</p>",
        "<p data-step=\"1\">a</p>",
    ] {
        assert_eq!(
            with(|page| page.notes = said("a", html)),
            Err(Nonsense::Markup),
            "{html}"
        );
    }
    assert_eq!(
        with(|page| page.warnings[0].page = Some(PAGES)),
        Err(Nonsense::Count)
    );
    let words = SourceError::Damaged("a\rb".into());
    assert_eq!(error(&words), Err(Nonsense::Text));
}

#[test]
fn a_link_is_on_the_page_and_leads_somewhere() {
    for odd in [f32::NAN, f32::INFINITY, -0.1, 1.1] {
        assert_eq!(with(|page| page.links[0].x = odd), Err(Nonsense::Link));
        assert_eq!(with(|page| page.links[0].height = odd), Err(Nonsense::Link));
    }
    assert_eq!(with(|page| page.links[0].width = 0.95), Err(Nonsense::Link));
    for url in [
        "javascript:alert(1)",
        "//example.org",
        "http://a b",
        "https://a\n",
        "data:,",
        "",
    ] {
        let target = Target::Url(url.into());
        assert_eq!(
            with(|page| page.links[0].target = target),
            Err(Nonsense::Link),
            "{url}"
        );
    }
    let past = Target::Page(PAGES);
    assert_eq!(
        with(|page| page.links[0].target = past),
        Err(Nonsense::Link)
    );
}

#[test]
fn a_picture_is_what_it_says_and_was_asked_for() {
    assert_eq!(with_picture(|p| p.height += 1), Err(Nonsense::Picture));
    assert_eq!(with_picture(|p| p.webp.push(0)), Err(Nonsense::Picture));
    assert_eq!(
        with_picture(|p| p.webp = b"\x89PNG".to_vec()),
        Err(Nonsense::Picture)
    );
    assert_eq!(with_picture(|p| p.webp.clear()), Err(Nonsense::Picture));
    assert_eq!(
        with_preview(|preview| preview.clear()),
        Err(Nonsense::Picture)
    );
    assert_eq!(
        with_preview(|preview| preview.resize(2_000, 0)),
        Err(Nonsense::Picture)
    );
    assert_eq!(super::picture(&parts(), &WIDTHS, PAGES), Ok(()));
    let page_of_html = PageParts {
        face: FaceParts::Html(html()),
        ..parts()
    };
    let instead = super::picture(&page_of_html, &WIDTHS, PAGES);
    assert_eq!(instead, Err(Nonsense::AnotherAnswer));
    let face = serve::pictures(&pixels(), &[12]).expect("a picture");
    let parts = PageParts { face, ..parts() };
    assert_eq!(page(&parts, &[11], PAGES), Err(Nonsense::Picture));
}

#[test]
fn markup_has_nothing_that_acts() {
    for markup in [
        "<script>",
        "a<SCRIPT/src=x>",
        "<iframe>",
        "<meta a>",
        "<button formaction=\"/\"></button>",
        "<textarea></textarea>",
        "<p id=\"a\"></p>",
        "<div class=\"project\"></div>",
        "<p>",
        "<img data-file=\"a.png\">",
        "\u{8}",
    ] {
        assert_eq!(
            with_html(|html| html.segments = vec![Segment::Markup(markup.into())]),
            Err(Nonsense::Markup),
            "{markup}"
        );
    }
    for file in ["../secret", "/etc/passwd", "a/../../b", "", "a\0"] {
        assert_eq!(
            with_html(|html| html.segments = vec![picture(file, "", "")]),
            Err(Nonsense::Markup),
            "{file}"
        );
    }
    for (before, after) in [
        (" onerror=\"a\"", ""),
        ("", " src=\"/media/a\""),
        ("", " data-file=\"b.png\""),
        (" alt=\"a", "\""),
        ("><script", ""),
        ("", " /"),
        ("", ">"),
        ("", " alt=\"\u{8}\""),
    ] {
        assert_eq!(
            with_html(|html| html.segments = vec![picture("a.png", before, after)]),
            Err(Nonsense::Markup),
            "{before} {after}"
        );
    }
    assert_eq!(
        with_html(|html| html.classes = vec!["a b".into()]),
        Err(Nonsense::Markup)
    );
    assert_eq!(
        with_html(|html| html.classes = vec!["project".into()]),
        Err(Nonsense::Markup)
    );
}

fn any_link() -> impl Strategy<Value = Link> {
    let target = prop_oneof![
        any::<u32>().prop_map(Target::Page),
        any::<String>().prop_map(Target::Url),
        "https?://[a-z]{1,9}".prop_map(Target::Url),
    ];
    (any::<[f32; 4]>(), target).prop_map(|([x, y, width, height], target)| Link {
        x,
        y,
        width,
        height,
        target,
    })
}

proptest! {
    #[test]
    fn whatever_an_honest_source_finds_passes(
        title: Option<String>,
        text: String,
        links in vec(any_link(), 0..40),
        warned in vec(any::<(Option<u32>, Option<u32>, String)>(), 0..150),
    ) {
        let warnings = warned.into_iter().map(|(line, page, reason)| Warning { line, page, reason });
        let parts = PageParts {
            title: tidy::title(title),
            text: tidy::text(&text),
            links: tidy::links(links, PAGES),
            warnings: tidy::warnings(warnings.collect(), PAGES),
            ..parts()
        };
        prop_assert_eq!(page(&parts, &WIDTHS, PAGES), Ok(()));
    }

    #[test]
    fn no_frame_makes_it_panic(bytes: Vec<u8>) {
        look(&bytes);
    }

    #[test]
    fn no_change_of_a_good_answer_makes_it_panic_or_lie(
        changes in vec(any::<(prop::sample::Index, u8)>(), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        for answer in [
            protocol::Answer::Page(parts()),
            protocol::Answer::Page(PageParts { face: FaceParts::Html(html()), ..parts() }),
            protocol::Answer::Opened(slides(&[&[0, 1], &[2]])),
        ] {
            let mut frame = protocol::frame(&answer, u32::MAX).expect("a frame").split_off(4);
            for (place, byte) in &changes {
                let place = place.index(frame.len());
                frame[place] = *byte;
            }
            if is_cut {
                frame.truncate(cut.index(frame.len()));
            }
            look(&frame);
        }
    }
}

/// What passes keeps the promises that the rest of the server relies on.
fn look(content: &[u8]) {
    match protocol::understood(content) {
        Ok(protocol::Answer::Page(parts)) if page(&parts, &WIDTHS, PAGES).is_ok() => {
            assert!(!parts.text.contains('\u{1b}'));
            for link in &parts.links {
                assert!(link.x >= 0.0 && link.y >= 0.0 && link.x + link.width < 1.001);
            }
            if let FaceParts::Pictures {
                renditions: pictures,
                ..
            } = &parts.face
            {
                assert!(
                    pictures
                        .iter()
                        .all(|p| p.webp.starts_with(b"RIFF") && p.width <= 16)
                );
            }
        }
        Ok(protocol::Answer::Opened(found)) if outline(&found).is_ok() => {
            let count = pages(&found);
            assert!(
                found
                    .slides
                    .iter()
                    .flat_map(|s| &s.pages)
                    .all(|page| *page < count)
            );
        }
        Ok(protocol::Answer::Failed(said)) => drop(error(&said)),
        _ => {}
    }
}
