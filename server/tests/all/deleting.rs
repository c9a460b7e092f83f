//! The host, and nobody else, renames and deletes talks. A deletion is atomic.

use crate::support::{
    path,
    program::{Place, Running, ask, ask_with, host_key, key, parts, post, state},
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    net::TcpStream,
    process::Command,
    thread,
    time::{Duration, Instant},
};

fn get(printed: &str, address: &str) -> (u16, String) {
    let answer = ask(printed, &format!("GET {address} HTTP/1.1"));
    let (status, body) = parts(&answer);
    (status, body.to_owned())
}

fn title(printed: &str) -> String {
    state(printed)["talk"].as_str().expect("a title").to_owned()
}

/// Pictures of one colour each, so that decks can have some of them in common.
fn deck(place: &Place, name: &str, colours: &[u8]) -> String {
    let folder = place.folder(name);
    for colour in colours {
        let picture = image::RgbImage::from_pixel(64, 36, image::Rgb([*colour, 0, 0]));
        let file = folder.join(format!("{colour}.png"));
        picture.save(file).expect("an image");
    }
    path(&folder).to_owned()
}

fn media(place: &Place) -> BTreeSet<String> {
    let files = fs::read_dir(place.path("data/media")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name());
    let names = names.map(|name| name.into_string().expect("text"));
    // Without temporary files and the list of loose files, which is rewritten after each import.
    let is_picture = |name: &String| name.contains('.') && !name.starts_with('.');
    names.filter(is_picture).collect()
}

/// Serves decks one after another, each as a talk that is kept: `a`, `b`, ...
fn served(place: &Place, codes: &[(&str, &str)]) -> (Running, String) {
    let mut last = None;
    for (code, deck) in codes {
        drop(last.take());
        let (mut running, printed) = place.started(&["--code", code, deck]);
        running.until_imported();
        last = Some((running, printed));
    }
    last.expect("a deck")
}

#[test]
fn a_talk_is_renamed_by_its_host_only_and_stays_so() {
    let place = Place::new();
    let (running, printed) = place.started(&[]);
    let host = host_key(&printed);
    let renamed = |key: &str, form: &str| post(&printed, "/t/room/rename", key, form);
    assert_eq!(title(&printed), "Welcome to WebSlides");
    for (key, form, status) in [
        (key(&printed), "title=Mine", 401),
        (String::new(), "title=Mine", 401),
        (host.clone(), "title=", 422),
        (host.clone(), "title=%20%0A", 422),
        (host.clone(), &format!("title={}", "a".repeat(201)), 422),
        (host.clone(), "name=Mine", 422),
        (host.clone(), &"a".repeat(20_000), 413),
    ] {
        let (answered, body) = renamed(&key, form);
        assert_eq!(answered, status, "{form:.40}: {body}");
        assert!(body.contains("\"message\":\""), "{body}");
    }
    let nowhere = post(&printed, "/t/nope/rename", &host, "title=Mine");
    assert_eq!(nowhere.0, 404, "{}", nowhere.1);
    let elsewhere = ask_with(
        &printed,
        &format!(
            "POST /t/room/rename HTTP/1.1\r\norigin: http://evil\r\ncookie: webslides-HOST={host}"
        ),
        "title=Mine",
    );
    assert_eq!(parts(&elsewhere).0, 403);
    assert_eq!(title(&printed), "Welcome to WebSlides");

    assert_eq!(renamed(&host, "title=Rust+%26+%3Cyou%3E").0, 204);
    assert_eq!(title(&printed), "Rust & <you>");
    assert!(
        get(&printed, "/t/room")
            .1
            .contains("Rust &amp; &lt;you&gt;")
    );
    let slides = get(&printed, "/t/room/slides").1;
    assert!(
        slides.contains("Welcome to WebSlides"),
        "the deck's own: {slides}"
    );
    drop(running);
    let (_running, printed) = place.started(&[]);
    assert_eq!(title(&printed), "Rust & <you>");
}

#[test]
fn a_deleted_talk_is_gone_with_what_only_it_showed() {
    let place = Place::new();
    let a = deck(&place, "a", &[10, 20]);
    let b = deck(&place, "b", &[20, 30]);
    drop(served(&place, &[("talk-b", &b)]));
    let of_b = media(&place);
    let (running, printed) = served(&place, &[("talk-a", &a)]);
    let all = media(&place);
    assert!(all.len() > of_b.len(), "{all:?}");
    let host = host_key(&printed);
    let delete = |key: &str| post(&printed, "/t/talk-a/delete", key, "");
    assert_eq!(delete(&key(&printed)).0, 401, "a presenter is no host");
    assert_eq!(get(&printed, "/t/talk-a/delete").0, 401);
    let mut follower = String::new();
    let state = get(&printed, "/t/talk-a/state").1;
    for part in ["epoch", "revision"] {
        let state: Value = serde_json::from_str(&state).expect("JSON");
        follower = format!("{follower}-{}", state[part].to_string().trim_matches('"'));
    }

    assert_eq!(delete(&host), (204, String::new()));
    assert_eq!(get(&printed, "/t/talk-a/state").0, 404);
    assert_eq!(delete(&host).0, 404);
    assert_eq!(media(&place), of_b, "what another deck shows stays");
    // A page that was away gets the last event, each time it connects.
    let told = |printed: &str| {
        let last = follower.trim_start_matches('-');
        let (status, body) = get(printed, &format!("/t/talk-a/events?last_event_id={last}"));
        assert_eq!(status, 200, "{body}");
        assert!(
            body.contains("\"over\":true") && !body.contains("/media/"),
            "{body}"
        );
        assert_eq!(get(printed, "/t/talk-a/events").0, 404);
        // A page whose stream is withheld asks instead.
        let (status, state) = get(printed, "/t/talk-a/state?view=follow&seat=7");
        assert_eq!(status, 200, "{state}");
        assert!(
            state.contains("\"over\":true") && !state.contains("/media/"),
            "{state}"
        );
        assert_eq!(get(printed, "/t/talk-a/state").0, 404);
        // And then it does not reconnect.
        let (_, id) = body.split_once("id: ").expect("an event");
        let (id, _) = id.split_once('\n').expect("its end");
        let again = get(printed, &format!("/t/talk-a/events?last_event_id={id}"));
        assert_eq!(again, (204, String::new()));
    };
    told(&printed);
    drop(running);

    // Its code is free; the deck is read anew.
    let (mut running, printed) = place.started(&[&b]);
    told(&printed);
    drop(running);
    (running, _) = place.started(&["--code", "talk-a", &a]);
    running.until_imported();
    assert_eq!(media(&place), all);
}

#[test]
fn a_code_that_gets_another_deck_keeps_nothing_of_the_one_before() {
    let place = Place::new();
    let [a, b, c] = [("a", [10, 20]), ("b", [30, 40]), ("c", [20, 30])]
        .map(|(name, colours)| deck(&place, name, &colours));
    drop(served(&place, &[("talk-c", &c)]));
    let of_c = media(&place);
    drop(served(&place, &[("talk-a", &a)]));
    let before = media(&place);
    drop(served(&place, &[("talk-a", &b)]));
    drop(place.started(&["--code", "talk-a", &b]));
    let after = media(&place);
    let left: BTreeSet<_> = before.intersection(&after).cloned().collect();
    assert_eq!(left, of_c, "what another talk shows, and nothing else");
}

#[test]
fn talks_are_renamed_and_deleted_from_another_terminal_with_a_server_and_without() {
    let place = Place::new();
    let run = |command: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_webslides"));
        let output = program
            .args(command)
            .args(["--data", path(&place.path("data"))])
            .output();
        let output = output.expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8(said).expect("text"),
        )
    };
    let (running, printed) = place.started(&[]);
    let (good, said) = run(&["talks", "rename", "ROOM", "My talk"]);
    assert!(good, "{said}");
    assert_eq!(said, "The talk room is called My talk now.\n");
    assert_eq!(title(&printed), "My talk");
    let (good, said) = run(&["talks", "rename", "room", " "]);
    assert!(!good && said.contains("1 to 200 characters"), "{said}");
    let (good, said) = run(&["talks", "delete", "nope"]);
    assert!(
        !good && said.contains("there is no talk nope here"),
        "{said}"
    );
    assert!(run(&["talks"]).1.contains("My talk"));
    drop(running);

    let (good, said) = run(&["talks", "delete", "room"]);
    assert!(good, "{said}");
    assert_eq!(said, "The talk room is deleted. Its code is free.\n");
    assert_eq!(run(&["talks"]).1, "No talks yet.\n");
    assert_eq!(media(&place), BTreeSet::new());
}

#[test]
fn what_a_killed_import_left_behind_is_gone_with_the_next_start() {
    let place = Place::new();
    let (running, _) = place.started(&[]);
    drop(running);
    let kept = media(&place);
    let left = place.path("data/media/.tmpAb12");
    fs::write(&left, "half a picture").expect("a file");
    let orphan = place.path("data/media/0123abcd.webp");
    fs::write(&orphan, "a picture of no deck").expect("a file");
    let first = kept.first().expect("a picture");
    let loose = format!("0123abcd.webp\n{first}\n../webslides.redb\nhalf a na");
    fs::write(place.path("data/media/loose"), loose).expect("a file");
    let foreign = place.path("data/media/mine.txt");
    fs::write(&foreign, "somebody else's").expect("a file");
    for folder in ["uploads/.tmpUp", "importing/.tmpDeck"] {
        let folder = place.path("data").join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("talk.pdf"), "half a deck").expect("a file");
    }

    let (_running, printed) = place.started(&[]);
    assert!(!left.exists() && !orphan.exists());
    assert!(foreign.exists(), "what nobody of ours made stays");
    for folder in ["uploads", "importing"] {
        let inside = fs::read_dir(place.path("data").join(folder)).expect("a folder");
        assert_eq!(inside.count(), 0, "{folder}");
    }
    assert!(kept.is_subset(&media(&place)));
    assert_eq!(get(&printed, "/t/room/state").0, 200);
}

/// A store that is moved away and put back still finds its media.
#[test]
fn a_store_that_is_new_here_removes_nothing() {
    let place = Place::new();
    let a = deck(&place, "a", &[10, 20]);
    drop(served(&place, &[("talk-a", &a)]));
    let kept = media(&place);
    let (store, aside) = (place.path("data/webslides.redb"), place.path("aside"));
    fs::rename(&store, &aside).expect("it is moved away");
    for _ in 0..2 {
        drop(place.started(&[]));
        assert!(kept.is_subset(&media(&place)));
    }
    fs::rename(&aside, &store).expect("it is put back");
    drop(place.started(&[]));
    assert!(kept.is_subset(&media(&place)));
}

/// A deletion is atomic, whenever the server is killed.
#[test]
fn a_deletion_that_is_cut_off_leaves_all_or_nothing() {
    let place = Place::new();
    let a = deck(&place, "a", &[10, 20, 30, 40]);
    let b = deck(&place, "b", &[50]);
    drop(served(&place, &[("talk-b", &b)]));
    let of_b = media(&place);
    let mut all = BTreeSet::new();
    let mut is_there = false;
    for round in 0..24 {
        let (mut running, printed) = place.started(&["--code", "talk-a", &a]);
        if !is_there {
            running.until_imported();
        }
        if all.is_empty() {
            all = media(&place);
        }
        let deleting = sent(&printed, "/t/talk-a/delete");
        // A deletion takes a few milliseconds.
        let start = Instant::now();
        while start.elapsed() < Duration::from_micros(400) * round {
            thread::yield_now();
        }
        drop(running);
        drop(deleting);

        let (_running, printed) = place.started(&[]);
        is_there = get(&printed, "/t/talk-a/state").0 == 200;
        let left: BTreeSet<_> = media(&place).intersection(&all).cloned().collect();
        let expected = if is_there { &all } else { &of_b };
        assert_eq!(left, *expected, "round {round}");
    }
}

/// Sends a form without waiting for the answer.
fn sent(printed: &str, address: &str) -> TcpStream {
    let (_, server) = printed.split_once("http://").expect("a link");
    let (server, _) = server.split_once('/').expect("its end");
    let mut socket = TcpStream::connect(server).expect("it listens");
    let host = host_key(printed);
    let form = format!(
        "POST {address} HTTP/1.1\r\nhost: room\r\nauthorization: Bearer {host}\r\n\
         content-length: 0\r\n\r\n"
    );
    socket.write_all(form.as_bytes()).expect("it is written");
    socket
}
