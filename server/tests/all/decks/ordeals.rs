//! Decks that are up to something, beside a talk that goes on.

use super::{
    ANY, exported, file, go_to, is_whole,
    made::{laughing, pdf, saying},
    names_in, served,
};
use crate::support::{
    path,
    program::{Place, state},
};
use serde_json::Value;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// What became of a deck that was given together with a good one.
struct Ordeal {
    took: Duration,
    /// Of each tap on the good one, meanwhile.
    taps: Vec<Duration>,
    /// The server's own, in KiB; its workers' is not in it.
    most_memory: u64,
    served: bool,
    said: String,
}

fn ordeal(deck: &Path) -> Ordeal {
    let place = Place::new();
    let good = file(&place, "good.pdf", pdf("", &[saying("One"), saying("Two")]));
    let (links, said) = (place.path("links.json"), place.path("said"));
    let start = Instant::now();
    let mut child = place
        .command(&ANY)
        .args(["--links", path(&links), path(&good), path(deck)])
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&said).expect("a file"))
        .spawn()
        .expect("it runs");
    let status = format!("/proc/{}/status", child.id());
    let (tell, told) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().expect("its output"));
    thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if line.contains("all slides are ready") && tell.send(()).is_err() {
                break;
            }
        }
    });
    let mut ordeal = Ordeal {
        took: Duration::ZERO,
        taps: Vec::new(),
        most_memory: 0,
        served: false,
        said: String::new(),
    };
    let mut ready = 0;
    while ready < 2 && child.try_wait().expect("it can be asked").is_none() {
        assert!(
            start.elapsed().as_secs() < 120,
            "{} goes on",
            deck.display()
        );
        let status = fs::read_to_string(&status).unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(memory) = memory.and_then(|memory| memory.split_whitespace().next()) {
            ordeal.most_memory = memory.parse().expect("a number");
        }
        ready += told.try_iter().count();
        let Ok(links) = fs::read(&links) else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        ordeal.served = true;
        let links: Value = serde_json::from_slice(&links).expect("JSON");
        let link = links["talks"][0]["presenter"].as_str().expect("a link");
        let tap = Instant::now();
        go_to(link, 1 + ordeal.taps.len() % 2);
        ordeal.taps.push(tap.elapsed());
        thread::sleep(Duration::from_millis(20));
    }
    ordeal.took = start.elapsed();
    let _ = child.kill();
    let status = child.wait().expect("it ends");
    ordeal.said = fs::read_to_string(&said).expect("text");
    if !ordeal.served {
        assert_eq!(status.code(), Some(2), "{}", ordeal.said);
        assert_eq!(ordeal.said.lines().count(), 1, "{}", ordeal.said);
    }
    ordeal.taps.sort_unstable();
    println!(
        "{}: {} after {:.1} s; {} taps, the longest {:?}; {} MiB; {}",
        deck.display(),
        if ordeal.served { "served" } else { "refused" },
        ordeal.took.as_secs_f64(),
        ordeal.taps.len(),
        ordeal.taps.last().copied().unwrap_or_default(),
        ordeal.most_memory >> 10,
        ordeal.said.trim()
    );
    // One may be the machine's fault: this test, the server and its workers share its processors
    // with whatever else it does.
    if let [.., tap, _] = &*ordeal.taps {
        assert!(tap.as_millis() < 100, "taps take {tap:?}");
    }
    ordeal
}

#[test]
fn a_deck_that_wastes_time_is_cut_and_another_talk_goes_on() {
    let place = Place::new();
    let deck = file(&place, "laughing.pdf", laughing(40));
    let Ordeal { served, said, .. } = ordeal(&deck);
    assert!(served, "its first page is good: {said}");
    assert!(said.contains("took more than 10 s"), "{said}");
    assert!(said.contains("more pages were not tried"), "{said}");
    assert!(said.lines().count() <= 5, "no line for each page: {said}");
}

/// `WEBSLIDES_DECKS` may name a folder with `talks/`, `markdown/` and `hostile/`.
#[test]
fn real_decks_are_read_whole_and_hostile_ones_are_refused_or_cut() {
    let Some(folder) = env::var_os("WEBSLIDES_DECKS") else {
        return;
    };
    let files = |name: &str| {
        let folder = Path::new(&folder).join(name);
        let mut files: Vec<_> = names_in(&folder)
            .into_iter()
            .map(|name| folder.join(name))
            .collect();
        files.sort();
        files
    };
    for deck in [files("talks"), files("markdown")].concat() {
        let place = Place::new();
        let (running, printed) = served(&place, &deck);
        let exported = exported(&place);
        assert!(is_whole(&exported), "{}", deck.display());
        assert!(
            !exported.to_string().contains("could not be read"),
            "{}",
            deck.display()
        );
        let state = state(&printed);
        let said = running.complaints();
        println!(
            "{}: {}, {} slides. {}",
            deck.display(),
            state["talk"],
            state["slides"],
            said.trim()
        );
    }
    let place = Place::new();
    let usual = ordeal(&file(&place, "usual.pdf", pdf("", &[saying("One")])));
    assert_eq!(usual.said, "");
    for deck in files("hostile") {
        let ordeal = ordeal(&deck);
        let name = deck.file_name().unwrap_or_default();
        let words = match name.to_string_lossy().as_ref() {
            "bigbox.pdf" => "it was cut to 1 x 3840 pixels",
            "manypages.pdf" => "99999 of them could not be found",
            _ => "webslides: ",
        };
        assert!(ordeal.said.contains(words), "{name:?}: {}", ordeal.said);
        let grown = ordeal.most_memory.saturating_sub(usual.most_memory) >> 10;
        assert!(grown < 200, "{} costs {grown} MiB", deck.display());
        assert!(ordeal.took.as_secs() < 30, "{}", deck.display());
    }
}
