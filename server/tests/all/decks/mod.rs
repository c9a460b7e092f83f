//! Decks of every kind, whole and broken, given to the real program.

mod brought;
mod cut;
mod heavy;
mod limits;
mod links;
mod made;
mod ordeals;
mod texts;

use crate::support::{
    path,
    program::{Place, Running, answer, ask, key, parts, post, state, until},
};
use made::{pdf, png, saying, slow, wide_and_high, zip};
use serde_json::Value;
use std::{
    fs,
    io::{Cursor, Read, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    time::SystemTime,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const ANY: [&str; 2] = ["--listen", "127.0.0.1:0"];
const SECRET: &str = "Nobody-shall-read-this";

fn file(place: &Place, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = place.path(name);
    fs::write(&file, content).expect("a file");
    file
}

fn served(place: &Place, deck: &Path) -> (Running, String) {
    let (mut running, printed) = place.started(&[path(deck)]);
    running.until_imported();
    (running, printed)
}

fn go_to(printed: &str, slide: usize) -> Value {
    command(printed, "go_to", &format!("code=room&slide={slide}"))
}

fn command(printed: &str, name: &str, form: &str) -> Value {
    let (status, body) = post(printed, &format!("/api/{name}"), &key(printed), form);
    assert_eq!(status, 200, "{body}");
    state(printed)
}

/// The widths of what is shown now, each fetched.
fn fetched(printed: &str, state: &Value) -> Vec<u64> {
    let renditions = state["face"]["renditions"].as_array();
    let renditions = renditions.unwrap_or_else(|| panic!("no picture: {state}"));
    renditions
        .iter()
        .map(|rendition| {
            let url = rendition["url"].as_str().expect("an address");
            let answer = answer(printed, &format!("GET {url} HTTP/1.1"), "");
            let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            let (head, body) = answer.split_at(end.expect("a head"));
            let head = String::from_utf8_lossy(head);
            for line in [
                "HTTP/1.1 200",
                "content-type: image/webp",
                "cache-control: public, max-age=31536000, immutable",
            ] {
                assert!(head.contains(line), "{line} in {head}");
            }
            let picture = image::load_from_memory(&body[4..]).expect("a picture");
            assert_eq!(rendition["width"], picture.width());
            rendition["width"].as_u64().expect("a width")
        })
        .collect()
}

/// The largest size of a PDF comes later.
fn assert_in_every_size(printed: &str, state: &Value) {
    let widths = fetched(printed, state);
    assert_eq!(widths.get(..3), Some(&[640, 1_280, 1_920][..]), "{state}");
}

/// Until a PDF has its largest size too, and nothing more is done.
fn until_sharp(place: &Place) {
    until("pictures for 4K screens", || {
        let deck = exported(place);
        let slides = deck["deck"]["slides"].as_array().expect("slides");
        let mut faces = slides.iter().flat_map(|slide| {
            let faces = slide["faces"].as_array();
            faces.expect("faces")
        });
        faces.all(|face| face["width"] == 3_840)
    });
    until("the folder is gone", || {
        names_in(&place.path("data/importing")).is_empty()
    });
}

/// The deck as the host can have it.
fn exported(place: &Place) -> Value {
    let data = place.path("data");
    let output = place
        .command(&[])
        .args(["export", "room", "--data", path(&data)])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn is_whole(deck: &Value) -> bool {
    let slides = deck["deck"]["slides"].as_array().expect("slides");
    slides.iter().all(|slide| {
        let faces = slide["faces"].as_array().expect("faces");
        faces
            .iter()
            .all(|face| !face["renditions"].is_null() || !face["html"].is_null())
    })
}

/// All that a follower gets without asking for pictures.
fn seen_by_a_follower(printed: &str) -> String {
    let mut seen = ask(printed, "GET /t/room/state HTTP/1.1");
    seen.push_str(&ask(printed, "GET /t/room HTTP/1.1"));
    seen.push_str(&ask(printed, "GET /t/room/screen HTTP/1.1"));
    let (_, address) = printed.split_once("http://").expect("a link");
    let (address, _) = address.split_once('/').expect("its end");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .write_all(b"GET /t/room/events HTTP/1.1\r\nhost: room\r\n\r\n")
        .expect("it is written");
    let mut events = Vec::new();
    let mut buffer = [0; 4_096];
    while !String::from_utf8_lossy(&events).contains("\"acknowledge_within_ms\"") {
        let read = stream.read(&mut buffer).expect("an event");
        assert_ne!(read, 0, "the stream ended");
        events.extend_from_slice(&buffer[..read]);
    }
    seen + &String::from_utf8_lossy(&events)
}

/// Without the list of those that may be no deck's, which stays for a moment after a deck is stored.
fn pictures(place: &Place) -> Vec<String> {
    let mut names = names_in(&place.path("data/media"));
    names.retain(|name| name.ends_with(".webp"));
    names
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    files
        .map(|file| {
            let name = file.expect("a file").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect()
}

/// One clear sentence, and nothing left of it.
fn refused(place: &Place, deck: &Path) -> String {
    let said = place.refused(&[&ANY[..], &[path(deck)]].concat());
    assert!(said.starts_with("webslides: "), "{said}");
    assert!(said.ends_with(".\n"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for folder in ["data/media", "data/importing"] {
        assert_eq!(names_in(&place.path(folder)), [""; 0], "{said}");
    }
    said
}

#[test]
fn a_pdf_is_served_with_its_title_its_steps_and_every_size() {
    let place = Place::new();
    // The second and the third page have the same label and heading: one slide, built in a step.
    let labels = "/PageLabels << /Nums [0 << /P (A) >> 1 << /P (B) >> 3 << /P (C) >>] >>";
    let mut pages = ["First", "Second", "Second", "Third"].map(saying);
    pages[2].push_str(" BT /F 20 Tf 60 100 Td (built) Tj ET");
    let deck = file(&place, "made.pdf", pdf(labels, &pages));
    let notes = r#"{"pdfpcFormat": 2, "pages": [{"idx": 0, "note": "Nobody-shall-read-this"}]}"#;
    file(&place, "made.pdfpc", notes);
    let (_running, printed) = served(&place, &deck);
    assert!(printed.contains("Of made things  (3 slides"), "{printed}");
    let first = state(&printed);
    assert_eq!(
        (&first["talk"], &first["slides"]),
        (&"Of made things".into(), &3.into())
    );
    assert_in_every_size(&printed, &first);
    let mut pictures = vec![first["face"].clone()];
    for place in [(2, 0), (2, 1), (3, 0)] {
        let state = command(&printed, "next", "code=room");
        assert_eq!(
            (&state["slide"], &state["step"]),
            (&place.0.into(), &place.1.into())
        );
        assert_in_every_size(&printed, &state);
        assert!(!pictures.contains(&state["face"]), "each is another");
        pictures.push(state["face"].clone());
    }
    go_to(&printed, 1);
    let seen = seen_by_a_follower(&printed);
    assert!(!seen.contains(SECRET), "{seen}");
    let exported = exported(&place);
    assert_eq!(exported["deck"]["slides"][0]["notes"], SECRET);
    assert_eq!(exported["deck"]["slides"][2]["text"], "Third");
}

#[test]
fn markdown_is_served_as_html_with_its_steps_and_pictures() {
    let place = Place::new();
    let folder = place.folder("talk");
    let text = "---\nmarp: true\ntitle: Plain words\n---\n\n# Begin\n\n<!-- Nobody-shall-read-this -->\n\n---\n\n\
                # Steps\n\n* one\n* two\n\n---\n\n# Seen\n\n![a grey](grey.png)\n\n![elsewhere](../other/doge.png)\n";
    fs::write(folder.join("talk.md"), text).expect("a file");
    fs::write(folder.join("grey.png"), png(99)).expect("a file");
    let (_running, printed) = served(&place, &folder.join("talk.md"));
    let first = state(&printed);
    assert_eq!(
        (&first["talk"], &first["slides"]),
        (&"Plain words".into(), &3.into())
    );
    let html = |state: &Value| {
        state["face"]["html"]
            .as_str()
            .unwrap_or_else(|| panic!("no HTML: {state}"))
            .to_owned()
    };
    assert!(html(&first).contains("Begin"), "{first}");
    let seen = seen_by_a_follower(&printed);
    assert!(!seen.contains(SECRET), "{seen}");
    let exported = exported(&place);
    assert_eq!(exported["deck"]["slides"][0]["notes"], SECRET);

    let built = go_to(&printed, 2);
    assert!(html(&built).contains("data-step=\"1\""), "{built}");
    let steps = exported["deck"]["slides"][1]["steps"].as_u64();
    let steps = steps.expect("a number");
    assert!(steps >= 1, "{exported}");
    for step in 1..=steps {
        assert_eq!(command(&printed, "next", "code=room")["step"], step);
    }
    let last = html(&command(&printed, "next", "code=room"));
    let (_, address) = last.split_once("src=\"").expect("a picture");
    let (address, _) = address.split_once('"').expect("its end");
    let picture = answer(&printed, &format!("GET {address} HTTP/1.1"), "");
    assert!(picture.starts_with(b"HTTP/1.1 200"), "{last}");
}

#[test]
fn a_folder_and_a_zip_of_it_show_the_same_and_say_what_is_broken() {
    let place = Place::new();
    let folder = place.folder("My talk");
    let whole = png(7);
    // Not one row of it is there.
    let broken = &whole[..50];
    let notes = SECRET.as_bytes();
    let files: [(&str, &[u8]); 5] = [
        ("1-begin.png", &whole),
        ("1-begin.txt", notes),
        ("2-broken.png", broken),
        ("10-end.png", &png(250)),
        ("3-more.png", &png(120)),
    ];
    for (name, content) in files {
        fs::write(folder.join(name), content).expect("a file");
    }
    let zipped = file(&place, "My talk.zip", zip(&files));
    for deck in [folder, zipped] {
        let (running, printed) = served(&place, &deck);
        // The talk stays where it was with the deck before.
        let first = go_to(&printed, 1);
        assert_eq!(
            (&first["talk"], &first["slides"], &first["title"]),
            (&"My talk".into(), &4.into(), &"begin".into()),
            "{first}"
        );
        assert_eq!(fetched(&printed, &first), [64]);
        assert!(!seen_by_a_follower(&printed).contains(SECRET));
        assert_eq!(exported(&place)["deck"]["slides"][0]["notes"], SECRET);
        assert_eq!(fetched(&printed, &go_to(&printed, 3)), [64]);
        let last = go_to(&printed, 4);
        assert_eq!(
            (&last["title"], fetched(&printed, &last)),
            (&"end".into(), vec![64])
        );
        let broken = go_to(&printed, 2);
        assert!(broken["face"]["html"].is_string(), "{broken}");
        let said = running.complaints();
        assert!(said.contains("page 2"), "{said}");
        assert_eq!(said.lines().count(), 1, "said once: {said}");
    }
}

#[test]
fn the_first_images_may_be_broken() {
    let place = Place::new();
    let folder = place.folder("deck");
    for name in ["1.png", "2.png", "3.png"] {
        fs::write(folder.join(name), &png(9)[..50]).expect("a file");
    }
    fs::write(folder.join("4.png"), png(9)).expect("a file");
    let (running, printed) = served(&place, &folder);
    assert_eq!(fetched(&printed, &go_to(&printed, 4)), [64]);
    assert_eq!(running.complaints().lines().count(), 3);
}

#[test]
fn a_pdf_in_a_zip_and_one_called_markdown_are_pdfs() {
    let bytes = pdf("", &[saying("One"), saying("Two")]);
    for (name, content) in [
        ("talk.zip", zip(&[("folder/talk.pdf", &bytes)])),
        ("talk.md", bytes),
    ] {
        let place = Place::new();
        let (_running, printed) = served(&place, &file(&place, name, content));
        let state = state(&printed);
        assert_eq!(state["slides"], 2, "{name}");
        assert_in_every_size(&printed, &state);
    }
}

#[test]
fn a_zip_is_unpacked_once_and_not_by_every_worker() {
    let place = Place::new();
    let deck = file(
        &place,
        "talk.zip",
        zip(&[("handout.txt", b"Later"), ("talk.pdf", &slow(24))]),
    );
    let (mut running, printed) = place.started(&[path(&deck)]);
    // Its first slide is there, and a worker for each of the others would find this.
    let importing = place.path("data/importing");
    let folder = importing.join(&names_in(&importing)[0]);
    let heads = names_in(&folder).into_iter().map(|name| {
        let content = fs::read(folder.join(&name)).expect("a file");
        content.get(..5).unwrap_or_default().to_vec()
    });
    let heads: Vec<_> = heads.collect();
    assert!(heads.contains(&b"%PDF-".to_vec()), "{heads:?}");
    assert!(
        heads.iter().all(|head| !head.starts_with(b"PK")),
        "{heads:?}"
    );
    running.until_imported();
    let exported = exported(&place);
    assert!(is_whole(&exported));
    assert_eq!(
        exported["deck"]["slides"].as_array().map(Vec::len),
        Some(24)
    );
    assert_in_every_size(&printed, &state(&printed));
}

#[test]
fn a_deck_that_is_given_again_is_there_at_once_and_nothing_is_decoded() {
    let place = Place::new();
    let deck = file(&place, "made.pdf", pdf("", &[saying("One"), saying("Two")]));
    let (running, printed) = served(&place, &deck);
    let before = state(&printed);
    until_sharp(&place);
    drop(running);
    let written = || {
        let mut written: Vec<(String, SystemTime)> = pictures(&place)
            .into_iter()
            .map(|name| {
                let about = fs::metadata(place.path("data/media").join(&name)).expect("a file");
                (name, about.modified().expect("a time"))
            })
            .collect();
        written.sort();
        written
    };
    let first = written();
    assert!(first.len() >= 8, "{first:?}");
    let (running, printed) = place.started(&[path(&deck)]);
    assert_eq!(running.workers(), [0; 0]);
    assert_eq!(state(&printed)["epoch"], before["epoch"]);
    let widths = fetched(&printed, &go_to(&printed, 2));
    assert_eq!(widths, [640, 1_280, 1_920, 3_840]);
    assert_eq!(running.workers(), [0; 0]);
    assert_eq!(written(), first);
}

#[test]
fn the_largest_size_of_a_pdf_comes_last_and_after_a_crash_too() {
    let pages: Vec<_> = (0..6).map(|page| saying(&format!("Page {page}"))).collect();
    let made = pdf("", &pages);
    let zipped = zip(&[("talk.pdf", &made)]);
    for (name, content) in [("made.pdf", made), ("talk.zip", zipped)] {
        let place = Place::new();
        let deck = file(&place, name, content);
        let (running, printed) = served(&place, &deck);
        let before = state(&printed);
        assert!(is_whole(&exported(&place)), "{name}: it waits for that");
        drop(running);

        let (running, printed) = place.started(&[path(&deck)]);
        let after = state(&printed);
        assert_eq!(
            after["face"]["renditions"][0],
            before["face"]["renditions"][0]
        );
        assert_in_every_size(&printed, &after);
        until_sharp(&place);
        for slide in [1, 6, 2] {
            let widths = fetched(&printed, &go_to(&printed, slide));
            assert_eq!(widths, [640, 1_280, 1_920, 3_840], "{name}: slide {slide}");
        }
        drop(running);
        let (running, _) = place.started(&[path(&deck)]);
        assert_eq!(running.workers(), [0; 0], "{name}");
    }
}

#[test]
fn a_deck_that_is_given_twice_is_read_once() {
    let place = Place::new();
    // It is not done before it is looked at.
    let deck = file(&place, "made.pdf", slow(6));
    let links = place.path("links.json");
    let options = ["--links", path(&links), path(&deck), path(&deck)];
    let (mut running, printed) = place.started(&options);
    assert_eq!(names_in(&place.path("data/importing")).len(), 1);
    running.until_imported();
    let links = fs::read_to_string(&links).expect("the links");
    let links: Value = serde_json::from_str(&links).expect("JSON");
    let second = links["talks"][1]["code"].as_str().expect("a code");
    let answer = ask(&printed, &format!("GET /t/{second}/state HTTP/1.1"));
    let state: Value = serde_json::from_str(parts(&answer).1).expect("a state");
    assert_in_every_size(&printed, &state);
}

#[test]
fn killed_in_the_middle_of_an_import_it_goes_on_with_the_same_talk() {
    let place = Place::new();
    let deck = file(&place, "made.pdf", slow(24));
    let (running, printed) = place.started(&[path(&deck)]);
    let before = go_to(&printed, 20);
    assert!(!is_whole(&exported(&place)), "it is still being read");
    until("a worker", || !running.workers().is_empty());
    let workers = running.workers();
    drop(running);
    until("its workers are gone", || {
        workers
            .iter()
            .all(|worker| !Path::new(&format!("/proc/{worker}")).exists())
    });

    let (mut running, printed) = place.started(&[path(&deck)]);
    let after = state(&printed);
    assert_eq!(after["epoch"], before["epoch"]);
    assert_eq!(after["slide"], 20);
    until("what the killed one left is gone", || {
        names_in(&place.path("data/importing")).len() <= 1
    });
    running.until_imported();
    assert!(is_whole(&exported(&place)));
    assert_in_every_size(&printed, &state(&printed));
    drop(running);

    // A deck that reaches less far.
    let short = file(&place, "short.pdf", pdf("", &["One", "Two"].map(saying)));
    let (_running, printed) = served(&place, &short);
    let cut = state(&printed);
    assert_eq!(
        (&cut["epoch"], &cut["slide"]),
        (&before["epoch"], &2.into())
    );
}

/// The path of a PDF that the importers' own tests use.
fn fixture(name: &str) -> String {
    let crate_folder = env!("CARGO_MANIFEST_DIR");
    format!("{crate_folder}/reading/src/pdf/fixtures/{name}")
}

#[test]
fn a_protected_pdf_opens_with_its_password() {
    let deck = &fixture("aes256.pdf");
    let place = Place::new();
    let said = refused(&place, Path::new(deck));
    assert!(said.contains("is protected by a password"), "{said}");
    assert!(said.contains("--password"), "{said}");
    let said = place.refused(&[&ANY[..], &["--password", "open", deck]].concat());
    assert!(said.contains("this is not its password"), "{said}");
    let (mut running, printed) = place.started(&["--password", "sesame", deck]);
    running.until_imported();
    assert_in_every_size(&printed, &state(&printed));
}

#[test]
fn an_old_protected_pdf_opens_with_letters_beyond_ascii() {
    let protected = fs::read(fixture("aes128-packed.pdf")).expect("a PDF");
    let place = Place::new();
    let plain = file(&place, "talk.pdf", protected.clone());
    let packed = file(&place, "talk.zip", zip(&[("talk.pdf", &protected)]));
    for deck in [path(&plain), path(&packed)] {
        for (password, words) in [
            ("pässwörd", "this is not its password"),
            ("κωδικός", "letters of Western Europe only"),
        ] {
            let said = place.refused(&[&ANY[..], &["--password", password, deck]].concat());
            assert!(said.contains(words), "{said}");
        }
        let (mut running, printed) = place.started(&["--password", "“Ž” €5 pässwört", deck]);
        running.until_imported();
        assert_in_every_size(&printed, &state(&printed));
    }
}

#[test]
fn what_was_read_with_a_password_is_found_with_the_same_one_only() {
    let protected = fs::read(fixture("aes256.pdf")).expect("a PDF");
    let place = Place::new();
    let deck = file(&place, "talk.zip", zip(&[("talk.pdf", &protected)]));
    let (mut running, _) = place.started(&["--password", "sesame", path(&deck)]);
    running.until_imported();
    drop(running);
    let said = place.refused(&[&ANY[..], &[path(&deck)]].concat());
    assert!(said.contains("is protected by a password"), "{said}");
    let said = place.refused(&[&ANY[..], &["--password", "open", path(&deck)]].concat());
    assert!(said.contains("this is not its password"), "{said}");
}

#[test]
fn what_is_broken_is_refused_with_a_sentence() {
    let whole = png(9);
    let good_pdf = pdf("", &[saying("One")]);
    let good_zip = zip(&[("1.png", &whole), ("2.png", &whole)]);
    let cases: [(&str, &[u8], &str); 11] = [
        ("empty.pdf", b"", "is empty"),
        ("empty.zip", &zip(&[]), "empty"),
        ("short.pdf", &good_pdf[..80], "ends in the middle"),
        (
            "short.zip",
            &good_zip[..good_zip.len() / 2],
            "this zip is broken",
        ),
        ("alone.png", &whole, "WebSlides can't show"),
        (
            "words.txt",
            b"words",
            "ends in .txt, as notes of an image do",
        ),
        ("old.doc", b"\xd0\xcf\x11\xe0words", "WebSlides can't show"),
        (
            "office.pptx",
            &zip(&[
                ("[Content_Types].xml", b"<Types/>"),
                ("ppt/media/image1.png", &whole),
            ]),
            "as a PDF",
        ),
        (
            "nested.zip",
            &zip(&[("inner.zip", &good_zip)]),
            "inner.zip is an archive in the archive",
        ),
        (
            "outside.zip",
            &zip(&[("../evil.png", &whole), ("/tmp/evil.png", &whole)]),
            "evil.png is no name for a file",
        ),
        ("binary.md", b"\0\0\0", "WebSlides can't show"),
    ];
    for (name, content, words) in cases {
        let place = Place::new();
        let said = refused(&place, &file(&place, name, content));
        assert!(
            said.contains(words) && said.contains(name),
            "{name}: {said}"
        );
    }
}

#[test]
fn a_folder_with_nothing_but_a_broken_image_is_refused() {
    let place = Place::new();
    let folder = place.folder("deck");
    let whole = png(9);
    fs::write(folder.join("1.png"), &whole[..50]).expect("a file");
    let said = refused(&place, &folder);
    assert!(said.contains("page 1"), "{said}");
}

#[test]
fn what_is_far_too_large_inside_is_refused_with_a_sentence() {
    let zeros = vec![0; 60 << 20];
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for entry in 0..100_000 {
        many.start_file(format!("{entry}.png"), stored)
            .expect("a file");
    }
    let many = many.finish().expect("a zip").into_inner();
    // The sizes in an archive's list are lies; what comes out counts.
    let mut lying = zip(&[("1.png", &zeros)]);
    let list = lying.windows(4).rposition(|bytes| bytes == b"PK\x01\x02");
    let says = list.expect("a list") + 24;
    lying[says..says + 4].copy_from_slice(&9_u32.to_le_bytes());
    let cases: [(&str, &[u8], &str); 3] = [
        (
            "bomb.zip",
            &zip(&[("1.png", &zeros)]),
            "unpacks to far more",
        ),
        ("many.zip", &many, "100000 files"),
        ("lying.zip", &lying, ""),
    ];
    for (name, content, words) in cases {
        let place = Place::new();
        let said = refused(&place, &file(&place, name, content));
        assert!(
            said.contains(words) && said.contains(name),
            "{name}: {said}"
        );
    }
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("1.png"), wide_and_high(30_000)).expect("a file");
    let said = refused(&place, &folder);
    assert!(said.contains("page 1"), "{said}");
}

#[test]
fn one_broken_deck_among_good_ones_is_named() {
    let place = Place::new();
    let good = file(&place, "good.pdf", pdf("", &[saying("One")]));
    let bad = file(&place, "bad.zip", b"PK\x03\x04 and no more");
    let said = place.refused(&[&ANY[..], &[path(&good), path(&bad)]].concat());
    assert!(said.contains("bad.zip: this zip is broken"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
