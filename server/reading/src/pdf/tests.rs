mod mended;
mod notes;

use super::*;
use made::{Made, WIDE, words};
use std::{env, fs};

fn open(made: Made) -> Pdf {
    Pdf::open(made.bytes(), None, None, &Limits::default()).expect("a PDF")
}

fn refused(bytes: &[u8]) -> SourceError {
    let refused = Pdf::open(bytes.to_vec(), None, None, &Limits::default());
    refused.err().expect("it is refused")
}

fn page(pdf: &Pdf, index: u32) -> Page {
    pdf.page_at(index, 160).expect("a page")
}

fn drawn(pdf: &Pdf, index: u32, width: u32) -> Pixels {
    match pdf.page_at(index, width).expect("a page").face {
        Face::Picture(pixels) => pixels,
        Face::Html(_) => panic!("a PDF's page is a picture"),
    }
}

fn pixels(page: &Page) -> &Pixels {
    match &page.face {
        Face::Picture(pixels) => pixels,
        Face::Html(_) => panic!("a PDF's page is a picture"),
    }
}

fn colour(pixels: &Pixels, x: u32, y: u32) -> [u8; 4] {
    let at = usize::try_from((y * pixels.width + x) * 4).expect("a place");
    pixels.rgba[at..at + 4].try_into().expect("a pixel")
}

const WHITE: [u8; 4] = [255; 4];
const RED: [u8; 4] = [255, 0, 0, 255];

#[test]
fn a_page_is_its_picture_on_white_its_title_and_its_text() {
    let content = format!(
        "1 0 0 rg 0 0 800 450 re f 0 g {}{}",
        words("A title", 60, 100, 800),
        words("and some words", 30, 100, 600),
    );
    let page = page(&open(Made::new().page(WIDE, &content)), 0);
    assert_eq!(page.title.as_deref(), Some("A title"));
    assert_eq!(page.text, "A title\nand some words");
    assert_eq!((page.notes.as_ref(), page.warnings.len()), (None, 0));
    let pixels = pixels(&page);
    assert_eq!((pixels.width, pixels.height), (160, 90));
    assert_eq!(colour(pixels, 10, 80), RED);
    assert_eq!(colour(pixels, 150, 80), WHITE);
}

#[test]
fn the_deck_has_the_title_that_was_given_else_that_of_its_first_page() {
    let page = words("On the page", 60, 100, 800);
    for (given, title) in [
        ("Given \\351", "Given é"),
        ("Microsoft PowerPoint - Given", "Given"),
        ("Microsoft PowerPoint - deck.pptx", "On the page"),
        ("Microsoft Word - deck.docx", "On the page"),
        ("about:blank", "On the page"),
        ("/home/me/talks/deck", "On the page"),
        ("C:\\\\talks\\\\deck", "On the page"),
        ("file:///home/me/a talk", "On the page"),
        ("I/O: what it costs", "I/O: what it costs"),
        ("untitled", "On the page"),
        ("", "On the page"),
    ] {
        let pdf = open(Made::new().title(given).page(WIDE, &page));
        assert_eq!(pdf.outline().title.as_deref(), Some(title));
    }
    assert_eq!(open(Made::new().page(WIDE, "")).outline().title, None);
}

#[test]
fn pages_with_one_label_are_the_steps_of_one_slide() {
    let mut made = Made::new().catalog(
        "/PageLabels << /Nums [0 << /S /D >> 1 << /S /D /St 2 >> 2 << /S /D /St 2 >>
         3 << /S /D /St 2 >> 4 << /S /D /St 1 >> 5 << >> ] >>",
    );
    for _ in 0..7 {
        made = made.page(WIDE, &words("One title", 60, 100, 800));
    }
    let slides: Vec<_> = open(made).outline().slides;
    let pages: Vec<_> = slides.into_iter().map(|slide| slide.pages).collect();
    assert_eq!(
        pages,
        [vec![0], vec![1, 2, 3], vec![4], vec![5], vec![6]],
        "alike and in a row; an empty label is none"
    );
}

#[test]
fn the_half_with_beamers_notes_is_not_shown_but_said() {
    let content = format!(
        "1 0 0 rg 1600 0 1600 900 re f 0 g {}{}{}",
        words("On the slide", 60, 100, 800),
        words("Only for me", 40, 1700, 500),
        words("On the slide", 15, 2900, 850),
    );
    let double = "/MediaBox [0 0 3200 900]";
    let link = "/Annots [<< /Subtype /Link /Rect [0 0 800 450] /Dest [0 /Fit] >>]";
    let pdf = open(Made::new().page(&format!("{double} {link}"), &content));
    let page = page(&pdf, 0);
    assert_eq!(page.text, "On the slide");
    assert_eq!(page.notes.as_deref(), Some("Only for me"));
    assert_eq!(page.links[0].width, 0.5);
    let pixels = pixels(&page);
    assert_eq!((pixels.width, pixels.height), (160, 90));
    assert_eq!(colour(pixels, 158, 88), WHITE);
}

#[test]
fn beamers_notes_are_known_beside_slides_of_each_of_its_shapes() {
    for (width, height, is_halved) in [
        (907.086, 255.118, true),
        (725.67, 272.126, true),
        (793.7, 255.118, true),
        (708.66, 283.465, true),
        (765.354, 255.118, true),
        (839.055, 297.638, true),
        // Banners, and a sheet of paper.
        (900.0, 300.0, false),
        (1_000.0, 400.0, false),
        (453.543, 510.236, false),
    ] {
        let content = [
            words("Slide", 20, 20, 100),
            words("Only for me", 9, 560, 150),
        ];
        let page_box = format!("/MediaBox [0 0 {width} {height}]");
        let page = page(&open(Made::new().page(&page_box, &content.concat())), 0);
        let notes = is_halved.then_some("Only for me");
        assert_eq!(page.notes.as_deref(), notes, "{width} x {height}");
    }
}

#[test]
fn a_wall_that_wide_is_one_slide() {
    for across in [
        words(
            "A line of text that goes right across the middle",
            90,
            700,
            500,
        ),
        format!("1000 400 1200 100 re f {}", words("Right", 60, 2000, 200)),
        words("Only at the left", 60, 100, 800),
    ] {
        let pdf = open(Made::new().page("/MediaBox [0 0 3200 900]", &across));
        let page = page(&pdf, 0);
        assert_eq!((pixels(&page).height, page.notes), (45, None), "{across}");
    }
}

#[test]
fn a_text_annotation_is_a_note_and_not_drawn() {
    let mut made = Made::new();
    let look = made.object(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 23 >>\nstream\n\
         1 0 0 rg 0 0 10 10 re f\nendstream",
    );
    let annotations = format!(
        "/Annots [<< /Subtype /Text /Rect [0 0 400 400] /Contents (Say \\215this\\216.)
             /AP << /N {look} 0 R >> >>
           << /Subtype /Stamp /Rect [800 0 1200 400] /Contents (seen) /AP << /N {look} 0 R >> >>]"
    );
    let page = page(&open(made.page(&format!("{WIDE} {annotations}"), "")), 0);
    assert_eq!(page.notes.as_deref(), Some("Say “this”."));
    let pixels = pixels(&page);
    assert_eq!(colour(pixels, 20, 70), WHITE, "the note is hidden");
    assert_eq!(colour(pixels, 100, 70), RED, "the stamp is not");
}

#[test]
fn links_are_fractions_of_the_page_as_it_is_seen() {
    // The lower left quarter of the page; turned to the right, its upper left.
    for (rotation, x, y) in [
        (0, 0.0, 0.5),
        (90, 0.0, 0.0),
        (180, 0.5, 0.0),
        (270, 0.5, 0.5),
    ] {
        let entries = format!(
            "{WIDE} /Rotate {rotation} /Annots [<< /Subtype /Link /Rect [800 450 0 0]
             /A << /S /URI /URI (https://a.example/) >> >>]"
        );
        let link = page(&open(Made::new().page(&entries, "")), 0)
            .links
            .remove(0);
        assert_eq!((link.x, link.y), (x, y), "turned by {rotation}");
        assert_eq!((link.width, link.height), (0.5, 0.5));
        assert_eq!(link.target, Target::Url("https://a.example/".to_owned()));
    }
}

#[test]
fn links_lead_to_pages_by_any_kind_of_destination() {
    let link = |target: &str| format!("<< /Subtype /Link /Rect [0 0 9 9] {target} >>");
    let annotations = [
        "/Dest [6 0 R /Fit]",
        "/Dest [1 /XYZ 0 0 0]",
        "/Dest /old",
        "/A << /S /GoTo /D (new) >>",
        "/A << /S /Named /N /NextPage >>",
        "/A << /S /Named /N /PrevPage >>",
        "/A << /S /GoTo /D (unknown) >>",
        "/A << /S /Launch /F (calc.exe) >>",
        "/A << /S /JavaScript /JS (x) >>",
        "/A << /S /URI /URI (javascript:x) >>",
    ]
    .map(link);
    let pdf = open(
        Made::new()
            .catalog("/Dests << /old [6 0 R /Fit] >>")
            .catalog("/Names << /Dests << /Kids [<< /Names [(new) << /D [6 0 R /Fit] >>] >>] >> >>")
            .page(&format!("{WIDE} /Annots [{}]", annotations.join(" ")), "")
            .page(WIDE, ""),
    );
    let links = page(&pdf, 0).links;
    assert!(links.iter().all(|link| link.target == Target::Page(1)));
    assert_eq!(links.len(), 5, "{links:?}");
}

#[test]
fn a_box_of_any_size_gives_a_picture_within_the_limits() {
    for sides in [
        "0 0 1 9000000",
        "0 0 9000000 1",
        "0 0 0 0",
        "5 5 5 900",
        "0 0 1000000000000000000000000000000 0.000000000000001",
        "900 1600 0 0",
        "-1000000000 -1000000000 1000000000 1000000000",
        "0 0 99999999999999999999999999999999999999999999 1",
        "(a) /b",
    ] {
        let pdf = open(Made::new().page(&format!("/MediaBox [{sides}]"), "0 0 9 9 re f"));
        for width in [0, 1, 1920, u32::MAX] {
            let picture = drawn(&pdf, 0, width);
            let (wide, high) = (picture.width, picture.height);
            assert!((1..=3840).contains(&wide), "{sides}: {wide}");
            assert!((1..=3840).contains(&high), "{sides}: {high}");
            assert_eq!(u32::try_from(picture.rgba.len()), Ok(wide * high * 4));
        }
    }
}

/// A ruler of a page was shown as one line of pixels, without a word.
#[test]
fn a_page_of_no_screens_shape_says_that_it_was_cut() {
    for (sides, words) in [
        (
            "1 9000000",
            Some("it is 1 x 9000000 points, a shape that no screen shows; it was cut to 1 x 3840"),
        ),
        (
            "9000000 1",
            Some("it is 9000000 x 1 points, a shape that no screen shows; it was cut to 160 x 1"),
        ),
        ("1600 90", None),
        ("90 1600", None),
    ] {
        let pdf = open(Made::new().page(&format!("/MediaBox [0 0 {sides}]"), ""));
        let warnings = page(&pdf, 0).warnings;
        let said = warnings.first().map(|warning| warning.reason.as_str());
        let is_said = said.zip(words).map(|(said, words)| said.starts_with(words));
        assert_eq!(is_said, words.map(|_| true), "{said:?}");
    }
}

#[test]
fn a_cover_that_stands_for_a_document_is_said_to_be_one() {
    let said = |catalog: &str| {
        let pdf = open(Made::new().catalog(catalog).page(WIDE, ""));
        let warnings = pdf.outline().warnings.into_iter();
        let reasons = warnings.map(|warning| warning.reason);
        reasons.collect::<Vec<_>>().join(" ")
    };
    assert!(said("/Collection << /View /D >>").contains("is a portfolio"));
    let form = "/AcroForm << /XFA [] /Fields [] >>";
    assert_eq!(said(form), "");
    assert!(said(&format!("{form} /NeedsRendering true")).contains("is a form"));
}

#[test]
fn pages_that_could_not_be_found_are_counted() {
    let made = Made::new().page(WIDE, "").page(WIDE, "").bytes();
    let said = |kids: &str, count: &str| {
        let text = String::from_utf8_lossy(&made).replace("/Kids [4 0 R 6 0 R]", kids);
        let text = text.replace("/Count 2", count);
        let pdf = Pdf::open(text.into_bytes(), None, None, &Limits::default()).expect("a PDF");
        let warnings = pdf.outline().warnings.into_iter();
        warnings.map(|warning| warning.reason).collect::<Vec<_>>()
    };
    assert_eq!(
        said("/Kids [4 0 R 6 0 R 6 0 R 9 0 R]", "/Count 4"),
        ["this PDF says that it has 4 pages; 2 of them could not be found"]
    );
    for count in ["/Count 2", "/Count 1", "/Count -9", "/Count (x)", ""] {
        assert_eq!(said("/Kids [4 0 R 6 0 R]", count), [""; 0], "{count}");
    }
}

#[test]
fn a_picture_keeps_to_the_pixels_it_may_have() {
    let limits = Limits {
        pixels_per_page: 10_000,
        ..Limits::default()
    };
    let made = Made::new().page(WIDE, "").bytes();
    let pdf = Pdf::open(made, None, None, &limits).expect("a PDF");
    let picture = drawn(&pdf, 0, 1920);
    assert_eq!((picture.width, picture.height), (133, 75));
}

#[test]
fn a_page_that_is_not_there_is_an_error() {
    assert!(open(Made::new().page(WIDE, "")).page_at(1, 160).is_err());
}

#[test]
fn more_pages_than_may_be_are_refused() {
    let made = Made::new().page(WIDE, "").page(WIDE, "").bytes();
    let limits = Limits {
        pages: 1,
        ..Limits::default()
    };
    let refused = Pdf::open(made, None, None, &limits).err().expect("refused");
    assert!(matches!(refused, SourceError::TooLarge(_)), "{refused}");
}

#[test]
fn a_protected_file_opens_with_its_password_only() {
    let open = |bytes: &[u8], password| {
        Pdf::open(bytes.to_vec(), password, None, &Limits::default()).map(|pdf| page(&pdf, 0).text)
    };
    for bytes in [
        &include_bytes!("fixtures/aes256.pdf")[..],
        include_bytes!("fixtures/aes128.pdf"),
    ] {
        assert_eq!(open(bytes, None), Err(SourceError::NeedsPassword));
        assert_eq!(open(bytes, Some("wrong")), Err(SourceError::WrongPassword));
        assert_eq!(open(bytes, Some("sesame")).as_deref(), Ok("Secret"));
    }
    let unprotected = Made::new().page(WIDE, &words("Open", 60, 100, 800)).bytes();
    assert_eq!(open(&unprotected, Some("any")).as_deref(), Ok("Open"));
}

#[test]
fn the_notes_beside_the_file_are_those_of_its_pages() {
    let made = || Made::new().page(WIDE, "").page(WIDE, "").bytes();
    for file in [
        r#"{"pdfpcFormat": 2, "pages": [{"idx": 1, "note": "Breathe."}]}"#,
        "[file]\na.pdf\n[notes]\n### 2\nBreathe.\n",
    ] {
        let pdf = Pdf::open(made(), None, Some(file.as_bytes()), &Limits::default());
        let pdf = pdf.expect("a PDF");
        assert_eq!(page(&pdf, 0).notes, None);
        assert_eq!(page(&pdf, 1).notes.as_deref(), Some("Breathe."));
    }
    let pdf = Pdf::open(made(), None, Some(b"\0garbage"), &Limits::default()).expect("a PDF");
    assert_eq!(pdf.outline().warnings.len(), 1);
}

#[test]
fn what_is_no_pdf_is_refused_in_words() {
    assert_eq!(refused(b""), SourceError::Empty);
    for bytes in [&b"hello"[..], b"%PDF-1.7", &[0; 5_000], &[0xFF; 5_000]] {
        assert!(matches!(refused(bytes), SourceError::Damaged(_)));
    }
    assert!(matches!(
        refused(&Made::new().bytes()),
        SourceError::Empty | SourceError::Damaged(_)
    ));
}

#[test]
fn a_file_cut_anywhere_or_with_a_broken_byte_never_panics() {
    let content = words("A title", 60, 100, 800);
    let annotation = "/Annots [<< /Subtype /Link /Rect [0 0 9 9] /Dest [0 /Fit] >>]";
    let whole = Made::new()
        .title("Whole")
        .catalog("/PageLabels << /Nums [0 << /S /D >>] >>")
        .page(&format!("{WIDE} {annotation}"), &content)
        .bytes();
    let try_out = |bytes: Vec<u8>| {
        if let Ok(pdf) = Pdf::open(bytes, None, None, &Limits::default()) {
            let _ = pdf.page_at(0, 16);
        }
    };
    for end in (0..whole.len()).step_by(7) {
        try_out(whole[..end].to_vec());
    }
    for at in (0..whole.len()).step_by(5) {
        let mut broken = whole.clone();
        broken[at] ^= 0x15;
        try_out(broken);
    }
}

/// Its first pages were shown as if they were all, or drawn in part.
#[test]
fn a_file_that_ends_in_the_middle_is_refused() {
    for whole in [
        &include_bytes!("fixtures/aes256.pdf")[..],
        include_bytes!("fixtures/aes128.pdf"),
        &Made::new()
            .page(WIDE, &words("A title", 60, 100, 800))
            .bytes(),
    ] {
        for percent in [10, 25, 50, 75, 90] {
            let cut = &whole[..whole.len() * percent / 100];
            let words = refused(cut).to_string();
            assert!(words.contains("ends in the middle"), "{percent}: {words}");
        }
    }
}

#[test]
fn what_stands_after_the_end_of_a_file_is_no_harm() {
    let whole = Made::new().page(WIDE, &words("A title", 60, 100, 800));
    let whole = whole.bytes();
    let table = whole.windows(9).rposition(|found| found == b"startxref");
    for file in [
        [&whole[..], &[0; 9_000]].concat(),
        [&whole[..], &b"<p>tracking</p>\n".repeat(1_000)].concat(),
        [&whole[..], b"\r\n-- \r\nsent by a mail program"].concat(),
        // Readers look for the objects themselves then.
        [&whole[..table.expect("its place")], b"%%EOF"].concat(),
    ] {
        let pdf = Pdf::open(file, None, None, &Limits::default()).expect("a PDF");
        assert_eq!(page(&pdf, 0).text, "A title");
    }
}

#[test]
fn a_circle_in_a_tree_ends() {
    let mut made = Made::new();
    let circle = made.object("<< /Kids [3 0 R 3 0 R 3 0 R] >>");
    let made = made
        .catalog(&format!(
            "/PageLabels {circle} 0 R /Names << /Dests {circle} 0 R >>"
        ))
        .page(WIDE, "");
    assert_eq!(open(made).outline().slides.len(), 1);
}

#[test]
fn a_form_that_draws_itself_ends() {
    let mut made = Made::new();
    let form = made.object(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 1600 900] /Group << /S /Transparency >>
         /Resources << /XObject << /X 3 0 R >> >> /Length 12 >>\nstream\nq /X Do /X Do Q\nendstream",
    );
    let annotation =
        format!("/Annots [<< /Subtype /Stamp /Rect [0 0 1600 900] /AP << /N {form} 0 R >> >>]");
    let pdf = open(made.page(&format!("{WIDE} {annotation}"), ""));
    drawn(&pdf, 0, 160);
}

/// Over real talks, where there are some: `WEBSLIDES_DECKS` names the folder above `talks`.
#[test]
fn real_talks_are_imported_whole() {
    let Some(decks) = env::var_os("WEBSLIDES_DECKS") else {
        return;
    };
    let talks = std::path::Path::new(&decks).join("talks");
    for file in fs::read_dir(talks).expect("talks") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "pdf") {
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let pdf = Pdf::open(bytes, None, None, &Limits::default()).expect("a PDF");
        let outline = pdf.outline();
        assert!(outline.title.is_some(), "{}", path.display());
        for index in outline.slides.into_iter().flat_map(|slide| slide.pages) {
            let page = pdf.page_at(index, 480).expect("a page");
            assert_eq!(page.warnings, [], "{} {index}", path.display());
            let rgba = &pixels(&page).rgba;
            assert!(rgba.iter().any(|byte| *byte != rgba[0]), "a blank page");
        }
    }
}
