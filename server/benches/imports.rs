//! Imports: how soon a deck is shown, how soon it is whole, and how large its slides are. `make
//! bench` runs it last.
//!
//! `WEBSLIDES_DECKS` may name a folder with PDFs in its `talks/`; without it a few pages are made
//! up. In the same run Ghostscript draws the same PDFs, as people do who turn a PDF into images for
//! a program that shows those: one size, no text, 300 dots an inch.

#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

use serde_json::Value;
use std::{
    env,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A page whose largest picture takes longer than this has none.
const LONGEST: Duration = Duration::from_secs(180);

struct Imported {
    pages: usize,
    shown: Duration,
    whole: Duration,
    /// With pictures for 4K screens too.
    sharp: Duration,
    /// Bytes of each rendition for a full-HD screen.
    sizes: Vec<u64>,
}

fn main() {
    let made = TempDir::new().expect("a temporary directory");
    let decks = decks(made.path());
    let this =
        env::var("WEBSLIDES_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned());
    let (pages, ours) = measure(&this, &decks);
    // Another build of it, if there is one to compare with.
    if let Ok(before) = env::var("WEBSLIDES_BEFORE") {
        println!("before:");
        let (_, theirs) = measure(&before, &decks);
        println!("this build is {:.2} times as fast", ours / theirs);
    }
    match decks.iter().map(|deck| ghostscript(deck)).sum() {
        Some(took) => {
            let took: Duration = took;
            let theirs = pages as f64 / took.as_secs_f64();
            println!(
                "Ghostscript: {theirs:.1} pages a second in one size; WebSlides is {:.1} times as \
                 fast",
                ours / theirs
            );
        }
        None => println!("Ghostscript is not there (Debian's package ghostscript): no ratio"),
    }
}

/// Returns the number of pages, and how many were complete per second.
fn measure(program: &str, decks: &[PathBuf]) -> (usize, f64) {
    let (mut pages, mut whole, mut sizes) = (0, Duration::ZERO, Vec::new());
    let mut slowest = Duration::ZERO;
    for deck in decks {
        let imported = import(program, deck);
        println!(
            "{:>4} pages, shown after {:.2} s, whole after {:>5.2} s, for 4K screens after {:>5.1} s  \
             {}",
            imported.pages,
            imported.shown.as_secs_f64(),
            imported.whole.as_secs_f64(),
            imported.sharp.as_secs_f64(),
            deck.file_stem().unwrap_or_default().display()
        );
        pages += imported.pages;
        whole += imported.whole;
        slowest = slowest.max(imported.shown);
        sizes.extend(imported.sizes);
    }
    let a_second = pages as f64 / whole.as_secs_f64();
    let mean = sizes.iter().sum::<u64>() as f64 / sizes.len().max(1) as f64 / 1e3;
    println!(
        "{a_second:.1} pages a second in three sizes; the slowest first slide after {:.2} s; a slide \
         of 1920 pixels has {mean:.1} KB",
        slowest.as_secs_f64()
    );
    (pages, a_second)
}

fn decks(made: &Path) -> Vec<PathBuf> {
    let Some(folder) = env::var_os("WEBSLIDES_DECKS") else {
        let deck = made.join("made up.pdf");
        fs::write(&deck, pdf(24)).expect("a file");
        return vec![deck];
    };
    let talks = fs::read_dir(Path::new(&folder).join("talks")).expect("a folder talks/");
    let mut decks: Vec<_> = talks
        .map(|file| file.expect("a file").path())
        .filter(|file| file.extension().is_some_and(|ending| ending == "pdf"))
        .collect();
    decks.sort();
    decks
}

fn import(program: &str, deck: &Path) -> Imported {
    let place = TempDir::new().expect("a temporary directory");
    let data = place.path().join("data");
    let start = Instant::now();
    let mut server = Command::new(program)
        .args(["--listen", "127.0.0.1:0", "--code", "bench", "--data"])
        .arg(&data)
        .arg(deck)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(server.stdout.take().expect("its output"));
    let printed = said(&mut out, "Ctrl-C");
    let (_, address) = printed.split_once("http://").expect("a link");
    let (address, _) = address.split_once('/').expect("its end");
    let state = get(address, "/t/bench/state");
    let state: Value = serde_json::from_slice(&state).expect("a state");
    let url = state.pointer("/face/renditions/0/url");
    let url = url.and_then(Value::as_str).expect("a picture");
    assert!(!get(address, url).is_empty(), "the first slide");
    let shown = start.elapsed();
    said(&mut out, "all slides are ready");
    let whole = start.elapsed();
    let mut faces = exported(program, &data);
    // Larger pictures come last; a page may be too heavy for one.
    while start.elapsed() < LONGEST && faces.iter().any(|face| !is_sharp(face)) {
        sleep(Duration::from_millis(100));
        faces = exported(program, &data);
    }
    let sharp = start.elapsed();
    server.kill().expect("it ran");
    server.wait().expect("it ended");
    let mut pages = 0;
    let mut sizes = Vec::new();
    for face in &faces {
        pages += 1;
        let renditions = face.get("renditions").and_then(Value::as_array);
        for rendition in renditions.expect("a page was not read") {
            let url = rendition.get("url").and_then(Value::as_str);
            let name = url.expect("an address").trim_start_matches("/media/");
            if rendition.get("width") == Some(&1_920.into()) {
                let file = fs::metadata(data.join("media").join(name)).expect("a file");
                sizes.push(file.len());
            }
        }
    }
    Imported {
        pages,
        shown,
        whole,
        sharp,
        sizes,
    }
}

/// What the deck's slides look like.
fn exported(program: &str, data: &Path) -> Vec<Value> {
    let exported = Command::new(program)
        .args(["export", "bench", "--data"])
        .arg(data)
        .output()
        .expect("it runs");
    let exported: Value = serde_json::from_slice(&exported.stdout).expect("a talk");
    let slides = exported.pointer("/deck/slides").and_then(Value::as_array);
    let faces = slides.expect("slides").iter().flat_map(|slide| {
        let faces = slide.get("faces").and_then(Value::as_array);
        faces.expect("faces").clone()
    });
    faces.collect()
}

fn is_sharp(face: &Value) -> bool {
    face.get("width").and_then(Value::as_u64) > Some(1_920)
}

/// All up to the line that has these words.
fn said(out: &mut impl BufRead, words: &str) -> String {
    let mut said = String::new();
    while !said.contains(words) {
        let read = out.read_line(&mut said).expect("text");
        assert_ne!(read, 0, "it ended: {said}");
    }
    said
}

fn get(address: &str, path: &str) -> Vec<u8> {
    let mut socket = TcpStream::connect(address).expect("it listens");
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n"
    )
    .expect("it is written");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    answer.split_off(head.expect("a head") + 4)
}

/// Ghostscript's time for the deck. `None` if it is not installed.
fn ghostscript(deck: &Path) -> Option<Duration> {
    let place = TempDir::new().expect("a temporary directory");
    let start = Instant::now();
    let drawn = Command::new("gs")
        .args(["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER"])
        .args(["-sDEVICE=png16m", "-r300", "-o"])
        .arg(place.path().join("%04d.png"))
        .arg(deck)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    assert!(drawn.success(), "Ghostscript draws it");
    Some(start.elapsed())
}

/// A PDF whose pages have words and boxes.
fn pdf(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages)
        .map(|at| format!("{} 0 R ", 3 + 2 * at))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {pages} /Kids [{kids}] >>"),
    ];
    for page in 0..pages {
        let content = objects.len() + 2;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] /Contents {content} 0 R \
             /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> \
             >> >>"
        ));
        let mut drawn = String::new();
        for line in 0..12 {
            let (shade, height) = (f64::from(line) / 12.0, 460 - line * 36);
            writeln!(
                drawn,
                "{shade:.2} 0.4 0.7 rg 40 {height} 24 24 re f 0 g BT /F 22 Tf 80 {height} Td \
                 (Page {page}, line {line}: what a slide says, and more of it) Tj ET"
            )
            .expect("a string");
        }
        let length = drawn.len();
        objects.push(format!(
            "<< /Length {length} >>\nstream\n{drawn}\nendstream"
        ));
    }
    let mut text = "%PDF-1.7\n".to_owned();
    let mut table = String::from("0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", text.len()).expect("a string");
        write!(text, "{number} 0 obj\n{object}\nendobj\n").expect("a string");
    }
    let (start, size) = (text.len(), objects.len() + 1);
    write!(
        text,
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    )
    .expect("a string");
    text.into_bytes()
}
