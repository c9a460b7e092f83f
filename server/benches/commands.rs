//! Commands under load: how long until one is durable, published and answered. `make bench` runs
//! it after the followers.
//!
//! A thousand commands a second, on one talk with 100 followers and on 100 talks with 100 followers
//! each. A command's time counts from when it was due, so that a server that falls behind does not
//! look fast. The server has one core, the load the other. The load begins once all decks are read:
//! the imports' benchmark measures what an import costs a tap.

#![expect(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

use serde_json::Value;
use std::{
    env, fs,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep_until},
};

const COMMANDS_A_SECOND: u32 = 1_000;
const SECONDS: u32 = 10;
const FOLLOWERS: usize = 100;

/// Number of connections that send. Each waits for its answer before it sends again.
const SENDERS: u32 = 50;

/// A hundred decks on one core.
const LONGEST_IMPORT: Duration = Duration::from_secs(120);

struct Talk {
    code: String,
    key: String,
}

struct Server {
    child: Child,
    address: String,
    talks: Vec<Talk>,
    _directory: TempDir,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pid = std::process::id().to_string();
    Command::new("taskset")
        .args(["-apc", "1", &pid])
        .output()
        .expect("taskset");
    println!("{COMMANDS_A_SECOND} durable commands a second for {SECONDS} s");
    let this =
        env::var("WEBSLIDES_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned());
    // Another build of it, if there is one to compare with.
    let before = env::var("WEBSLIDES_BEFORE").ok();
    for talks in [1, 100] {
        measure(&this, talks).await;
        if let Some(before) = &before {
            print!("before: ");
            measure(before, talks).await;
        }
    }
}

async fn measure(program: &str, talks: usize) {
    let server = Server::start(program, talks).await;
    server.until_decks_are_read().await;
    let mut followers = JoinSet::new();
    for talk in &server.talks {
        for _ in 0..FOLLOWERS {
            let mut socket = TcpStream::connect(&server.address)
                .await
                .expect("a connection");
            let request = format!(
                "GET /t/{}/events HTTP/1.1\r\nhost: bench\r\n\r\n",
                talk.code
            );
            socket
                .write_all(request.as_bytes())
                .await
                .expect("it is written");
            followers.spawn(async move {
                let mut buffer = [0; 16_384];
                while socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
            });
        }
    }
    let cpu = server.cpu();
    let start = Instant::now() + Duration::from_millis(500);
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let socket = TcpStream::connect(&server.address)
            .await
            .expect("a connection");
        socket.set_nodelay(true).expect("no delay");
        let mine: Vec<_> = (sender..COMMANDS_A_SECOND * SECONDS)
            .step_by(SENDERS as usize)
            .map(|command| {
                let talk = &server.talks[command as usize % server.talks.len()];
                // Always a change: slides in turn.
                let slide = 1 + command / server.talks.len() as u32 % 6;
                let due = start + Duration::from_secs(1) * command / COMMANDS_A_SECOND;
                (due, request(talk, slide))
            })
            .collect();
        senders.spawn(send(socket, mine));
    }
    let mut waits: Vec<_> = senders.join_all().await.concat();
    let took = start.elapsed();
    let cpu = server.cpu().saturating_sub(cpu);
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{talks:>4} talks, {:>6} followers: {} commands in {:.1} s; p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; {:.3} ms of CPU each",
        talks * FOLLOWERS,
        waits.len(),
        took.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
        cpu.as_secs_f64() * 1e3 / waits.len() as f64,
    );
}

async fn send(mut socket: TcpStream, commands: Vec<(Instant, String)>) -> Vec<Duration> {
    let mut waits = Vec::with_capacity(commands.len());
    let mut buffer = [0; 4_096];
    for (due, request) in commands {
        sleep_until(due).await;
        socket
            .write_all(request.as_bytes())
            .await
            .expect("it is written");
        // An answer is one small write.
        let read = socket.read(&mut buffer).await.expect("an answer");
        assert!(
            buffer[..read].starts_with(b"HTTP/1.1 200"),
            "{:?}",
            String::from_utf8_lossy(&buffer[..read])
        );
        waits.push(due.elapsed());
    }
    waits
}

fn request(talk: &Talk, slide: u32) -> String {
    let form = format!("code={}&slide={slide}", talk.code);
    format!(
        "POST /api/go_to HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        talk.key,
        form.len()
    )
}

impl Server {
    async fn start(program: &str, talks: usize) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let links = directory.path().join("links.json");
        let deck = concat!(env!("CARGO_MANIFEST_DIR"), "/welcome");
        let mut child = Command::new("taskset")
            .args(["-c", "0", program, "--listen", "127.0.0.1:0", "--data"])
            .arg(directory.path().join("data"))
            .arg("--links")
            .arg(&links)
            .args(vec![deck; talks])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let text = loop {
            match fs::read_to_string(&links) {
                Ok(text) => break text,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
            // Another build wants its site beside it, or LEPTOS_SITE_ROOT.
            let ended = child.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "{program} has ended: {ended:?}");
        };
        let links: Value = serde_json::from_str(&text).expect("JSON");
        let links = links["talks"].as_array().expect("talks").clone();
        let word = |talk: &Value, name: &str| talk[name].as_str().expect("a word").to_owned();
        let talks = links
            .iter()
            .map(|talk| {
                let presenter = word(talk, "presenter");
                let (_, key) = presenter.split_once("?key=").expect("a key");
                Talk {
                    code: word(talk, "code"),
                    key: key.to_owned(),
                }
            })
            .collect();
        let events = word(&links[0], "events");
        let address = events.split('/').nth(2).expect("an address").to_owned();
        Self {
            child,
            address,
            talks,
            _directory: directory,
        }
    }

    /// A deck that is read has no process left.
    async fn until_decks_are_read(&self) {
        let start = Instant::now();
        while self.has_workers() {
            assert!(start.elapsed() < LONGEST_IMPORT, "its decks are not read");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// CPU time of all threads so far, to a hundredth of a second.
    fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        // The name before them may contain spaces.
        let (_, fields) = stat.rsplit_once(')').expect("its name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks
            .map(|field| field.parse::<u64>().expect("ticks"))
            .sum();
        Duration::from_millis(ticks * 10)
    }

    fn has_workers(&self) -> bool {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        tasks.flatten().any(|task| {
            let children = fs::read_to_string(task.path().join("children"));
            children.is_ok_and(|children| !children.trim().is_empty())
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
