//! Restart of a server with a room full of followers. `make bench` runs it.
//!
//! Measures how long the process takes to end, whether each stream was ended or cut, over what time
//! followers are told to reconnect, and how that goes once a new process has the same data and port.
//! Followers behave like browsers: they wait for the time they were given, and when the connection is
//! refused, for the same time again.

#![expect(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

const FOLLOWERS: usize = 10_000;

/// One address has only some 28,000 ports to come from, and those of the first connections are not
/// free at once.
const ADDRESSES: usize = 8;

/// Number of followers that may be connecting at once when the room fills for the first time.
const UNDER_WAY: usize = 500;

/// A follower that is not back by then counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);

const LAST_CHUNK: &str = "0\r\n\r\n";

/// What one follower saw.
struct Seen {
    /// Its stream had an end, and was not cut.
    was_ended: bool,
    retry: Duration,
    /// Number of refused connections.
    refused: usize,
    /// Number of new streams that ended before their first event.
    cut: usize,
    /// `None` when it never came back.
    back: Option<Instant>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pid = std::process::id().to_string();
    Command::new("taskset")
        .args(["-apc", "1", &pid])
        .output()
        .expect("taskset");
    rlimit::increase_nofile_limit(u64::MAX).expect("a limit");

    let directory = TempDir::new().expect("a temporary directory");
    let port = free_port();
    let mut server = start(directory.path(), port);
    let there = Arc::new(AtomicUsize::new(0));
    let (all_done, stay) = watch::channel(false);
    let door = Arc::new(Semaphore::new(UNDER_WAY));
    let mut followers = JoinSet::new();
    for which in 0..FOLLOWERS {
        let host = u8::try_from(1 + which % ADDRESSES).expect("few addresses");
        let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), port));
        followers.spawn(follow(address, door.clone(), there.clone(), stay.clone()));
    }
    wait_for(&there, FOLLOWERS).await;

    let called = Instant::now();
    let pid = Pid::from_raw(server.id().try_into().expect("a process"));
    kill(pid, Signal::SIGTERM).expect("it runs");
    let folder = directory.path().to_owned();
    // Aside: followers come back by their own clocks.
    let passed = tokio::task::spawn_blocking(move || {
        let status = server.wait().expect("it ends");
        let left = called.elapsed();
        let server = start(&folder, port);
        (status, left, server, called.elapsed())
    });
    let (status, left, mut server, again) = passed.await.expect("it starts again");

    let _ = timeout(PATIENCE, wait_for(&there, 2 * FOLLOWERS)).await;
    all_done.send_replace(true);
    let seen = followers.join_all().await;
    let _ = server.kill();
    let _ = server.wait();

    println!("{FOLLOWERS} followers, and SIGTERM");
    println!(
        "left after {:.2} s, {status}; a new process listened after {:.2} s",
        left.as_secs_f64(),
        again.as_secs_f64()
    );
    let ended = seen.iter().filter(|seen| seen.was_ended).count();
    println!("streams ended {ended}, cut {}", seen.len() - ended);
    let retries = seen.iter().map(|seen| seen.retry);
    println!("told to come back after {}", spread(retries));
    let back = seen
        .iter()
        .filter_map(|seen| Some(seen.back?.duration_since(called)));
    println!("back after {}", spread(back));
    println!(
        "lost {}, refused {}, cut while coming {}",
        seen.iter().filter(|seen| seen.back.is_none()).count(),
        seen.iter().map(|seen| seen.refused).sum::<usize>(),
        seen.iter().map(|seen| seen.cut).sum::<usize>(),
    );
}

/// Two streams, one after the other, as a browser would have them.
async fn follow(
    address: SocketAddr,
    door: Arc<Semaphore>,
    there: Arc<AtomicUsize>,
    mut stay: watch::Receiver<bool>,
) -> Seen {
    let place = door.acquire().await.expect("it stays open");
    let mut first = open(address)
        .await
        .expect("a connection")
        .expect("a stream");
    there.fetch_add(1, Ordering::Relaxed);
    drop(place);
    let mut said = String::new();
    while let Some(more) = read(&mut first).await {
        said = said.split_off(said.len().saturating_sub(64)) + &more;
    }
    drop(first);
    let retry = said.rsplit_once("retry: ").map_or(0, |(_, after)| {
        let digits = after.split('\n').next().unwrap_or_default();
        digits.parse().expect("milliseconds")
    });
    let mut seen = Seen {
        was_ended: said.ends_with(LAST_CHUNK),
        retry: Duration::from_millis(retry),
        refused: 0,
        cut: 0,
        back: None,
    };
    while seen.back.is_none() {
        tokio::select! {
            () = sleep(seen.retry) => {}
            _ = stay.wait_for(|over| *over) => return seen,
        }
        match open(address).await {
            Ok(Some(_stream)) => {
                seen.back = Some(Instant::now());
                there.fetch_add(1, Ordering::Relaxed);
                let _ = stay.wait_for(|over| *over).await;
            }
            Ok(None) => seen.cut += 1,
            Err(_) => seen.refused += 1,
        }
    }
    seen
}

/// Opens a stream and waits for its first event. `None` if it ended before.
async fn open(address: SocketAddr) -> std::io::Result<Option<TcpStream>> {
    let mut socket = TcpStream::connect(address).await?;
    let request = "GET /t/bench/events HTTP/1.1\r\nhost: bench\r\n\r\n";
    socket.write_all(request.as_bytes()).await?;
    let mut said = String::new();
    while !said.contains("\"revision\":") {
        match read(&mut socket).await {
            Some(more) => said += &more,
            None => return Ok(None),
        }
    }
    Ok(Some(socket))
}

async fn read(socket: &mut TcpStream) -> Option<String> {
    let mut buffer = [0; 4_096];
    match socket.read(&mut buffer).await {
        Ok(0) | Err(_) => None,
        Ok(read) => Some(String::from_utf8_lossy(&buffer[..read]).into_owned()),
    }
}

async fn wait_for(there: &AtomicUsize, expected: usize) {
    while there.load(Ordering::Relaxed) < expected {
        sleep(Duration::from_millis(10)).await;
    }
}

/// On core 0, and listening.
fn start(directory: &Path, port: u16) -> Child {
    let program =
        env::var("WEBSLIDES_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned());
    let links = directory.join("links.json");
    let _ = fs::remove_file(&links);
    let child = Command::new("taskset")
        .args(["-c", "0", &program, "--code", "bench"])
        .args(["--listen", &format!("0.0.0.0:{port}"), "--data"])
        .arg(directory.join("data"))
        .arg("--links")
        .arg(&links)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    while !links.exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

fn spread(values: impl Iterator<Item = Duration>) -> String {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    let at = |share: f64| match values.get((values.len() as f64 * share) as usize) {
        Some(value) => format!("{:.2}", value.as_secs_f64()),
        None => values
            .last()
            .map_or("-".to_owned(), |last| format!("{:.2}", last.as_secs_f64())),
    };
    format!(
        "{} to {} s (a tenth {}, half {}, nine tenths {})",
        at(0.0),
        at(1.0),
        at(0.1),
        at(0.5),
        at(0.9)
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}
