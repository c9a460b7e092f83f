//! Markdown among other files.

use super::{
    exported, file, go_to,
    made::{pdf, png, saying, stored, zip},
    refused, served,
};
use crate::support::program::Place;
use std::fs;

fn html(printed: &str, slide: usize) -> String {
    go_to(printed, slide)["face"]["html"].to_string()
}

#[test]
fn a_project_is_its_slides_and_not_its_pictures_in_a_zip_and_in_a_folder() {
    let place = Place::new();
    let picture = png(99);
    let text = b"# Shown\n\n![](../img/a.png)\n\n![](../../b.png)\n";
    let files: [(&str, &[u8]); 4] = [
        ("talk/README.md", b"# Read me"),
        ("talk/img/a.png", &picture),
        ("talk/src/slides.md", text),
        ("talk/src/more.markdown", b"# More"),
    ];
    let packed = file(&place, "project.zip", zip(&files));
    let folder = place.folder("project");
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    for deck in [packed, folder] {
        let (running, printed) = served(&place, &deck);
        let shown = html(&printed, 1);
        assert!(
            shown.contains("Shown") && shown.contains("/media/"),
            "{deck:?}: {shown}"
        );
        let said = running.complaints();
        assert!(
            said.contains("../../b.png") && !said.contains("a.png is"),
            "{deck:?}: {said}"
        );
    }
}

/// A Mac takes letters apart in the names of a zip, and puts what it knows of a file beside it.
#[test]
fn the_pictures_of_a_zip_that_a_mac_has_packed_are_found() {
    let place = Place::new();
    let shades = [10, 20, 30, 40].map(png);
    let packed = zip(&[
        (
            "Vortrag/slides.md",
            "# Größe\n\n![](Gr\u{f6}\u{df}e.png) ![](img/\u{e9}t\u{e9}.png)\n\n\
             ![](u\u{308}ber.png) ![](Gr%C3%BCn.png)\n"
                .as_bytes(),
        ),
        ("Vortrag/Gro\u{308}\u{df}e.png", &shades[0]),
        ("Vortrag/img/e\u{301}te\u{301}.png", &shades[1]),
        ("Vortrag/u\u{308}ber.png", &shades[2]),
        ("Vortrag/Gru\u{308}n.png", &shades[3]),
        ("__MACOSX/Vortrag/._slides.md", b"\0\x05\x16\x07"),
        ("__MACOSX/Vortrag/._u\u{308}ber.png", b"\0\x05\x16\x07"),
    ]);
    let (running, printed) = served(&place, &file(&place, "Vortrag.zip", packed));
    let shown = html(&printed, 1);
    assert_eq!(shown.matches("src=").count(), 4, "{shown}");
    let said = running.complaints();
    assert!(!said.contains(".png") && !said.contains("MACOSX"), "{said}");
}

/// The head of a PDF that is stored is among the first bytes of such a zip.
#[test]
fn a_zip_of_files_as_they_are_shows_the_same_slides_and_notes() {
    let place = Place::new();
    let handout = pdf("", &["One", "Two", "Three"].map(saying));
    let text =
        b"# Slides\n\n![](a.png)\n\n<!-- Say hello -->\n\n---\n\n# Two\n\n<!-- And why -->\n";
    let picture = png(99);
    let files: [(&str, &[u8]); 3] = [
        ("handout.pdf", &handout),
        ("slides.md", text),
        ("a.png", &picture),
    ];
    for (name, content) in [("packed.zip", zip(&files)), ("stored.zip", stored(&files))] {
        let (_running, _) = served(&place, &file(&place, name, content));
        let slides = exported(&place)["deck"]["slides"].clone();
        let slides = slides.as_array().expect("slides");
        let shown: Vec<_> = slides
            .iter()
            .map(|slide| (&slide["title"], &slide["notes"]))
            .collect();
        let [first, second] = [("Slides", "Say hello"), ("Two", "And why")]
            .map(|(title, notes)| (title.into(), notes.into()));
        assert_eq!(
            shown,
            [(&first.0, &first.1), (&second.0, &second.1)],
            "{name}"
        );
        assert!(slides[0].to_string().contains("/media/"), "{name}");
    }
}

/// As a Japanese Windows writes them, without a word about it.
#[test]
fn the_names_in_a_zip_are_read_as_the_computer_wrote_them() {
    let place = Place::new();
    let shades = [1, 2, 9, 10].map(png);
    // As long as スライド, so that the zip stays one.
    let names = [
        "########1.png",
        "########2.png",
        "########9.png",
        "########10.png",
    ];
    let files: Vec<_> = names
        .iter()
        .zip(&shades)
        .map(|(name, it)| (*name, &it[..]))
        .collect();
    let mut packed = zip(&files);
    let katakana = b"\x83\x58\x83\x89\x83\x43\x83\x68";
    while let Some(at) = packed.windows(8).position(|bytes| bytes == b"########") {
        packed[at..at + 8].copy_from_slice(katakana);
    }
    let (_running, printed) = served(&place, &file(&place, "pictures.zip", packed));
    for (slide, title) in [(1, "スライド1"), (3, "スライド9"), (4, "スライド10")] {
        assert_eq!(go_to(&printed, slide)["title"], title);
    }
}

#[test]
fn a_folder_with_one_text_is_that_deck_and_one_of_many_has_to_be_given() {
    let place = Place::new();
    let folder = place.folder("talk");
    let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).expect("a file");
    write("README.md", b"# Read me");
    write("my.markdown", b"# Mine\n\n![](a.png)\n");
    write("a.png", &png(99));
    let (running, printed) = served(&place, &folder);
    let shown = html(&printed, 1);
    assert!(
        shown.contains("Mine") && shown.contains("/media/"),
        "{shown}"
    );
    drop(running);
    fs::remove_file(folder.join("a.png")).expect("it goes");
    write("other.md", b"# Other");
    let place = Place::new();
    let said = refused(&place, &folder);
    assert!(
        said.contains("has several Markdown files. Give the one"),
        "{said}"
    );
}

#[test]
fn text_of_other_programs_has_its_letters() {
    let place = Place::new();
    let wide = |text: &str| -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for (name, content) in [
        ("wide.md", wide("# Größe — so\n")),
        ("windows.md", b"# Gr\xf6\xdfe \x97 so\n".to_vec()),
    ] {
        let (running, printed) = served(&place, &file(&place, name, content));
        let shown = html(&printed, 1);
        assert!(shown.contains("Größe — so"), "{name}: {shown}");
        assert_eq!(running.complaints(), "", "{name}");
    }
    let cyrillic = "# Почему мы переписали сервер\n\nИ что из этого вышло\n"
        .chars()
        .map(|c| {
            // Windows-1251 has А to я in their order.
            let after = u32::from(c).checked_sub(u32::from('А')).map(|at| at + 0xc0);
            u8::try_from(after.unwrap_or(u32::from(c))).expect("a letter of it")
        });
    let (running, printed) = served(
        &place,
        &file(&place, "cyrillic.md", cyrillic.collect::<Vec<_>>()),
    );
    let shown = html(&printed, 1);
    assert!(shown.contains("Почему мы переписали сервер"), "{shown}");
    let said = running.complaints();
    assert!(
        said.contains("is read as windows-1251; save it as UTF-8"),
        "{said}"
    );

    let broken = file(&place, "broken.md", b"# Gr\xc3\xb6\xc3\x9fe \xff\n");
    let (running, _printed) = served(&place, &broken);
    let said = running.complaints();
    assert!(
        said.contains("letters can't be read; save it as UTF-8"),
        "{said}"
    );

    let folder = place.folder("images");
    let drawing = wide("<svg xmlns='http://www.w3.org/2000/svg' width='16' height='9'/>");
    fs::write(folder.join("1.svg"), drawing).expect("a file");
    fs::write(folder.join("1.txt"), b"Gr\xf6\xdfe").expect("a file");
    let (running, printed) = served(&place, &folder);
    assert!(go_to(&printed, 1)["face"]["renditions"].is_array());
    assert_eq!(exported(&place)["deck"]["slides"][0]["notes"], "Größe");
    assert_eq!(running.complaints(), "");
}
