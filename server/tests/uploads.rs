//! Decks that are brought over HTTP, when something goes wrong on the way.

#![expect(clippy::expect_used, reason = "in a test a panic is a finding")]

mod support;

use serde_json::Value;
use std::{
    fs, thread,
    time::{Duration, Instant},
};
use support::{
    path,
    program::{Place, answer, ask, parts},
};

/// Large enough that many of them are not read at once.
fn picture(seed: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let [value, ..] = (x * y + seed).to_le_bytes();
        image::Rgb([value, value, value])
    };
    let mut png = Vec::new();
    image::RgbImage::from_fn(1_600, 900, pixel)
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .expect("an image");
    png
}

/// Brings pictures as a form does, and gives status and answer.
fn brought(printed: &str, code: &str, pictures: &[Vec<u8>]) -> (u16, Value) {
    let mut form = format!("--XX\r\ncontent-disposition: form-data; name=\"code\"\r\n\r\n{code}");
    for (number, picture) in pictures.iter().enumerate() {
        // The test's client writes text: a byte is a character of Latin-1 for it.
        form.push_str(&format!(
            "\r\n--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{number}.svg\"\
             \r\n\r\n{}",
            String::from_utf8_lossy(picture)
        ));
    }
    form.push_str("\r\n--XX--\r\n");
    let head = "POST /decks HTTP/1.1\r\naccept: application/json\r\n\
                content-type: multipart/form-data; boundary=XX";
    let answer = answer(printed, head, &form);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (status, body) = parts(&answer);
    (status, serde_json::from_str(body).expect("JSON"))
}

fn drawing(text: &str) -> Vec<u8> {
    let circle = |x: usize| format!("<circle cx=\"{x}\" cy=\"9\" r=\"{}\"/>", x % 7);
    let circles: String = (0..2_000).map(circle).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\">{circles}\
         <title>{text}</title></svg>"
    )
    .into_bytes()
}

/// The talk's import, as the page of its links asks for it.
fn ready(printed: &str, code: &str, key: &str) -> usize {
    let head = format!("GET /t/{code}/import HTTP/1.1\r\nauthorization: Bearer {key}");
    let answer = ask(printed, &head);
    let (status, body) = parts(&answer);
    assert_eq!(status, 200, "{answer}");
    let import: Value = serde_json::from_str(body).expect("JSON");
    let slides = import["slides"].as_array().expect("slides");
    slides.iter().filter(|it| it["ready"] == true).count()
}

/// It was taken for one that somebody else reads, and never came to its end.
#[test]
fn a_deck_that_got_no_talk_can_be_brought_again() {
    let place = Place::new();
    let folder = place.folder("deck");
    for number in 0..40 {
        fs::write(folder.join(format!("{number}.png")), picture(number)).expect("a file");
    }
    let (running, _) = place.started(&["--code", "mine", path(&folder)]);
    drop(running);

    // Its deck was not whole: its code waits for it.
    let (_running, printed) = place.started(&["--open"]);
    let (_, host) = printed.split_once("/?key=").expect("the host's link");
    let host = host.split_whitespace().next().expect("its end");
    let slides: Vec<_> = (0..6).map(|number| drawing(&number.to_string())).collect();
    let (status, body) = brought(&printed, "mine", &slides);
    assert_eq!(status, 409, "{body}");
    let (status, body) = brought(&printed, "", &slides);
    assert_eq!(status, 201, "{body}");
    let code = body["code"].as_str().expect("a code");
    let start = Instant::now();
    while ready(&printed, code, host) < slides.len() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it never is whole"
        );
        thread::yield_now();
    }
}

#[test]
fn how_far_an_import_is_is_told_to_whoever_presents_it() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    let refused = ask(&printed, "GET /t/room/import HTTP/1.1");
    assert_eq!(parts(&refused).0, 401, "{refused}");
    let key = support::program::key(&printed);
    assert_eq!(ready(&printed, "room", &key), 6);
}
