use super::*;

/// Pages of the deck by slide.
fn slides(pdf: &Pdf) -> Vec<Vec<u32>> {
    let slides = pdf.outline().slides.into_iter();
    slides.map(|slide| slide.pages).collect()
}

fn notes(pdf: &Pdf, index: u32) -> String {
    page(pdf, index).notes.unwrap_or_default()
}

fn said(pdf: &Pdf) -> Vec<String> {
    let warnings = pdf.outline().warnings.into_iter();
    warnings.map(|warning| warning.reason).collect()
}

/// A slide, with a line below its title.
fn slide(title: &str, below: &str) -> String {
    words(title, 60, 100, 800) + &words(below, 30, 100, 400)
}

/// A sheet of notes, with a small copy of its slide.
fn sheet(title: &str, notes: &str) -> String {
    words(title, 20, 200, 850) + &words(notes, 20, 100, 300)
}

const PAPER: &str = "/MediaBox [0 0 700 1000]";

/// A prefix of page labels, in each way that a text is written in a PDF.
fn prefixes(text: &str) -> [String; 3] {
    let hex = |bytes: Vec<u8>| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("/P <{digits}>")
    };
    let marked = format!("\u{feff}{text}");
    [
        format!("/P ({text})"),
        hex(marked.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        hex(marked.into_bytes()),
    ]
}

#[test]
fn pages_that_beamer_writes_notes_on_are_not_slides() {
    let seconds = prefixes("notes:2");
    for (of_first, of_second) in prefixes("notes:1").iter().zip(&seconds) {
        let made = Made::new()
            .catalog(&format!(
                "/PageLabels << /Nums [0 << /S /D >> 1 << {of_first} >> 2 << /S /D /St 2 >>
                 3 << /S /D /St 2 >> 4 << {of_second} >> 5 << {of_second} >>
                 6 << /S /D /St 3 >>] >>"
            ))
            .page(WIDE, &slide("Rivers", "They flow"))
            .page(WIDE, &sheet("Rivers", "Remember the joke"))
            .page(WIDE, &slide("Lakes", ""))
            .page(WIDE, &slide("Lakes", "They rest"))
            .page(WIDE, &sheet("Lakes", "No prices"))
            .page(WIDE, &sheet("Lakes", "And slowly"))
            .page(
                &format!("{WIDE} /Annots [<< /Subtype /Link /Rect [0 0 9 9] /Dest [3 /Fit] >>]"),
                &slide("Seas", ""),
            );
        let pdf = open(made);
        assert_eq!(slides(&pdf), [vec![0], vec![1, 2], vec![3]], "{of_first}");
        assert_eq!(notes(&pdf, 0), "Remember the joke");
        assert_eq!(notes(&pdf, 1), "");
        assert_eq!(notes(&pdf, 2), "No prices\n\nAnd slowly");
        assert_eq!(page(&pdf, 3).title.as_deref(), Some("Seas"));
        assert_eq!(page(&pdf, 3).links[0].target, Target::Page(2));
        assert_eq!(said(&pdf), [""; 0]);
    }
}

#[test]
fn upright_pages_behind_slides_of_their_titles_are_notes() {
    let made = Made::new()
        .page(WIDE, &slide("Wind", "It blows"))
        .page(WIDE, &slide("Water", "It runs"))
        .page(WIDE, &slide("Sun", "It shines"))
        .page(PAPER, &sheet("Wind", "Private: of wind"))
        .page(PAPER, &sheet("Sun", "Private: of sun"));
    let pdf = open(made);
    assert_eq!(slides(&pdf), [[0], [1], [2]]);
    let all: Vec<_> = (0..3).map(|index| notes(&pdf, index)).collect();
    assert_eq!(all, ["Private: of wind", "", "Private: of sun"]);
    assert!(pdf.page_at(3, 160).is_err());
}

#[test]
fn upright_pages_after_their_slides_are_notes() {
    let made = Made::new()
        .page(WIDE, &slide("Wind", "It blows"))
        .page(PAPER, &sheet("Wind", "Private: of wind"))
        .page(PAPER, &sheet("Wind", "More of it"))
        .page(WIDE, &slide("Water", "It runs"))
        .page(WIDE, &slide("Sun", "It shines"))
        .page(PAPER, &sheet("Sun", "Private: of sun"));
    let pdf = open(made);
    assert_eq!(slides(&pdf), [[0], [1], [2]]);
    let all: Vec<_> = (0..3).map(|index| notes(&pdf, index)).collect();
    assert_eq!(
        all,
        ["Private: of wind\n\nMore of it", "", "Private: of sun"]
    );
    assert_eq!(said(&pdf), [""; 0]);
}

/// Impress prints its notes as its printer's paper lies.
#[test]
fn pages_of_another_shape_that_have_their_slides_in_small_are_notes() {
    const PAPER: &str = "/MediaBox [0 0 1000 750]";
    let notes_of = |title: &str, size: u32, below: &str, notes: &str| {
        words(title, size, 200, 700) + &words(below, 12, 200, 600) + &words(notes, 30, 100, 300)
    };
    let one = |title: &str, size| {
        let made = Made::new()
            .page(WIDE, &slide("Wind", "It blows"))
            .page(WIDE, &slide("Sun", "It shines"))
            .page(PAPER, &notes_of("Wind", 20, "It blows", "Private: of wind"))
            .page(
                PAPER,
                &notes_of(title, size, "It shines", "Private: of sun"),
            );
        open(made)
    };
    let pdf = one("Sun", 20);
    assert_eq!(slides(&pdf), [[0], [1]]);
    assert_eq!(notes(&pdf, 0), "Private: of wind");
    assert_eq!(notes(&pdf, 1), "Private: of sun");
    // A slide that comes back in another shape, and as large.
    assert_eq!(slides(&one("Sun", 60)).len(), 4);
    assert_eq!(slides(&one("Moon", 20)).len(), 4);
}

#[test]
fn upright_pages_that_may_be_notes_are_said() {
    let made = Made::new()
        .page(WIDE, &slide("Wind", "It blows"))
        .page(PAPER, &words("A poster", 60, 100, 800));
    let pdf = open(made);
    assert_eq!(slides(&pdf), [[0], [1]]);
    assert!(said(&pdf)[0].starts_with("1 pages at its end stand upright"));
    let all = Made::new().page(PAPER, "").page(PAPER, "");
    assert!(said(&open(all))[0].starts_with("its pages stand upright"));
    let poster = Made::new().page(WIDE, "").page(PAPER, "").page(WIDE, "");
    assert_eq!(said(&open(poster)), [""; 0]);
    let among = Made::new()
        .page(WIDE, &slide("Wind", "It blows"))
        .page(PAPER, &sheet("Wind", "Private: of wind"))
        .page(WIDE, &slide("Sun", "It shines"))
        .page(PAPER, &words("As large", 60, 100, 800))
        .page(WIDE, "");
    let pdf = open(among);
    assert_eq!(slides(&pdf).len(), 5);
    assert!(said(&pdf)[0].starts_with("2 pages among its slides stand upright"));
    let square = "/MediaBox [0 0 1600 1800]";
    let below = Made::new().page(square, "").page(square, "");
    assert!(said(&open(below))[0].starts_with("its pages stand upright"));
    assert_eq!(said(&open(Made::new().page(PAPER, ""))), [""; 0]);
}

#[test]
fn pages_of_one_label_and_different_titles_are_slides_of_their_own() {
    let made = Made::new()
        .catalog("/PageLabels << /Nums [0 << /P (1) >>] >>")
        .page(WIDE, &slide("Before", ""))
        .page(WIDE, &words("Part Two", 90, 500, 500))
        .page(WIDE, &slide("After it", ""))
        .page(WIDE, &slide("After it", "one more line"))
        // A heading in its text that is larger than its title.
        .page(
            WIDE,
            &(slide("After it", "") + &words("LOUD", 80, 100, 600)),
        )
        .page(WIDE, "0 0 800 450 re f");
    assert_eq!(
        slides(&open(made)),
        [vec![0], vec![1], vec![2, 3, 4, 5]],
        "a picture alone may be a step"
    );
}

/// Only so many are read: what is behind them might be anything.
#[test]
fn pages_of_one_label_behind_those_that_are_read_are_slides_of_their_own() {
    let mut made = Made::new().catalog("/PageLabels << /Nums [0 << /P (1) >>] >>");
    for page in 0..=plan::MOST_READ {
        made = made.page(WIDE, &slide("One slide", &page.to_string()));
    }
    made = made.page(WIDE, &slide("Part two", ""));
    let pdf = open(made.page(WIDE, &slide("After it", "")));
    let behind: Vec<_> = slides(&pdf).iter().map(Vec::len).skip(1).collect();
    assert_eq!(behind, [1, 1, 1]);
}

#[test]
fn views_of_one_page_are_steps_and_pages_of_one_chapter_are_not() {
    let ipe = |first: &str, second: &str, below: &str| {
        let made = Made::new()
            .catalog(
                "/PageLabels << /Nums [0 << /P (1-) /S /D >> 2 << /P (2) >> 3 << /P (3-1) >>
                 4 << /P (3-2) >> 5 << /P (A-) /S /D >>] >>",
            )
            .page(WIDE, &slide(first, ""))
            .page(WIDE, &slide(first, below))
            .page(WIDE, &slide("Between", ""))
            .page(WIDE, &slide(second, ""))
            .page(WIDE, &slide(second, below));
        slides(&open(made))
    };
    let views = [vec![0, 1], vec![2], vec![3, 4]];
    assert_eq!(ipe("Graphs", "Trees", "An edge"), views);
    let [_, of_first, of_second] = prefixes("3-");
    let encoded = Made::new()
        .catalog(&format!(
            "/PageLabels << /Nums [0 << {of_first} /S /D >> 1 << {of_second} /S /D /St 2 >>
             2 << /P (3-) /S /D /St 2 >>] >>"
        ))
        .page(WIDE, &slide("Dogs", ""))
        .page(WIDE, &slide("Dogs", "bark"))
        .page(WIDE, &slide("Dogs", "and bite"));
    assert_eq!(slides(&open(encoded)), [[0, 1, 2]], "by what they say");
    let chapters = Made::new()
        .catalog("/PageLabels << /Nums [0 << /P (1-) /S /D >>] >>")
        .page(WIDE, &slide("Dogs", ""))
        .page(WIDE, &slide("Cats", ""))
        .page(WIDE, "0 0 800 450 re f")
        .page(WIDE, "0 0 900 450 re f");
    assert_eq!(slides(&open(chapters)), [[0], [1], [2], [3]]);
}

#[test]
fn labels_that_count_the_notes_beside_the_slides_are_read() {
    let half = |title: &str, note: &str| words(title, 60, 100, 800) + &words(note, 40, 1700, 500);
    let made = Made::new()
        .catalog(
            "/PageLabels << /Nums [0 << /S /D >> 1 << /S /D >> 2 << /S /D /St 2 >>
             3 << /S /D /St 2 >> 4 << /S /D /St 2 >> 5 << /S /D /St 3 >> 6 << /S /D /St 3 >>
             7 << /S /D /St 4 >>] >>",
        )
        .page("/MediaBox [0 0 3200 900]", &half("Apples", "Say hello"))
        .page("/MediaBox [0 0 3200 900]", &half("Pears", "First"))
        .page("/MediaBox [0 0 3200 900]", &half("Pears", "Second"))
        .page("/MediaBox [0 0 3200 900]", &half("Plums", "Thank them"));
    let pdf = open(made);
    assert_eq!(slides(&pdf), [vec![0], vec![1, 2], vec![3]]);
    assert_eq!(notes(&pdf, 2), "Second");
}

#[test]
fn pages_that_pdfpc_hides_are_left_out_and_its_steps_kept() {
    let mut made = Made::new();
    for title in ["Plan", "Step", "Secret", "Bye"] {
        made = made.page(WIDE, &slide(title, ""));
    }
    let file = r#"{"pdfpcFormat": 2, "pages": [{"idx": 0, "note": "say plan"},
        {"idx": 1, "forcedOverlay": true, "note": "say step"}, {"idx": 2, "hidden": true},
        {"idx": 3, "note": "say bye"}]}"#;
    let bytes = made.bytes();
    let open = |file: &str| {
        Pdf::open(
            bytes.clone(),
            None,
            Some(file.as_bytes()),
            &Limits::default(),
        )
        .expect("a PDF")
    };
    let pdf = open(file);
    assert_eq!(slides(&pdf), [vec![0, 1], vec![2]]);
    assert_eq!(page(&pdf, 2).title.as_deref(), Some("Bye"));
    assert_eq!(notes(&pdf, 1), "say step");
    assert_eq!(notes(&pdf, 2), "say bye");
    let words = "the .pdfpc file hides 1 of its pages; they are left out";
    assert_eq!(said(&pdf), [words]);
    let all: Vec<_> = (0..4)
        .map(|page| format!("{{\"idx\": {page}, \"hidden\": true}}"))
        .collect();
    let none = open(&format!("{{\"pages\": [{}]}}", all.join(",")));
    assert_eq!(slides(&none).len(), 4, "a deck without slides is none");
}
