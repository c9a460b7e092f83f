use super::*;

const BLUISH: &str = "0.7 0.85 1 rg 0 0 1600 900 re f 0 0 0 rg 0 0 400 900 re f ";
const MULTIPLY: &str = "/ExtGState << /M << /BM /Multiply >> /N << /BM /Normal >> >>";
const YELLOW: &str = "1 1 0 rg 0 0 1600 900 re f";
const ANNOTATION: &str = "/Rect [0 0 1600 900] /F 4";

fn near(found: [u8; 4], red: u8, green: u8, blue: u8) -> bool {
    let pairs = found.into_iter().zip([red, green, blue]);
    pairs.map(|(a, b)| a.abs_diff(b)).all(|apart| apart <= 2)
}

/// The page at the left, black below, and at the right, light blue below.
fn on_black_and_blue(made: Made, entries: &str, content: &str) -> ([u8; 4], [u8; 4]) {
    let page = page(&open(made.page(&format!("{WIDE} {entries}"), content)), 0);
    assert_eq!(page.warnings, []);
    (
        colour(pixels(&page), 20, 40),
        colour(pixels(&page), 120, 40),
    )
}

#[test]
fn a_group_that_is_not_isolated_blends_with_what_is_below_it() {
    for (group, shines_through) in [
        ("/Group << /S /Transparency >>", true),
        ("/Group << /S /Transparency /I false >>", true),
        ("/Group << /S /Transparency /I true >>", false),
        ("", true),
    ] {
        let mut made = Made::new();
        let yellow = format!("/M gs {YELLOW}");
        let inner = made.form(&format!("{group} /Resources << {MULTIPLY} >>"), &yellow);
        let within = format!("/Resources << /XObject << /X {inner} 0 R >> >>");
        let form = made.form(&within, "/X Do");
        let grouped = made.form(&format!("/Group << /S /Transparency >> {within}"), "/X Do");
        for drawn in [inner, form, grouped] {
            let made = Made::new();
            // The same objects, so that the numbers are the same.
            let mut made = made;
            assert_eq!(
                made.form(&format!("{group} /Resources << {MULTIPLY} >>"), &yellow),
                inner
            );
            made.form(&within, "/X Do");
            made.form(&format!("/Group << /S /Transparency >> {within}"), "/X Do");
            let made = made.resources(&format!("/XObject << /D {drawn} 0 R >>"));
            let (black, blue) = on_black_and_blue(made, "", &format!("{BLUISH} /D Do"));
            if shines_through {
                assert!(near(black, 0, 0, 0), "{group} {drawn}: {black:?}");
                assert!(near(blue, 178, 217, 0), "{group} {drawn}: {blue:?}");
            } else {
                assert!(near(black, 255, 255, 0), "{group} {drawn}: {black:?}");
            }
        }
    }
}

/// Half of it shines through; drawn as its parts, it would be opaque.
#[test]
fn a_group_that_does_not_blend_stays_one() {
    let mut made = Made::new();
    let content = format!("/N gs {YELLOW}");
    let group = format!("/Group << /S /Transparency >> /Resources << {MULTIPLY} >>");
    let form = made.form(&group, &content);
    let made = made.resources(&format!(
        "/XObject << /D {form} 0 R >> /ExtGState << /H << /ca 0.5 >> >>"
    ));
    let (black, _) = on_black_and_blue(made, "", &format!("{BLUISH} /H gs /D Do"));
    assert!(near(black, 128, 128, 0), "{black:?}");
}

#[test]
fn a_soft_mask_that_blends_is_still_a_mask() {
    let mut made = Made::new();
    let mask = made.form(
        &format!("/Group << /S /Transparency /CS /DeviceGray >> /Resources << {MULTIPLY} >>"),
        "1 g 0 0 800 900 re f /M gs 1 g 0 0 800 900 re f",
    );
    let made = made.resources(&format!(
        "/ExtGState << /S << /SMask << /S /Luminosity /G {mask} 0 R >> >> >>"
    ));
    let (black, blue) = on_black_and_blue(made, "", &format!("{BLUISH} /S gs {YELLOW}"));
    assert!(near(black, 255, 255, 0), "{black:?}");
    assert!(near(blue, 178, 217, 255), "outside of the mask: {blue:?}");
}

#[test]
fn a_highlight_never_hides_the_words() {
    for look in ["", "/Group << /S /Transparency >>", "opaque", "own"] {
        let mut made = Made::new();
        let own = format!("/Resources << {MULTIPLY} >>");
        let form = match look {
            "own" => Some(made.form(&own, &format!("/M gs {YELLOW}"))),
            "opaque" => None,
            group => Some(made.form(group, YELLOW)),
        };
        let look = form.map_or_else(String::new, |form| format!("/AP << /N {form} 0 R >>"));
        let annotation =
            format!("/Annots [<< /Subtype /Highlight {ANNOTATION} /C [1 1 0] {look} >>]");
        let (black, blue) = on_black_and_blue(made, &annotation, BLUISH);
        assert!(near(black, 0, 0, 0), "{look}: {black:?}");
        assert!(near(blue, 178, 217, 0), "{look}: {blue:?}");
    }
}

#[test]
fn what_was_drawn_on_a_slide_is_drawn_without_an_appearance_too() {
    let area = "/Rect [400 200 1200 700] /C [1 0 0] /BS << /W 40 >>";
    for (annotation, x, y, expected) in [
        ("/Subtype /Square", 42, 40, RED),
        ("/Subtype /Square /IC [0 0 1]", 80, 45, [0, 0, 255, 255]),
        ("/Subtype /Circle", 80, 22, RED),
        ("/Subtype /Line /L [400 450 1200 450]", 80, 45, RED),
        (
            "/Subtype /Line /L [400 450 1200 450] /LE [/None /OpenArrow]",
            112,
            41,
            RED,
        ),
        (
            "/Subtype /Ink /InkList [[400 450 1200 450] [500 200 500 300]]",
            80,
            45,
            RED,
        ),
        ("/Subtype /Ink /InkList [[800 450]]", 80, 45, RED),
        (
            "/Subtype /PolyLine /Vertices [400 450 1200 450]",
            80,
            45,
            RED,
        ),
        (
            "/Subtype /Polygon /Vertices [400 250 1200 250 800 650]",
            80,
            65,
            RED,
        ),
        ("/Subtype /StrikeOut", 80, 47, RED),
        ("/Subtype /Underline", 80, 66, [255, 127, 127, 255]),
    ] {
        let annotation = format!("/Annots [<< {annotation} {area} >>]");
        let page = page(
            &open(Made::new().page(&format!("{WIDE} {annotation}"), "")),
            0,
        );
        assert_eq!(colour(pixels(&page), x, y), expected, "{annotation}");
        assert_eq!(page.warnings, []);
    }
}

#[test]
fn typed_text_is_drawn_in_its_colour_and_said() {
    let annotation = "/Annots [<< /Subtype /FreeText /Rect [100 100 1500 800]
        /DA (/Helv 300 Tf 1 0 0 rg) /Contents (M\\326\\221\\222) >>]";
    let page = page(
        &open(Made::new().page(&format!("{WIDE} {annotation}"), "")),
        0,
    );
    assert_eq!(page.text, "MÖ‚™");
    let rgba = &pixels(&page).rgba;
    assert!(rgba.as_chunks::<4>().0.contains(&RED));
    assert_eq!((page.notes, page.warnings.len()), (None, 0));
}

#[test]
fn annotations_that_are_not_for_the_room_are_not_drawn() {
    for hidden in [
        "/Subtype /Stamp /F 2",
        "/Subtype /Stamp /F 32",
        "/Subtype /Stamp /OC 3 0 R",
        "/Subtype /Square /OC 3 0 R /C [1 0 0] /IC [1 0 0]",
        "/Subtype /Text",
        "/Subtype /Popup",
        "/Subtype /Link",
    ] {
        let mut made = Made::new();
        let off = made.object("<< /Type /OCG /Name (off) >>");
        let red = made.form("", "1 0 0 rg 0 0 1600 900 re f");
        let look = if hidden.contains("Link") {
            String::new()
        } else {
            format!("/AP << /N {red} 0 R >>")
        };
        let made = made.catalog(&format!(
            "/OCProperties << /OCGs [{off} 0 R] /D << /OFF [{off} 0 R] >> >>"
        ));
        let annotations = format!("/Annots [<< {hidden} /Rect [0 0 1600 900] {look} >>]");
        let page = page(&open(made.page(&format!("{WIDE} {annotations}"), "")), 0);
        assert_eq!(colour(pixels(&page), 80, 45), WHITE, "{hidden}");
        assert_eq!((page.warnings.len(), page.text), (0, String::new()));
    }
}

#[test]
fn what_can_not_be_drawn_of_an_annotation_is_said() {
    for (annotation, reason) in [
        (
            "/Subtype /Stamp /Name /Draft",
            "an annotation can't be drawn",
        ),
        (
            "/Subtype /Widget /FT /Tx /V (typed)",
            "an annotation can't be drawn",
        ),
        (
            "/Subtype /FreeText /RC (<body>typed</body>)",
            "an annotation can't be drawn",
        ),
        (
            "/Subtype /Ink /Path [[1 2 3 4 5 6]]",
            "an annotation can't be drawn",
        ),
        ("/Subtype /Line", "an annotation can't be drawn"),
        ("/Subtype /Polygon", "an annotation can't be drawn"),
        ("/Subtype /FileAttachment", "an annotation can't be drawn"),
        ("/Subtype /Redact", "an annotation can't be drawn"),
        ("/Subtype /Watermark", "an annotation can't be drawn"),
        ("/Subtype /Movie /Movie << /F (film.mp4) >>", "a film"),
        ("/Subtype /RichMedia", "a film"),
        (
            "/Subtype /Link /A << /S /Launch /F (film.mp4) >>",
            "a link leads to a file",
        ),
        (
            "/Subtype /Link /A << /S /URI /URI (run:film.mp4) >>",
            "a link leads to a file",
        ),
    ] {
        let annotation = format!("/Annots [<< {annotation} {ANNOTATION} >>]");
        let page = page(
            &open(Made::new().page(&format!("{WIDE} {annotation}"), "")),
            0,
        );
        let said: Vec<_> = page.warnings.iter().map(|it| it.reason.as_str()).collect();
        assert!(
            said.len() == 1 && said[0].starts_with(reason),
            "{annotation}: {said:?}"
        );
        assert_eq!(page.warnings[0].page, Some(0));
    }
}

#[test]
fn what_has_nothing_to_be_seen_is_not_missed() {
    for annotation in [
        "/Subtype /FreeText /Contents ()",
        "/Subtype /Square /Border [0 0 0]",
        "/Subtype /Widget /FT /Tx /V ()",
    ] {
        let annotation = format!("/Annots [<< {annotation} {ANNOTATION} >>]");
        let made = Made::new().page(&format!("{WIDE} {annotation}"), "");
        assert_eq!(page(&open(made), 0).warnings, [], "{annotation}");
    }
}

#[test]
fn the_picture_of_a_film_is_drawn() {
    for film in ["Movie", "Screen", "RichMedia"] {
        let mut made = Made::new();
        let red = made.form("", "1 0 0 rg 0 0 1600 900 re f");
        let annotation =
            format!("/Annots [<< /Subtype /{film} {ANNOTATION} /AP << /N {red} 0 R >> >>]");
        let page = page(&open(made.page(&format!("{WIDE} {annotation}"), "")), 0);
        assert_eq!(colour(pixels(&page), 80, 45), RED, "{film}");
        let said: Vec<_> = page.warnings.iter().map(|it| it.reason.as_str()).collect();
        assert!(said.len() == 1 && said[0].starts_with("a film"), "{said:?}");
    }
}

/// The number of objects of a copy is limited.
#[test]
fn a_page_that_can_not_be_mended_says_so() {
    let said = |objects: usize| {
        let mut made = Made::new();
        let first = made.object("null") + 1;
        let links: String = (first..first + objects)
            .map(|number| {
                made.object("null");
                format!("{number} 0 R ")
            })
            .collect();
        let made = made.resources(&format!("/Properties << /L << /X [{links}] >> >>"));
        let annotation = "/Annots [<< /Subtype /Square /Rect [0 0 800 450] /C [1 0 0] >>]";
        let page = page(&open(made.page(&format!("{WIDE} {annotation}"), "")), 0);
        page.warnings.into_iter().map(|it| it.reason).collect()
    };
    let fine: Vec<String> = said(100);
    assert_eq!(fine, [""; 0]);
    let too_many: Vec<String> = said(50_001);
    assert!(
        too_many.len() == 1 && too_many[0].contains("layers, highlights or annotations"),
        "{too_many:?}"
    );
}

#[test]
fn layers_are_seen_as_in_a_viewer() {
    let conditions = [
        ("/OCGs [3 0 R]", true),
        ("/OCGs [4 0 R] /P /AllOn", false),
        ("/OCGs 4 0 R /P /AnyOff", true),
        ("/OCGs 5 0 R", false),
        ("/VE [/Not 3 0 R]", false),
        ("/VE [/Not 4 0 R]", true),
        ("/VE [/And 3 0 R [/Not 4 0 R]]", true),
        ("/VE [/And 3 0 R [/Or 4 0 R 5 0 R]]", false),
        // It wins over the groups.
        ("/OCGs [4 0 R] /VE [/Or 3 0 R 4 0 R]", true),
        ("/VE [/Nonsense 3 0 R]", true),
    ];
    let by_usage = "/AS [<< /Event /View /Category [/View] /OCGs [5 0 R] >>]";
    // Without one that says it, nothing is off by its usage, and few pages are copied for that.
    let without = conditions.map(|(condition, is_seen)| {
        let is_by_usage =
            ["/OCGs 5 0 R", "/VE [/And 3 0 R [/Or 4 0 R 5 0 R]]"].contains(&condition);
        ("", condition, is_seen || is_by_usage)
    });
    let with = conditions.map(|(condition, is_seen)| (by_usage, condition, is_seen));
    for (usage, condition, is_seen) in with.into_iter().chain(without) {
        let mut made = Made::new();
        made.object("<< /Type /OCG /Name (on) >>");
        made.object("<< /Type /OCG /Name (off) >>");
        made.object("<< /Type /OCG /Name (print) /Usage << /View << /ViewState /OFF >> >> >>");
        let layer = made.object(&format!("<< /Type /OCMD {condition} >>"));
        let red = made.form("", "1 0 0 rg 0 0 1600 900 re f");
        let form = made.form(&format!("/OC {layer} 0 R"), "0 0 1 rg 0 0 400 900 re f");
        let annotations = format!(
            "/Annots [<< /Subtype /Stamp /Rect [1200 0 1600 900] /AP << /N {red} 0 R >> /OC {layer} 0 R >>
             << /Subtype /Link /Rect [0 0 9 9] /OC {layer} 0 R /A << /S /URI /URI (http://a.example) >> >>]"
        );
        let made = made
            .catalog(&format!(
                "/OCProperties << /OCGs [3 0 R 4 0 R 5 0 R] /D << /OFF [4 0 R] {usage} >> >>"
            ))
            .resources(&format!(
                "/Properties << /L {layer} 0 R >> /XObject << /X {form} 0 R >>"
            ))
            .page(
                &format!("{WIDE} {annotations}"),
                &format!(
                    "/X Do /OC /L BDC 0 1 0 rg 500 0 400 900 re f {} EMC",
                    words("Seen", 60, 600, 400)
                ),
            );
        let page = page(&open(made), 0);
        let colours = [20, 80, 140].map(|x| colour(pixels(&page), x, 80));
        let expected = if is_seen {
            [[0, 0, 255, 255], [0, 255, 0, 255], RED]
        } else {
            [WHITE; 3]
        };
        assert_eq!(colours, expected, "{condition} {usage}");
        assert_eq!(page.links.len(), usize::from(is_seen), "{condition}");
        assert_eq!(page.text, if is_seen { "Seen" } else { "" }, "{condition}");
    }
}

#[test]
fn bullets_of_a_symbol_font_that_is_not_embedded_are_drawn() {
    for (font, code, text, is_said) in [
        ("Wingdings", "a7", "■", false),
        ("Wingdings", "d8", "➣", false),
        ("Wingdings-Regular", "fc", "✔", false),
        ("Wingdings", "82", "②", false),
        ("SymbolMT", "b7", "•", false),
        ("Wingdings-Bold", "a7", "■", false),
        ("Wingdings,BoldItalic", "a7", "■", false),
        ("ABCDEF+Wingdings", "a7", "■", false),
        ("SymbolMT,Bold", "b7", "•", false),
        ("MonotypeSorts", "6e", "■", false),
        ("ZapfDingbats", "6e", "■", false),
        ("Webdings", "61", "", true),
        ("Wingdings2", "50", "", true),
        ("Wingdings-3", "7d", "", true),
        ("Wingdings#203,Bold", "7d", "", true),
        ("Wingdings", "30", "", true),
    ] {
        let made = Made::new().fonts(&format!(
            "/W << /Type /Font /Subtype /TrueType /BaseFont /{font} /FirstChar 32
             /LastChar 33 /Widths [890 890]
             /FontDescriptor << /Type /FontDescriptor /FontName /{font} /Flags 4 >> >>"
        ));
        let pdf = open(made.page(WIDE, &format!("BT /W 600 Tf 100 100 Td <{code}> Tj ET")));
        let page = page(&pdf, 0);
        assert_eq!(page.text, text, "{font} {code}");
        assert_eq!(!page.warnings.is_empty(), is_said, "{font} {code}");
    }
}

#[test]
fn a_page_that_was_mended_keeps_its_box_its_turn_and_its_fonts() {
    let annotation = "/Annots [<< /Subtype /Square /Rect [0 0 800 450] /IC [1 0 0] /C [1 0 0] >>]";
    let entries =
        format!("/MediaBox [-100 0 1700 900] /CropBox [0 0 1600 900] /Rotate 180 {annotation}");
    let content = words("Turned \\(and\\) read", 60, 900, 800);
    let page = page(&open(Made::new().page(&entries, &content)), 0);
    assert_eq!(page.text, "Turned (and) read");
    let pixels = pixels(&page);
    assert_eq!((pixels.width, pixels.height), (160, 90));
    assert_eq!(colour(pixels, 120, 20), RED);
    assert_eq!(colour(pixels, 40, 70), WHITE);
}

#[test]
fn letters_that_no_font_has_are_said_and_others_are_drawn() {
    for (glyph, is_drawn_anywhere) in [("A", true), ("afii10047", false), ("uni12345", false)] {
        let made = Made::new().fonts(&format!(
            "/W << /Type /Font /Subtype /TrueType /BaseFont /Arial /FirstChar 200 /LastChar 200
             /Widths [700] /Encoding << /Type /Encoding /Differences [200 /{glyph}] >>
             /FontDescriptor << /Type /FontDescriptor /FontName /Arial /Flags 32 >> >>"
        ));
        let pdf = open(made.page(WIDE, "BT /W 600 Tf 100 200 Td <c8> Tj ET"));
        let page = page(&pdf, 0);
        let is_drawn = pixels(&page).rgba.iter().any(|byte| *byte < 128);
        // A machine may have it; one of the two it is.
        assert!(is_drawn || !is_drawn_anywhere, "{glyph}");
        let is_said = !page.warnings.is_empty() || page.text.is_empty();
        assert_ne!(is_drawn, is_said, "{glyph}: {:?}", page.warnings);
    }
}
