//! The options that say what a deck may take: each, set lower, ends in a sentence.

use super::{
    ANY, ask,
    brought::{brought, has_talk},
    command, exported, file,
    made::{laughing, noise, pdf, png, saying, slow, wide_and_high},
    names_in,
};
use crate::support::{
    path,
    program::{Place, Running, host_key, until},
};
use nix::sys::statvfs::statvfs;
use serde_json::Value;
use std::{fs, path::Path, process::Command};

/// What is said of a deck that is not shown.
fn refused(place: &Place, deck: &Path, limit: &[&str]) -> String {
    let said = place.refused(&[&ANY[..], limit, &[path(deck)]].concat());
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn a_deck_with_more_pages_than_it_may_have_is_refused() {
    let place = Place::new();
    let pages = ["One", "Two", "Three"].map(saying);
    let three = file(&place, "three.pdf", pdf("", &pages));
    let text = file(
        &place,
        "three.md",
        "# One\n\n---\n\n# Two\n\n---\n\n# Three\n",
    );
    let folder = place.folder("three");
    for name in ["1.png", "2.png", "3.png"] {
        fs::write(folder.join(name), png(9)).expect("a file");
    }
    for (deck, words) in [
        (&three, "this PDF has 3 pages; WebSlides shows up to 2"),
        (&text, "it has more than 2 slides"),
        (&folder, "there are 3 images; a deck has 2 slides at most"),
    ] {
        let said = refused(&place, deck, &["--max-pages", "2"]);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_picture_with_more_pixels_than_it_may_have_is_left_out() {
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("1.png"), wide_and_high(1_500)).expect("a file");
    let said = refused(&place, &folder, &["--max-pixels", "2"]);
    let words = "1.png is too large: 1500 x 1500 pixels";
    assert!(
        said.contains(words) && said.contains("below 2 megapixels"),
        "{said}"
    );
}

#[test]
fn a_larger_deck_than_it_may_be_is_refused() {
    let place = Place::new();
    let deck = file(
        &place,
        "large.pdf",
        [&b"%PDF-1.7\n"[..], &[b' '; 2 << 20]].concat(),
    );
    let said = refused(&place, &deck, &["--max-deck-size", "1"]);
    assert!(
        said.contains("is larger than 1 MB. Make it smaller."),
        "{said}"
    );
}

#[test]
fn a_page_that_needs_more_memory_than_it_may_have_is_left_out() {
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("1.png"), wide_and_high(10_000)).expect("a file");
    let limit = ["--max-deck-memory", "256", "--max-pixels", "200"];
    let said = refused(&place, &folder, &limit);
    assert!(
        said.contains("page 1 needed more than 256 MiB of memory"),
        "{said}"
    );
}

#[test]
fn a_page_that_takes_more_time_than_it_may_have_is_left_out() {
    let place = Place::new();
    let deck = file(&place, "laughing.pdf", laughing(3));
    let (mut running, printed) = place.started(&["--max-page-time", "1", path(&deck)]);
    running.until_imported();
    assert!(printed.contains("3 slides"), "{printed}");
    let said = running.complaints();
    assert!(said.contains("page 2 took more than 1 s"), "{said}");
}

#[test]
fn pages_beyond_what_a_deck_may_have_in_all_are_left_out_and_said() {
    let pages: Vec<_> = (0..12).map(noise).collect();
    let noise = pdf("", &pages);
    for (limit, deck, words) in [
        (
            "--max-deck-output",
            noise,
            "a deck's pictures may have 1 MiB together (--max-deck-output)",
        ),
        (
            "--max-deck-time",
            slow(1_000),
            "a deck may take 1 minutes in all (--max-deck-time)",
        ),
    ] {
        let place = Place::new();
        let deck = file(&place, "deck.pdf", deck);
        let (mut running, _) = place.started(&[limit, "1", path(&deck)]);
        running.until_imported();
        let exported = exported(&place);
        let missing = exported["deck"]["missing"].as_str().unwrap_or_default();
        assert!(missing.contains(words), "{limit}: {missing}");
        let slides = exported["deck"]["slides"].as_array().expect("slides");
        let is_there = |slide: &&Value| !slide["faces"][0]["renditions"].is_null();
        let there = slides.iter().filter(is_there).count();
        assert!((1..slides.len()).contains(&there), "{limit}: {there}");
        assert!(running.complaints().contains(words), "{limit}");
    }
}

/// A server whose data directory is a disk of its own with so many MiB, which only its processes see.
/// With what mounts it. `None` where such a test is left out.
fn on_a_disk_of(size: u32, place: &Place, options: &[&str]) -> Option<(Running, String, String)> {
    let data = place.folder("data");
    let mount = |options: &str| format!("mount -t tmpfs -o {options} webslides {}", path(&data));
    let options = [&ANY[..], options].concat();
    let mut alone = place.apart("--mount", &mount(&format!("size={size}m")), &options)?;
    let (running, printed) = Place::start(&mut alone);
    Some((running, printed, mount("remount,size=512m")))
}

#[test]
fn what_would_take_the_room_that_is_kept_for_taps_is_refused() {
    let place = Place::new();
    let options = ["--open", "--keep-free", "12"];
    let Some((running, printed, _)) = on_a_disk_of(16, &place, &options) else {
        return;
    };
    let large = [&b"# A"[..], &[b' '; 6 << 20]].concat();
    let (status, body) = brought(&printed, "mine", ("a.md", &large), None);
    assert_eq!(status, 500, "{body}");
    let words = "the disk has no room for more slides: 12 MiB stay free";
    assert!(body.to_string().contains(words), "{body}");
    assert!(!has_talk(&printed, "mine"));
    for folder in ["uploads", "importing"] {
        let data = path(&place.path("data")).to_owned();
        let folder = format!("/proc/{}/root{data}/{folder}", running.pid());
        let left = names_in(Path::new(&folder));
        assert_eq!(left, [""; 0], "nothing of it is kept");
    }
    command(&printed, "next", "code=room");
    let (status, body) = brought(&printed, "mine", ("a.md", b"# A"), None);
    assert_eq!(status, 201, "{body}");
}

#[test]
fn an_import_waits_while_the_disk_has_no_more_than_what_is_kept_for_taps() {
    let place = Place::new();
    let pages: Vec<_> = (0..20).map(noise).collect();
    let deck = file(&place, "noise.pdf", pdf("", &pages));
    let options = ["--keep-free", "12", path(&deck)];
    let Some((mut running, printed, enlarge)) = on_a_disk_of(16, &place, &options) else {
        return;
    };
    let of_host = format!(
        "GET /t/room/links HTTP/1.1\r\nauthorization: Bearer {}",
        host_key(&printed)
    );
    let waits = || ask(&printed, &of_host).contains("The import waits: less than 12 MiB");
    until("it waits", waits);
    let data = place.path("data");
    let seen = format!("/proc/{}/root{}", running.pid(), path(&data));
    let free = || {
        let disk = statvfs(Path::new(&seen)).expect("a disk");
        (disk.blocks_available() * disk.fragment_size()) >> 20
    };
    // Each processor may have a page under way when it begins to wait.
    let under_way = std::thread::available_parallelism().map_or(1, usize::from);
    let least = 12_u64.saturating_sub(under_way.try_into().expect("few"));
    assert!((least..=12).contains(&free()), "{} MiB are free", free());
    for _ in 0..20 {
        command(&printed, "next", "code=room");
    }
    let larger = Command::new("nsenter")
        .args(["--target", &running.pid().to_string()])
        .args(["--mount", "--user", "--preserve-credentials"])
        .args(["bash", "-ec", &enlarge])
        .status();
    assert!(larger.expect("it runs").success());
    running.until_imported();
    until("it says so no more", || !waits());
}
