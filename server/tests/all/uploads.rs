//! Uploaded decks when something goes wrong.

use crate::support::{
    path,
    program::{Place, answer, ask, ask_with, connected_from, host_key, key, parts, post, until},
};
use model::{
    deck::{Deck, DeckId, Face, Slide},
    talk::SlideState,
};
use serde_json::Value;
use server::{
    store::{EmbeddedStore, Journal, TalkRecord, made_up_epoch},
    talks::Remotes,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Cursor, Write},
    thread,
    time::Duration,
};

/// Uploads pictures as a form does; returns status and answer.
fn brought(printed: &str, key: &str, code: &str, pictures: &[Vec<u8>]) -> (u16, Value) {
    let named = pictures.iter().enumerate();
    let named = named.map(|(number, picture)| (format!("{number}.png"), picture.clone()));
    brought_as(printed, key, code, &named.collect::<Vec<_>>())
}

/// The same with named files.
fn brought_as(printed: &str, key: &str, code: &str, files: &[(String, Vec<u8>)]) -> (u16, Value) {
    let answer = sent(
        printed,
        &format!("authorization: Bearer {key}"),
        code,
        files,
    );
    let (status, body) = parts(&answer);
    (status, serde_json::from_str(body).expect("JSON"))
}

/// The same with this header line; returns the whole answer.
fn sent(printed: &str, header: &str, code: &str, files: &[(String, Vec<u8>)]) -> String {
    let mut form =
        format!("--XX\r\ncontent-disposition: form-data; name=\"code\"\r\n\r\n{code}").into_bytes();
    for (name, file) in files {
        let head = format!(
            "\r\n--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        form.extend([head.as_bytes(), file].concat());
    }
    form.extend(b"\r\n--XX--\r\n");
    let head = format!(
        "POST /decks HTTP/1.1\r\naccept: application/json\r\n{header}\r\n\
         content-type: multipart/form-data; boundary=XX"
    );
    ask_with(printed, &head, &form)
}

/// Wider pictures take longer to decode. Each shade gives different bytes.
fn picture(width: u32, shade: u8) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, width / 2, image::Rgb([shade, 0, 99]))
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("an image");
    png.into_inner()
}

/// Small pictures, which are decoded at once.
fn pictures() -> Vec<Vec<u8>> {
    let picture = |shade: u8| {
        let mut png = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(64, 36, image::Rgb([shade, 0, 0]))
            .write_to(&mut png, image::ImageFormat::Png)
            .expect("an image");
        png.into_inner()
    };
    (1..5).map(picture).collect()
}

/// How many slides are ready, by the request that the page of links makes.
fn ready(printed: &str, code: &str, key: &str) -> usize {
    let head = format!("GET /t/{code}/import HTTP/1.1\r\nauthorization: Bearer {key}");
    let answer = ask(printed, &head);
    let (status, body) = parts(&answer);
    assert_eq!(status, 200, "{answer}");
    let import: Value = serde_json::from_str(body).expect("JSON");
    let slides = import["slides"].as_array().expect("slides");
    slides.iter().filter(|it| it["ready"] == true).count()
}

/// Waits until `slides` slides are ready.
fn until_ready(printed: &str, code: &str, key: &str, slides: usize) {
    until("it is whole", || ready(printed, code, key) >= slides);
}

/// Deletes a talk; returns the status.
fn delete(printed: &str, code: &str, key: &str) -> u16 {
    post(printed, &format!("/t/{code}/delete"), key, "").0
}

/// Names of the pictures on disk.
fn media(place: &Place) -> BTreeSet<String> {
    let files = fs::read_dir(place.path("data/media")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name());
    let names = names.map(|name| name.into_string().expect("text"));
    names.filter(|name| name.ends_with(".webp")).collect()
}

/// Serves a deck under the code `mine`, and is killed during the import.
fn killed_while_importing(place: &Place) {
    let folder = place.folder("deck");
    for number in 0..8 {
        let file = folder.join(format!("{number}.png"));
        fs::write(file, picture(800, number)).expect("a file");
    }
    drop(place.started(&["--code", "mine", path(&folder)]));
}

/// Such an upload once waited for an import that nobody ran.
#[test]
fn a_deck_that_got_no_talk_can_be_brought_again() {
    let place = Place::new();
    killed_while_importing(&place);
    // The import resumes, and guests cannot take its code.
    let (_running, printed) = place.started(&["--open"]);
    let slides = pictures();
    let (status, body) = brought(&printed, "", "mine", &slides);
    assert_eq!(status, 409, "{body}");
    let (status, body) = brought(&printed, "", "", &slides);
    assert_eq!(status, 201, "{body}");
    let code = body["code"].as_str().expect("a code");
    until_ready(&printed, code, &host_key(&printed), slides.len());
}

/// Half of the killed imports were once lost, and their codes with them.
#[test]
fn what_was_answered_201_survives_any_end_and_its_import_goes_on() {
    let place = Place::new();
    let (mut running, mut printed) = place.started(&["--open"]);
    for (round, ready) in (0..12).zip([1, 2, 3, 4].into_iter().cycle()) {
        let code = format!("talk-{round}");
        // A different deck each time, so that none is known.
        let picture = |number| (format!("{number}.png"), picture(400 + 16 * round, number));
        let files: Vec<_> = (0..6).map(picture).collect();
        let (status, body) = brought_as(&printed, "", &code, &files);
        assert_eq!(status, 201, "{round}: {body}");
        let host = host_key(&printed);
        until_ready(&printed, &code, &host, ready);
        if round % 3 == 0 {
            running.end();
        } else {
            drop(running);
        }
        (running, printed) = place.started(&["--open"]);
        let state = ask(&printed, &format!("GET /t/{code}/state HTTP/1.1"));
        assert_eq!(parts(&state).0, 200, "{round}: {state}");
        // A client whose answer was lost uploads again.
        let (status, body) = brought_as(&printed, "", &code, &files);
        assert_eq!(
            (status, &body["code"]),
            (201, &code.as_str().into()),
            "{round}: {body}"
        );
        until_ready(&printed, &code, &host_key(&printed), files.len());
    }
    // Once the resumed imports are complete, nothing of them is left behind.
    let importing = place.path("data/importing");
    until("no folder is left", || {
        let mut folders = fs::read_dir(&importing).expect("a folder");
        folders.next().is_none()
    });
}

/// Uploading again gives a presenter of the talk access to it, and others none once it was used.
#[test]
fn a_deck_that_is_brought_again_is_the_same_talk_for_those_who_present_it() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    let slides = pictures();
    let (status, body) = brought(&printed, "", "mine", &slides);
    assert_eq!(status, 201, "{body}");
    let host = host_key(&printed);
    let (status, moved) = post(&printed, "/api/next", &host, "code=mine");
    assert_eq!(status, 200, "{moved}");
    let (status, body) = brought(&printed, "", "mine", &slides);
    assert_eq!(status, 409, "{body}");
    let (status, body) = brought(&printed, &host, "mine", &slides);
    assert_eq!((status, &body["code"]), (201, &"mine".into()), "{body}");
    // Another deck does not take the talk over.
    let (status, body) = brought(&printed, &host, "mine", &slides[1..]);
    assert_eq!(status, 409, "{body}");
}

/// With one cookie for each talk, the 119th request had too large a head.
#[test]
fn a_browser_that_brings_many_decks_has_few_cookies() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    let mut jar = BTreeMap::new();
    let mut codes = Vec::new();
    for number in 0..120 {
        let cookies: Vec<_> = jar
            .iter()
            .map(|(name, it)| format!("{name}={it}"))
            .collect();
        let header = format!("cookie: {}", cookies.join("; "));
        assert!(header.len() < 1 << 10, "{number}: {header}");
        let deck = format!("# Deck {number}\n").into_bytes();
        let answer = sent(&printed, &header, "", &[("slides.md".to_owned(), deck)]);
        let (status, body) = parts(&answer);
        assert_eq!(status, 201, "{number}: {answer}");
        let body: Value = serde_json::from_str(body).expect("JSON");
        codes.push(body["code"].as_str().expect("a code").to_owned());
        let set = answer
            .lines()
            .filter_map(|it| it.strip_prefix("set-cookie: "));
        for cookie in set {
            let (pair, how_long) = cookie.split_once(';').expect("how long it lasts");
            let (name, content) = pair.split_once('=').expect("a pair");
            if how_long.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), content.to_owned());
            }
        }
    }
    // They are valid for each of its talks.
    let cookies: Vec<_> = jar
        .iter()
        .map(|(name, it)| format!("{name}={it}"))
        .collect();
    for code in [&codes[0], &codes[119]] {
        let head = format!(
            "GET /t/{code}/import HTTP/1.1\r\ncookie: {}",
            cookies.join("; ")
        );
        let answer = ask(&printed, &head);
        assert_eq!(parts(&answer).0, 200, "{answer}");
    }
}

/// More slow uploads than places. One gives up its place when others wait, and clients without a place come
/// before clients with many.
#[test]
fn guests_that_send_slowly_keep_no_other_guest_out() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--open"]);
    let head = "POST /decks HTTP/1.1\r\nhost: room\r\ncontent-length: 1000000\r\n\
        content-type: multipart/form-data; boundary=XX\r\n\r\n--XX\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    let mut slow: Vec<_> = (0..160)
        .map(|_| {
            let mut socket = connected_from(&printed, [127, 0, 0, 2]);
            socket.write_all(head.as_bytes()).expect("it is written");
            socket
        })
        .collect();
    thread::scope(|scope| {
        let honest = scope.spawn(|| brought(&printed, "", "mine", &pictures()));
        while !honest.is_finished() {
            for socket in &mut slow {
                // It may have been closed.
                let _ = socket.write_all(b"x");
            }
            thread::sleep(Duration::from_millis(100));
        }
        let (status, answer) = honest.join().expect("it ran");
        assert_eq!(status, 201, "{answer}");
    });
}

/// A talk whose deck is in no store.
fn lost(place: &Place) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let store = EmbeddedStore::open(&place.path("data")).expect("a store");
    let slide = Slide::new("One".to_owned(), Face::pending(16, 9));
    let deck = Deck::new(DeckId::new("gone".to_owned()), String::new(), vec![slide]);
    let outline = deck.expect("a deck").outline();
    let record = TalkRecord {
        code: "mine".parse().expect("a code"),
        deck: DeckId::new("gone".to_owned()),
        title: None,
        state: SlideState::start(made_up_epoch().expect("an epoch"), &outline),
        presenter_keys: Vec::new(),
        remotes: Remotes::default(),
    };
    let stored = runtime.block_on(store.commit(record, None, None));
    stored.expect("stored");
}

#[test]
fn a_talk_that_lost_its_deck_is_the_hosts_to_go_on_with_or_to_delete() {
    let place = Place::new();
    lost(&place);
    let (running, printed) = place.started(&[]);
    let host = host_key(&printed);
    let page = ask(
        &printed,
        &format!("GET / HTTP/1.1\r\ncookie: webslides-HOST={host}"),
    );
    assert!(page.contains("Its slides are missing"), "{page}");
    let slides = pictures();
    let (status, body) = brought(&printed, &host, "mine", &slides);
    assert_eq!((status, &body["code"]), (201, &"mine".into()), "{body}");
    until_ready(&printed, "mine", &host, slides.len());
    drop(running);

    let other = Place::new();
    lost(&other);
    let (_running, printed) = other.started(&[]);
    let host = host_key(&printed);
    assert_eq!(delete(&printed, "mine", ""), 401);
    assert_eq!(delete(&printed, "mine", &host), 204);
    assert_eq!(delete(&printed, "mine", &host), 404);
    let (status, body) = brought(&printed, &host, "mine", &slides);
    assert_eq!(status, 201, "{body}");
}

#[test]
fn how_far_an_import_is_is_told_to_its_presenters() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    let refused = ask(&printed, "GET /t/room/import HTTP/1.1");
    assert_eq!(parts(&refused).0, 401, "{refused}");
    let key = key(&printed);
    assert_eq!(ready(&printed, "room", &key), 6);
}

/// While imports were always running, leftovers of others once stayed and filled the disk.
#[test]
fn what_a_deleted_import_left_goes_while_another_one_runs_and_takes_nothing_of_it() {
    const SLIDES: u8 = 14;
    // Both decks share their first slide.
    let common = picture(800, 200);
    let short: Vec<_> = (201..209).map(|shade| picture(800, shade)).collect();
    let short = [vec![common.clone()], short].concat();
    let (place, alone) = (Place::new(), Place::new());
    let [of_both, of_short] = {
        let (_running, printed) = alone.started(&["--open"]);
        [("both", &short[..1]), ("short", &short)].map(|(code, slides)| {
            let (status, body) = brought(&printed, "", code, slides);
            assert_eq!(status, 201, "{body}");
            until_ready(&printed, code, &host_key(&printed), slides.len());
            // Each in full width and in a smaller size.
            until("all sizes are there", || {
                media(&alone).len() == 2 * slides.len()
            });
            media(&alone)
        })
    };

    let (_running, printed) = place.started(&["--open"]);
    let host = host_key(&printed);
    let long = (1..SLIDES).map(|shade| picture(2_400, shade));
    let long: Vec<_> = [common].into_iter().chain(long).collect();
    let (status, body) = brought(&printed, "", "long", &long);
    assert_eq!(status, 201, "{body}");
    let (status, body) = brought(&printed, "", "short", &short);
    assert_eq!(status, 201, "{body}");
    let left = || -> BTreeSet<_> { media(&place).intersection(&of_short).cloned().collect() };
    until("more of it is on the disk", || {
        left().len() > of_both.len() + 2
    });
    assert_eq!(delete(&printed, "short", &host), 204);
    until("it is gone", || left() == of_both);
    assert!(
        ready(&printed, "long", &host) < long.len(),
        "the other import has ended: this has shown nothing"
    );

    until_ready(&printed, "long", &host, long.len());
    let head = format!("GET /t/long/slides HTTP/1.1\r\nauthorization: Bearer {host}");
    let page = ask(&printed, &head);
    let shown: BTreeSet<_> = page.split("/media/").skip(1).collect();
    assert!(shown.len() >= long.len(), "{page}");
    for name in shown {
        let (name, _) = name.split_once(".webp").expect("a picture");
        let answer = answer(&printed, &format!("GET /media/{name}.webp HTTP/1.1"), "");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{name}");
    }
    assert_eq!(left(), of_both);
}
