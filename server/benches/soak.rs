//! A long day in a few minutes: does the server's memory stay flat? `make soak` runs it.
//!
//! 200,000 pages over connections that are kept, some left before the answer; and 100,000 streams
//! that come and leave in every manner. Memory after the first tenth is compared with memory at
//! the end, because what the first tenth takes is caches and the allocator's reserve, and what
//! grows after it is a leak. SOAK_PAGES and SOAK_STREAMS say how many.

#![expect(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

use axum::{
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    env, fs,
    net::SocketAddr,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

const PAGES: usize = 200_000;
const STREAMS: usize = 100_000;
const PARTS: usize = 10;

/// How many load pages at once, and how many streams come and go at once.
const BROWSERS: usize = 8;
const FOLLOWERS: usize = 64;

/// The pages in turn.
const PATHS: [&str; 3] = ["/t/soak", "/t/soak/present", "/"];

/// Which of a browser's pages is not waited for: it is asked for over another connection, which
/// then closes.
const IMPATIENT: usize = 50;

/// One loopback address has some 28,000 ports, and one that was used rests for a minute.
const ADDRESSES: usize = 16;

/// Longer than the server takes to notice a disconnect.
const PATIENCE: Duration = Duration::from_secs(60);

const FLAT: f64 = 1.1;

/// How a follower leaves.
#[derive(Clone, Copy)]
enum Leaving {
    /// Says nothing at all.
    Silent,
    /// Asks, and closes or cuts the connection before the answer.
    CloseBefore,
    CutBefore,
    /// Asks, says that it will say no more, and reads on until the snapshot.
    HalfClose,
    /// Has the snapshot, and closes or cuts the connection.
    CloseAfter,
    CutAfter,
}

/// The ways of leaving in turn. Those with a snapshot stand twice: earlier leavers are often gone before the
/// server looks.
const LEAVINGS: [Leaving; 8] = [
    Leaving::Silent,
    Leaving::CloseBefore,
    Leaving::CutBefore,
    Leaving::HalfClose,
    Leaving::CloseAfter,
    Leaving::CutAfter,
    Leaving::CloseAfter,
    Leaving::CutAfter,
];

struct Server {
    child: Child,
    port: u16,
    key: String,
    _directory: TempDir,
}

/// Resources that the server holds while nobody is connected.
struct Holding {
    /// Resident memory in bytes.
    memory: u64,
    files: usize,
    followers: u64,
    /// Number of streams that were opened. Some clients leave before theirs is.
    opened: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let pages = number("SOAK_PAGES", PAGES);
    let streams = number("SOAK_STREAMS", STREAMS);
    let server = Server::start().await;
    let idle = server.holding().await;
    println!("{pages} pages and {streams} streams, in {PARTS} parts");
    println!("part  pages     streams   memory      files  followers");
    idle.print("idle", 0.0, 0.0);
    let mut first = None;
    let mut last = None;
    for part in 1..=PARTS {
        let paging = load_pages(&server, pages / PARTS).await;
        let streaming = come_and_go(&server, streams / PARTS).await;
        let holding = server.emptied(idle.files).await;
        holding.print(
            &part.to_string(),
            (pages / PARTS) as f64 / paging.as_secs_f64(),
            (streams / PARTS) as f64 / streaming.as_secs_f64(),
        );
        first.get_or_insert(holding.memory);
        last = Some(holding);
    }
    let (first, last) = (first.expect("a part"), last.expect("a part"));
    let ratio = last.memory as f64 / first as f64;
    let is_flat = ratio <= FLAT;
    let is_empty = last.followers == 0 && last.files <= idle.files;
    println!(
        "\nmemory {:.1} MiB after the first part, {:.1} MiB at the end: ratio {ratio:.3}, {}",
        mib(first),
        mib(last.memory),
        if is_flat { "flat" } else { "NOT FLAT" },
    );
    println!(
        "files {} before, {} at the end; {} followers left of {}: {}",
        idle.files,
        last.files,
        last.followers,
        last.opened,
        if is_empty {
            "nothing is held"
        } else {
            "SOMETHING IS HELD"
        },
    );
    if is_flat && is_empty {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Each browser keeps its connection.
async fn load_pages(server: &Server, pages: usize) -> Duration {
    let begun = Instant::now();
    let mut browsers = JoinSet::new();
    for browser in 0..BROWSERS {
        let (port, key) = (server.port, server.key.clone());
        browsers.spawn(async move {
            let mut connection = connect(port, browser).await;
            for page in (browser..pages).step_by(BROWSERS) {
                let path = PATHS[page / BROWSERS % PATHS.len()];
                if page / BROWSERS % IMPATIENT == IMPATIENT - 1 {
                    ask_and_leave(port, page, path).await;
                    continue;
                }
                let request = page_request(path, browser, &key);
                connection.ready().await.expect("it is kept");
                let answer = connection.send_request(request).await;
                let answer = answer.expect("an answer");
                assert_eq!(answer.status(), 200);
                let body = answer.into_body().collect().await.expect("a body");
                assert!(body.to_bytes().len() > 500, "a page");
            }
        });
    }
    browsers.join_all().await;
    begun.elapsed()
}

/// Gone before the page is made.
async fn ask_and_leave(port: u16, which: usize, path: &str) {
    let mut socket = TcpStream::connect(address(port, which))
        .await
        .expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: soak\r\n\r\n");
    socket
        .write_all(request.as_bytes())
        .await
        .expect("it is written");
}

/// Every second browser takes pages compressed, as real ones do.
fn page_request(path: &str, browser: usize, key: &str) -> Request<Body> {
    let mut request = Request::get(path).header(header::HOST, "soak");
    if path.ends_with("present") {
        request = request.header(header::COOKIE, format!("webslides-soak={key}"));
    }
    if browser % 2 == 1 {
        request = request.header(header::ACCEPT_ENCODING, "gzip, br");
    }
    request.body(Body::empty()).expect("a request")
}

async fn connect(port: u16, which: usize) -> SendRequest<Body> {
    let socket = TcpStream::connect(address(port, which))
        .await
        .expect("a connection");
    socket.set_nodelay(true).expect("no delay");
    let (sender, connection) = handshake(TokioIo::new(socket)).await.expect("HTTP");
    tokio::spawn(connection);
    sender
}

async fn come_and_go(server: &Server, streams: usize) -> Duration {
    let begun = Instant::now();
    let mut followers = JoinSet::new();
    for follower in 0..FOLLOWERS {
        let port = server.port;
        followers.spawn(async move {
            for stream in (follower..streams).step_by(FOLLOWERS) {
                let leaving = LEAVINGS[(stream + stream / FOLLOWERS) % LEAVINGS.len()];
                follow(address(port, stream), leaving).await;
            }
        });
    }
    followers.join_all().await;
    begun.elapsed()
}

async fn follow(address: SocketAddr, leaving: Leaving) {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let request = b"GET /t/soak/events HTTP/1.1\r\nhost: soak\r\naccept: text/event-stream\r\n\r\n";
    if !matches!(leaving, Leaving::Silent) {
        socket.write_all(request).await.expect("it is written");
    }
    match leaving {
        Leaving::Silent | Leaving::CloseBefore => {}
        Leaving::CutBefore => cut(&socket),
        Leaving::HalfClose => {
            socket.shutdown().await.expect("it is said");
            // Whether it is answered still is the server's choice.
            read_snapshot(&mut socket).await;
        }
        Leaving::CloseAfter => assert!(read_snapshot(&mut socket).await, "no snapshot"),
        Leaving::CutAfter => {
            assert!(read_snapshot(&mut socket).await, "no snapshot");
            cut(&socket);
        }
    }
}

/// The next close is a reset.
fn cut(socket: &TcpStream) {
    socket.set_zero_linger().expect("it is taken");
}

/// Whether it came before the end.
async fn read_snapshot(socket: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return false,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
        if memchr::memmem::find(&seen, b"\ndata: {").is_some() && seen.ends_with(b"\n\n\r\n") {
            return true;
        }
    }
}

fn address(port: u16, which: usize) -> SocketAddr {
    let host = u8::try_from(1 + which % ADDRESSES).expect("few addresses");
    SocketAddr::from(([127, 0, 0, host], port))
}

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |number| number.parse().expect("a number"))
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_024.0 / 1_024.0
}

impl Holding {
    fn print(&self, part: &str, pages: f64, streams: f64) {
        println!(
            "{part:>4}  {pages:>6.0}/s  {streams:>6.0}/s  {:>6.1} MiB  {:>5}  {:>9}",
            mib(self.memory),
            self.files,
            self.followers
        );
    }
}

impl Server {
    /// On every address of this machine, on all its cores.
    async fn start() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let links = directory.path().join("links.json");
        let program = env::var("WEBSLIDES_BIN")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned());
        let child = Command::new(program)
            .args(["--code", "soak", "--listen", "0.0.0.0:0", "--data"])
            .arg(directory.path().join("data"))
            .arg("--links")
            .arg(&links)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let text = loop {
            match fs::read_to_string(&links) {
                Ok(text) => break text,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        let links: Value = serde_json::from_str(&text).expect("JSON");
        let word = |name: &str| links["talks"][0][name].as_str().expect("a word").to_owned();
        let (_, key) = word("presenter")
            .split_once("?key=")
            .map(|(before, key)| (before.to_owned(), key.to_owned()))
            .expect("a key");
        let authority = word("events")
            .split('/')
            .nth(2)
            .map(str::to_owned)
            .expect("an address");
        let (_, port) = authority.rsplit_once(':').expect("a port");
        Self {
            child,
            port: port.parse().expect("a port"),
            key,
            _directory: directory,
        }
    }

    /// Waits until everybody has left, or no more leave.
    async fn emptied(&self, files: usize) -> Holding {
        let begun = Instant::now();
        loop {
            let holding = self.holding().await;
            let is_empty = holding.followers == 0 && holding.files <= files;
            if is_empty || begun.elapsed() > PATIENCE {
                return holding;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn holding(&self) -> Holding {
        let proc = format!("/proc/{}", self.child.id());
        // Before we come with a connection of our own.
        let files = fs::read_dir(format!("{proc}/fd")).expect("it runs").count();
        let metrics = self.metrics().await;
        let status = fs::read_to_string(format!("{proc}/status")).expect("it runs");
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
            .and_then(|kib| kib.parse::<u64>().ok())
            .expect("VmRSS");
        assert!(metrics.contains("webslides_followers{"), "{metrics}");
        let count = |name: &str| {
            metrics
                .lines()
                .filter_map(|line| line.strip_prefix(name)?.split_once("} "))
                .map(|(_, count)| count.parse::<u64>().expect("a count"))
                .sum()
        };
        Holding {
            memory: memory * 1_024,
            files,
            followers: count("webslides_followers{"),
            opened: count("webslides_streams_opened_total{"),
        }
    }

    /// Over a connection that is closed when this returns.
    async fn metrics(&self) -> String {
        let mut socket = TcpStream::connect(address(self.port, 0))
            .await
            .expect("a connection");
        let request = b"GET /metrics HTTP/1.1\r\nhost: soak\r\nconnection: close\r\n\r\n";
        socket.write_all(request).await.expect("it is written");
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.expect("it is read");
        String::from_utf8(bytes).expect("text")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
