//! A full, read-only or damaged disk: the error is clear, nothing is acknowledged that is not stored, and
//! the running talk is still shown.

use crate::support::{
    path,
    program::{Place, ask, ask_with, key, parts, post, state},
};
use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
};

/// Damages the bytes of a file.
type Harm = fn(&mut Vec<u8>);

fn next(printed: &str, key: &str) -> (u16, String) {
    post(printed, "/api/next", key, "code=room")
}

#[test]
fn a_full_disk_stores_nothing_shows_on_and_once_there_is_room_takes_commands_again() {
    let place = Place::new();
    let (running, printed) = place.on_a_disk_that_may_fill(&["--listen", "127.0.0.1:0"]);
    let key = key(&printed);
    assert_eq!(next(&printed, &key).0, 200);
    let last = state(&printed);

    running.fill_disk(true);
    for _ in 0..3 {
        let (status, body) = next(&printed, &key);
        assert_eq!(status, 500, "{body}");
        assert!(body.contains("could not be stored"), "{body}");
    }
    assert_eq!(state(&printed), last, "nothing moved");
    // Without script, the page after the redirect says so.
    let form = format!(
        "POST /api/next HTTP/1.1\r\nauthorization: Bearer {key}\r\naccept: text/html\r\n\
         referer: http://localhost/t/room/present"
    );
    let answer = ask_with(&printed, &form, "code=room");
    let page = "/t/room/present?not_stored";
    assert!(
        answer.contains(&format!("location: {page}\r\n")),
        "{answer}"
    );
    let bearer = format!("GET {page} HTTP/1.1\r\nauthorization: Bearer {key}");
    let answer = ask(&printed, &bearer);
    assert!(answer.contains("could not be stored, so the talk has not moved"));
    let health = ask(&printed, "GET /healthz HTTP/1.1");
    assert_eq!(parts(&health).0, 503, "{health}");
    let page = ask(&printed, "GET /t/room HTTP/1.1");
    assert_eq!(parts(&page).0, 200, "{page}");

    running.fill_disk(false);
    let (status, body) = next(&printed, &key);
    assert_eq!(status, 200, "{body}");
    let health = ask(&printed, "GET /healthz HTTP/1.1");
    assert_eq!(parts(&health).0, 200, "{health}");
    let last = state(&printed);
    drop(running);

    let (_running, printed) = place.started(&[]);
    assert_eq!(state(&printed)["revision"], last["revision"]);
    assert_eq!(state(&printed)["epoch"], last["epoch"]);
}

#[test]
fn a_directory_that_cannot_be_written() {
    let place = Place::new();
    // Not even root can create a folder here.
    let said = place.refused(&["--listen", "127.0.0.1:0", "--data", "/proc/webslides"]);
    assert!(
        said.starts_with("webslides: /proc/webslides: cannot use the data directory: "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_store_that_was_damaged_while_nobody_ran_it() {
    let harms: [(&str, Harm); 4] = [
        ("cut in half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("another file", |bytes| bytes.fill(b'x')),
        ("zeros at its head", |bytes| {
            bytes.iter_mut().take(4_096).for_each(|byte| *byte = 0);
        }),
        ("a few bytes", |bytes| bytes.truncate(7)),
    ];
    for (name, harm) in harms {
        let place = Place::new();
        let (running, _) = place.started(&[]);
        drop(running);
        let file = place.path("data/webslides.redb");
        let mut bytes = fs::read(&file).expect("the store");
        harm(&mut bytes);
        fs::write(&file, bytes).expect("it is harmed");
        let said = place.refused(&["--listen", "127.0.0.1:0"]);
        assert!(
            said.contains("damaged") && !said.contains("panicked"),
            "{name}: {said}"
        );
    }
}

/// redb panics on some of these.
#[test]
fn a_store_that_lost_a_single_block_starts_or_says_so_in_one_line() {
    const BLOCK: usize = 512;
    const TRIED: usize = 24;
    let place = Place::new();
    let (running, printed) = place.started(&[]);
    let key = key(&printed);
    assert_eq!(next(&printed, &key).0, 200);
    drop(running);
    let file = place.path("data/webslides.redb");
    let whole = fs::read(&file).expect("the store");
    let written: Vec<_> = whole
        .chunks(BLOCK)
        .enumerate()
        .filter(|(_, block)| block.iter().any(|byte| *byte != 0))
        .map(|(number, _)| number * BLOCK)
        .collect();
    let mut refused = 0;
    for start in written.iter().step_by(written.len().div_ceil(TRIED)) {
        let mut harmed = whole.clone();
        harmed
            .iter_mut()
            .skip(*start)
            .take(BLOCK)
            .for_each(|byte| *byte = 0);
        fs::write(&file, harmed).expect("it is harmed");
        match Place::tried(&mut place.command(&["--listen", "127.0.0.1:0"])) {
            Ok((running, printed)) => {
                let (status, body) = next(&printed, &key);
                assert!(matches!(status, 200 | 401 | 500), "at {start}: {body}");
                let said = running.complaints();
                assert!(!said.contains("panicked"), "at {start}: {said}");
            }
            Err(said) => {
                refused += 1;
                assert!(!said.contains("panicked"), "at {start}: {said}");
                assert_eq!(said.lines().count(), 1, "at {start}: {said}");
            }
        }
    }
    assert_ne!(refused, 0, "none of these harms did any");
}

#[test]
fn a_disk_that_is_full_at_the_start() {
    let place = Place::new();
    // As on a full disk: no file grows above 4 KiB.
    let full = "trap '' XFSZ; ulimit -f 4";
    for case in ["a new store", "one that is there"] {
        let said = Place::tried(&mut place.in_shell(full, &["--listen", "127.0.0.1:0"]))
            .err()
            .unwrap_or_else(|| panic!("{case} was served"));
        assert!(said.contains("File too large"), "{case}: {said}");
        assert_eq!(said.lines().count(), 1, "{case}: {said}");
        drop(place.started(&[]));
    }
}

/// Read-only by a mount: permissions do not stop root.
#[test]
fn a_data_directory_that_became_read_only() {
    let place = Place::new();
    drop(place.started(&[]));
    let data = place.path("data");
    let data = path(&data);
    let mount = format!("mount --bind {data} {data} && mount -o remount,bind,ro {data}");
    let Some(mut apart) = place.apart("--mount", &mount, &["--listen", "127.0.0.1:0"]) else {
        return;
    };
    let said = Place::tried(&mut apart).err().expect("it is refused");
    assert!(said.contains("Read-only file system"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_store_that_is_damaged_while_it_runs_takes_nothing_and_shows_on() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    let key = key(&printed);
    assert_eq!(next(&printed, &key).0, 200);
    let mut file = OpenOptions::new()
        .write(true)
        .open(place.path("data/webslides.redb"))
        .expect("the store");
    let length = file.seek(SeekFrom::End(0)).expect("its length");
    file.seek(SeekFrom::Start(0)).expect("its start");
    let noise = vec![0xa5; usize::try_from(length).expect("a length")];
    file.write_all(&noise).expect("it is harmed");

    // redb may go on with its cache for a while: a command is stored or refused, and the server
    // stays up.
    for _ in 0..20 {
        let (status, body) = next(&printed, &key);
        assert!(matches!(status, 200 | 500), "{body}");
    }
    let shown = state(&printed);
    assert_eq!(shown["epoch"].as_str().map(str::len), Some(8));
    assert_eq!(parts(&ask(&printed, "GET /t/room HTTP/1.1")).0, 200);
}

#[test]
fn a_copy_that_was_put_back_starts_another_epoch_and_a_restart_does_not() {
    let place = Place::new();
    let (running, printed) = place.started(&[]);
    let first = state(&printed)["epoch"].clone();
    drop(running);
    let file = place.path("data/webslides.redb");
    let copy = place.path("copy");
    fs::copy(&file, &copy).expect("a copy");

    let (running, printed) = place.started(&[]);
    assert_eq!(state(&printed)["epoch"], first, "a restart");
    assert_eq!(next(&printed, &key(&printed)).0, 200);
    drop(running);

    fs::rename(&copy, &file).expect("it is put back");
    let (_running, printed) = place.started(&[]);
    let restored = state(&printed);
    assert_ne!(restored["epoch"], first);
    assert_eq!(restored["slide"], 1, "as it was when it was copied");
}
