//! Uploaded decks that need a password, or whose server is killed.

use super::{
    cut::grey,
    made::{laughing, pdf, protected, saying, slow, zip},
    names_in,
};
use crate::support::{
    path,
    program::{Place, ask, ask_with, host_key, parts, until},
};
use serde_json::Value;
use std::{
    fmt::Write as _,
    thread,
    time::{Duration, Instant},
};

/// Enough for a debug build on a busy machine, and less than one page that wastes its time.
const A_FIRST_SLIDE: Duration = Duration::from_secs(8);

/// Uploads a file as a form does; returns status and answer.
pub fn brought(
    printed: &str,
    code: &str,
    file: (&str, &[u8]),
    password: Option<&str>,
) -> (u16, Value) {
    brought_by(printed, "", code, file, password)
}

/// The same with a key.
fn brought_by(
    printed: &str,
    key: &str,
    code: &str,
    (name, content): (&str, &[u8]),
    password: Option<&str>,
) -> (u16, Value) {
    let mut form = Vec::new();
    let mut field = |name: &str, value: &[u8]| {
        let head = format!("--XX\r\ncontent-disposition: form-data; name={name}\r\n\r\n");
        form.extend([head.as_bytes(), value, b"\r\n"].concat());
    };
    field("\"code\"", code.as_bytes());
    if let Some(password) = password {
        field("\"password\"", password.as_bytes());
    }
    field(&format!("\"file\"; filename=\"{name}\""), content);
    form.extend(b"--XX--\r\n");
    let head = format!(
        "POST /decks HTTP/1.1\r\naccept: application/json\r\nauthorization: Bearer {key}\r\n\
         content-type: multipart/form-data; boundary=XX"
    );
    let answer = ask_with(printed, &head, &form);
    let (status, body) = parts(&answer);
    (status, serde_json::from_str(body).expect("JSON"))
}

pub fn has_talk(printed: &str, code: &str) -> bool {
    parts(&ask(printed, &format!("GET /t/{code}/state HTTP/1.1"))).0 == 200
}

/// How many of its slides are ready, and how many there are.
fn import(printed: &str, code: &str) -> (usize, usize) {
    let key = host_key(printed);
    let head = format!("GET /t/{code}/import HTTP/1.1\r\nauthorization: Bearer {key}");
    let answer = ask(printed, &head);
    let import: Value = serde_json::from_str(parts(&answer).1).expect("JSON");
    let slides = import["slides"].as_array().expect("slides");
    let ready = slides.iter().filter(|it| it["ready"] == true);
    (ready.count(), slides.len())
}

/// It was found by its code, by its files and by those who asked while it was read.
#[test]
fn what_is_being_read_with_a_password_is_nobodys_without_it() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    let pdf = protected(200);
    let packed = zip(&[("talk.pdf", &pdf)]);
    for (name, content) in [("talk.pdf", &pdf), ("talk.zip", &packed)] {
        let bring = |code, password| brought(&printed, code, (name, content), password);
        let code = name.replace('.', "-");
        let (status, body) = bring(&code, Some("sesame"));
        assert_eq!(status, 201, "{name}: {body}");
        for (password, words) in [
            (None, "is protected by a password"),
            (Some("open"), "This is not the password of "),
        ] {
            let (status, body) = bring("other", password);
            assert!(status >= 400, "{name} {password:?}: {body}");
            assert!(body.to_string().contains(words), "{name}: {body}");
            assert!(!has_talk(&printed, "other"), "{name} {password:?}");
        }
        let (ready, all) = import(&printed, &code);
        assert!(ready < all, "{name}: it was read too soon to tell");
        let (status, body) = bring("another", Some("sesame"));
        assert_eq!(status, 201, "{name}: {body}");
        for code in [code.as_str(), "another"] {
            let head = format!(
                "POST /t/{code}/delete HTTP/1.1\r\naccept: application/json\r\nauthorization: Bearer {}",
                host_key(&printed)
            );
            assert_eq!(parts(&ask_with(&printed, &head, "")).0, 204);
        }
    }
}

/// Brings the host's deck, whose answer comes with its first slide.
fn wait_of_the_host(printed: &str) -> Duration {
    let deck = pdf("", &["Mine", "More"].map(saying));
    let start = Instant::now();
    let key = host_key(printed);
    let (status, body) = brought_by(printed, &key, "mine", ("mine.pdf", &deck), None);
    assert_eq!(status, 201, "{body}");
    let state = ask(printed, "GET /t/mine/state HTTP/1.1");
    assert!(state.contains("/media/"), "{state}");
    start.elapsed()
}

/// It took 80 s when the pages of guests came first.
#[test]
fn the_hosts_first_slide_waits_for_no_pages_of_guests() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    // At once, so that their first slides come before the pages of others.
    thread::scope(|scope| {
        for guest in 0..6 {
            let printed = &printed;
            scope.spawn(move || {
                // Each is different.
                let deck = laughing(20 + guest);
                let code = format!("guest-{guest}");
                let (status, body) = brought(printed, &code, ("slow.pdf", &deck), None);
                assert_eq!(status, 201, "{body}");
            });
        }
    });
    let waited = wait_of_the_host(&printed);
    assert!(waited < A_FIRST_SLIDE, "{waited:?}");
    let left = names_in(&place.path("data/importing"));
    assert!(left.len() >= 6, "they were read too soon to tell");
}

#[test]
fn the_hosts_first_slide_waits_for_no_larger_pictures() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    let codes: Vec<_> = (0..6).map(|guest| format!("guest-{guest}")).collect();
    for (code, pages) in codes.iter().zip(4..) {
        let (status, body) = brought(&printed, code, ("talk.pdf", &slow(pages)), None);
        assert_eq!(status, 201, "{body}");
    }
    until("all are whole", || {
        codes.iter().all(|code| {
            let (ready, all) = import(&printed, code);
            ready == all
        })
    });
    let waited = wait_of_the_host(&printed);
    assert!(waited < A_FIRST_SLIDE, "{waited:?}");
    let left = names_in(&place.path("data/importing"));
    assert!(left.len() >= 3, "they were sharp too soon to tell");
}

#[test]
fn a_deck_of_any_kind_that_was_answered_201_is_read_on_after_a_kill() {
    // Large ones, so that they are not read at once. No two are the same.
    let picture = |at: u32| (format!("{at}.png"), grey(1_000 + at, 1_000));
    let pictures: Vec<_> = (0..12).map(picture).collect();
    let mut text = "# First\n".to_owned();
    for (name, _) in &pictures {
        write!(text, "\n---\n\n# Later\n\n![]({name})\n").expect("a string");
    }
    let mut files: Vec<(&str, &[u8])> = vec![("slides.md", text.as_bytes())];
    files.extend(pictures.iter().map(|(name, png)| (name.as_str(), &png[..])));
    for (name, content, password, slides) in [
        ("talk.pdf", protected(12), Some("sesame"), 12),
        (
            "talk.zip",
            zip(&[("talk.pdf", &protected(12))]),
            Some("sesame"),
            12,
        ),
        ("text.zip", zip(&files), None, 13),
    ] {
        let place = Place::new();
        let (running, printed) = place.started(&["--open"]);
        let (status, body) = brought(&printed, "mine", (name, &content), password);
        assert_eq!(status, 201, "{name}: {body}");
        drop(running);
        let left = names_in(&place.path("data/importing"));
        assert_eq!(left.len(), 1, "{name}: it was read too soon to tell");
        let (_running, printed) = place.started(&["--open"]);
        assert!(has_talk(&printed, "mine"), "{name}");
        until("its slides are ready", || {
            import(&printed, "mine") == (slides, slides)
        });
        // Text is ready before its pictures.
        until("it is whole", || {
            let exported = place
                .command(&[])
                .args(["export", "mine", "--data", path(&place.path("data"))])
                .output()
                .expect("it runs");
            let exported: Value = serde_json::from_slice(&exported.stdout).expect("JSON");
            exported["deck"]["missing"].is_null()
        });
    }
}
