//! The options that say what a deck may take: each, set lower, ends in a sentence.

use crate::{
    ANY, ask, command, file,
    made::{laughing, noise, pdf, png, saying, wide_and_high},
    names_in,
    support::{
        path,
        program::{Place, host_key},
    },
    until,
};
use nix::sys::statvfs::statvfs;
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

/// Its data directory is a disk of its own, which only its processes see.
#[test]
fn an_import_waits_while_the_disk_has_no_more_than_what_is_kept_for_taps() {
    let place = Place::new();
    let pages: Vec<_> = (0..20).map(noise).collect();
    let deck = file(&place, "noise.pdf", pdf("", &pages));
    let data = place.folder("data");
    let mount = |options: &str| format!("mount -t tmpfs -o {options} webslides {}", path(&data));
    let program = place.command(&[&ANY[..], &["--keep-free", "12", path(&deck)]].concat());
    let mut alone = Command::new("unshare");
    alone
        .args(["--mount", "--map-root-user", "bash", "-c"])
        .args([&format!("{} && exec \"$@\"", mount("size=16m")), "bash"])
        .arg(program.get_program())
        .args(program.get_args())
        .env("LEPTOS_SITE_ROOT", place.path("site"));
    let (running, printed) = Place::start(&mut alone);
    let of_host = format!(
        "GET /t/room/links HTTP/1.1\r\nauthorization: Bearer {}",
        host_key(&printed)
    );
    let waits = || ask(&printed, &of_host).contains("The import waits: less than 12 MiB");
    until("it waits", waits);
    let seen = format!("/proc/{}/root{}", running.pid(), path(&data));
    let free = || {
        let disk = statvfs(Path::new(&seen)).expect("a disk");
        (disk.blocks_available() * disk.fragment_size()) >> 20
    };
    assert!((9..=12).contains(&free()), "{} MiB are free", free());
    for _ in 0..20 {
        command(&printed, "next", "code=room");
    }
    let media = Path::new(&seen).join("media");
    let before = names_in(&media).len();

    let larger = Command::new("nsenter")
        .args(["--target", &running.pid().to_string()])
        .args(["--mount", "--user", "--preserve-credentials"])
        .args(["bash", "-ec", &mount("remount,size=512m")])
        .status();
    assert!(larger.expect("it runs").success());
    until("it goes on", || names_in(&media).len() > before);
    until("it says so no more", || !waits());
}
