//! Acknowledged commands survive a killed server.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How often the server is killed.
const KILLS: u64 = 50;

/// A real process on one data directory.
struct Process {
    child: Child,
    address: String,
    key: String,
}

impl Process {
    fn start(place: &Path) -> Self {
        let links = place.join("links.json");
        let _ = fs::remove_file(&links);
        let child = Command::new(env!("CARGO_BIN_EXE_webslides"))
            .env("LEPTOS_SITE_ROOT", place.join("site"))
            .args(["--listen", "127.0.0.1:0", "--code", "room", "--data"])
            .arg(place.join("data"))
            .arg("--links")
            .arg(&links)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let start = Instant::now();
        let text = loop {
            if let Ok(text) = fs::read_to_string(&links) {
                break text;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "it does not come up"
            );
            thread::yield_now();
        };
        let (_, after) = text.split_once("\"presenter\": \"http://").expect("a link");
        let (address, rest) = after.split_once('/').expect("an address");
        let (_, rest) = rest.split_once("?key=").expect("a key");
        let (key, _) = rest.split_once('"').expect("its end");
        Self {
            child,
            address: address.to_owned(),
            key: key.to_owned(),
        }
    }

    fn kill(mut self) {
        self.child.kill().expect("it ran");
        self.child.wait().expect("it is gone");
    }
}

/// One request on a kept connection; `None` if the server died.
fn ask(socket: &mut TcpStream, request: &str) -> Option<serde_json::Value> {
    socket.write_all(request.as_bytes()).ok()?;
    let mut seen = Vec::new();
    loop {
        let mut buffer = [0; 2_048];
        let read = socket.read(&mut buffer).ok().filter(|read| *read > 0)?;
        seen.extend_from_slice(buffer.get(..read)?);
        let text = String::from_utf8_lossy(&seen);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let (_, length) = head.split_once("content-length: ")?;
        let length: usize = length.lines().next()?.parse().ok()?;
        if body.len() >= length {
            assert!(head.starts_with("HTTP/1.1 200"), "{text}");
            return serde_json::from_str(body).ok();
        }
    }
}

/// The state, and a command that always changes something.
fn state(address: &str) -> serde_json::Value {
    let mut socket = TcpStream::connect(address).expect("it listens");
    ask(
        &mut socket,
        "GET /t/room/state HTTP/1.1\r\nhost: room\r\n\r\n",
    )
    .expect("a state")
}

fn command(key: &str, revision: u64) -> String {
    let form = format!("code=room&slide={}", 2 - revision % 2);
    format!(
        "POST /api/go_to HTTP/1.1\r\nhost: room\r\nauthorization: Bearer {key}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
}

#[test]
fn nothing_acknowledged_is_lost_by_fifty_pulled_plugs() {
    let place = TempDir::new().expect("a temporary directory");
    fs::create_dir_all(place.path().join("site/pkg")).expect("a folder");
    let mut process = Process::start(place.path());
    // The first key stays valid.
    let key = process.key.clone();
    let epoch = state(&process.address)["epoch"].clone();
    let mut total = 0;
    for kill in 0..KILLS {
        let before = state(&process.address)["revision"]
            .as_u64()
            .expect("a revision");
        let acknowledged = Arc::new(AtomicU64::new(before));
        let told = acknowledged.clone();
        let (address, sent) = (process.address.clone(), key.clone());
        let commands = thread::spawn(move || {
            let mut socket = TcpStream::connect(address).expect("it listens");
            let mut revision = before;
            while let Some(answer) = ask(&mut socket, &command(&sent, revision)) {
                revision = answer["revision"].as_u64().expect("a revision");
                told.store(revision, Ordering::SeqCst);
            }
        });
        // Kills after at least one command, at a different moment each time.
        while acknowledged.load(Ordering::SeqCst) == before {
            assert!(!commands.is_finished(), "no command was taken");
            thread::yield_now();
        }
        let moment = Instant::now();
        let until = Duration::from_micros(kill * 1_300 % 40_000);
        while moment.elapsed() < until {
            thread::yield_now();
        }
        process.kill();
        commands.join().expect("it was cut off in peace");
        process = Process::start(place.path());
        let after = state(&process.address);
        let acknowledged = acknowledged.load(Ordering::SeqCst);
        assert_eq!(after["epoch"], epoch, "kill {kill}");
        let revision = after["revision"].as_u64().expect("a revision");
        // One more may be stored, whose answer was lost.
        assert!(
            (acknowledged..=acknowledged + 1).contains(&revision),
            "kill {kill}: {acknowledged} acknowledged, {revision} there"
        );
        total += acknowledged - before;
    }
    process.kill();
    assert!(total >= KILLS, "{total} commands were acknowledged");
}
