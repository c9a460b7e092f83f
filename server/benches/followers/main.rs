//! Followers on loopback: what one costs, and how long the last one waits. `make bench` runs it.
//!
//! The same work on each system, in one run, because machines are shared and noisy: N followers
//! connect, an event is published, all receive it, again and again. The system has one core, the
//! load the other; connections are spread over several loopback addresses, because one address has
//! only some 28,000 ports. What counts are the ratios.

#![expect(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

mod crowd;
mod peers;
mod systems;

use crowd::{Crowd, Round};
use std::{env, process::Command, time::Duration};
use systems::{Running, System};

const CROWDS: [usize; 3] = [1_000, 5_000, 15_000];
const ROUNDS: usize = 20;

/// What one system did with one crowd.
struct Figures {
    system: &'static str,
    followers: usize,
    lost: usize,
    connect: Duration,
    /// Of CPU, for one event to one follower.
    cpu: Duration,
    median: Duration,
    last: Duration,
    /// Bytes of the server's resident memory.
    memory: u64,
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let Some(peer) = arguments.iter().position(|argument| argument == "--peer") {
        peers::serve(&arguments[peer + 1]);
        return;
    }
    pin_to("1");
    let crowds: Vec<usize> = match env::var("FOLLOWERS") {
        Ok(chosen) => chosen
            .split(',')
            .map(|count| count.parse().expect("a number"))
            .collect(),
        Err(_) => CROWDS.to_vec(),
    };
    let event = systems::our_event();
    println!(
        "{ROUNDS} events of {} bytes to each crowd; the system on core 0, the load on core 1",
        event.len()
    );
    for followers in crowds {
        let figures: Vec<_> = System::ALL
            .into_iter()
            .filter_map(|system| measure(system, followers, &event))
            .collect();
        print(&figures);
    }
}

fn measure(system: System, followers: usize, event: &str) -> Option<Figures> {
    let name = system.name();
    let Some(mut running) = system.start(event) else {
        println!("{} is not there; left out", name.trim());
        return None;
    };
    running.start_from(0);
    let before = running.memory();
    let mut crowd = Crowd::new(running.address(), running.events_path());
    let connect = crowd.connect(followers, running.newest());
    // Warm-up of caches and allocators.
    for _ in 0..2 {
        round(&mut crowd, &mut running);
    }
    let memory = running.memory().saturating_sub(before) / followers as u64;
    let cpu = running.cpu();
    let rounds: Vec<Round> = (0..ROUNDS)
        .map(|_| round(&mut crowd, &mut running))
        .collect();
    let cpu = (running.cpu() - cpu) / (ROUNDS * followers) as u32;
    Some(Figures {
        system: name,
        followers,
        lost: crowd.lost(),
        connect,
        cpu,
        median: middle(rounds.iter().map(|round| round.median)),
        last: middle(rounds.iter().map(|round| round.last)),
        memory,
    })
}

fn round(crowd: &mut Crowd, running: &mut Running) -> Round {
    let revision = running.next();
    let round = crowd.round(revision, || running.ask_to_publish(revision));
    running.read_answer();
    round
}

fn print(figures: &[Figures]) {
    let Some(ours) = figures.first() else { return };
    println!("\n{} followers", ours.followers);
    println!(
        "system         lost  connect   CPU/event  median    last      memory/follower   (ratios: us / them)"
    );
    for it in figures {
        let ratio = |ours: f64, theirs: f64| format!("{:.2}", ours / theirs);
        println!(
            "{:<14} {:>4}  {:>6.2}s  {:>7.2}µs  {:>6.1}ms  {:>6.1}ms  {:>7.1} KiB       CPU {} last {} memory {}",
            it.system,
            it.lost,
            it.connect.as_secs_f64(),
            it.cpu.as_secs_f64() * 1e6,
            it.median.as_secs_f64() * 1e3,
            it.last.as_secs_f64() * 1e3,
            it.memory as f64 / 1024.0,
            ratio(ours.cpu.as_secs_f64(), it.cpu.as_secs_f64()),
            ratio(ours.last.as_secs_f64(), it.last.as_secs_f64()),
            ratio(ours.memory as f64, it.memory as f64),
        );
    }
}

fn middle(values: impl Iterator<Item = Duration>) -> Duration {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn pin_to(core: &str) {
    let pid = std::process::id().to_string();
    let done = Command::new("taskset")
        .args(["-apc", core, &pid])
        .output()
        .expect("taskset");
    assert!(done.status.success(), "taskset failed");
}
